"""Timetables in iCalendar files (RFC 5545), as the calendars of series and clubs export them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

import icalendar
import marshmallow as ma

from raceapp import errors
from raceapp.events.models import Event
from raceapp.tables import kinds, programme, sheets, zones
from raceapp.tables.content_lines import BROKEN, sieved, value_of
from raceapp.tables.days import local, local_day
from raceapp.tables.programme import Entry, Programme
from raceapp.web.fields.texts import FORBIDDEN

MAX_BYTES = 1024 * 1024
LONGEST, DAY = timedelta(days=2), timedelta(days=1)


def read(data: bytes, event: Event, charset: str | None = None) -> Programme:
    """Read the events on the days of the weekend; raises Invalid or TooLarge."""
    if len(data) > MAX_BYTES:
        raise errors.TooLarge(f"An iCalendar file has at most {MAX_BYTES:,} bytes.")
    try:
        return sorted_out(events_in(decoded(data, charset)), event)
    except OverflowError as error:  # By an offset, a length, or on the clocks of the weekend.
        raise errors.Invalid(zones.NO_YEAR) from error


def sorted_out(found: Iterable[icalendar.Component], event: Event) -> Programme:
    """Return the events that are sessions of the weekend, and why the others are none.

    Raises Invalid, and OverflowError for a time outside of all years.
    """
    entries, skipped, unknown = [], [], {}
    for item in found:
        entry = None if is_cancelled(item) else published(item, event)
        if why := why_not(item, entry, event):
            skipped.append(f"{called(item)}: {why}")
        else:
            entries.append(entry)
            unknown |= dict.fromkeys(undefined_zones(item))
    return Programme(programme.with_ends(entries, event), skipped, [*unknown])


def why_not(found: icalendar.Component, entry: Entry | None, event: Event) -> str | None:
    """Return why an event is no session of the weekend, or None."""
    if is_cancelled(found):
        return "cancelled."
    if entry is None:
        return "takes whole days."
    if not event.event_date <= local_day(entry.starts_at, event) <= event.end_date:
        return "on no day of this race weekend."
    return None if entry.kind else "the name does not tell the kind of session."


def is_cancelled(found: icalendar.Component) -> bool:
    return str(found.get("STATUS", "")).upper() == "CANCELLED"


def called(found: icalendar.Component) -> str:
    """Return a name for an event, also for one that has none."""
    name = " ".join(str(found.get("SUMMARY", "")).split())[:100]
    return FORBIDDEN.sub("", name) or "An event without a name"


def undefined_zones(found: icalendar.Component) -> Iterator[str]:
    """Yield the zones of an event that neither the file nor the library knows."""
    for name in ("DTSTART", "DTEND"):
        value = value_of(found, name)
        is_local = isinstance(value, datetime) and value.tzinfo is None
        sent = found[name].params.get("TZID", "") if is_local else ""
        if zone := FORBIDDEN.sub("", str(sent))[:100].strip():
            yield zone


def decoded(data: bytes, charset: str | None) -> str:
    """Return the text of a file; the library would replace bytes that it cannot read."""
    try:
        return sheets.text_in(data, charset)
    except UnicodeDecodeError as error:
        raise errors.Invalid(sheets.unreadable(charset, "UTF-8")) from error
    except ValueError as error:
        raise errors.Invalid(str(error)) from error


def events_in(data: str) -> list[icalendar.Component]:
    sieve = sieved(data)
    try:
        calendars = icalendar.Calendar.from_ical("\r\n".join(sieve.lines), multiple=True)
    except BROKEN as error:
        raise errors.Invalid("This is no iCalendar file, or a broken one.") from error
    found = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not found:
        raise errors.Invalid("This iCalendar file holds no events.")
    zones.settle(found, sieve.zones)
    return found


def published(found: icalendar.Component, event: Event) -> Entry | None:
    """Return an event of a file, or None if it takes whole days; raises Invalid."""
    start = instant(found, "DTSTART", event)
    if start is None:
        return None
    try:
        name = programme.NAME.deserialize(" ".join(str(found.get("SUMMARY", "")).split())[:100])
    except ma.ValidationError as error:
        raise errors.Invalid("An event has no name, or one that cannot be shown.") from error
    end = instant(found, "DTEND", event) or after(start, found)
    if end is not None and end < start < end + DAY:  # As in a table, it is a day later.
        end += DAY
    is_later = end is not None and end > start
    return Entry(None, name, kinds.guessed(name), True, start, end if is_later else None)


def instant(found: icalendar.Component, name: str, event: Event) -> datetime | None:
    """Return a time in UTC. A time without a known zone is local to the weekend."""
    value = value_of(found, name)
    if value is None and name == "DTSTART":
        raise errors.Invalid("An event has no start, or none that can be read.")
    if not isinstance(value, datetime):
        return None
    return local(value, event) if value.tzinfo is None else value.astimezone(UTC)


def after(start: datetime, found: icalendar.Component) -> datetime | None:
    duration = value_of(found, "DURATION")
    is_usual = isinstance(duration, timedelta) and timedelta(0) < duration < LONGEST
    return start + duration if is_usual else None
