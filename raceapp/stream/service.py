"""Who may follow a weekend live, from where on, and for how long."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from raceapp.auth.models import AuthSession, User
from raceapp.events.models import CrewMember, Event
from raceapp.feed import service as feed
from raceapp.feed.cursors import START, Place, read_cursor
from raceapp.permissions import Role
from raceapp.storage.session import db
from raceapp.stream import letters

AT_ONCE = 1_000


@dataclass(frozen=True, eq=False)
class Stream:
    """Somebody who follows a weekend, the `channel`, from `place` on; its record went to `head`.

    The stream begins with `hello` and ends at `until`, in seconds since 1970, or earlier if the
    session or the right ends.
    """

    channel: int
    session_id: int
    place: Place
    head: Place
    until: float
    hello: bytes


def follow(event_id: int, *, actor, until: float, cursor: str | None, **where: str) -> Stream:
    """Return the stream of a weekend from the cursor on, otherwise from now on.

    Whether the record has the entry at the cursor is seen when it is read. Raises NotFound unless
    the actor is on the crew, Invalid when the cursor is not of this weekend; `where` says in what
    part of the request it was sent.
    """
    head = feed.head_for_crew(event_id, actor=actor)
    place = head if cursor is None else read_cursor(event_id, cursor, **where)
    hello = letters.hello(event_id, place)
    return Stream(event_id, actor.session_id, place, head, until, hello)


def grown(places: dict[int, Place]) -> list[int]:
    """Return which of these weekends have a record that does not end where it has been read to."""
    heads = {}
    for some in portions(places):
        heads |= feed.heads(some)
    return [name for name, place in places.items() if heads.get(name, START) != place]


def unwelcome(streams: Collection[Stream]) -> list[Stream]:
    """Return the streams of readers who were logged out or may not see the weekend any more."""
    asked = {(stream.session_id, stream.channel) for stream in streams}
    welcome = {pair for some in portions(asked) for pair in welcome_of(some)}
    return [one for one in streams if (one.session_id, one.channel) not in welcome]


def portions(found: Collection) -> Iterator[list]:
    """Yield these in portions that fit into a statement."""
    listed = [*found]
    for start in range(0, len(listed), AT_ONCE):
        yield listed[start : start + AT_ONCE]


def welcome_of(asked: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the pairs of log-in and weekend where the log-in may see the weekend."""
    on_crew = sa.exists().where(
        CrewMember.event_id == Event.id, CrewMember.user_id == AuthSession.user_id
    )
    found = (
        sa.select(AuthSession.id, Event.id)
        .join(User, User.id == AuthSession.user_id)
        .join(Event, Event.id.in_({event_id for _, event_id in asked}))
        .where(sa.tuple_(AuthSession.id, Event.id).in_(asked))
        .where(AuthSession.revoked_at.is_(None), User.is_active, Event.deleted_at.is_(None))
        .where(sa.or_(User.role == Role.ADMIN, on_crew))
    )
    return (tuple(row) for row in db.session.execute(found))
