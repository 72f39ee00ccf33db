"""Timetables as organisers publish them, read from a table or an iCalendar file.

Both become a list of entries in UTC; what an entry means for the weekend is for `timetables`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import icalendar
import marshmallow as ma
from icalendar.error import BrokenCalendarProperty

from raceapp import errors
from raceapp.events.models import Event
from raceapp.tables import kinds, sheets
from raceapp.tables.days import day_of, days_of, local, local_day, moment, near
from raceapp.timetable.models import SessionKind
from raceapp.web import fields

COLUMNS = ("name", "kind", "date", "starts_at", "ends_at")
NEEDED = ("name", "starts_at")
USUAL = timedelta(minutes=30)
MAX_ENTRIES = 2_000
MAX_ICS = 1024 * 1024
NAME, KIND = fields.Text(100), fields.Choice(SessionKind)


@dataclass(frozen=True)
class Entry:
    """A session as it is published. `row` is where it stands, None where there are no rows."""

    row: int | None
    name: str
    kind: SessionKind
    is_kind_guessed: bool
    starts_at: datetime
    ends_at: datetime | None


# --- tables ------------------------------------------------------------------------------


def of_table(data: bytes, charset: str | None, event: Event) -> list[Entry]:
    """Return the entries of a table; raises Invalid by row and column."""
    sheet = sheets.read(data, charset, known=COLUMNS, needed=NEEDED, most=MAX_ENTRIES)
    return entries_of(sheet.rows, event)


def entries_of(rows: Mapping[int, Mapping[str, str]], event: Event) -> list[Entry]:
    """Return the entries of rows by their numbers; raises Invalid by row and column."""
    faults = sheets.Faults()
    entries, day = [], event.event_date
    for number, row in rows.items():
        cells = Cells(number, row, faults)
        day = cells.read("date", lambda text: near(day_of(text, event), event), day)
        if entry := entry_of(cells, event, day):
            entries.append(entry)
    faults.refuse()
    return with_ends(entries, event)


@dataclass
class Cells:
    """A row while it is read: what is wrong with it goes to `faults`."""

    number: int
    row: dict[str, str]
    faults: sheets.Faults

    def read(self, column: str, parse, default=None):
        """Return what stands in a cell, `default` where nothing or nonsense does."""
        text = self.row.get(column, "").strip()
        if not text:
            return default
        try:
            return parse(text)
        except ma.ValidationError as error:
            self.faults.add(self.number, column, *error.messages)
        except ValueError as error:
            self.faults.add(self.number, column, str(error))
        return default


def entry_of(cells: Cells, event: Event, day: date) -> Entry | None:
    for column in NEEDED:
        if not cells.row[column].strip():
            cells.faults.add(cells.number, column, "This is required.")
    name = cells.read("name", NAME.deserialize)
    given = cells.read("kind", lambda text: KIND.deserialize(text.lower()))
    starts_at = cells.read("starts_at", lambda text: moment(text, day, event))
    ends_at = cells.read("ends_at", lambda text: moment(text, day, event))
    kind = given or kinds.guessed(name or "")
    if name and kind is None and "kind" not in cells.faults.by_row.get(cells.number, {}):
        known = ", ".join(SessionKind)
        cells.faults.add(cells.number, "kind", f"The name does not tell the kind: say {known}.")
    if not (name and kind and starts_at):
        return None
    if ends_at and ends_at == starts_at:
        cells.faults.add(cells.number, "ends_at", "Must be later than starts_at.")
    if ends_at and ends_at < starts_at:
        ends_at = moment(cells.row["ends_at"].strip(), day + timedelta(days=1), event)
    return Entry(cells.number, name, kind, given is None, starts_at, ends_at)


def with_ends(entries: Sequence[Entry], event: Event) -> list[Entry]:
    """Give the entries without an end the next start of their local day, else half an hour."""
    starts = sorted(entry.starts_at for entry in entries)
    return [
        entry if entry.ends_at else replace(entry, ends_at=end_for(entry.starts_at, starts, event))
        for entry in entries
    ]


def end_for(start: datetime, starts: Sequence[datetime], event: Event) -> datetime:
    day = local_day(start, event)
    later = (other for other in starts if other > start and local_day(other, event) == day)
    return next(later, start + USUAL)


# --- iCalendar ---------------------------------------------------------------------------


def of_calendar(data: bytes, event: Event) -> tuple[list[Entry], list[str]]:
    """Return the entries of an iCalendar file that fall on the days of the weekend, and the
    names of those there whose kind nobody can tell. Raises Invalid or TooLarge."""
    if len(data) > MAX_ICS:
        raise errors.TooLarge(f"An iCalendar file has at most {MAX_ICS:,} bytes.")
    found = [item for item in events_in(data) if not is_cancelled(item)]
    entries = [entry for item in found if (entry := published(item, event))]
    here = [entry for entry in entries if local_day(entry.starts_at, event) in days_of(event)]
    skipped = [entry.name for entry in here if entry.kind is None]
    return with_ends([entry for entry in here if entry.kind], event), skipped


def is_cancelled(found: icalendar.Component) -> bool:
    return str(found.get("STATUS", "")).upper() == "CANCELLED"


# OSError: the library looks for a zone as a file of that name.
BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError)


def events_in(data: bytes) -> list[icalendar.Component]:
    if data.upper().count(b"BEGIN:VEVENT") > MAX_ENTRIES:
        raise errors.Invalid(f"An iCalendar file has at most {MAX_ENTRIES:,} events.")
    try:
        calendars = icalendar.Calendar.from_ical(data, multiple=True)
    except BROKEN as error:
        raise errors.Invalid("This is no iCalendar file, or a broken one.") from error
    found = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    if not found:
        raise errors.Invalid("This iCalendar file holds no events.")
    if any("RRULE" in event or "RDATE" in event for event in found):
        raise errors.Invalid("Events that repeat are not a timetable: write each one out.")
    return found


def published(found: icalendar.Component, event: Event) -> Entry | None:
    """Return an event of a file, None for one of whole days; raises Invalid."""
    start = instant(found, "DTSTART", event)
    if start is None:
        return None
    try:
        name = NAME.deserialize(" ".join(str(found.get("SUMMARY", "")).split())[:100])
    except ma.ValidationError as error:
        raise errors.Invalid("An event has no name, or one that cannot be shown.") from error
    end = instant(found, "DTEND", event) or after(start, found)
    is_later = end is not None and end > start
    return Entry(None, name, kinds.guessed(name), True, start, end if is_later else None)


def instant(found: icalendar.Component, name: str, event: Event) -> datetime | None:
    """Return a time in UTC. One without a zone, or with a made-up one, is local to the weekend."""
    value = value_of(found, name)
    if value is None and name == "DTSTART":
        raise errors.Invalid("An event has no start, or none that can be read.")
    if not isinstance(value, datetime):
        return None
    try:
        return local(value, event) if value.tzinfo is None else value.astimezone(UTC)
    except OverflowError as error:
        raise errors.Invalid("An event lies outside of all years.") from error


def value_of(found: icalendar.Component, name: str):
    """Return what a property says; None where it is missing, there twice, or nonsense."""
    try:
        return getattr(found.get(name), "dt", None)
    except BrokenCalendarProperty:
        return None


def after(start: datetime, found: icalendar.Component) -> datetime | None:
    duration = value_of(found, "DURATION")
    return start + duration if isinstance(duration, timedelta) and duration < USUAL * 100 else None
