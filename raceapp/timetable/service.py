"""The timetable: entering, moving, cancelling sessions, and shifting what is left of a day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from blinker import Signal

from raceapp import clock, errors, permissions
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.storage import hidden
from raceapp.storage.session import db
from raceapp.tasks.models import Task
from raceapp.timetable import moves, strikes, transitions
from raceapp.timetable.models import SessionStatus, TrackSession

# Sent with a session whose state has changed and the Effect of that, before the commit. Releases
# are above this package, so they connect to it.
state_changed = Signal()


def of_event(event: Event) -> sa.Select:
    """Return the sessions of the weekend."""
    return sa.select(TrackSession).where(
        TrackSession.event_id == event.id, TrackSession.deleted_at.is_(None)
    )


def search(event: Event, *, actor, deleted: bool | None = None) -> sa.Select:
    """Return the sessions of the weekend, or those taken off its timetable; raises Forbidden."""
    is_listed = hidden.listed(TrackSession, deleted, actor=actor)
    return sa.select(TrackSession).where(TrackSession.event_id == event.id, is_listed)


def get(session_id: int, *, for_update: bool = False, deleted_too: bool = False) -> TrackSession:
    """Return the session, or raise NotFound. `for_update` holds its weekend first, then it."""
    statement = (
        sa.select(TrackSession)
        .join(Event, Event.id == TrackSession.event_id)
        .where(TrackSession.id == session_id, Event.deleted_at.is_(None))
    )
    if not deleted_too:
        statement = statement.where(TrackSession.deleted_at.is_(None))
    if for_update:
        statement = statement.with_for_update(of=(Event, TrackSession), key_share=True)
    session = db.session.scalar(statement)
    if session is None:
        raise errors.NotFound("There is no such session.")
    return session


def create(event: Event, *, actor, **fields) -> TrackSession:
    """Add a session; raises Invalid when it would end before it starts."""
    session = TrackSession(event_id=event.id, **fields)
    session.planned_starts_at, session.planned_ends_at = session.starts_at, session.ends_at
    check_times(session)
    check_near(session, event)
    db.session.add(session)
    db.session.flush()
    changes = {"name": session.name}
    history.record(event.id, "session.created", session, actor=actor, changes=changes)
    return session


def check_times(session: TrackSession) -> None:
    if session.ends_at <= session.starts_at:
        raise errors.Invalid.field("ends_at", "Must be later than starts_at.")


def check_near(session, event: Event) -> None:
    """Raise Invalid for times far from the weekend, such as those of a mistyped year."""
    for name in ("starts_at", "ends_at"):
        if not is_near(getattr(session, name), event):
            raise errors.Invalid.field(name, TOO_FAR)


TOO_FAR = "Lies more than 7 days before the race weekend or 2 days after it. Is the date right?"
DAYS_BEFORE, DAYS_AFTER = timedelta(days=7), timedelta(days=2)


def is_near(moment: datetime, event: Event) -> bool:
    return is_day_near(moment.astimezone(ZoneInfo(event.timezone)).date(), event)


def is_day_near(day: date, event: Event) -> bool:
    return event.event_date - DAYS_BEFORE <= day <= event.end_date + DAYS_AFTER


def update(session: TrackSession, changes: dict, *, actor) -> None:
    """Change a session; raises Invalid when it would end before it starts.

    Tasks that hang on it move with it; `transitions` tells what its status does to them and to
    releases.
    """
    before = session.state
    for name, value in changes.items():
        setattr(session, name, value)
    check_times(session)
    changed = history.changes_of(session)
    if changed.keys() & {"starts_at", "ends_at"}:
        check_near(session, db.session.get(Event, session.event_id))
    is_moved = changed.keys() & {"starts_at", "ends_at"} and session.state is not None
    moved = moves.of_sessions([session], blame="starts_at") if is_moved else []
    as_recorded = changed | ({"tasks": [move.id for move in moved]} if moved else {})
    if as_recorded:
        history.record(
            session.event_id, "session.updated", session, actor=actor, changes=as_recorded
        )
    follow_state(session, before, actor=actor)
    moves.carry_out(moved, actor=actor)


def delete(session: TrackSession, *, actor) -> None:
    """Hide the session; its open tasks become not applicable, its releases void."""
    before, session.deleted_at = session.state, clock.utcnow()
    history.record(session.event_id, "session.deleted", session, actor=actor)
    follow_state(session, before, actor=actor)


def restore(session: TrackSession, *, actor) -> None:
    """Put a session back on the timetable, its tasks with it.

    Raises Conflict for a live one, Invalid when the weekend has moved far away meanwhile.
    """
    before = session.state
    hidden.bring_back(session, "session")
    history.record(session.event_id, "session.restored", session, actor=actor)
    check_near(session, db.session.get(Event, session.event_id))
    follow_state(session, before, actor=actor)


def follow_state(session: TrackSession, before: SessionStatus | None, *, actor) -> None:
    """Change tasks and releases as the new state of the session demands."""
    effect, event = transitions.effect_of(before, session), db.session.get(Event, session.event_id)
    db.session.flush()
    if effect.closes:
        strikes.strike(event, Task.session_id == session.id, actor=actor)
    if effect.opens:
        strikes.bring_back(event, Task.session_id == session.id, actor=actor)
    state_changed.send(session, effect=effect, actor=actor)


def held(event: Event, *, deleted_too: bool = False) -> list[TrackSession]:
    """Return all sessions of the weekend in order, held until the transaction ends."""
    every = sa.select(TrackSession).where(TrackSession.event_id == event.id)
    statement = every if deleted_too else of_event(event)
    found = statement.order_by(TrackSession.id).with_for_update(key_share=True)
    return sorted(db.session.scalars(found), key=lambda session: session.starts_at)


def check_may_plan(*, actor, event_id: int | None = None, session_id: int | None = None) -> None:
    """Raise Forbidden unless `actor` may change the timetable of this weekend."""
    if actor.is_admin:
        return
    if event_id is None:
        of_session = sa.select(TrackSession.event_id).where(TrackSession.id == session_id)
        event_id = db.session.scalar(of_session)
    if not permissions.can_plan(actor, events.crew_roles(event_id, actor)):
        raise errors.Forbidden(
            "Only a crew chief of the race weekend or a team manager may do this."
        )
