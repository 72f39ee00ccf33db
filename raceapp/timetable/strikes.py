"""What falls away with its session, bike or rider, and comes back with them.

Open tasks become not applicable, with the reason, and are marked as struck. A struck task opens
again once nothing that it needs is missing. A task that a person signed has no mark and stays.
Deleted tasks change along, so that a restored one is like the others. This takes as many statements
for a thousand tasks as for one; the caller holds the row of the weekend.
"""

from collections.abc import Callable, Sequence

import sqlalchemy as sa

from raceapp.bikes import service as bikes
from raceapp.bikes.alike import name_key
from raceapp.bikes.models import Bike
from raceapp.events import days
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.storage.session import db
from raceapp.tasks import holding, many
from raceapp.tasks.models import Task, TaskStatus
from raceapp.timetable import moves
from raceapp.timetable.models import SessionStatus, TrackSession

Reason = Callable[[sa.Row], str | None]


def strike(event: Event, *which, actor) -> None:
    """Make open tasks not applicable if they lack something."""
    lack, _ = lacks(event)
    rows = many.hold(Task.event_id == event.id, *which, deleted_too=True)
    reasons = [(row, lack(row)) for row in rows if row.status == TaskStatus.OPEN]
    closed = {"status": TaskStatus.NOT_APPLICABLE, "is_struck": True}
    changed = [(row, {**closed, "note": why}) for row, why in reasons if why]
    many.change("task.not_applicable", changed, actor=actor)


def bring_back(event: Event, *which, actor) -> None:
    """Open struck tasks again if they lack nothing any more; the others say what they lack."""
    lack, sessions = lacks(event)
    rows = many.hold(Task.event_id == event.id, Task.is_struck, *which, deleted_too=True)
    reasons = [(row, lack(row)) for row in rows]
    closed = [(row, {"note": why}) for row, why in reasons if why]
    ready = [row for row, why in reasons if not why]
    holders = holding.holders(event.id, ready)
    opened = [
        (row, {**again(row, event, sessions), "assigned_to": holders[row.id]}) for row in ready
    ]
    many.change("task.not_applicable", closed, actor=actor)
    many.change("task.reopen", opened, actor=actor)


def again(row: sa.Row, event: Event, sessions: dict) -> dict:
    """Return the columns of a task that opens again; its session may have moved meanwhile."""
    due_at = moves.computed_due(
        row, blame="starts_at", event=event, session=sessions.get(row.session_id)
    )
    return {"status": TaskStatus.OPEN, "note": None, "is_struck": False, "due_at": due_at}


# --- what is missing ---------------------------------------------------------------------


def lacks(event: Event) -> tuple[Reason, dict[int, TrackSession]]:
    """Return a function that tells why a task of the weekend cannot be done, and its sessions."""
    every = sa.select(TrackSession).where(TrackSession.event_id == event.id)
    sessions = {session.id: session for session in db.session.scalars(every)}
    labels = dict(db.session.execute(labels_off(event)).all())
    riders = {name_key(bike.rider_name) for bike in event.bikes}

    def lack(row: sa.Row) -> str | None:
        if why := why_off(sessions.get(row.session_id)):
            return why
        if row.bike_id in labels:
            return f"Bike {labels[row.bike_id]} was taken off the race weekend."
        if row.rider_name is not None and name_key(row.rider_name) not in riders:
            return f"{row.rider_name} rides no bike of the race weekend any more."
        return None

    return lack, sessions


def labels_off(event: Event) -> sa.Select:
    """Return id and label of the bikes that tasks name and the weekend does not have."""
    named = sa.select(Task.bike_id).where(Task.event_id == event.id)
    return sa.select(Bike.id, Bike.label).where(Bike.id.in_(named), Bike.id.not_in(event.bike_ids))


def why_off(session: TrackSession | None) -> str | None:
    if session is None:
        return None
    if session.deleted_at is not None:
        return f"Session {session.name} was taken off the timetable."
    if session.status == SessionStatus.CANCELLED:
        return f"Session {session.name} was cancelled."
    return None


# --- bikes -------------------------------------------------------------------------------


@events.bikes_changed.connect
def follow_bikes(event: Event, *, gone: Sequence[Bike], back: Sequence[Bike], actor) -> None:
    """Strike tasks of bikes taken off, and of riders who then ride none; and the reverse."""
    if gone:
        riders = of_riders(event, [bike.rider_name for bike in gone])
        strike(event, sa.or_(of_bikes(gone), riders), actor=actor)
    if back:
        bring_back(event, sa.or_(of_bikes(back), Task.rider_name.is_not(None)), actor=actor)


@bikes.rider_changed.connect
def follow_rider(bike: Bike, *, rider_name: str, actor) -> None:
    """Strike the tasks of riders who ride no bike any more, at weekends that are not over."""
    has_it = Event.bikes.any(Bike.id == bike.id)
    for event in [*days.not_over(Event.deleted_at.is_(None), has_it, hold=True)]:
        strike(event, of_riders(event, [rider_name]), actor=actor)
        bring_back(event, Task.rider_name.is_not(None), actor=actor)


@events.restored.connect
def follow_restored(event: Event, *, actor) -> None:
    """Strike the tasks of riders who ride no bike any more; bring back those who ride again."""
    is_of_rider = Task.rider_name.is_not(None)
    strike(event, is_of_rider, actor=actor)
    bring_back(event, is_of_rider, actor=actor)


def of_bikes(some: Sequence[Bike]):
    return Task.bike_id.in_([bike.id for bike in some])


def of_riders(event: Event, names: Sequence[str]):
    """Hold for the weekend's tasks of these riders, in whatever spellings of their names."""
    wanted = {name_key(name) for name in names}
    written = sa.select(Task.rider_name).where(Task.event_id == event.id).distinct()
    found = db.session.scalars(written.where(Task.rider_name.is_not(None)))
    return Task.rider_name.in_([name for name in found if name_key(name) in wanted])
