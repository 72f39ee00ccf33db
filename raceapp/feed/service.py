"""A weekend at once, and what has changed since: the record is the cursor.

A reader who reads the head of the record first and the rows afterwards holds, for each entry up to
that head, a state at least as new. A row newer than the head does no harm: its own entry follows.
"""

import functools
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

import sqlalchemy as sa

from raceapp import errors
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.feed import people
from raceapp.feed.cursors import Place, not_ours, read_cursor, write_cursor
from raceapp.feed.kinds import KINDS, write_event
from raceapp.feed.subjects import Subject, Untold, subjects_of
from raceapp.history import chain, proof
from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage.prepared import Prepared, placeholder, rows_read_ahead
from raceapp.storage.session import begin_snapshot, db

# For a reader who is further behind a new snapshot is quicker.
MAX_BEHIND = 5_000


class Entry(NamedTuple):
    """What the feed reads of an entry of the record."""

    event_id: int
    position: int
    action: str
    subject: str
    changes: dict


def behind(after) -> sa.Select:
    """Return the entries of a weekend behind a position, in their order."""
    found = sa.select(*(getattr(HistoryEntry, name) for name in Entry._fields))
    found = found.where(HistoryEntry.event_id == placeholder("event_id", sa.BigInteger))
    found = found.where(HistoryEntry.position > after).order_by(HistoryEntry.position)
    return found.limit(placeholder("most", sa.Integer))


AFTER = placeholder("after", sa.Integer)
ENTRIES = Prepared(behind(AFTER).where(HistoryEntry.position <= placeholder("head", sa.Integer)))


class Snapshot:
    """Everything of a weekend as of one moment. Its parts are read when they are written out,
    so a reader who has this version already costs nothing more."""

    def __init__(self, event: Event, version: int):
        self.event, self.version = event, version
        self.cursor = write_cursor(event.id, Place(version))

    people = cached_property(lambda self: people.all_of(self.event.id))
    bikes = cached_property(lambda self: KINDS["bike"].of(self.event.id))
    sessions = cached_property(lambda self: KINDS["session"].of(self.event.id))
    tasks = cached_property(lambda self: KINDS["task"].of(self.event.id))
    releases = cached_property(lambda self: KINDS["release"].of(self.event.id))
    incidents = cached_property(lambda self: KINDS["incident"].of(self.event.id))


def snapshot(event_id: int, *, actor) -> Snapshot:
    """Return everything of a weekend for its crew and team managers; raises NotFound."""
    begin_snapshot()
    event = events.get_for_crew(event_id, actor=actor)
    return Snapshot(event, proof.seal(event.id)["count"])


@functools.cache
def head(is_admin: bool) -> Prepared:
    """Return the statement that finds a weekend for its crew, and how far its record goes."""
    found = events.visible_weekend(is_admin).statement.add_columns(HistoryHead.count)
    return Prepared(found.outerjoin(HistoryHead, HistoryHead.event_id == Event.id))


def head_for_crew(event_id: int, *, actor) -> int:
    """Return how many entries the record has; raises NotFound unless the actor is on the crew."""
    values = {"event_id": event_id, "actor_id": actor.id}
    return head_of(event_id, rows_read_ahead(head(actor.is_admin), **values))


def head_of(event_id: int, rows: Sequence[tuple]) -> int:
    if not rows:
        raise errors.NotFound(events.NOT_ON_CREW)
    if rows[0][1] is None:
        raise chain.NoHead(event_id)
    return rows[0][1]


@functools.cache
def record(is_admin: bool) -> Prepared:
    """Return the statement of `head()` with the entries behind a place, all as of one moment."""
    weekend, entries = head(is_admin).statement.subquery(), behind(AFTER).subquery()
    joined = weekend.join(entries, sa.true(), isouter=True)
    return Prepared(sa.select(*weekend.c, *entries.c).select_from(joined))


