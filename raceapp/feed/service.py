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
from raceapp.feed.cursors import MARK, START, Lost, Place, read_cursor, write_cursor
from raceapp.feed.kinds import KINDS, write_event
from raceapp.feed.subjects import Subject, Untold, subjects_of
from raceapp.history import chain, proof
from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage.ahead import rows_read_ahead
from raceapp.storage.prepared import Prepared, placeholder
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
    hash: str

    def place(self, sent: int = 0) -> Place:
        """Return the place behind this entry, or behind so many of its subjects."""
        return Place(self.position - bool(sent), sent, self.hash[:MARK])


def next_entries() -> sa.Select:
    """Return the entry at a position in the record of a weekend and those behind it, in order."""
    found = sa.select(*(getattr(HistoryEntry, name) for name in Entry._fields))
    found = found.where(HistoryEntry.event_id == placeholder("event_id", sa.BigInteger))
    found = found.where(HistoryEntry.position >= placeholder("after", sa.Integer))
    return found.order_by(HistoryEntry.position).limit(placeholder("most", sa.Integer) + 1)


ENTRIES = Prepared(next_entries())


def behind(place: Place, entries: Sequence[Entry]) -> list[Entry]:
    """Return those of the next entries that are behind the place; raises Lost."""
    if place != START and place not in [entry.place(place.sent) for entry in entries[:2]]:
        raise Lost
    return [entry for entry in entries if entry.position > place.position]


class Snapshot:
    """Everything of a weekend as of one moment. Its parts are read when they are written out,
    so a reader who has this version already costs nothing more."""

    def __init__(self, event: Event, place: Place):
        self.event, self.version = event, f"{place.position}-{place.mark}"
        self.cursor = write_cursor(event.id, place)

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
    sealed = proof.seal(event.id)
    return Snapshot(event, Place.behind(sealed["count"], sealed["last_hash"]))


@functools.cache
def head(is_admin: bool) -> Prepared:
    """Return the statement that finds a weekend for its crew, and how far its record goes."""
    found = events.visible_weekend(is_admin).statement
    found = found.add_columns(HistoryHead.count, HistoryHead.last_hash)
    return Prepared(found.outerjoin(HistoryHead, HistoryHead.event_id == Event.id))


def head_for_crew(event_id: int, *, actor) -> Place:
    """Return where the record ends; raises NotFound unless the actor is on the crew."""
    values = {"event_id": event_id, "actor_id": actor.id}
    return head_of(event_id, rows_read_ahead(head(actor.is_admin), **values))


def head_of(event_id: int, rows: Sequence[tuple]) -> Place:
    if not rows:
        raise errors.NotFound(events.NOT_ON_CREW)
    _, count, last_hash, *_ = rows[0]
    if count is None:
        raise chain.NoHead(event_id)
    return Place.behind(count, last_hash)


def heads(event_ids: Iterable[int]) -> dict[int, Place]:
    """Return where the records of these weekends end."""
    return {event_id: Place.behind(*head) for event_id, head in proof.heads(event_ids).items()}


@functools.cache
def record(is_admin: bool) -> Prepared:
    """Return the statement of `head()` with the next entries, all as of one moment."""
    weekend, entries = head(is_admin).statement.subquery(), next_entries().subquery()
    joined = weekend.join(entries, sa.true(), isouter=True)
    return Prepared(sa.select(*weekend.c, *entries.c).select_from(joined))


def record_for_crew(event_id: int, place: Place, most: int, *, actor) -> tuple[int, list[Entry]]:
    """Return how far the record goes, and the entries behind a place; raises NotFound, Lost."""
    values = {"event_id": event_id, "actor_id": actor.id, "after": place.position, "most": most}
    rows = rows_read_ahead(record(actor.is_admin), **values)
    end = head_of(event_id, rows)
    found = (Entry(*row[3:]) for row in rows if row[3] is not None)
    return end.position, behind(place, sorted(found, key=attrgetter("position")))


# --- changes -----------------------------------------------------------------------------


def changes(event_id: int, *, actor, since: str, limit: int) -> dict:
    """Return up to `limit` resources that changed since the cursor, as they are now.

    They are none and `reset` is true for whoever has to take a new snapshot. Raises NotFound unless
    the actor is on the crew, Invalid when the cursor is not of this weekend.
    """
    try:
        place = read_cursor(event_id, since)
    except errors.Invalid:
        events.check_for_crew(event_id, actor=actor)
        raise
    try:
        head, entries = record_for_crew(event_id, place, limit, actor=actor)
        found, end = followed(entries, place, limit)
    except (Lost, Untold):
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


def entries(event_id: int, place: Place, most: int) -> list[Entry]:
    """Return the next entries behind a place; raises Lost."""
    rows = ENTRIES.rows(event_id=event_id, after=place.position, most=most)
    return behind(place, [Entry(*row) for row in rows])


def followed(entries: Iterable, place: Place, limit: int) -> tuple[dict[Subject, None], Place]:
    """Return up to `limit` subjects that the entries tell of, and how far that goes.

    So many entries are enough: few tell of nothing that devices keep, as those of invitations do.
    """
    found: dict[Subject, None] = {}
    sent = place.sent
    for entry in entries:
        for number, subject in enumerate(subjects_of(entry)):
            if number < sent or subject in found:
                continue
            if len(found) == limit:
                return found, entry.place(number) if number else place
            found[subject] = None
        place, sent = entry.place(), 0
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
