"""Marshmallow fields with the limits of this API.

Text is trimmed, NFC-normalised and free of control characters; integers and booleans are
strict; times carry an offset and become UTC. Years run from 1970 to 2099.
"""

import functools
import re
import unicodedata
from datetime import UTC, date, datetime
from importlib import resources

import marshmallow as ma
from marshmallow import validate
from webargs.fields import DelimitedList

from raceapp.storage.columns import MAX_ID

YEARS = range(1970, 2100)
NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    chr(plane << 16 | low) for plane in range(17) for low in (0xFFFE, 0xFFFF)
)
# Tab, LF and CR pass here: they are dealt with by the field.
FORBIDDEN = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff{NONCHARACTERS}]")
LINE_BREAKS = re.compile("[\t\n\r]")
RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
DIGITS = re.compile(r"-?\d{1,19}", re.ASCII)


def has_ink(text: str) -> bool:
    """Tell whether anything of `text` would show on paper."""
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
        metadata = {"maxLength": length, **({} if allow_blank else {"minLength": 1})}
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
        super().__init__(
            254, **{"metadata": {"format": "email", "example": "ana@team.example"}, **kwargs}
        )

    def clean(self, text: str) -> str:
        address = super().clean(text).lower()
        validate.Email(error=self.error_messages["email"])(address)
        return address


