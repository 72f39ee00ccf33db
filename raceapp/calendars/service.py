"""Calendars to subscribe to: the sessions of a weekend, or everything a person is part of.

A phone's calendar program cannot log in, so it reads a person's calendar at a secret address. The
secret has 256 bits and is stored as a hash only; a new secret ends the one before.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from raceapp import clock, errors
from raceapp.auth import service as accounts
from raceapp.auth.models import User
from raceapp.calendars.models import CalendarLink
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.permissions import Role
from raceapp.storage.session import db
from raceapp.tasks.models import Task, TaskStatus
from raceapp.timetable.models import TrackSession
from raceapp.web.secret_links import new_seed

KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Reader:
    """Whose calendar it is."""

    id: int
    is_admin: bool


@dataclass(frozen=True)
class Calendar:
    """The entries of a calendar, each with its weekend."""

    name: str
    sessions: Sequence[tuple[TrackSession, Event]]
    tasks: Sequence[tuple[Task, Event]] = ()

    @property
    def version(self) -> str:
        """Return a text that changes as soon as anything in the calendar does."""
        rows = [self.name]
        for row, event in (*self.sessions, *self.tasks):
            rows.append(f"{row.__tablename__} {row.id} {row.version} {event.id} {event.version}")
        return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:32]


# --- the secret --------------------------------------------------------------------------


def open_link(*, actor) -> str:
    """Return a new secret for the calendar of `actor`; the one before ends."""
    accounts.get(actor.id, for_update=True)  # Two requests at once take turns.
    secret = new_seed().secret
    link = db.session.get(CalendarLink, actor.id) or CalendarLink(user_id=actor.id)
    link.secret_hash, link.created_at = hash_of(secret), clock.utcnow()
    db.session.add(link)
    return secret


def close_link(*, actor) -> None:
    """End the secret address of `actor`, if there is one."""
    db.session.execute(sa.delete(CalendarLink).where(CalendarLink.user_id == actor.id))


def hash_of(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def reader(secret: str) -> Reader:
    """Return whose calendar this is; raises NotFound, also for an account that is disabled."""
    found = db.session.execute(
        sa.select(User.id, User.role)
        .join(CalendarLink, CalendarLink.user_id == User.id)
        .where(CalendarLink.secret_hash == hash_of(secret), User.is_active)
    ).first()
    if found is None:
        raise errors.NotFound("There is no such calendar, or not any more.")
    return Reader(found.id, found.role == Role.ADMIN)


# --- entries -----------------------------------------------------------------------------


def of_event(event: Event) -> Calendar:
    """Return the sessions of a weekend, also those taken off its timetable."""
    statement = sessions().where(Event.id == event.id)
    return Calendar(event.name, db.session.execute(statement).all())


def of_person(person: Reader, *, has_tasks: bool = False) -> Calendar:
    """Return the sessions from 90 days ago on of the weekends whose crew `person` is on, of all
    weekends for a team manager; with tasks, their own open ones too."""
    statement = sessions().where(TrackSession.ends_at >= clock.utcnow() - KEPT)
    if not person.is_admin:
        statement = statement.where(Event.id.in_(events.crew_events(person)))
    tasks = db.session.execute(open_tasks(person)).all() if has_tasks else ()
    return Calendar("Race weekends", db.session.execute(statement).all(), tasks)


def sessions() -> sa.Select:
    return (
        sa.select(TrackSession, Event)
        .join(Event, Event.id == TrackSession.event_id)
        .where(Event.deleted_at.is_(None))
        .order_by(TrackSession.starts_at, TrackSession.id)
    )


def open_tasks(person: Reader) -> sa.Select:
    """Return the open tasks with a due time that `person` holds."""
    return (
        sa.select(Task, Event)
        .join(Event, Event.id == Task.event_id)
        .where(Event.deleted_at.is_(None), Task.deleted_at.is_(None))
        .where(Task.assigned_to == person.id, Task.status == TaskStatus.OPEN)
        .where(Task.due_at.is_not(None))
        .order_by(Task.due_at, Task.id)
    )
