"""Numbers and booleans, strict: "5" is no number and 1 is no boolean."""

import re

import marshmallow as ma
from marshmallow import validate

from raceapp.storage.columns import MAX_ID
from raceapp.web.fields.texts import Text

MAX_INT32 = 2**31 - 1
QUOTED = re.compile(r"-?\d+([.,]\d+)?", re.ASCII)
DIGITS = re.compile(r"-?\d{1,19}", re.ASCII)


class Int(ma.fields.Integer):
    """A JSON integer from `low` to `high`; "5", 5.0 and true are refused."""

    default_error_messages = {
        "invalid": "Must be a whole number.",
        "null": "Must not be null.",
        "required": "This is required.",
    }

    def __init__(self, low: int, high: int, **kwargs):
        message = f"Must be a whole number from {low} to {high}."
        metadata = {"format": "int32" if max(-low - 1, high) <= MAX_INT32 else "int64"}
        metadata |= kwargs.pop("metadata", {})
        limits = validate.Range(low, high, error=message)
        super().__init__(validate=limits, metadata=metadata, **kwargs)

    def _validated(self, value):
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class Id(Int):
    """An identifier, as other answers gave it."""

    def __init__(self, **kwargs):
        metadata = {"example": 7, **kwargs.pop("metadata", {})}
        super().__init__(1, MAX_ID, metadata=metadata, **kwargs)


class Version(Int):
    """A version, which counts changes from 1 on."""

    def __init__(self, **kwargs):
        super().__init__(1, MAX_INT32, **{"metadata": {"example": 1}, **kwargs})


class Count(Int):
    """A number of things, in an answer."""

    def __init__(self, **kwargs):
        super().__init__(0, MAX_INT32, required=True, **kwargs)


class Number(ma.fields.Float):
    """A finite JSON number, whole or not; "2.1" and true are refused."""

    default_error_messages = {
        **Int.default_error_messages,
        "limit": "Must be a number from -1000000000000 to 1000000000000.",
    }
    limit = 1e12
    limits = {"minimum": -limit, "maximum": limit, "format": "double"}

    def __init__(self, **kwargs):
        super().__init__(metadata={**self.limits, **kwargs.pop("metadata", {})}, **kwargs)

    def _validated(self, value):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ma.ValidationError(why_no_number(value))
        if not -self.limit <= value <= self.limit:
            raise self.make_error("limit")
        return value


def why_no_number(value) -> str:
    """Return a sentence that tells why a value is no number."""
    text = value.strip() if isinstance(value, str) else ""
    if not QUOTED.fullmatch(text):
        return "Must be a number."
    if "," in text:
        return "Must be a number with a decimal point and without quotes, such as 1.65."
    return "Must be a number without quotes."


class Measured(ma.fields.Raw):
    """A measured value: a number, or text for a task that asks for text."""

    default_error_messages = {"invalid": "Must be a number or text.", "null": "Must not be null."}

    def __init__(self, **kwargs):
        self.number, self.text = Number(), Text(2000)
        metadata = {**self.text.metadata, **self.number.metadata, "type": ["number", "string"]}
        super().__init__(
            metadata={**metadata, "example": 29, **kwargs.pop("metadata", {})}, **kwargs
        )

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
    """An identifier in the query."""

    def __init__(self, **kwargs):
        super().__init__(1, MAX_ID, **kwargs)


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
