"""Text: trimmed, NFC-normalised and free of control characters."""

import re
import unicodedata

import marshmallow as ma
from marshmallow import validate

NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)
# Tab, LF and CR pass here: each field treats them in its own way.
FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{NONCHARACTERS}]")
LINE_BREAKS = re.compile("[\t\n\r]")
# For the document, which has no word for surrogates: what is forbidden in most cases.
NO_CONTROLS = r"^[^\x00-\x08\x0B\x0C\x0E-\x1F\x7F-\x9F]*$"
REQUEST_ID = "^[A-Za-z0-9._-]*$"


def has_ink(text: str) -> bool:
    """Tell whether `text` has a visible character."""
    return any(unicodedata.category(char)[0] not in "ZC" for char in text)


class Text(ma.fields.String):
    """One line of text, at most `length` characters; not blank unless `allow_blank`."""

    default_error_messages = {
        "invalid": "Must be text.",
        "null": "Must not be null.",
        "required": "This is required.",
        "forbidden": "Contains characters that cannot be stored or shown.",
        "one_line": "Must be a single line.",
        "blank": "Must not be blank.",
        "length": "Must not be longer than {length} characters.",
    }
    is_long = False

    def __init__(self, length: int, *, allow_blank: bool = False, **kwargs):
        self.length, self.allow_blank = length, allow_blank
        metadata = {"maxLength": length, "pattern": NO_CONTROLS}
        metadata |= {} if allow_blank else {"minLength": 1}
        super().__init__(metadata={**metadata, **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        text = self.clean(super()._deserialize(value, attr, data, **kwargs))
        if not self.allow_blank and not has_ink(text):
            raise self.make_error("blank")
        if len(text) > self.length:
            raise self.make_error("length", length=self.length)
        return text

    def clean(self, text: str) -> str:
        if FORBIDDEN.search(text):
            raise self.make_error("forbidden")
        text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())
        if "\r" in text:
            raise self.make_error("forbidden")
        if not self.is_long and LINE_BREAKS.search(text):
            raise self.make_error("one_line")
        return text


class LongText(Text):
    """Text of several lines: tabs and newlines stay, CR LF becomes LF."""

    is_long = True

    def __init__(self, length: int = 10_000, **kwargs):
        super().__init__(length, **{"allow_blank": True, **kwargs})


class Email(Text):
    """An email address in lower case, at most 254 characters."""

    default_error_messages = {"email": "Must be an email address."}

    def __init__(self, **kwargs):
        metadata = {"format": "email", "example": "ana@team.example"}
        super().__init__(254, **{"metadata": metadata, **kwargs})

    def clean(self, text: str) -> str:
        address = super().clean(text).lower()
        validate.Email(error=self.error_messages["email"])(address)
        return address


class Password(ma.fields.String):
    """A password as typed, NFKC-normalised; never trimmed, never sent back."""

    default_error_messages = {**Text.default_error_messages}

    def __init__(self, **kwargs):
        metadata = {"format": "password", "minLength": 1, "maxLength": 72}
        metadata |= {"pattern": NO_CONTROLS, "example": "caliper-torque-29Nm"}
        super().__init__(load_only=True, metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        text = super()._deserialize(value, attr, data, **kwargs)
        if FORBIDDEN.search(text):
            raise self.make_error("forbidden")
        if not has_ink(text):
            raise self.make_error("blank")
        return unicodedata.normalize("NFKC", text)


class Verbatim(Text):
    """Text as it was sent, also blank, which other code judges."""

    def __init__(self, length: int, **kwargs):
        super().__init__(length, allow_blank=True, **kwargs)

    def clean(self, text: str) -> str:
        if FORBIDDEN.search(text):
            raise self.make_error("forbidden")
        return text


class RequestId(Text):
    """The id of a request in the log; blank for changes that no request made."""

    def __init__(self, **kwargs):
        metadata = {"pattern": REQUEST_ID, "example": "pit-wall-17"}
        super().__init__(128, allow_blank=True, metadata=metadata, **kwargs)


class Uri(Text):
    """A whole address, as answers tell it."""

    def __init__(self, **kwargs):
        super().__init__(2000, metadata={"format": "uri", **kwargs.pop("metadata", {})}, **kwargs)