class Password(ma.fields.String):
    """A password as typed, NFKC-normalised; never trimmed, never sent back."""

    default_error_messages = {**Text.default_error_messages}

    def __init__(self, **kwargs):
        metadata = {"format": "password", "maxLength": 72, "example": "caliper-torque-29Nm"}
        super().__init__(load_only=True, metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        text = super()._deserialize(value, attr, data, **kwargs)
        if FORBIDDEN.search(text):
            raise self.make_error("forbidden")
        if not has_ink(text):
            raise self.make_error("blank")
        return unicodedata.normalize("NFKC", text)


class Int(ma.fields.Integer):
    """A JSON integer from `low` to `high`; "5", 5.0 and true are refused."""

    default_error_messages = {
        "invalid": "Must be a whole number.",
        "null": "Must not be null.",
        "required": "This is required.",
    }

    def __init__(self, low: int, high: int, **kwargs):
        message = f"Must be a whole number from {low} to {high}."
        super().__init__(validate=validate.Range(low, high, error=message), **kwargs)

    def _validated(self, value):
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class Id(Int):
    """The identifier of something, as other answers gave it."""

    def __init__(self, **kwargs):
        metadata = {"format": "int64", "example": 7, **kwargs.pop("metadata", {})}
        super().__init__(1, MAX_ID, metadata=metadata, **kwargs)


class Number(ma.fields.Float):
    """A finite JSON number, whole or not; "2.1" and true are refused."""

    default_error_messages = {**Int.default_error_messages, "invalid": "Must be a number."}
    limit = 1e12

    def _validated(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.make_error("invalid")
        if not -self.limit <= value <= self.limit:
            raise self.make_error("invalid")
        return value


class Measured(ma.fields.Raw):
    """A value read off a gauge: a number, or text where that is what is measured."""

    default_error_messages = {"invalid": "Must be a number or text.", "null": "Must not be null."}

    def __init__(self, **kwargs):
        metadata = {"type": ["number", "string"], "maxLength": 2000, "example": 29}
        super().__init__(metadata={**metadata, **kwargs.pop("metadata", {})}, **kwargs)
        self.number, self.text = Number(), Text(2000)

    def _deserialize(self, value, attr, data, **kwargs):
        if isinstance(value, str):
            return self.text.deserialize(value)
        if isinstance(value, (list, dict)):
            raise self.make_error("invalid")
        return self.number.deserialize(value)


class QueryInt(Int):
    """An integer written in plain ASCII digits in the query."""

    def _validated(self, value):
        if not isinstance(value, str) or not DIGITS.fullmatch(value):
            raise self.make_error("invalid")
        return int(value)


class QueryId(QueryInt):
    def __init__(self, **kwargs):
        metadata = {"format": "int64", **kwargs.pop("metadata", {})}
        super().__init__(1, MAX_ID, metadata=metadata, **kwargs)


class Bool(ma.fields.Boolean):
    """A JSON boolean; 1, 0 and "true" are refused."""

    default_error_messages = {
        "invalid": "Must be true or false.",
        "null": "Must not be null.",
        "required": "This is required.",
    }

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class QueryBool(Bool):
    """`true` or `false` in the query."""

    def _deserialize(self, value, attr, data, **kwargs):
        if value not in ("true", "false"):
            raise self.make_error("invalid")
        return value == "true"


class UTCDateTime(ma.fields.DateTime):
    """An RFC 3339 time with an offset; sent in UTC with `Z`."""

    default_error_messages = {
        "invalid": "Must be a time with an offset, such as 2026-06-12T09:30:00+02:00.",
        "range": "Must lie in the years 1970 to 2099.",
        "null": "Must not be null.",
        "required": "This is required.",
    }

    def __init__(self, **kwargs):
        metadata = {"example": "2026-06-12T07:30:00Z", **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, str) or not RFC3339.fullmatch(value):
            raise self.make_error("invalid")
        try:
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except ValueError as error:
            raise self.make_error("invalid") from error
        except OverflowError as error:
            raise self.make_error("range") from error
        if moment.year not in YEARS:
            raise self.make_error("range")
        return moment

    def _serialize(self, value, attr, obj, **kwargs):
        return None if value is None else utc_text(value)


def utc_text(moment: datetime) -> str:
    """Write an aware UTC datetime as RFC 3339 with `Z`."""
    return f"{moment.isoformat()[:-6]}Z"


class Date(ma.fields.Date):
    """A day written YYYY-MM-DD."""

    default_error_messages = {
        "invalid": "Must be a date such as 2026-06-12.",
        "range": "Must lie in the years 1970 to 2099.",
        "null": "Must not be null.",
        "required": "This is required.",
    }

    def __init__(self, **kwargs):
        super().__init__(metadata={"example": "2026-06-12", **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
            raise self.make_error("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("invalid") from error
        if day.year not in YEARS:
            raise self.make_error("range")
        return day


NO_PLACES = {"Factory", "localtime", "posixrules"}  # They mean whatever the host is set to.


@functools.cache
def time_zones() -> frozenset[str]:
    """Return the names of the IANA database as its package lists them, the same on every host."""
    listed = (resources.files("tzdata") / "zones").read_text().split()
    return frozenset(listed) - NO_PLACES


class TimeZone(ma.fields.String):
    """The IANA name of a time zone, such as Europe/Rome."""

    default_error_messages = {
        **Text.default_error_messages,
        "zone": "Must be an IANA time zone such as Europe/Rome.",
    }

    def __init__(self, **kwargs):
        super().__init__(metadata={"example": "Europe/Rome"}, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in time_zones():
            raise self.make_error("zone")
        return name


class Choice(ma.fields.Enum):
    """One of the values of a StrEnum."""

    default_error_messages = {
        "unknown": "Must be one of: {choices}.",
        "null": "Must not be null.",
        "required": "This is required.",
    }

    def __init__(self, enum, **kwargs):
        super().__init__(enum, by_value=ma.fields.String(), **kwargs)


class Several(DelimitedList):
    """One value of the query, or several with commas between them, each once.

    One is loaded as itself, several as a tuple.
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
        each = tuple(dict.fromkeys(found))
        if not each:
            raise ma.ValidationError("Must not be blank.")
        if len(each) > self.MOST:
            raise ma.ValidationError(f"Must not be more than {self.MOST} values.")
        return each[0] if len(each) == 1 else each


class Numbered(ma.Schema):
    """The last base of an answer, so that its id stands first."""

    id = Id(required=True)
