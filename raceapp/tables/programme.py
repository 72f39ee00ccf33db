"""Timetables as organisers publish them, read from a table; `files` reads iCalendar.

Both become a programme of entries in UTC; `timetables` decides what an entry means for the weekend.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import marshmallow as ma

from raceapp.events.models import Event
from raceapp.tables import kinds, sheets
from raceapp.tables.days import clock_time, day_of, local_day, near, typed
from raceapp.timetable.models import SessionKind
from raceapp.web import fields

COLUMNS = ("name", "kind", "date", "starts_at", "ends_at")
NEEDED = ("name", "starts_at")
# What organisers call these columns.
SYNONYMS = {
    **dict.fromkeys(("session", "session name", "title", "event"), "name"),
    **dict.fromkeys(("type", "session type"), "kind"),
    "day": "date",
    **dict.fromkeys(("start", "starts", "start time", "from", "time"), "starts_at"),
    **dict.fromkeys(("end", "ends", "end time", "finish", "to", "until"), "ends_at"),
}
USUAL = timedelta(minutes=30)
MAX_ENTRIES = 2_000
NAME, KIND = fields.Text(100), fields.Choice(SessionKind)


@dataclass(frozen=True)
class Entry:
    """A session as it is published. `row` is its row, or None in files without rows.

    `called` are the names that its table has for columns.
    """

    row: int | None
    name: str
    kind: SessionKind
    is_kind_guessed: bool
    starts_at: datetime
    ends_at: datetime | None
    called: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Programme:
    """What was read: entries, and what the sender should know of the rest.

    `skipped` are sentences on what was left out. Times in `undefined_zones`, which the file names
    and does not define, were taken for local times.
    """

    entries: list[Entry]
    skipped: list[str] = field(default_factory=list)
    undefined_zones: list[str] = field(default_factory=list)


def of_table(data: bytes, charset: str | None, event: Event) -> Programme:
    """Read a table; raises Invalid by row and column."""
    sheet = sheets.read(
        data, charset, known=COLUMNS, needed=NEEDED, most=MAX_ENTRIES, synonyms=SYNONYMS
    )
    return of_rows(sheet.rows, event, sheet.called)


def of_rows(
    rows: Mapping[int, Mapping[str, str]], event: Event, called: Mapping[str, str] | None = None
) -> Programme:
    """Read rows by their numbers; raises Invalid by row and column, and for too many of them."""
    if len(rows) > MAX_ENTRIES:
        sentence = f"A timetable has at most {MAX_ENTRIES:,} sessions."
        raise sheets.fault([*rows][MAX_ENTRIES], sheets.WHOLE, sentence)
    faults = sheets.Faults(called=called or {})
    entries, day = [], event.event_date
    for number, row in rows.items():
        cells = Cells(number, row, faults)
        day = cells.read("date", lambda text: near(day_of(text, event), event), day)
        if entry := entry_of(cells, event, day):
            entries.append(entry)
    faults.refuse()
    return Programme(with_ends(entries, event))


@dataclass
class Cells:
    """A row while it is read; its faults go to `faults`."""

    number: int
    row: dict[str, str]
    faults: sheets.Faults

    def read(self, column: str, parse, default=None):
        """Return the value of a cell, `default` if it is blank or nonsense."""
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
    kind, is_guessed = kind_of(cells, name)
    starts_at, ends_at = times_of(cells, event, day)
    if not (name and kind and starts_at):
        return None
    called = cells.faults.called
    return Entry(cells.number, name, kind, is_guessed, starts_at, ends_at, called)


def kind_of(cells: Cells, name: str | None) -> tuple[SessionKind | None, bool]:
    """Return the kind, and whether it is guessed from the name."""
    given = cells.read("kind", lambda text: KIND.deserialize(text.lower()))
    kind = given or kinds.guessed(name or "")
    if name and kind is None and not cells.faults.of(cells.number, "kind"):
        known = ", ".join(SessionKind)
        cells.faults.add(cells.number, "kind", f"The name does not tell the kind: say {known}.")
    return kind, given is None


def times_of(cells: Cells, event: Event, day: date) -> tuple[datetime | None, datetime | None]:
    """Return start and end; an end whose clock time is before that of the start is a day later."""
    starts = cells.read("starts_at", lambda text: clock_time(text, day))
    ends = cells.read("ends_at", lambda text: clock_time(text, day))
    if starts and ends == starts:
        start = cells.faults.called.get("starts_at", "starts_at")
        cells.faults.add(cells.number, "ends_at", f"Must be later than {start}.")
    if starts and ends and ends < starts:
        ends += timedelta(days=1)
    return tuple(
        naive and cells.read(column, lambda _, naive=naive: typed(naive, event))
        for column, naive in (("starts_at", starts), ("ends_at", ends))
    )


def with_ends(entries: Sequence[Entry], event: Event) -> list[Entry]:
    """End entries without an end at the next start of their day, otherwise after half an hour."""
    starts = sorted(entry.starts_at for entry in entries)
    return [
        entry if entry.ends_at else replace(entry, ends_at=end_for(entry.starts_at, starts, event))
        for entry in entries
    ]


def end_for(start: datetime, starts: Sequence[datetime], event: Event) -> datetime:
    day = local_day(start, event)
    later = (other for other in starts if other > start and local_day(other, event) == day)
    return next(later, start + USUAL)
