"""Race weekends: planning, finding, changing, taking back."""

import functools
from collections.abc import Iterable
from datetime import date

import sqlalchemy as sa
from blinker import Signal
from sqlalchemy.orm.attributes import flag_modified

from raceapp import clock, errors
from raceapp.bikes import service as bikes
from raceapp.bikes.models import Bike
from raceapp.events import days
from raceapp.events.models import CrewMember, Event
from raceapp.history import service as history
from raceapp.permissions import CrewRole
from raceapp.storage import hidden
from raceapp.storage.ahead import rows_read_ahead
from raceapp.storage.expressions import mentions
from raceapp.storage.prepared import ActorPlaceholder, Prepared, placeholder
from raceapp.storage.session import db

# Sent with the event once its days or zone have changed, before the commit, and by how many days
# its timetable is to move. Sessions and tasks are above this package, so they connect to it.
days_changed = Signal()
# Sent with the event, the bikes that it has lost (`gone`) and those that it has got (`back`).
bikes_changed = Signal()
# Sent with an event that is restored and not over: nothing kept it up to date while it was hidden.
restored = Signal()
# Sent with the event and, by person, the crew roles that they lost; None stands for all.
roles_left = Signal()


def get(event_id: int, *, for_update: bool = False, deleted_too: bool = False) -> Event:
    """Return the weekend, or raise NotFound.

    Callers that change what hangs on it get it `for_update`, so that they take turns.
    """
    statement = sa.select(Event).where(Event.id == event_id)
    if not deleted_too:
        statement = statement.where(Event.deleted_at.is_(None))
    if for_update:
        # Rows that only refer to the weekend can still be added meanwhile: its key stays.
        statement = statement.with_for_update(key_share=True)
    event = db.session.scalar(statement)
    if event is None:
        raise errors.NotFound("There is no such race weekend.")
    return event


def search(
    *, actor, deleted=None, mine=False, q: str = "", starts_after=None, starts_before=None
) -> sa.Select:
    """Return the weekends that match every filter given, `mine` of the crews that `actor` is on.

    Raises Forbidden.
    """
    statement = sa.select(Event).where(hidden.listed(Event, deleted, actor=actor))
    if q:
        statement = statement.where(mentions((Event.name, Event.track, Event.location), q))
    if mine:
        statement = statement.where(Event.id.in_(crew_events(actor)))
    if starts_after is not None:
        statement = statement.where(Event.event_date > starts_after)
    if starts_before is not None:
        statement = statement.where(Event.event_date < starts_before)
    return statement


def create(*, actor, track: str, event_date: date, bike_ids=(), **fields) -> Event:
    """Add a weekend. The name defaults to track and year, the end to the first day.

    Raises Invalid when it would end before it starts, or for an unknown bike.
    """
    fields.setdefault("name", default_name(track, event_date))
    fields.setdefault("end_date", event_date)
    event = Event(track=track, event_date=event_date, created_by=actor.id, **fields)
    days.check_dates(event)
    event.bikes = bikes_for(event, bike_ids)
    db.session.add(event)
    db.session.flush()
    history.start(event.id)
    made = {"name": event.name, **({"bike_ids": event.bike_ids} if event.bikes else {})}
    history.record(event.id, "event.created", event, actor=actor, changes=made)
    return event


def default_name(track: str, event_date: date) -> str:
    """Return track and year, the track cut if both are longer than a name may be."""
    return f"{track[:95].rstrip()} {event_date.year}"


def update(event: Event, changes: dict, *, actor) -> None:
    """Change a weekend; raises Invalid when it would end before it starts, or for an unknown bike.

    The open tasks of a bike fall away with it, and come back with it.
    """
    present, bike_ids, changes = [*event.bikes], event.bike_ids, dict(changes)
    by_days = days.days_to_move(event, changes)
    # Before anything is set, so that one change makes one version.
    chosen = bikes_for(event, changes.pop("bike_ids", bike_ids))
    for name, value in changes.items():
        setattr(event, name, value)
    days.check_dates(event)
    changed = history.changes_of(event)
    if chosen != event.bikes:
        event.bikes = chosen
        touch(event)
        changed["bike_ids"] = [bike_ids, event.bike_ids]
    if changed:
        history.record(event.id, "event.updated", event, actor=actor, changes=changed)
    if changed.keys() & days.DAYS:
        days_changed.send(event, days=by_days, actor=actor)
    tell_of_bikes(event, present, actor=actor)