def record_for_crew(event_id: int, after: int, most: int, *, actor) -> tuple[int, list[Entry]]:
    """Return how far the record goes, and the next entries; raises NotFound."""
    values = {"event_id": event_id, "actor_id": actor.id, "after": after, "most": most}
    rows = rows_read_ahead(record(actor.is_admin), **values)
    count = head_of(event_id, rows)
    found = (Entry(*row[2:]) for row in rows if row[2] is not None)
    return count, sorted(found, key=attrgetter("position"))


# --- changes -----------------------------------------------------------------------------


def changes(event_id: int, *, actor, since: str, limit: int) -> dict:
    """Return up to `limit` resources that changed since the cursor, as they are now.

    Raises NotFound unless the actor is on the crew, Invalid when the cursor is not of this weekend.
    """
    try:
        place = read_cursor(event_id, since)
    except errors.Invalid:
        events.check_for_crew(event_id, actor=actor)
        raise
    head, entries = record_for_crew(event_id, place.position, limit, actor=actor)
    if place.position > head:
        raise not_ours()
    try:
        found, end = followed(entries, place, limit)
    except Untold:
        return answer(event_id, since, is_reset=True)
    if head - place.position > MAX_BEHIND:
        return answer(event_id, since, is_reset=True)
    changed = list(resources(event_id, found))
    named = people.described(event_id, named_by(changed))
    cursor = write_cursor(event_id, end)
    return answer(event_id, cursor, changed, named, has_more=end.position < head)


def answer(event_id, cursor, changed=(), named=(), *, has_more=False, is_reset=False) -> dict:
    return {
        "changes": [*changed],
        "people": [*named],
        "cursor": cursor,
        "has_more": has_more,
        "reset": is_reset,
    }


def entries(event_id: int, after: int, head: int, limit: int) -> list[Entry]:
    """Return the next entries up to the head."""
    rows = ENTRIES.rows(event_id=event_id, after=after, head=head, most=limit)
    return [Entry(*row) for row in rows]


def followed(entries: Iterable, place: Place, limit: int) -> tuple[dict[Subject, None], Place]:
    """Return up to `limit` subjects that the entries tell of, and how far that goes.

    Each entry tells of one thing at least, so `limit` entries are enough.
    """
    found: dict[Subject, None] = {}
    sent = place.sent
    for entry in entries:
        for number, subject in enumerate(subjects_of(entry)):
            if number < sent or subject in found:
                continue
            if len(found) == limit:
                return found, Place(entry.position - 1, number)
            found[subject] = None
        place, sent = Place(entry.position), 0
    return found, place


def resources(event_id: int, subjects: Collection[Subject]) -> Iterable[dict]:
    """Yield the subjects as they are now, in the same order."""
    present = {}
    if ("event", event_id) in subjects:
        present["event", event_id] = write_event(events.get(event_id))
    if ("crew", event_id) in subjects:
        present["crew", event_id] = people.all_of(event_id)
    for name, kind in KINDS.items():
        ids = [number for own, number in subjects if own == name]
        present |= {(name, row["id"]): row for row in kind.some(event_id, ids)}
    for name, number in subjects:
        resource = present.get((name, number))
        yield {"kind": name, "id": number, "is_deleted": resource is None, "resource": resource}


def present(event_id: int, subjects: Collection[Subject]) -> set[Subject]:
    """Return which of the subjects exist now; a crew always does."""
    found = {subject for subject in subjects if subject[0] == "crew"}
    if ("event", event_id) in subjects and is_live(event_id):
        found.add(("event", event_id))
    for name, kind in KINDS.items():
        ids = [number for own, number in subjects if own == name]
        found |= {(name, number) for number in kind.present(event_id, ids)}
    return found


def is_live(event_id: int) -> bool:
    found = sa.select(Event.id).where(Event.id == event_id, Event.deleted_at.is_(None))
    return db.session.scalar(found) is not None


def named_by(changed: Iterable[dict]) -> set[int]:
    """Return the ids of the people whom resources name."""
    found = set()
    for change in changed:
        kind, resource = change["kind"], change["resource"]
        if kind == "crew":
            found |= {person["id"] for person in resource}
        elif resource is not None:
            fields = KINDS[kind].people if kind in KINDS else ("created_by",)
            found |= {resource[field] for field in fields}
    return found - {None}
