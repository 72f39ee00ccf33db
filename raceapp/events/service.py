"""Race weekends: planning, finding, changing, taking back."""

from datetime import date

import sqlalchemy as sa
from blinker import Signal

from raceapp import clock, errors
from raceapp.events.models import CrewMember, Event
from raceapp.extensions import db
from raceapp.history import service as history
from raceapp.permissions import CrewRole

# Sent with the event once its days or zone have changed, before the commit. What hangs on
# them stands above this package, so it listens.
days_changed = Signal()


def get(event_id: int, *, for_update: bool = False) -> Event:
    """Return the weekend, or raise NotFound."""
    statement = sa.select(Event).where(Event.id == event_id, Event.deleted_at.is_(None))
    if for_update:
        statement = statement.with_for_update()
    event = db.session.scalar(statement)
    if event is None:
        raise errors.NotFound("There is no such race weekend.")
    return event


def search(
    *, q: str = "", starts_after: date | None = None, starts_before: date | None = None
) -> sa.Select:
    """Return the weekends that match every filter given."""
    statement = sa.select(Event).where(Event.deleted_at.is_(None))
    if q:
        columns = (Event.name, Event.track, Event.location)
        found = (column.icontains(q, autoescape=True) for column in columns)
        statement = statement.where(sa.or_(*found))
    if starts_after is not None:
        statement = statement.where(Event.event_date > starts_after)
    if starts_before is not None:
        statement = statement.where(Event.event_date < starts_before)
    return statement


def create(*, actor, track: str, event_date: date, **fields) -> Event:
    """Add a weekend. The name defaults to track and year, the end to the first day."""
    fields.setdefault("name", default_name(track, event_date))
    fields.setdefault("end_date", event_date)
    event = Event(track=track, event_date=event_date, created_by=actor.id, **fields)
    check_dates(event)
    db.session.add(event)
    db.session.flush()
    history.start(event.id)
    history.record(event.id, "event.created", event, actor=actor, changes={"name": event.name})
    return event


def default_name(track: str, event_date: date) -> str:
    """Return track and year, the track cut where both would be longer than a name may be."""
    return f"{track[:95].rstrip()} {event_date.year}"


def check_dates(event: Event) -> None:
    if event.end_date < event.event_date:
        raise errors.Invalid.field("end_date", "Must not be before event_date.")


def update(event: Event, changes: dict, *, actor) -> None:
    """Change a weekend; raises Invalid when it would end before it starts."""
    for name, value in changes.items():
        setattr(event, name, value)
    check_dates(event)
    changed = history.changes_of(event)
    history.record(event.id, "event.updated", event, actor=actor)
    if changed.keys() & {"event_date", "end_date", "timezone"}:
        days_changed.send(event, actor=actor)


def delete(event: Event, *, actor) -> None:
    """Hide the weekend and, with it, its tasks."""
    event.deleted_at = clock.utcnow()
    history.record(event.id, "event.deleted", event, actor=actor)


# --- crew --------------------------------------------------------------------------------


def crew_roles(event_id: int, actor) -> frozenset[CrewRole]:
    """Return the crew roles of `actor` at the weekend."""
    mine = sa.select(CrewMember.crew_role).where(
        CrewMember.event_id == event_id, CrewMember.user_id == actor.id
    )
    return frozenset(db.session.scalars(mine))


def crew_events(actor) -> sa.Select:
    """Return the ids of the weekends whose crew `actor` is on."""
    return sa.select(CrewMember.event_id).where(CrewMember.user_id == actor.id)


def get_board(event_id: int, *, actor, for_update: bool = False) -> Event:
    """Return the weekend for its crew and team managers; raises NotFound for anybody else."""
    event = get(event_id, for_update=for_update)
    if not actor.is_admin and not crew_roles(event_id, actor):
        raise errors.NotFound("There is no such race weekend, or you are not on its crew.")
    return event
