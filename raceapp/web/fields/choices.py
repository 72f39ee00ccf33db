"""One of several words. The document has each list of words once, under a name of its own."""

from collections.abc import Sequence

import marshmallow as ma

MESSAGES = {
    "unknown": "Must be one of: {choices}.",
    "null": "Must not be null.",
    "required": "This is required.",
}


class Choice(ma.fields.Enum):
    """One of the values of a StrEnum."""

    default_error_messages = MESSAGES

    def __init__(self, enum, **kwargs):
        super().__init__(enum, by_value=ma.fields.String(), **kwargs)
        self.listed_as, self.listed = enum.__name__, [member.value for member in enum]


class Word(ma.fields.String):
    """One of some words, which the document lists as `listed_as`."""

    default_error_messages = MESSAGES

    def __init__(self, listed_as: str, listed: Sequence[str], **kwargs):
        super().__init__(**kwargs)
        self.listed_as, self.listed = listed_as, list(listed)

    def _deserialize(self, value, attr, data, **kwargs):
        if value not in self.listed:
            raise self.make_error("unknown", choices=", ".join(self.listed))
        return value
