"""What takes a release back: a signature that no longer holds, a crash, a session or bike that
falls away, a session that goes on with something open.

Locks are taken in the order that `service` tells of.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from raceapp import clock
from raceapp.bikes.models import Bike
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.releases import readiness
from raceapp.releases.models import Release
from raceapp.storage.session import db
from raceapp.tasks import signing
from raceapp.tasks.models import Act, Task
from raceapp.timetable import service as timetable
from raceapp.timetable.models import SessionStatus, TrackSession
from raceapp.timetable.strikes import why_off
from raceapp.timetable.transitions import Effect


@signing.signature_voided.connect
def void_for_task(task: Task, *, actor, act: Act) -> None:
    """Void the releases that rested on a task which has been failed or reopened."""
    if task.bike_id is None:
        return
    deed = "failed" if act == Act.FAIL else "reopened"
    reason = f"Task {task.id}, “{task.title}”, was {deed}."
    void(
        Release.bike_id == task.bike_id,
        Release.session_id.in_(sessions_counting(task)),
        reason=reason,
        actor=actor,
    )


def sessions_counting(task: Task):
    """Return the ids of the sessions that `task` counts in: its own, or all that are not over."""
    return [task.session_id] if task.session_id is not None else sessions_to_come(task.event_id)


def sessions_to_come(event_id: int) -> sa.Select:
    return sa.select(TrackSession.id).where(
        TrackSession.event_id == event_id,
        TrackSession.deleted_at.is_(None),
        TrackSession.status.not_in((SessionStatus.FINISHED, SessionStatus.CANCELLED)),
    )


def void_after_crash(*, bike_id: int, session_ids: list[int], reason: str, actor) -> None:
    """Void the bike's releases for these sessions, whose rows the caller holds."""
    of_bike = Release.bike_id == bike_id
    void(of_bike, Release.session_id.in_(session_ids), reason=reason, actor=actor)


@timetable.state_changed.connect
def follow_session(session: TrackSession, *, effect: Effect, actor) -> None:
    """Void the releases for a session that falls away, or that goes on with something open."""
    of_session = Release.session_id == session.id
    if effect.voids:
        void(of_session, reason=why_off(session), actor=actor)
    elif effect.checks:
        # The tasks are held before the releases are looked for, as when one is given.
        blocked = readiness.blocked_bikes(session)
        reason = f"Session {session.name} is {session.status} again, and tasks stand against it."
        void(of_session, Release.bike_id.in_(blocked), reason=reason, actor=actor)


@events.bikes_changed.connect
def follow_bikes(event: Event, *, gone: Sequence[Bike], back: Sequence[Bike], actor) -> None:
    """Void the releases of bikes taken off the weekend for its sessions to come."""
    of_gone = Release.bike_id.in_([bike.id for bike in gone])
    to_come = Release.session_id.in_(sessions_to_come(event.id))
    void(of_gone, to_come, reason="The bike was taken off the race weekend.", actor=actor)


def void(*conditions, reason: str, actor) -> None:
    """Void every valid release that meets the conditions, in one statement however many."""
    columns = (Release.id, Release.event_id)
    valid = sa.select(*columns).where(Release.voided_at.is_(None), *conditions)
    found = db.session.execute(valid.order_by(Release.id).with_for_update()).all()
    if not found:
        return
    now = clock.utcnow()
    ids = [release.id for release in found]
    voided = sa.update(Release).where(Release.id.in_(ids))
    db.session.execute(voided.values(voided_at=now, void_reason=reason))
    changes = {"voided_at": [None, history.as_json(now)], "void_reason": [None, reason]}
    for release in found:
        subject = f"release:{release.id}"
        history.record(release.event_id, "release.voided", subject, actor=actor, changes=changes)
