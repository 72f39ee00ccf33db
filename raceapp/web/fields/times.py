"""Times with an offset, which become UTC, and days; years run from 1970 to 2099."""

import functools
import re
from datetime import UTC, date, datetime
from importlib import resources

import marshmallow as ma

from raceapp import clock
from raceapp.web.fields.texts import Text

RFC3339 = re.compile(
    r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
LONGEST_TIME = len("2026-06-12T09:30:00.123456789+02:00")
ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Faults of texts that are nearly a time.
NEARLY = {
    "day_only": ISO_DATE,
    "plus": re.compile(r"\d{4}-\d\d-\d\d[Tt ][\d:.]+ \d\d:\d\d", re.ASCII),
    "seconds": re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d?:\d\d([Zz]|[+-]\d\d:?\d\d)?", re.ASCII),
    "space": re.compile(r"\d{4}-\d\d-\d\d [\d:.]+([Zz]|[+-]\d\d:?\d\d)?", re.ASCII),
    "naive": re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?", re.ASCII),
}


class UTCDateTime(ma.fields.DateTime):
    """An RFC 3339 time with an offset; sent in UTC with `Z`."""

    default_error_messages = {
        "invalid": "Must be a time with an offset, such as 2026-06-12T09:30:00+02:00.",
        "day_only": "The time of day is missing, as in 2026-06-12T09:30:00+02:00.",
        "plus": "The + of the offset has become a space: in a query it is written %2B.",
        "seconds": "The seconds are missing, as in 2026-06-12T09:30:00+02:00.",
        "space": "Put T between day and time, as in 2026-06-12T09:30:00+02:00.",
        "naive": "The offset is missing: end with Z, or with one such as +02:00.",
        "no_such": "There is no such day or time of day.",
        "range": "Must lie in the years 1970 to 2099.",
        "null": "Must not be null.",
        "required": "This is required.",
    }

    def __init__(self, **kwargs):
        metadata = {"example": "2026-06-12T07:30:00Z", "maxLength": LONGEST_TIME}
        metadata |= kwargs.pop("metadata", {})
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, str) or not RFC3339.fullmatch(value):
            raise self.make_error(what_is_missing(value))
        try:
            moment = datetime.fromisoformat(value.upper()).astimezone(UTC)
        except ValueError as error:
            raise self.make_error("no_such") from error
        except OverflowError as error:
            raise self.make_error("range") from error
        if moment.year not in clock.YEARS:
            raise self.make_error("range")
        return moment

    def _serialize(self, value, attr, obj, **kwargs):
        return None if value is None else utc_text(value)


def what_is_missing(value) -> str:
    """Return the name of the error that tells what is wrong with a time."""
    text = value if isinstance(value, str) else ""
    return next((fault for fault, form in NEARLY.items() if form.fullmatch(text)), "invalid")


def utc_text(moment: datetime) -> str:
    """Write an aware UTC datetime as RFC 3339 with `Z`."""
    return f"{moment.isoformat()[:-6]}Z"


class Date(ma.fields.Date):
    """A day written YYYY-MM-DD."""

    default_error_messages = {
        "invalid": "Must be a date such as 2026-06-12.",
        "no_such": "There is no such day.",
        "range": "Must lie in the years 1970 to 2099.",
        "null": "Must not be null.",
        "required": "This is required.",
    }

    def __init__(self, **kwargs):
        metadata = {"example": "2026-06-12", "maxLength": 10, **kwargs.pop("metadata", {})}
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
            raise self.make_error("invalid")
        try:
            day = date.fromisoformat(value)
        except ValueError as error:
            raise self.make_error("no_such") from error
        if day.year not in clock.YEARS:
            raise self.make_error("range")
        return day


NO_PLACES = {"Factory", "localtime", "posixrules"}  # These mean the time zone of the host.


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
        metadata = {"example": "Europe/Rome", "maxLength": 64, "pattern": "^[A-Za-z0-9_+/-]+$"}
        super().__init__(metadata=metadata, **kwargs)

    def _deserialize(self, value, attr, data, **kwargs):
        name = super()._deserialize(value, attr, data, **kwargs)
        if name not in time_zones():
            raise self.make_error("zone")
        return name
