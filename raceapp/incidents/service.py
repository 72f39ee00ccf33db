"""What a crash or rain does to a race weekend.

Both add tasks for the items that wait for them. A crash also reopens the bike's critical tasks for
the sessions to come and voids its releases for them; rain makes the session a wet one.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from raceapp import clock, errors
from raceapp.bikes.models import Bike
from raceapp.checklists import service as checklists
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.incidents.models import Incident, IncidentKind
from raceapp.releases import readiness, voiding
from raceapp.storage.session import db
from raceapp.tasks import many
from raceapp.tasks.models import Task, TaskStatus
from raceapp.timetable import moves
from raceapp.timetable import service as timetable
from raceapp.timetable.models import SessionStatus, TrackSession


def of_event(event: Event) -> sa.Select:
    return sa.select(Incident).where(Incident.event_id == event.id)


def report(
    event: Event, *, actor, kind: IncidentKind, bike_id=None, session_id=None, note=None
) -> Incident:
    """Record an incident and do what follows from it.

    The reporter needs no right to sign the tasks that it reopens: the incident is the reason.
    Raises Invalid for a bike or a session that is not of the weekend, or a crash of no bike;
    Conflict when the session has been cancelled.
    """
    bikes = find_bikes(event, kind, bike_id)
    # These are held, so incidents and releases of one weekend take turns.
    sessions = timetable.held(event)
    session = find_session(sessions, session_id)
    incident = Incident(event_id=event.id, kind=kind, bike_id=bike_id, session_id=session_id)
    incident.note, incident.reported_by, incident.at = note, actor.id, clock.utcnow()
    db.session.add(incident)
    db.session.flush()
    incident.created = checklists.build_for_incident(
        event, incident, bikes=bikes, session=session, actor=actor
    )
    if kind == IncidentKind.CRASH:
        follow_crash(incident, bikes[0], sessions, actor=actor)
    else:
        follow_rain(incident, session, actor=actor)
    return incident


# --- bikes and sessions ------------------------------------------------------------------


def find_bikes(event: Event, kind: IncidentKind, bike_id: int | None) -> list[Bike]:
    """Return the named bike, or every bike when rain names none."""
    bikes = readiness.live_bikes(event)
    if bike_id is None:
        if kind == IncidentKind.CRASH:
            raise errors.Invalid.field("bike_id", "Say which bike crashed.")
        return bikes
    named = [bike for bike in bikes if bike.id == bike_id]
    if not named:
        raise errors.Invalid.field("bike_id", "This bike is not at the race weekend.")
    return named


def find_session(sessions: Sequence[TrackSession], session_id: int | None) -> TrackSession | None:
    if session_id is None:
        return None
    session = next((session for session in sessions if session.id == session_id), None)
    if session is None:
        raise errors.Invalid.field("session_id", "This session is not of the race weekend.")
    if session.status == SessionStatus.CANCELLED:
        raise errors.Conflict("This session has been cancelled: nobody was out on track.")
    return session


# --- what follows ------------------------------------------------------------------------


def follow_crash(
    incident: Incident, bike: Bike, sessions: Sequence[TrackSession], *, actor
) -> None:
    """Reopen done and failed tasks for the sessions to come, and void the releases for them."""
    to_come = {session.id: session for session in sessions if not session.is_over}
    tasks = signed_critical(incident.event_id, bike, [*to_come])
    incident.reopened = [task.id for task in tasks]
    record_reported(incident, actor=actor)
    what = f"crash of bike {bike.label}, incident {incident.id}"
    dues = {task.id: due_again(task, to_come[task.session_id]) for task in tasks}
    note, reason = f"Reopened after {what}.", f"Voided after {what}."
    many.reopen(tasks, dues=dues, at=incident.at, note=note, actor=actor)
    voiding.void_after_crash(bike_id=bike.id, session_ids=[*to_come], reason=reason, actor=actor)


def due_again(task: sa.Row, session: TrackSession) -> datetime | None:
    """Return when a reopened task is due: its session may have moved meanwhile."""
    event = db.session.get(Event, session.event_id)
    return moves.computed_due(task, blame="session_id", event=event, session=session)


def signed_critical(event_id: int, bike: Bike, session_ids: list[int]) -> list[sa.Row]:
    """Return the done and failed critical tasks of the bike for these sessions, held.

    Open tasks are held too, so that anybody who is signing one comes before or after.
    """
    is_critical = (Task.event_id == event_id, Task.bike_id == bike.id, Task.is_critical)
    held = many.hold(*is_critical, Task.session_id.in_(session_ids))
    return [task for task in held if task.status in (TaskStatus.DONE, TaskStatus.FAILED)]


def follow_rain(incident: Incident, session: TrackSession | None, *, actor) -> None:
    record_reported(incident, actor=actor)
    if session is not None:
        session.is_wet = True
        history.record(incident.event_id, "session.updated", session, actor=actor)


REPORTED = ("kind", "bike_id", "session_id", "note", "created", "reopened")


def record_reported(incident: Incident, *, actor) -> None:
    changes = {name: getattr(incident, name) for name in REPORTED}
    history.record(incident.event_id, "incident.reported", incident, actor=actor, changes=changes)
