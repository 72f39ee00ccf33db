"""The record: what really changed, by whom, chained per weekend.

`record()` notes an entry; the notes are written just before the commit of the change they
tell of, in one go and with the head of the weekend's chain held. So the lock is short, the
order is that of the commits, and a change that is rolled back leaves nothing.

Each hash is SHA-256 over the hash before it, the position and the digest of the entry, itself
SHA-256 over its canonical JSON. Count and last hash are kept in the head, so that a row missing
at the end shows too.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.orm.base import NO_VALUE

from raceapp import clock
from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage.prepared import Prepared, placeholder
from raceapp.storage.session import db
from raceapp.telemetry import logs, metrics

GENESIS = "0" * 64
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


def plain(value):
    """Return `value` as it stands in JSON."""
    if isinstance(value, (datetime, date)):
        return value.isoformat().replace("+00:00", "Z")
    return value


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
    db.session.info.setdefault("history", []).append(noted)


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


def of_event(event_id: int) -> sa.Select:
    return sa.select(HistoryEntry).where(HistoryEntry.event_id == event_id)


def of_task(task_id: int) -> sa.Select:
    return sa.select(HistoryEntry).where(HistoryEntry.subject == f"task:{task_id}")


# --- the chain ---------------------------------------------------------------------------


def take_noted() -> list[dict]:
    """Return what has been noted, for the caller to write."""
    return count(db.session.info.pop("history", []))


def count(entries: list[dict]) -> list[dict]:
    metrics.history_entries.inc(len(entries))
    return entries


@event.listens_for(orm.Session, "before_commit")
def write_noted(session: orm.Session) -> None:
    """Write what was noted in this transaction, weekend by weekend."""
    noted = take_noted()
    if not noted:
        return
    session.flush()
    for event_id in sorted({entry["event_id"] for entry in noted}):
        append(session, event_id, [entry for entry in noted if entry["event_id"] == event_id])


@event.listens_for(orm.Session, "after_rollback")
def forget_noted(session: orm.Session) -> None:
    session.info.pop("history", None)


def append(session: orm.Session, event_id: int, entries: list[dict]) -> None:
    """Chain `entries` to the weekend's record; writers of one weekend take turns here."""
    if len(entries) == 1 and session.get_bind().dialect.name == "postgresql":
        APPEND_ONE.rows(**as_values(entries[0]))
        return
    head = session.execute(
        sa.select(HistoryHead.count, HistoryHead.last_hash)
        .where(HistoryHead.event_id == event_id)
        .with_for_update()
    ).one()
    position, last_hash = head
    for entry in entries:
        position += 1
        last_hash = link(last_hash, position, digest(entry))
        entry.update(position=position, hash=last_hash)
    session.execute(sa.insert(HistoryEntry), entries)
    session.execute(
        sa.update(HistoryHead)
        .where(HistoryHead.event_id == event_id)
        .values(count=position, last_hash=last_hash)
        .execution_options(synchronize_session=False)
    )


CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
HASHED = ("event_id", "at", "actor", "action", "subject", "changes", "request_id")


def digest(entry: dict) -> str:
    """Return the hash of what an entry says, wherever it stands."""
    return hashlib.sha256(canonical(entry).encode()).hexdigest()


def canonical(entry: dict) -> str:
    return CANONICAL.encode([plain(entry[name]) for name in HASHED])


def link(previous_hash: str, position: int, own_digest: str) -> str:
    """Return the hash of an entry at `position` after one with `previous_hash`."""
    return hashlib.sha256(f"{previous_hash}{position}{own_digest}".encode()).hexdigest()


def append_one(written: sa.CTE | None = None, *along: sa.CTE) -> sa.Executable:
    """Return the whole of `append()` for one entry, the usual case, as one statement.

    PostgreSQL moves the head, which makes writers take turns, computes the same `digest()` and
    `link()` and adds the entry. As part of a larger statement the entry is about the row that
    `written` returns the id of, and there is none where that returns no row; that id is returned.
    What else is written `along` with it is part of the same statement.
    """
    before, after = placeholder("before_id", sa.Text), placeholder("after_id", sa.Text)
    row_id = sa.cast(written.c.id, sa.Text) if written is not None else sa.literal("")
    own_digest = sha256(before.concat(row_id).concat(after))
    position = HistoryHead.count + 1
    linked = HistoryHead.last_hash.concat(sa.cast(position, sa.Text)).concat(own_digest)
    head = (
        sa.update(HistoryHead)
        .where(HistoryHead.event_id == placeholder("event_id"), row_id.is_not(None))
        .values(count=position, last_hash=sha256(linked))
        .returning(HistoryHead.count, HistoryHead.last_hash, row_id.label("row_id"))
        .cte("head")
    )
    values = {name: placeholder(name, getattr(HistoryEntry, name).type) for name in HASHED}
    values["subject"] = values["subject"].concat(head.c.row_id)
    source = sa.select(*values.values(), head.c.count, head.c.last_hash)
    names = [*HASHED, "position", "hash"]
    added = sa.insert(HistoryEntry).from_select(names, source).returning(HistoryEntry.id)
    if written is None:
        return added
    entry = added.cte("entry")
    return sa.select(written.c.id).select_from(written.join(entry, sa.true())).add_cte(*along)


def sha256(text) -> sa.ColumnElement:
    return sa.func.encode(sa.func.sha256(sa.func.convert_to(text, "UTF8")), "hex")


def as_values(entry: dict, *, about_new: bool = False) -> dict:
    """Return the values of `append_one()` for an entry.

    With `about_new` its subject ends in the id of the row written along with it, and that
    place is left open.
    """
    before, after = canonical(entry), ""
    if about_new:
        mark = f'"{entry["subject"]}"'
        before, _, after = before.partition(mark)
        before, after = before + mark[:-1], mark[-1] + after
    return {**entry, "before_id": before, "after_id": after}


APPEND_ONE = Prepared(append_one())


# --- the proof ---------------------------------------------------------------------------


def faults() -> Iterable[str]:
    """Yield a sentence for the first fault of every weekend whose record was tampered with."""
    heads = {head.event_id: head for head in db.session.scalars(sa.select(HistoryHead))}
    entries = db.session.scalars(sa.select(HistoryEntry.event_id).distinct()).all()
    for event_id in sorted({*heads, *entries}):
        fault = first_fault(event_id, heads.get(event_id))
        if fault:
            yield f"event {event_id}: {fault}"


def first_fault(event_id: int, head: HistoryHead | None) -> str | None:
    """Return where the record of a weekend stops being what was written, or None."""
    position, last_hash = 0, GENESIS
    ordered = of_event(event_id).order_by(HistoryEntry.position, HistoryEntry.id)
    with db.session.scalars(ordered.execution_options(yield_per=1000)) as rows:
        for row in rows:
            position += 1
            if row.position != position:
                return f"entry {row.id} is out of place: one was removed or inserted before it"
            own_digest = digest({name: getattr(row, name) for name in HASHED})
            last_hash = link(last_hash, position, own_digest)
            if row.hash != last_hash:
                return f"entry {row.id} was altered or inserted"
    if head is None or (head.count, head.last_hash) != (position, last_hash):
        return f"its last entries were removed or added after entry {position}"
    return None
