"""The proof of the record: the checks of `flask verify-history`, and seals of the record."""

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa

from raceapp import clock
from raceapp.history.chain import GENESIS, HASHED, NoHead, digest, link
from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage.session import db, one_moment


def heads(event_ids: Iterable[int]) -> dict[int, tuple[int, str]]:
    """Return how many entries the records of these weekends have, and the hash of the last."""
    found = sa.select(HistoryHead.event_id, HistoryHead.count, HistoryHead.last_hash)
    rows = db.session.execute(found.where(HistoryHead.event_id.in_(event_ids)))
    return {event_id: (count, last_hash) for event_id, count, last_hash in rows}


def seal(event_id: int) -> dict:
    """Return how far the record of a weekend goes, for people to keep elsewhere."""
    head = db.session.get(HistoryHead, event_id)
    if head is None:
        raise NoHead(event_id)
    sealed = {"count": head.count, "last_hash": head.last_hash}
    return {"event_id": event_id, **sealed, "at": clock.utcnow()}


def faults(seals: Iterable[dict] = ()) -> Iterator[str]:
    """Yield a sentence for the first fault of every weekend whose record was tampered with.

    Everything is read as of one moment. Every weekend has a record, which begins with its
    creation. Each of `seals` is an earlier answer of `seal()`.
    """
    with one_moment():
        heads = {head.event_id: head for head in db.session.scalars(sa.select(HistoryHead))}
        sealed = by_event(seals)
        for event_id in sorted({*heads, *sealed, *weekends()}):
            fault = first_fault(event_id, heads.get(event_id), sealed.get(event_id, {}))
            if fault:
                yield f"event {event_id}: {fault}"


def weekends() -> set[int]:
    """Return the ids of all weekends, deleted ones too, and of those that only entries name."""
    # Weekends are above this package, which knows their table by the key that refers to it.
    (key,) = HistoryHead.__table__.c.event_id.foreign_keys
    with_entries = sa.select(HistoryEntry.event_id)
    return set(db.session.scalars(sa.select(key.column).union(with_entries)))


def by_event(seals: Iterable[dict]) -> dict[int, dict[int, set[str]]]:
    """Return the sealed hashes by event and position."""
    found: dict[int, dict[int, set[str]]] = {}
    for one in seals:
        hashes = found.setdefault(one["event_id"], {}).setdefault(one["count"], set())
        hashes.add(one["last_hash"])
    return found


def first_fault(
    event_id: int, head: HistoryHead | None, sealed: Mapping[int, set[str]]
) -> str | None:
    """Return the first fault in the record of a weekend, or None."""
    position, last_hash, last_id = 0, GENESIS, 0
    for row in in_order(event_id):
        position += 1
        last_hash = link(last_hash, position, digest({name: getattr(row, name) for name in HASHED}))
        fault = fault_of(row, position, last_hash, last_id)
        if fault is None and sealed.get(position, {last_hash}) != {last_hash}:
            fault = "is not what was sealed"
        if fault:
            return f"entry {position} {fault}"
        last_id = row.id
    if head is None or (head.count, head.last_hash) != (position, last_hash):
        return f"its last entries were removed or added after entry {position}"
    if position == 0:
        return "it has no record, though every record begins with its creation"
    if max(sealed, default=0) > position:
        return f"it was sealed with {max(sealed)} entries and has {position}"
    return None


def fault_of(row, position: int, expected: str, last_id: int) -> str | None:
    """Return what is wrong with an entry that should stand at `position`, after `last_id`."""
    if row.position != position:
        return "is out of place: one was removed or inserted before it"
    if row.hash != expected:
        return "was altered or inserted"
    if row.id < last_id:
        return "is out of order: ids rise with the positions"
    return None


def in_order(event_id: int) -> Iterator[sa.Row]:
    columns = (getattr(HistoryEntry, name) for name in ("id", "position", "hash", *HASHED))
    ordered = sa.select(*columns).where(HistoryEntry.event_id == event_id)
    ordered = ordered.order_by(HistoryEntry.position, HistoryEntry.id)
    with db.session.execute(ordered.execution_options(yield_per=1000)) as rows:
        yield from rows