def tell_of_bikes(event: Event, before: list[Bike], *, actor) -> None:
    gone = [bike for bike in before if bike not in event.bikes]
    back = [bike for bike in event.bikes if bike not in before]
    if gone or back:
        db.session.flush()
        bikes_changed.send(event, gone=gone, back=back, actor=actor)


def touch(event: Event) -> None:
    """Make the next version of a weekend whose own row stays as it is."""
    event.updated_at = clock.utcnow()
    flag_modified(event, "updated_at")


def delete(event: Event, *, actor) -> None:
    """Hide the weekend and, with it, its tasks."""
    event.deleted_at = clock.utcnow()
    history.record(event.id, "event.deleted", event, actor=actor)


def restore(event: Event, *, actor) -> None:
    """Bring back a deleted weekend and all that is in it; raises Conflict for a live one.

    A weekend that is not over comes back without bikes that have been deleted meanwhile: while
    it was there they could not have been deleted.
    """
    hidden.bring_back(event, "race weekend")
    history.record(event.id, "event.restored", event, actor=actor)
    if days.is_over(event):
        return
    present, bike_ids = [*event.bikes], event.bike_ids
    event.bikes = bikes.hold(bike_ids)
    if event.bikes != present:
        changed = {"bike_ids": [bike_ids, event.bike_ids]}
        history.record(event.id, "event.updated", event, actor=actor, changes=changed)
    tell_of_bikes(event, present, actor=actor)
    restored.send(event, actor=actor)


# --- bikes -------------------------------------------------------------------------------


def bikes_for(event: Event, bike_ids: Iterable[int]) -> list[Bike]:
    """Return these bikes; raises Invalid for a missing one, unless the weekend has it already."""
    wanted = set(bike_ids)
    found = {bike.id: bike for bike in event.bikes}
    found |= {bike.id: bike for bike in bikes.hold(wanted - found.keys())}
    unknown = sorted(wanted - found.keys())
    if unknown:
        raise errors.Invalid.field("bike_ids", f"There is no bike {unknown[0]}.")
    return [found[bike_id] for bike_id in sorted(wanted)]


@bikes.deleting.connect
def keep_needed_bike(bike: Bike, *, actor) -> None:
    """Raise Conflict when a weekend that is not over yet has this bike."""
    for event in days.not_over(Event.deleted_at.is_(None), Event.bikes.any(Bike.id == bike.id)):
        raise errors.Conflict(f"{event.name} has this bike: take it off there first.")


# --- crew --------------------------------------------------------------------------------


ROLES_OF = Prepared(
    sa.select(CrewMember.crew_role).where(
        CrewMember.event_id == placeholder("event_id"),
        CrewMember.user_id == placeholder("user_id"),
    )
)


def crew_roles(event_id: int, actor) -> frozenset[CrewRole]:
    """Return the crew roles of `actor` at the weekend."""
    rows = ROLES_OF.rows(event_id=event_id, user_id=actor.id)
    return frozenset(CrewRole(role) for (role,) in rows)


def crew_events(actor) -> sa.Select:
    """Return the ids of the weekends whose crew `actor` is on."""
    return sa.select(CrewMember.event_id).where(CrewMember.user_id == actor.id)


def get_for_crew(event_id: int, *, actor, for_update: bool = False) -> Event:
    """Return the weekend for its crew and team managers; raises NotFound for anybody else."""
    event = get(event_id, for_update=for_update)
    if not actor.is_admin and not crew_roles(event_id, actor):
        raise errors.NotFound(NOT_ON_CREW)
    return event


@functools.cache
def visible_weekend(is_admin: bool) -> Prepared:
    """Return the statement that finds the id of a weekend that the actor may see from inside."""
    found = sa.select(Event.id).where(Event.deleted_at.is_(None))
    if not is_admin:
        found = found.where(Event.id.in_(crew_events(ActorPlaceholder(is_admin))))
    return Prepared(found.where(Event.id == placeholder("event_id", sa.BigInteger)))


def check_for_crew(event_id: int, *, actor) -> None:
    """Raise what `get_for_crew` raises, without reading the weekend."""
    values = {"event_id": event_id, "actor_id": actor.id}
    if not rows_read_ahead(visible_weekend(actor.is_admin), **values):
        raise errors.NotFound(NOT_ON_CREW)


NOT_ON_CREW = "There is no such race weekend, or you are not on its crew."
