"""The rows of a table of tasks: what they say, and their faults."""

from dataclasses import dataclass
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from raceapp import errors
from raceapp.bikes.alike import name_key
from raceapp.events.models import Event
from raceapp.tables import columns, sheets
from raceapp.tasks import belonging, due
from raceapp.tasks.models import Task, TaskStatus
from raceapp.timetable.models import SessionStatus, TrackSession

NEVER_BLANK = ("title", "is_critical", "needs_check", "is_due_pinned")
NEW = {
    **dict.fromkeys(Task.__table__.columns.keys()),
    "status": TaskStatus.OPEN,
    "is_critical": False,
    "needs_check": False,
    "is_due_pinned": False,
    "is_struck": False,
    "version": 1,
}
NO_MATTER = {"id", "created_at", "updated_at"}
# The due time of a task with an anchor follows these.
MOVING = {"anchor", "offset_minutes", "session_id", "is_due_pinned"}
SIGNED_ALREADY = "The task has been signed: reopen it first."


@dataclass(frozen=True)
class Known:
    """What a table may refer to at a weekend, by the names that it uses."""

    event: Event
    people: dict[str, int]
    bikes: dict[str, int]
    sessions: dict[str, list[TrackSession]]
    riders: dict[str, str]

    def session(self, session_id: int | None) -> TrackSession | None:
        found = (one for named in self.sessions.values() for one in named)
        return next((one for one in found if one.id == session_id), None)


