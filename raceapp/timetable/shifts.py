"""Moving several sessions at once: a shift of what is left of a day, or a weekend postponed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from raceapp import errors
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.storage import bulk
from raceapp.tasks import due
from raceapp.timetable import moves
from raceapp.timetable.models import SessionStatus, TrackSession
from raceapp.timetable.service import TOO_FAR, held, is_near


@dataclass(frozen=True)
class Slot:
    """A session with the times that it is about to have, for the tasks that hang on it."""

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
    event: Event,
    *,
    minutes: int,
    actor,
    from_session_id: int | None = None,
    session_ids: Sequence[int] = (),
    dry_run: bool = False,
) -> dict[str, list]:
    """Move a session and the later ones of its local day, or the named ones; returns what moved.

    `minutes` is elapsed time. The caller holds the row of the weekend. Raises Invalid for a
    session of another weekend, or when a session would pass one that stays or lie far from the
    weekend; Conflict when a named session cannot move.
    """
    sessions = held(event)
    moving = chosen(event, sessions, from_session_id, session_ids)
    slots = [slot(session, minutes) for session in moving]
    check_near(slots, event)
    check_order(slots, [session for session in sessions if session not in moving])
    overlaps = new_overlaps(sessions, slots)
    tasks = moves.of_sessions(slots, blame="minutes")
    if not dry_run:
        what = {"session_ids": session_ids} if session_ids else {"from_session_id": from_session_id}
        move_sessions(event, slots, tasks, actor=actor, as_recorded={**what, "minutes": minutes})
    return {"sessions": slots, "tasks": tasks, "overlaps": overlaps}


def chosen(
    event: Event, sessions: Sequence[TrackSession], from_session_id: int | None, session_ids
) -> list[TrackSession]:
    """Return the sessions that move, in order."""
    if from_session_id is None:
        named = [find(sessions, session_id, "session_ids") for session_id in session_ids]
        return [session for session in sessions if session in named]
    first = find(sessions, from_session_id, "from_session_id")
    return [session for session in sessions if goes_along(session, first, event.timezone)]


def find(sessions: Sequence[TrackSession], session_id: int, blame: str) -> TrackSession:
    """Return a session that is to move; raises Invalid and Conflict."""
    for session in sessions:
        if session.id == session_id:
            if session.status != SessionStatus.SCHEDULED:
                raise errors.Conflict(
                    f"{session.name} is {session.status}, so it stays. Start from a later session."
                )
            return session
    raise errors.Invalid.field(blame, "There is no such session at this race weekend.")


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


def check_near(slots: Sequence[Slot], event: Event) -> None:
    for moved in slots:
        if not (is_near(moved.starts_at, event) and is_near(moved.ends_at, event)):
            raise errors.Invalid.field("minutes", f"{moved.name}: {TOO_FAR}")


def check_order(slots: Sequence[Slot], staying: Sequence[TrackSession]) -> None:
    """Raise Invalid when a session would pass one that stays; cancelled ones do not count."""
    for session in staying:
        if session.status == SessionStatus.CANCELLED:
            continue
        for moved in slots:
            if moved.passes(session.starts_at):
                message = f"{moved.name} would pass {session.name}, which stays where it is."
                raise errors.Invalid.field("minutes", message)


def new_overlaps(sessions: Sequence[TrackSession], slots: Sequence[Slot]) -> list[list[int]]:
    """Return the pairs that overlap afterwards and did not before, cancelled ones left out."""
    before = [session for session in sessions if session.status != SessionStatus.CANCELLED]
    moved = {slot.id: slot for slot in slots}
    after = [moved.get(session.id, session) for session in before]
    known = overlaps(before)
    return [[*pair] for pair in overlaps(after) if pair not in known]


def overlaps(sessions: Iterable[TrackSession | Slot]) -> list[tuple[int, int]]:
    return [
        (one.id, other.id)
        for one, other in combinations(sessions, 2)
        if one.starts_at < other.ends_at and other.starts_at < one.ends_at
    ]


def move_sessions(event: Event, slots: Sequence[Slot], tasks, *, actor, as_recorded: dict) -> None:
    times = [(moved.id, moved.starts_at, moved.ends_at) for moved in slots]
    bulk.rewrite(TrackSession.__table__, ("starts_at", "ends_at"), times)
    starts = {
        f"session:{moved.id}": [*map(history.as_json, (moved.old_starts_at, moved.new_starts_at))]
        for moved in slots
    }
    changes = {**as_recorded, "starts_at": starts, "tasks": [move.id for move in tasks]}
    history.record(event.id, "timetable.shifted", event, actor=actor, changes=changes)
    moves.carry_out(tasks, actor=actor)


# --- a weekend on other days -------------------------------------------------------------


@events.days_changed.connect
def follow_days(event: Event, *, days: int, actor) -> None:
    """Move the tasks that hang on the days of a weekend, and the timetable by so many `days`.

    Deleted sessions move along, so that a restored one is where the others are.
    """
    moves.carry_out(moves.of_days(event), actor=actor)
    if days:
        slots = [
            on_another_day(session, days, event.timezone)
            for session in held(event, deleted_too=True)
        ]
        tasks = moves.of_sessions(slots, blame="event_date")
        move_sessions(event, slots, tasks, actor=actor, as_recorded={"days": days})


def on_another_day(session: TrackSession, days: int, timezone: str) -> Slot:
    """Return the same clock times so many local days later."""
    starts_at, ends_at = (
        later(moment, days, timezone) for moment in (session.starts_at, session.ends_at)
    )
    ends_at = end_behind(starts_at, ends_at, session)
    return Slot(session.id, session.name, session.starts_at, starts_at, ends_at)


def end_behind(starts_at: datetime, ends_at: datetime, session: TrackSession) -> datetime:
    """Return when a session ends that is put on another day.

    Where the clocks change in between, the same clock times may lie the other way round: then it
    takes as long as it took.
    """
    return ends_at if ends_at > starts_at else starts_at + (session.ends_at - session.starts_at)


def later(moment: datetime, days: int, timezone: str) -> datetime:
    """Return the moment with the same local clock time; raises Invalid outside 1970 to 2099.

    A time that the clocks skip that day counts by the offset before it: 02:30 is 03:30 then.
    """
    local = moment.astimezone(ZoneInfo(timezone)) + timedelta(days=days)
    return due.shifted(local.astimezone(UTC), 0)
