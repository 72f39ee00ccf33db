"""What voids a release: the loss of a task that it rests on, a crash, a session or bike that falls
away, a session that goes on with something open.

Locks are taken in the order that `service` describes.
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
from raceapp.tasks import grounds
from raceapp.tasks.grounds import AGAINST, Lost
from raceapp.timetable import service as timetable
from raceapp.timetable.models import SessionStatus, TrackSession
from raceapp.timetable.strikes import why_off
from raceapp.timetable.transitions import Effect


@grounds.lost.connect
def void_for_tasks(lost: Sequence[Lost], *, actor) -> None:
    """Void the releases that lose one of these tasks, each for the first reason found."""
    bike_ids = {one.bike_id for one in lost}
    (event_id,) = {one.event_id for one in lost}
    to_come = set(db.session.scalars(sessions_to_come(event_id)))
    of_bikes = Release.event_id == event_id, Release.bike_id.in_(bike_ids)
    found = []
    for release in valid(*of_bikes):
        reasons = (one.reason for one in lost if rests_on(release, one, to_come))
        found.append((release, next(reasons, None)))
    take_back([(release, reason) for release, reason in found if reason], actor=actor)


def rests_on(release: sa.Row, task: Lost, to_come: set[int]) -> bool:
    """Tell whether a release rests on the lost task."""
    if task.bike_id != release.bike_id:
        return False
    is_to_come = release.session_id in to_come
    if task.was_counted and task.task_id not in release.readiness["counted"]:
        return False
    if task.deed == AGAINST and not is_to_come:
        return False  # Nothing goes out in a session that is over.
    return is_to_come if task.session_id is None else task.session_id == release.session_id


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
        # Tasks are held before releases are looked for, as when a release is given.
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
    """Void every valid release that meets the conditions."""
    take_back([(release, reason) for release in valid(*conditions)], actor=actor)


COLUMNS = (Release.id, Release.event_id, Release.session_id, Release.bike_id, Release.readiness)


def valid(*conditions) -> Sequence[sa.Row]:
    """Return the valid releases that meet the conditions, held."""
    found = sa.select(*COLUMNS).where(Release.voided_at.is_(None), *conditions)
    return db.session.execute(found.order_by(Release.id).with_for_update()).all()


def take_back(releases: Sequence[tuple[sa.Row, str]], *, actor) -> None:
    """Void these releases, each for its reason, in one statement."""
    if not releases:
        return
    now = clock.utcnow()
    reasons = {release.id: reason for release, reason in releases}
    voided = sa.update(Release).where(Release.id.in_(reasons))
    reason = sa.case(reasons, value=Release.id)
    db.session.execute(voided.values(voided_at=now, void_reason=reason))
    for release, why in releases:
        changes = {"voided_at": [None, history.as_json(now)], "void_reason": [None, why]}
        subject = f"release:{release.id}"
        history.record(release.event_id, "release.voided", subject, actor=actor, changes=changes)