@dataclass
class Reader:
    """Reads rows into columns of tasks; their faults go to `faults`."""

    known: Known
    has_decimal_comma: bool
    faults: sheets.Faults

    def new(self, row: int, cells: dict[str, str]) -> dict:
        """Return the columns of the new task of a row."""
        if not cells.get("title", "").strip():
            self.faults.add(row, "title", "This is required.")
        given = {name: cell for name, cell in cells.items() if cell.strip()}
        values = NEW | self.values(row, given, None)
        values = {name: value for name, value in values.items() if name not in NO_MATTER}
        return self.dated(row, values, {*given, "anchor"})

    def changes(self, row: int, cells: dict[str, str], task: sa.Row, texts: dict) -> dict:
        """Return what a row changes of its task, `{column: value}`."""
        others = {
            name: cell
            for name, cell in cells.items()
            if cell.strip().replace("\r\n", "\n") != texts[name].strip()
        }
        if not others.keys() - {*columns.SIGNED}:
            return {}
        values = self.values(row, others, task)
        changed = {name for name, value in values.items() if getattr(task, name) != value}
        if task.status != TaskStatus.OPEN and changed & belonging.SIGNED_FOR:
            self.faults.add(row, first_of(changed & belonging.SIGNED_FOR), SIGNED_ALREADY)
        after = self.dated(row, {**task._asdict(), **values}, changed)
        return {
            name: after[name]
            for name in {*changed, "due_at", "is_due_pinned"}
            if after[name] != getattr(task, name)
        }

    def values(self, row: int, cells: dict[str, str], task: sa.Row | None) -> dict:
        """Return the values of these cells, `{column: value}`; a blank cell means None."""
        values = {}
        for name, cell in cells.items():
            if name in columns.SIGNED or name == "id" or name in columns.MEASURED:
                continue
            try:
                column, value = self.read(name, cell.strip())
                values[column] = value
            except columns.WRONG as error:
                self.faults.add(row, name, *columns.sentences(error))
        if cells.keys() & columns.MEASURED.keys():
            before = (task.measurement or {}) if task is not None else {}
            values["measurement"] = self.measurement(row, cells, before)
        return values

    def read(self, name: str, cell: str) -> tuple[str, object]:
        """Return column and value of a cell; raises ValueError."""
        column = {"bike": "bike_id", "session": "session_id"}.get(name, name)
        if not cell:
            if name in NEVER_BLANK:
                raise ValueError("This is required.")
            return column, None
        if name == "due_at":
            return column, columns.time_in(ZoneInfo(self.known.event.timezone))(cell)
        lookup = {
            "bike": self.bike,
            "session": self.session,
            "assigned_to": self.person,
            "rider_name": self.rider,
        }
        return column, (lookup.get(name) or columns.READERS[name])(cell)

    def person(self, email: str) -> int:
        if email.lower() not in self.known.people:
            raise ValueError("There is no such person, or not any more.")
        return self.known.people[email.lower()]

    def bike(self, label: str) -> int:
        if name_key(label) not in self.known.bikes:
            raise ValueError("There is no such bike at this race weekend.")
        return self.known.bikes[name_key(label)]

    def rider(self, name: str) -> str:
        if name_key(name) not in self.known.riders:
            raise ValueError("There is no such rider at this race weekend.")
        return self.known.riders[name_key(name)]

    def session(self, name: str) -> int:
        named = self.known.sessions.get(name_key(name), [])
        if len(named) != 1:
            several = "Several sessions have this name: rename one of them first."
            raise ValueError(several if named else "There is no such session at this race weekend.")
        if named[0].status == SessionStatus.CANCELLED:
            raise ValueError("This session has been cancelled.")
        return named[0].id

    def measurement(self, row: int, cells: dict[str, str], before: dict) -> dict | None:
        """Return the measurement, made of its cells; parts without a cell stay as they were."""
        parts = {part: before.get(part) for part in columns.MEASURED.values()}
        for name, part in columns.MEASURED.items():
            if name in cells:
                parts[part] = self.part(row, name, cells[name].strip())
        if parts["label"] is None:
            if any(value is not None for value in parts.values()):
                self.faults.add(row, "measurement", "This is required where something is measured.")
            return None
        parts["kind"] = parts["kind"] or "number"
        self.check_measurement(row, parts)
        return {part: value for part, value in parts.items() if value is not None}

    def part(self, row: int, name: str, cell: str):
        if name in columns.NUMBERS and self.has_decimal_comma:
            cell = cell.replace(",", ".")
        try:
            return columns.READERS[name](cell) if cell else None
        except columns.WRONG as error:
            self.faults.add(row, name, *columns.sentences(error))
            return None

    def check_measurement(self, row: int, parts: dict) -> None:
        low, high = parts["min"], parts["max"]
        if parts["kind"] not in ("number", "text"):
            self.faults.add(row, "measurement_kind", "Must be number or text.")
        elif parts["kind"] == "text" and (low is not None or high is not None):
            self.faults.add(row, "min", "Text has no limits.")
        if low is not None and high is not None and low > high:
            self.faults.add(row, "min", "Must not be greater than max.")

    def dated(self, row: int, values: dict, changed: set[str]) -> dict:
        """Settle the due time: a given one is pinned, one that hangs on an anchor is computed.

        `changed` are the columns that the table has changed.
        """
        if self.faults.by_row.get(row, {}).keys() & {"anchor", "offset_minutes"}:
            return values
        if (values["anchor"] is None) != (values["offset_minutes"] is None):
            column = "anchor" if values["anchor"] is None else "offset_minutes"
            self.faults.add(row, column, "Anchor and offset go together.")
            return values
        if values["anchor"] is None:
            if values["is_due_pinned"] and "is_due_pinned" in changed:
                self.faults.add(row, "is_due_pinned", belonging.NOTHING_TO_PIN)
            return {**values, "is_due_pinned": False}
        if changed & {"anchor", "session_id"}:
            self.check_anchor(row, values, changed)
        if "due_at" in changed and "is_due_pinned" not in changed:
            return {**values, "is_due_pinned": True}
        if values["is_due_pinned"] or not changed & MOVING:
            return values
        return {**values, "due_at": self.due(row, values) or values["due_at"]}

    def check_anchor(self, row: int, values: dict, changed: set[str]) -> None:
        try:
            belonging.check_anchor(SimpleNamespace(**values), changed)
        except errors.Invalid as error:
            for name, sentences in error.members["errors"]["json"].items():
                self.faults.add(row, name.removesuffix("_id"), *sentences)

    def due(self, row: int, values: dict):
        session = self.known.session(values["session_id"])
        offset = {"event": self.known.event, "session": session}
        try:
            return due.due_at(values["anchor"], values["offset_minutes"], **offset)
        except errors.Invalid:
            self.faults.add(row, "offset_minutes", "Leads out of the years 1970 to 2099.")
            return None


def first_of(changed: set[str]) -> str:
    """Return the name by which a table tells the first of these columns."""
    return sorted(changed)[0].removesuffix("_id")
