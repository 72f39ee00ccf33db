"""The columns of a table of tasks: how each is written, and how it is read.

Emails name people, labels bikes, names sessions; times are local to the weekend, with their offset.
Columns of signatures are for reading: only signing changes them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import marshmallow as ma

from raceapp.permissions import CrewRole
from raceapp.tables.days import SKIPPED, is_skipped
from raceapp.tasks.models import Anchor
from raceapp.tasks.schemas import MAX_OFFSET
from raceapp.web import fields

WRONG = (ValueError, ma.ValidationError)  # What a reader raises.
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
WHOLE_NUMBER = re.compile(r"-?\d{1,15}", re.ASCII)
LOCAL_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d?:\d\d)(:\d\d)?", re.ASCII)
TRUTHS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
MEASURED = {
    "measurement": "label",
    "measurement_kind": "kind",
    "unit": "unit",
    "min": "min",
    "max": "max",
}


@dataclass(frozen=True)
class Names:
    """The names of ids in a table, and the zone of its times."""

    zone: ZoneInfo
    emails: dict[int, str]
    bikes: dict[int, str]
    sessions: dict[int, str]

    def local(self, moment: datetime | None) -> str:
        return "" if moment is None else moment.astimezone(self.zone).isoformat()


def plain(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def column(name: str) -> Callable:
    return lambda task, names: plain(getattr(task, name))


def person(name: str) -> Callable:
    return lambda task, names: names.emails.get(getattr(task, name), "")


def moment(name: str) -> Callable:
    return lambda task, names: names.local(getattr(task, name))


def measured(part: str) -> Callable:
    return lambda task, names: plain((task.measurement or {}).get(part))


# In their order, with what they write. Columns of numbers are never taken for a formula.
WRITERS: dict[str, Callable] = {
    "id": column("id"),
    "title": column("title"),
    "description": column("description"),
    "section": column("section"),
    "crew_role": column("crew_role"),
    "bike": lambda task, names: names.bikes.get(task.bike_id, ""),
    "rider_name": column("rider_name"),
    "session": lambda task, names: names.sessions.get(task.session_id, ""),
    "assigned_to": person("assigned_to"),
    "due_at": moment("due_at"),
    "is_due_pinned": column("is_due_pinned"),
    "anchor": column("anchor"),
    "offset_minutes": column("offset_minutes"),
    "is_critical": column("is_critical"),
    "needs_check": column("needs_check"),
    **{name: measured(part) for name, part in MEASURED.items()},
    "status": column("status"),
    "value": column("value"),
    "done_by": person("done_by"),
    "done_at": moment("done_at"),
    "checked_by": person("checked_by"),
    "checked_at": moment("checked_at"),
    "note": column("note"),
    "created_by": person("created_by"),
}
NAMES = [*WRITERS]
NUMBERS = {"id", "offset_minutes", "min", "max"}
SIGNED = ("status", "value", "done_by", "done_at", "checked_by", "checked_at", "note", "created_by")


def texts(task, names: Names) -> dict[str, str]:
    """Return the cells of a task, by column."""
    return {name: write(task, names) for name, write in WRITERS.items()}


# --- reading -----------------------------------------------------------------------------


def text(cell: str) -> str:
    return cell


def truth(cell: str) -> bool:
    if cell.lower() not in TRUTHS:
        raise ValueError("Must be true or false.")
    return TRUTHS[cell.lower()]


def number(cell: str) -> float | int:
    if not NUMBER.fullmatch(cell):
        raise ValueError("Must be a number.")
    found = float(cell)
    return int(found) if found.is_integer() else found


def minutes(cell: str) -> int:
    if not WHOLE_NUMBER.fullmatch(cell):
        raise ValueError("Must be a whole number.")
    return OFFSET.deserialize(int(cell))


def time_in(zone: ZoneInfo) -> Callable[[str], datetime]:
    """Return a function that reads a time with an offset, or one of the clocks at the track."""

    def read(cell: str) -> datetime:
        found = LOCAL_TIME.fullmatch(cell)
        if found is None:
            return TIME.deserialize(cell)
        day, clock_time, seconds = found.groups()
        try:
            naive = datetime.fromisoformat(f"{day}T{clock_time.zfill(5)}{seconds or ':00'}")
        except ValueError as error:
            raise ValueError("There is no such day or time.") from error
        if is_skipped(naive, zone):
            raise ValueError(SKIPPED)
        return TIME.deserialize(naive.replace(tzinfo=zone).isoformat())

    return read


TIME, OFFSET = fields.UTCDateTime(), fields.Int(-MAX_OFFSET, MAX_OFFSET)
READERS: dict[str, Callable[[str], object]] = {
    "title": fields.Text(200).deserialize,
    "description": fields.LongText().deserialize,
    "section": fields.Text(100).deserialize,
    "crew_role": fields.Choice(CrewRole).deserialize,
    "rider_name": fields.Text(100).deserialize,
    "anchor": fields.Choice(Anchor).deserialize,
    "offset_minutes": minutes,
    "is_due_pinned": truth,
    "is_critical": truth,
    "needs_check": truth,
    "measurement": fields.Text(100).deserialize,
    "measurement_kind": text,
    "unit": fields.Text(20).deserialize,
    "min": number,
    "max": number,
}


def sentences(error: Exception) -> list[str]:
    """Return the sentences of an error that a reader raised."""
    if isinstance(error, ma.ValidationError):
        return list(error.messages)
    return [str(error)]
