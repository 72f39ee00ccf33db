"""The record: what really changed, and by whom.

`record()` notes an entry; `chain` writes what was noted just before the commit of the change.
"""

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm.base import NO_VALUE

from raceapp import clock
from raceapp.history.chain import GENESIS, NOTED, plain
from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage.session import db
from raceapp.telemetry import logs

# Columns that every change moves; they say nothing of it.
SILENT = {"version", "updated_at", "created_at"}


class Record:
    """A row read for a change outside of the session: its columns are its attributes.

    It stands in for a model in the rules, which read and set attributes and no more. What is
    noted of it is kept on it, for the statement that writes the change.
    """

    __tablename__ = ""
    noted: dict | None = None

    def __init__(self, columns: dict):
        self.__dict__.update(columns)
        self._read = columns

    def start_again(self) -> None:
        self._read = {name: self.__dict__[name] for name in self._read}
        self.noted = self.signed = None

    def changes(self) -> dict:
        """Return `{column: [old, new]}` of what has been set since."""
        now = self.__dict__
        return {
            name: [plain(old), plain(now[name])]
            for name, old in self._read.items()
            if now[name] is not old and now[name] != old
        }


def changes_of(model) -> dict:
    """Return `{field: [old, new]}` of what has changed on `model` since it was read."""
    if isinstance(model, Record):
        return model.changes()
    state = sa.inspect(model)
    columns = state.mapper.column_attrs
    changed = {}
    for name, old in state.committed_state.items():
        new = getattr(model, name)
        if name in columns and name not in SILENT and old != new:
            changed[name] = [None if old is NO_VALUE else plain(old), plain(new)]
    return changed


def record(event_id: int, action: str, subject, *, actor, changes: dict | None = None) -> None:
    """Note that `actor` did `action` to `subject`, a model with an id.

    Without `changes` they are read off the model; where there are none nothing is noted.
    """
    found = changes_of(subject) if changes is None else changes
    if not found and changes is None:
        return
    if isinstance(subject, Record):
        subject.noted = entry(event_id, action, name_of(subject), actor=actor, changes=found)
    else:
        note(event_id, action, name_of(subject), actor=actor, changes=found)


def note(event_id: int, action: str, subject: str, *, actor, changes: dict) -> None:
    """Note an entry by the name of its subject, such as "task:7"."""
    keep(entry(event_id, action, subject, actor=actor, changes=changes))


def keep(noted: dict) -> None:
    """Have an entry written just before the commit."""
    db.session.info.setdefault(NOTED, []).append(noted)


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
    """Return what the record calls `model`: its noun, by default that of its table, and id."""
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
