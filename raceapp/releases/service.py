"""Releasing a bike for a session, and what takes the release back.

All that writes releases takes locks in one order: session, tasks, release. A release holds its
session and, shared, every task it counts until it is committed. A task that is reopened at the
same moment comes either first, and then the release waits for it and sees it open, or second, and
then it waits for the release, finds it and voids it. A crash holds its sessions before it touches
anything, so it takes turns with the releases for them even when it reopens nothing.
"""

import sqlalchemy as sa

from raceapp import clock, errors, permissions
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.releases import readiness
from raceapp.releases.models import Release
from raceapp.storage.session import db
from raceapp.tasks import signing
from raceapp.timetable import service as timetable
from raceapp.timetable.models import TrackSession


class Blocked(errors.Conflict):
    """Some tasks stand against the release; `blocking` are their ids."""

    def __init__(self, blocking: list[int]):
        one, many = "1 task blocks this release. See to it", "tasks block this release. See to them"
        what = one if len(blocking) == 1 else f"{len(blocking)} {many}"
        super().__init__(
            f"{what}, or give a reason to override.",
            blocking=blocking[: errors.MAX_BLOCKING],
        )


class NothingChecked(errors.Conflict):
    """No task counts at all, so nothing was checked."""

    def __init__(self):
        super().__init__(
            "No task counts for this bike and session, so nothing was checked. Build the"
            " checklist first, or give a reason to override.",
            blocking=[],
        )


def get_session(session_id: int, *, actor, for_update: bool = False) -> TrackSession:
    """Return the session for the crew of its weekend and team managers, or raise NotFound.

    Releases for a deleted session can be read, but none can be given.
    """
    session = timetable.get(session_id, for_update=for_update, deleted_too=not for_update)
    events.get_for_crew(session.event_id, actor=actor)
    return session


def of_session(session: TrackSession) -> sa.Select:
    return sa.select(Release).where(Release.session_id == session.id)


# --- giving ------------------------------------------------------------------------------


def check_may_release(session: TrackSession, *, actor) -> None:
    if not permissions.can_release(actor, events.crew_roles(session.event_id, actor)):
        raise errors.Forbidden("Only a crew chief or a team manager may release a bike.")


def give(
    session: TrackSession, *, actor, bike_id: int, override_reason: str | None = None
) -> Release:
    """Release a bike for `session`, whose row the caller holds; a reason overrides what blocks.

    Raises Invalid for a bike that is not at the weekend, Conflict when the session is over or the
    bike is released already, and without a reason NothingChecked when no task counts, Blocked
    when tasks stand against it.
    """
    check_bike(session, bike_id)
    check_not_over(session)
    seen = readiness.of_bike(session, bike_id)
    # Checked only now: holding the tasks has waited for anybody who was voiding a release.
    check_not_released(session, bike_id, actor=actor)
    if not override_reason:
        check_ready(seen)
    release = Release(event_id=session.event_id, session_id=session.id, bike_id=bike_id)
    release.released_by, release.released_at = actor.id, clock.utcnow()
    release.override_reason, release.readiness = override_reason, seen
    db.session.add(release)
    db.session.flush()
    record_given(release, actor=actor)
    return release


def check_ready(seen: dict) -> None:
    if not seen["total"]:
        raise NothingChecked()
    if seen["blocking"]:
        raise Blocked(seen["blocking"])


def check_bike(session: TrackSession, bike_id: int) -> None:
    event = db.session.get(Event, session.event_id)
    if bike_id not in {bike.id for bike in readiness.live_bikes(event)}:
        raise errors.Invalid.field("bike_id", "This bike is not at the race weekend.")


def check_not_over(session: TrackSession) -> None:
    if session.is_over:
        raise errors.Conflict(f"This session is {session.status}: nothing goes out any more.")


def check_not_released(session: TrackSession, bike_id: int, *, actor) -> None:
    valid = of_session(session).where(Release.bike_id == bike_id, Release.voided_at.is_(None))
    present = db.session.scalar(valid)
    if present is not None:
        if present.released_by == actor.id:
            raise errors.Conflict("You have released this bike for this session already.")
        name = signing.name_of(present.released_by)
        raise errors.Conflict(f"{name} was first: this bike is released for this session already.")


def record_given(release: Release, *, actor) -> None:
    changes = {name: getattr(release, name) for name in ("session_id", "bike_id")}
    changes |= {"override_reason": release.override_reason}
    changes |= {"blocking": release.readiness["blocking"]}
    history.record(release.event_id, "release.given", release, actor=actor, changes=changes)
