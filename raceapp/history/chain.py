"""The chain of a weekend's record: every hash covers the entry and the hash before it.

Entries are written just before the commit of their change, all at once and with the head of the
chain held. So the lock is short, the order is that of the commits, and a change that is rolled
back leaves nothing. A change whose entry cannot be written is not made.

Each hash is SHA-256 over the hash before it, the position and the digest of the entry, itself
SHA-256 over its canonical JSON. Count and last hash are kept in the head, so that a row missing
at the end shows too.
"""

import hashlib
import json
import logging
from datetime import date, datetime

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy import event, orm

from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage import bulk
from raceapp.storage.prepared import Prepared, placeholder
from raceapp.telemetry import metrics

log = logging.getLogger(__name__)
GENESIS = "0" * 64
# Where the session keeps entries of a transaction that wait, and those that are written.
WAITING, WRITTEN = "history", "history written"
# Sent with the ids of the weekends whose record has grown, once that is committed.
grown = Signal()


class NoHead(Exception):
    """The chain of a weekend has lost its head, so nothing there may change."""

    def __init__(self, event_id: int):
        super().__init__(f"The record of race weekend {event_id} has no head: run verify-history.")


@event.listens_for(orm.Session, "before_commit")
def write_waiting(session: orm.Session) -> None:
    """Write the entries of this transaction, weekend by weekend."""
    entries = session.info.pop(WAITING, [])
    if not entries:
        return
    session.flush()
    for event_id in sorted({entry["event_id"] for entry in entries}):
        append(session, event_id, [entry for entry in entries if entry["event_id"] == event_id])
    session.info.setdefault(WRITTEN, []).extend(entries)


@event.listens_for(orm.Session, "after_commit")
def tell_of_written(session: orm.Session) -> None:
    if not session.in_nested_transaction() and session.info.get(WRITTEN):
        tell(session.info.pop(WRITTEN))


@event.listens_for(orm.Session, "after_rollback")
def forget_waiting(session: orm.Session) -> None:
    session.info.pop(WAITING, None)
    session.info.pop(WRITTEN, None)


def tell(entries: list[dict]) -> None:
    """Count entries that have been committed, and send `grown`.

    A failure here does not undo the commit, so the request is answered as if there were none.
    """
    try:
        metrics.history_entries.inc(len(entries))
        grown.send(frozenset(entry["event_id"] for entry in entries))
    except Exception:
        log.exception("what has been committed could not be told")


def append(session: orm.Session, event_id: int, entries: list[dict]) -> None:
    """Chain `entries` to the weekend's record; writers of one weekend take turns here.

    Raises NoHead when there is nothing to chain them to.
    """
    if len(entries) == 1 and session.get_bind().dialect.name == "postgresql":
        if not APPEND_ONE.rows(**as_values(entries[0])):
            raise NoHead(event_id)
        return
    held = sa.select(HistoryHead.count, HistoryHead.last_hash).with_for_update()
    head = session.execute(held.where(HistoryHead.event_id == event_id)).one_or_none()
    if head is None:
        raise NoHead(event_id)
    position, last_hash = head
    for entry in entries:
        position += 1
        last_hash = link(last_hash, position, digest(entry))
        entry.update(position=position, hash=last_hash)
    bulk.insert(HistoryEntry.__table__, entries)
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


def as_json(value):
    """Return `value` as JSON has it."""
    if isinstance(value, (datetime, date)):
        return value.isoformat().replace("+00:00", "Z")
    return value


def canonical(entry: dict) -> str:
    return CANONICAL.encode([as_json(entry[name]) for name in HASHED])


def link(previous_hash: str, position: int, own_digest: str) -> str:
    """Return the hash of an entry at `position` after one with `previous_hash`."""
    return hashlib.sha256(f"{previous_hash}{position}{own_digest}".encode()).hexdigest()


# --- as part of one statement ------------------------------------------------------------


def has_head(event_id: sa.ColumnElement) -> sa.ColumnElement:
    """Hold where the weekend's chain has its head; a row written with an entry asks for it."""
    return sa.exists().where(HistoryHead.event_id == event_id)


HAS_HEAD = Prepared(sa.select(sa.literal(1)).where(has_head(placeholder("event_id"))))


def check_head(event_id: int) -> None:
    """Raise NoHead if the head is missing, for a statement that wrote nothing."""
    if HAS_HEAD.row(event_id=event_id) is None:
        raise NoHead(event_id)


def append_one(written: sa.CTE | None = None, *others: sa.CTE) -> sa.Executable:
    """Return the whole of `append()` for one entry, the usual case, as one statement.

    PostgreSQL moves the head, which makes writers take turns, computes the same `digest()` and
    `link()`, and adds the entry. `written` is a CTE that returns one id: the entry is about the
    row with that id, and the statement returns the id. No id, no entry. `others` are further CTEs
    of the same statement.
    """
    row_id = sa.cast(written.c.id, sa.Text) if written is not None else sa.literal("")
    head = moved_head(row_id).cte("head")
    values = {name: placeholder(name, getattr(HistoryEntry, name).type) for name in HASHED}
    values["subject"] = values["subject"].concat(head.c.row_id)
    source = sa.select(*values.values(), head.c.count, head.c.last_hash)
    names = [*HASHED, "position", "hash"]
    added = sa.insert(HistoryEntry).from_select(names, source).returning(HistoryEntry.id)
    if written is None:
        return added
    entry = added.cte("entry")
    return sa.select(written.c.id).select_from(written.join(entry, sa.true())).add_cte(*others)


def moved_head(row_id: sa.ColumnElement) -> sa.Update:
    """Return the statement that links one more entry, about the row with this id, to the head."""
    before, after = placeholder("before_id", sa.Text), placeholder("after_id", sa.Text)
    own_digest = sha256(before.concat(row_id).concat(after))
    position = HistoryHead.count + 1
    linked = HistoryHead.last_hash.concat(sa.cast(position, sa.Text)).concat(own_digest)
    return (
        sa.update(HistoryHead)
        .where(HistoryHead.event_id == placeholder("event_id"), row_id.is_not(None))
        .values(count=position, last_hash=sha256(linked))
        .returning(HistoryHead.count, HistoryHead.last_hash, row_id.label("row_id"))
    )


def sha256(text) -> sa.ColumnElement:
    return sa.func.encode(sa.func.sha256(sa.func.convert_to(text, "UTF8")), "hex")


def as_values(entry: dict, *, about_new: bool = False) -> dict:
    """Return the values of `append_one()` for an entry.

    With `about_new` the statement completes its subject by the id of the row that it writes.
    """
    before, after = canonical(entry), ""
    if about_new:
        mark = f'"{entry["subject"]}"'
        before, _, after = before.partition(mark)
        before, after = before + mark[:-1], mark[-1] + after
    return {**entry, "before_id": before, "after_id": after}


APPEND_ONE = Prepared(append_one())
