"""The record: what changed, and by whom.

`record()` makes an entry and keeps it; `chain` writes it just before the commit of the change.
"""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm.base import NO_VALUE

from raceapp import clock
from raceapp.history.chain import GENESIS, WAITING, as_json
from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage.session import db
from raceapp.telemetry import logs

# Columns that every change moves; entries leave them out.
SILENT = {"version", "updated_at", "created_at"}


class Row:
    """A row read for a change outside of the session: its columns are its attributes.

    It stands in for a model: the rules read and set attributes, and do no more. It keeps its
    entry, for the statement that writes the change.
    """

    __tablename__ = ""
    entry: dict | None = None

    def __init__(self, columns: dict):
        self.__dict__.update(columns)
        self._read = columns

    def start_again(self) -> None:
        self._read = {name: self.__dict__[name] for name in self._read}
        self.entry = self.signed = None

    def changes(self) -> dict:
        """Return `{column: [old, new]}` of the columns that have been set."""
        now = self.__dict__
        return {
            name: [as_json(old), as_json(now[name])]
            for name, old in self._read.items()
            if now[name] is not old and now[name] != old
        }


def changes_of(model) -> dict:
    """Return `{field: [old, new]}` of the fields of `model` that have changed since it was read."""
    if isinstance(model, Row):
        return model.changes()
    state = sa.inspect(model)
    columns = state.mapper.column_attrs
    changed = {}
    for name, old in state.committed_state.items():
        new = getattr(model, name)
        if name in columns and name not in SILENT and old != new:
            changed[name] = [None if old is NO_VALUE else as_json(old), as_json(new)]
    return changed


def record(event_id: int, action: str, subject, *, actor, changes: dict | None = None) -> None:
    """Record that `actor` did `action` to `subject`, a model with an id or a name as "task:7".

    Without `changes` the model tells them; if there are none, nothing is recorded.
    """
    found = changes_of(subject) if changes is None else changes
    if not found and changes is None:
        return
    new = entry(event_id, action, name_of(subject), actor=actor, changes=found)
    if isinstance(subject, Row):
        subject.entry = new
    else:
        keep(new)


def keep(new: dict) -> None:
    """Keep an entry until it is written, just before the commit."""
    db.session.info.setdefault(WAITING, []).append(new)


def entry(event_id: int, action: str, subject: str, *, actor, changes: dict) -> dict:
    """Return an entry of the record that has yet to be written."""
    return {
        "event_id": event_id,
        "at": clock.utcnow(),
        "actor": actor.id if actor else None,
        "action": action,
        "subject": subject,
        "changes": changes,
        "request_id": logs.request_id(),
    }


def name_of(model) -> str:
    """Return the name of `model` in the record: its noun, that of its table by default, and id."""
    if isinstance(model, str):
        return model
    noun = getattr(model, "noun", model.__tablename__.removesuffix("s"))
    return f"{noun}:{model.id}"


def start(event_id: int) -> None:
    """Begin the chain of a new weekend."""
    db.session.add(HistoryHead(event_id=event_id, count=0, last_hash=GENESIS))


def named() -> sa.Select:
    """Return all entries, each with the person who did it."""
    return sa.select(HistoryEntry).options(orm.joinedload(HistoryEntry.person))


def of_event(event_id: int) -> sa.Select:
    return named().where(HistoryEntry.event_id == event_id)


def of_task(task_id: int) -> sa.Select:
    return named().where(HistoryEntry.subject == f"task:{task_id}")
