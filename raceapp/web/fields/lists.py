"""Lists that say how long they may be, in bodies and in the query."""

import marshmallow as ma
from webargs.fields import DelimitedList

# The most tasks, entries or changes of one race weekend in an answer.
MANY = 100_000


class Many(ma.fields.List):
    """A list from `least` to `most` items long."""

    default_error_messages = {
        "required": "This is required.",
        "null": "Must not be null.",
        "invalid": "Must be a list.",
        "length": "Must have {least} to {most} items.",
    }

    def __init__(self, inner, most: int, *, least: int = 0, **kwargs):
        self.least, self.most = least, most
        metadata = {"maxItems": most, **({"minItems": least} if least else {})}
        super().__init__(inner, metadata={**metadata, **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        # The length first, so that a list of ten thousand faults costs nothing.
        if isinstance(value, list) and not self.least <= len(value) <= self.most:
            raise self.make_error("length", least=self.least, most=self.most)
        return super()._deserialize(value, attr, data, **kwargs)


class Distinct(Many):
    """A list without repetitions."""

    default_error_messages = {"twice": "Name each once."}

    def __init__(self, inner, most: int, **kwargs):
        metadata = {"uniqueItems": True, **kwargs.pop("metadata", {})}
        super().__init__(inner, most, metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        items = super()._deserialize(value, attr, data, **kwargs)
        if len(set(items)) < len(items):
            raise self.make_error("twice")
        return items


def each(schema: type[ma.Schema], most: int, **kwargs) -> ma.fields.Nested:
    """Return a field of an answer that lists at most so many of a schema."""
    metadata = {"maxItems": most, **kwargs.pop("metadata", {})}
    return ma.fields.Nested(schema, many=True, required=True, metadata=metadata, **kwargs)


class Several(DelimitedList):
    """One value of the query, or several with commas between them, each once.

    One value is loaded as itself, several as a tuple.
    """

    MOST = 100

    def __init__(self, inner, **kwargs):
        super().__init__(inner, **kwargs)
        self.metadata.setdefault("maxItems", self.MOST)

    def _deserialize(self, value, attr, data, **kwargs):
        try:
            found = super()._deserialize(value, attr, data, **kwargs)
        except ma.ValidationError as error:
            faults = (
                error.messages.values() if isinstance(error.messages, dict) else [error.messages]
            )
            raise ma.ValidationError(next(iter(faults))) from error
        if not found:
            raise ma.ValidationError("Must not be blank.")
        if len(found) > self.MOST:
            raise ma.ValidationError(f"Must not be more than {self.MOST} values.")
        values = tuple(dict.fromkeys(found))
        return values[0] if len(values) == 1 else values
