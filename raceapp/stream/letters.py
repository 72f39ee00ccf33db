"""Messages for readers who follow a weekend, read from its record.

The record counts its entries without a gap and in the order of the commits. So a reader who gets
the entries behind their place misses nothing, hears nothing twice, and hears of no rollback.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import orjson

from raceapp.feed import service as feed
from raceapp.feed.cursors import START, Lost, Place, write_cursor
from raceapp.feed.service import Entry
from raceapp.feed.subjects import Subject, Untold, subjects_of

# So many at once, unless a single entry tells of more.
MOST_ENTRIES, MOST_SUBJECTS = 200, 1_000
PING = b": still here\n\n"


class Page(NamedTuple):
    """Messages as they are sent, and how far they go."""

    data: bytes
    place: Place
    count: int
    has_more: bool


def hello(event_id: int, place: Place) -> bytes:
    """Return the beginning of a stream; a reader who loses it comes again after two seconds."""
    return b"retry: 2000\n" + message("hello", write_cursor(event_id, place), {})


def message(kind: str, cursor: str, data: dict) -> bytes:
    return b"event: %b\nid: %b\ndata: %b\n\n" % (
        kind.encode(),
        cursor.encode(),
        orjson.dumps(data),
    )


def read(event_id: int, place: Place) -> Page:
    """Return the messages of some entries behind the place."""
    try:
        entries = feed.entries(event_id, place, MOST_ENTRIES)
    except Lost:
        return anew(event_id)
    chosen = enough(entries)
    present = feed.present(event_id, {subject for _, found in chosen for subject in found or ()})
    sent = [one for entry, found in chosen for one in messages(entry, found, place, present)]
    reached = chosen[-1][0].place() if chosen else place
    has_more = len(chosen) < len(entries) or len(entries) >= MOST_ENTRIES
    return Page(b"".join(sent), reached, len(sent), has_more)


def anew(event_id: int) -> Page:
    """Return the message for readers who followed what the record no longer has.

    They take a new snapshot and go on from the end of the record.
    """
    head = feed.heads([event_id]).get(event_id, START)
    return Page(message("reset", write_cursor(event_id, head), {}), head, 1, has_more=False)


def enough(entries: Sequence[Entry]) -> list[tuple[Entry, list[Subject] | None]]:
    """Return the first entries, each with its subjects, or with None if it does not name them."""
    chosen, count = [], 0
    for entry in entries:
        try:
            found = subjects_of(entry)
        except Untold:
            found = None
        if chosen and count + len(found or ()) > MOST_SUBJECTS:
            break
        chosen.append((entry, found))
        count += len(found or ())
    return chosen


def messages(entry: Entry, subjects, place: Place, present: set[Subject]) -> Iterator[bytes]:
    """Yield a message for each thing that an entry tells of, from the place on.

    An entry that does not name its things is older than the feed: everything has to be read anew.
    """
    if subjects is None:
        yield message("reset", write_cursor(entry.event_id, entry.place()), {})
        return
    for number, (kind, own_id) in enumerate(subjects, 1):
        here = entry.place(number if number < len(subjects) else 0)
        if here > place:
            data = {"kind": kind, "id": own_id, "is_deleted": (kind, own_id) not in present}
            yield message("change", write_cursor(entry.event_id, here), data)
