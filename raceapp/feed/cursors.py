"""How far somebody has followed the record of a weekend, as text that only we can write.

The record counts its entries without a gap and in the order of the commits: a reader who has been
sent n entries has missed none of them. A record that was restored from a backup may have other
entries from some position on, or none. So a cursor also names the entry that it stands at.
"""

import functools
from dataclasses import dataclass

import orjson
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from raceapp import errors
from raceapp.web.cursors import signer

PATTERN = "^[A-Za-z0-9._-]+$"
# So many digits of its hash tell an entry from all others.
MARK = 16


class Lost(Exception):
    """The record does not have the entry at a cursor: all that the reader holds may be wrong."""


@dataclass(frozen=True, order=True)
class Place:
    """All entries up to `position` have been sent, and so many subjects of the next one.

    `mark` is the beginning of the hash of the last entry that was sent, whole or in part.
    """

    position: int
    sent: int = 0
    mark: str = ""

    @classmethod
    def behind(cls, position: int, own_hash: str) -> "Place":
        """Return the place behind an entry, or before the first one when the position is 0."""
        return cls(position, 0, own_hash[:MARK]) if position else START


START = Place(0)


def write_cursor(event_id: int, place: Place) -> str:
    text = base64_encode(orjson.dumps([place.position, place.sent, place.mark]))
    return signer(salt(event_id)).sign(text).decode()


def read_cursor(event_id: int, cursor: str, **where: str) -> Place:
    """Return the place at the cursor; raises Invalid when it is not one of this weekend.

    `where` says in what part of the request it was sent: see `not_ours`.
    """
    try:
        return place_at(signer(salt(event_id)), cursor)
    except (BadData, ValueError, TypeError) as error:
        raise not_ours(**where) from error


@functools.lru_cache(maxsize=1024)
def place_at(signed_by: Signer, cursor: str) -> Place:
    """Return the place at the cursor. It is remembered: many readers come with the same one."""
    return Place(*orjson.loads(base64_decode(signed_by.unsign(cursor))))


def salt(event_id: int) -> str:
    return f"feed of {event_id}"


def not_ours(name: str = "since", location: str = "query") -> errors.Invalid:
    message = "Use a cursor of this race weekend's snapshot, changes or stream."
    return errors.Invalid.field(name, message, location=location)
