"""The timetable: entering, moving, cancelling sessions, and shifting what is left of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from blinker import Signal

from raceapp import clock, errors
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.storage import bulk, hidden
from raceapp.storage.session import db
from raceapp.tasks import due
from raceapp.tasks.models import Task
from raceapp.timetable import moves, strikes, transitions
from raceapp.timetable.models import SessionStatus, TrackSession

# Sent with a session whose state has changed and the Effect of that, before the commit. Releases
# stand above this package, so they listen.
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
    """Return the session, or raise NotFound. For update its weekend is held too, and first."""
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
    db.session.add(session)
    db.session.flush()
    changes = {"name": session.name}
    history.record(event.id, "session.created", session, actor=actor, changes=changes)
    return session


def check_times(session: TrackSession) -> None:
    if session.ends_at <= session.starts_at:
        raise errors.Invalid.field("ends_at", "Must be later than starts_at.")


def update(session: TrackSession, changes: dict, *, actor) -> None:
    """Change a session; raises Invalid when it would end before it starts.

    Tasks that hang on it move with it; what its status does to them and to releases stands in
    `transitions`.
    """
    before = session.state
    for name, value in changes.items():
        setattr(session, name, value)
    check_times(session)
    changed = history.changes_of(session)
    is_moved = changed.keys() & {"starts_at", "ends_at"} and session.state is not None
    moved = moves.of_sessions([session], blame="starts_at") if is_moved else []
    told = changed | ({"tasks": [move.id for move in moved]} if moved else {})
    if told:
        history.record(session.event_id, "session.updated", session, actor=actor, changes=told)
    follow_state(session, before, actor=actor)
    moves.carry_out(moved, actor=actor)


def delete(session: TrackSession, *, actor) -> None:
    """Hide the session; its open tasks become not applicable, its releases void."""
    before, session.deleted_at = session.state, clock.utcnow()
    history.record(session.event_id, "session.deleted", session, actor=actor)
    follow_state(session, before, actor=actor)


def restore(session: TrackSession, *, actor) -> None:
    """Put a session back on the timetable, its tasks with it; raises Conflict for a live one."""
    before = session.state
    hidden.bring_back(session, "session")
    history.record(session.event_id, "session.restored", session, actor=actor)
    follow_state(session, before, actor=actor)


def follow_state(session: TrackSession, before: SessionStatus | None, *, actor) -> None:
    """Do to tasks and releases what follows from the state that the session has now."""
    effect, event = transitions.effect_of(before, session), db.session.get(Event, session.event_id)
    db.session.flush()
    if effect.closes:
        strikes.strike(event, Task.session_id == session.id, actor=actor)
    if effect.opens:
        strikes.bring_back(event, Task.session_id == session.id, actor=actor)
    state_changed.send(session, effect=effect, actor=actor)


@events.days_changed.connect
def follow_days(event: Event, *, actor) -> None:
    """Move the tasks that hang on the first or last day of a weekend when that moves."""
    moves.carry_out(moves.of_days(event), actor=actor)


# --- shifts ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Slot:
    """A session and the times it is about to have, which are its own as far as tasks go."""

    id: int
    name: str
    old_starts_at: datetime
    new_starts_at: datetime
    ends_at: datetime

    @property
    def starts_at(self) -> datetime:
        return self.new_starts_at

    def passes(self, moment: datetime) -> bool:
        """Tell whether it was before `moment` and will be after it, or the other way round."""
        first, last = sorted((self.old_starts_at, self.new_starts_at))
        return first < moment < last


def shift(
    event: Event, *, from_session_id: int, minutes: int, actor, dry_run: bool = False
) -> dict[str, list]:
    """Move a session and the later ones of its local day; returns what moved, or would.

    `minutes` is elapsed time. The caller holds the row of the weekend. Raises Invalid for a
    session of another weekend, or when one that moves would pass one that stays or leave the
    years 1970 to 2099; Conflict when the session itself is one that stays.
    """
    sessions = held(event)
    first = find(sessions, from_session_id)
    moving = [session for session in sessions if goes_along(session, first, event.timezone)]
    slots = [slot(session, minutes) for session in moving]
    check_order(slots, [session for session in sessions if session not in moving])
    tasks = moves.of_sessions(slots, blame="minutes")
    if not dry_run:
        carry_out(event, slots, first, minutes, tasks, actor=actor)
        moves.carry_out(tasks, actor=actor)
    return {"sessions": slots, "tasks": tasks}


def held(event: Event) -> list[TrackSession]:
    """Return all sessions of the weekend, held until the transaction ends, the first one first."""
    statement = of_event(event).order_by(TrackSession.id).with_for_update(key_share=True)
    return sorted(db.session.scalars(statement), key=lambda session: session.starts_at)


def find(sessions: Sequence[TrackSession], session_id: int) -> TrackSession:
    """Return the session to start from."""
    for session in sessions:
        if session.id == session_id:
            if session.status != SessionStatus.SCHEDULED:
                raise errors.Conflict(
                    f"{session.name} is {session.status}, so it stays. Start from a later session."
                )
            return session
    raise errors.Invalid.field("from_session_id", "There is no such session at this race weekend.")


def goes_along(session: TrackSession, first: TrackSession, timezone: str) -> bool:
    if session is first:
        return True
    is_later = session.starts_at > first.starts_at
    is_same_day = local_day(session, timezone) == local_day(first, timezone)
    return is_later and is_same_day and session.status == SessionStatus.SCHEDULED


def local_day(session: TrackSession, timezone: str) -> date:
    return session.starts_at.astimezone(ZoneInfo(timezone)).date()


def slot(session: TrackSession, minutes: int) -> Slot:
    starts_at = due.shifted(session.starts_at, minutes)
    ends_at = due.shifted(session.ends_at, minutes)
    return Slot(session.id, session.name, session.starts_at, starts_at, ends_at)


def check_order(slots: Sequence[Slot], staying: Sequence[TrackSession]) -> None:
    """Raise Invalid when a session would pass one that stays; cancelled ones are in no way."""
    for session in staying:
        if session.status == SessionStatus.CANCELLED:
            continue
        for moved in slots:
            if moved.passes(session.starts_at):
                message = f"{moved.name} would pass {session.name}, which stays where it is."
                raise errors.Invalid.field("minutes", message)


def carry_out(event: Event, slots: Sequence[Slot], first, minutes: int, tasks, *, actor) -> None:
    bulk.rewrite(
        TrackSession.__table__,
        ("starts_at", "ends_at"),
        [(moved.id, moved.starts_at, moved.ends_at) for moved in slots],
    )
    starts = {
        f"session:{moved.id}": [*map(history.plain, (moved.old_starts_at, moved.new_starts_at))]
        for moved in slots
    }
    changes = {"from_session_id": first.id, "minutes": minutes, "starts_at": starts}
    changes["tasks"] = [move.id for move in tasks]
    history.record(event.id, "timetable.shifted", event, actor=actor, changes=changes)
