"""An organiser's timetable becomes the weekend's: what is new is added, what moved is moved.

Name and local day match a session. Sessions that are not in the file stay, and so do those that
run, are over or were cancelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from raceapp import errors
from raceapp.bikes.alike import name_key
from raceapp.events.models import Event
from raceapp.tables import files, lines, programme, sheets
from raceapp.tables.days import local_day
from raceapp.tables.programme import Entry, Programme
from raceapp.timetable import service as timetable
from raceapp.timetable.models import SessionKind, SessionStatus, TrackSession

ICS = "text/calendar"


@dataclass(frozen=True)
class Imported:
    """A session that is new or was moved, or would be; a new one has neither `id` nor
    `old_starts_at`."""

    id: int | None
    name: str
    kind: SessionKind
    is_kind_guessed: bool
    starts_at: datetime
    ends_at: datetime
    old_starts_at: datetime | None


def import_sessions(event: Event, upload, *, actor) -> dict:
    """Change the timetable as the file says; returns `{sessions, unchanged}` and notes.

    The caller holds the row of the weekend. Raises Invalid for a file that cannot be read, when a
    name stands twice on one day, and what adding and moving a session raise.
    """
    if upload.media_type == ICS:
        found = files.read(upload.data, event, upload.charset)
    else:
        found = programme.of_table(upload.data, upload.charset, event)
    noted = {"skipped": found.skipped, "undefined_zones": found.undefined_zones}
    return {**follow(event, found.entries, actor=actor), **noted}


def of_text(text: str, event: Event) -> Programme:
    """Read text that was typed, pasted or in a file; raises Invalid by row or line and column."""
    text = text.lstrip("\ufeff")
    if text.upper().startswith("BEGIN:VCALENDAR"):
        return files.read(text.encode(), event)
    if is_table(text):
        return programme.of_table(text.encode(), None, event)
    return programme.of_rows(lines.rows_in(text), event)


def is_table(text: str) -> bool:
    """Tell whether the first line names columns: two of them, since a session may be called Day."""
    header = text.partition("\n")[0].lower().split(sheets.separator_of(text))
    names = {programme.SYNONYMS.get(name, name) for name in (cell.strip(' "\r') for cell in header)}
    return len(names.intersection(programme.COLUMNS)) > 1


def follow(event: Event, entries: Sequence[Entry], *, actor) -> dict:
    """Add and move sessions as the entries say; returns the changed ones, and how many stayed."""
    check_names(event, entries)
    present = by_name_and_day(event)
    changed, unchanged = [], 0
    for entry in entries:
        session = present.get(key(entry, event))
        if session is not None and not differs(session, entry):
            unchanged += 1
            continue
        changed.append(imported(session, entry))
        write(event, session, entry, actor=actor)
    return {"sessions": changed, "unchanged": unchanged}


def key(item: Entry | TrackSession, event: Event) -> tuple:
    return name_key(item.name), local_day(item.starts_at, event)


def check_names(event: Event, entries: Sequence[Entry]) -> None:
    faults, seen = sheets.Faults(), set()
    for entry in entries:
        found = key(entry, event)
        if found in seen and entry.row is None:
            raise errors.Invalid(f"{entry.name} stands twice on one day.")
        if found in seen:
            column = entry.called.get("name", "name")
            faults.add(entry.row, column, "This name stands twice on one day.")
        seen.add(found)
    faults.refuse()


def by_name_and_day(event: Event) -> dict[tuple, TrackSession]:
    """Return the present sessions; of two with one name on a day, the first."""
    sessions = timetable.held(event)
    return {key(session, event): session for session in reversed(sessions)}


def differs(session: TrackSession, entry: Entry) -> bool:
    """Tell whether a session that has yet to begin is to be changed."""
    return session.status == SessionStatus.SCHEDULED and bool(changes(session, entry))


def changes(session: TrackSession, entry: Entry) -> dict:
    wanted = {"starts_at": entry.starts_at, "ends_at": entry.ends_at}
    if not entry.is_kind_guessed:
        wanted["kind"] = entry.kind
    return {name: value for name, value in wanted.items() if getattr(session, name) != value}


def imported(session: TrackSession | None, entry: Entry) -> Imported:
    is_guessed = session is None and entry.is_kind_guessed
    kind = session.kind if session is not None and entry.is_kind_guessed else entry.kind
    return Imported(
        id=session.id if session else None,
        name=session.name if session else entry.name,
        kind=kind,
        is_kind_guessed=is_guessed,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        old_starts_at=session.starts_at if session else None,
    )


def write(event: Event, session: TrackSession | None, entry: Entry, *, actor) -> None:
    try:
        if session is None:
            fields = {"name": entry.name, "kind": entry.kind}
            times = {"starts_at": entry.starts_at, "ends_at": entry.ends_at}
            timetable.create(event, actor=actor, **fields, **times)
        else:
            timetable.update(session, changes(session, entry), actor=actor)
    except errors.Invalid as error:
        raise at_row(entry, error) from error


def at_row(entry: Entry, error: errors.Invalid) -> errors.Invalid:
    """Name the row of the table, or the event of the file, that breaks a rule."""
    by_column = {
        entry.called.get(name, name): sentences
        for found in error.members["errors"].values()
        for name, sentences in found.items()
    }
    if entry.row is None:
        sentences = [sentence for found in by_column.values() for sentence in found]
        return errors.Invalid(f"{entry.name}: {' '.join(sentences)}")
    return errors.Invalid(errors=errors.Rows({entry.row: by_column}))
