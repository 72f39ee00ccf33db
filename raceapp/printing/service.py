"""A weekend on paper: packs of tasks, one for each session and bike, and the seal of the record.

Paper says when it was printed, and the seal how far the record had come by then: so a pack that was
signed by hand can be compared with later entries of the record.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from raceapp import errors
from raceapp.auth.models import User
from raceapp.bikes.models import Bike
from raceapp.events.models import Event
from raceapp.history import proof
from raceapp.storage.expressions import fold, in_order
from raceapp.storage.session import db
from raceapp.tasks.models import TO_DO, Act, SignOff, Task, TaskStatus
from raceapp.timetable.models import TrackSession

REFUSING = {TaskStatus.FAILED: Act.FAIL, TaskStatus.NOT_APPLICABLE: Act.NOT_APPLICABLE}


@dataclass(frozen=True)
class Line:
    """A task and who signed it, as `(name, time)` each; None while nobody has."""

    task: Task
    done: tuple[str, datetime] | None
    checked: tuple[str, datetime] | None
    refused: tuple[str, datetime] | None


@dataclass(frozen=True)
class Pack:
    """Tasks that belong together: of a session, of a bike, or of a bike for a session."""

    session: TrackSession | None
    bike: Bike | None
    rider_name: str | None
    lines: Sequence[Line]

    @property
    def left(self) -> int:
        return sum(line.task.status in TO_DO for line in self.lines)


@dataclass(frozen=True)
class Paper:
    """All that is printed, with the seal of the record as it was just before."""

    event: Event
    packs: Sequence[Pack]
    seal: dict

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.event.timezone)


def paper(event: Event, *, bike_id: int | None = None, session_id: int | None = None) -> Paper:
    """Return the weekend for the printer, or only what belongs to a bike or a session.

    Raises Invalid for a bike or session of another weekend: an empty sheet would say that all
    is done.
    """
    check_is_here(event, "bike_id", bike_id, event.bike_ids)
    check_is_here(event, "session_id", session_id, sessions_of(event))
    seal = proof.seal(event.id)
    rows = db.session.execute(tasks_of(event, bike_id=bike_id, session_id=session_id)).all()
    return Paper(event, packs(rows), seal)


def sessions_of(event: Event) -> Sequence[int]:
    return db.session.scalars(
        sa.select(TrackSession.id).where(TrackSession.event_id == event.id)
    ).all()


def check_is_here(event: Event, name: str, wanted: int | None, present: Sequence[int]) -> None:
    """Raise Invalid for a bike or session that neither the weekend nor one of its tasks has."""
    if wanted is None or wanted in present:
        return
    own = sa.exists().where(Task.event_id == event.id, getattr(Task, name) == wanted)
    if not db.session.scalar(sa.select(own)):
        what = {"bike_id": "bike", "session_id": "session"}[name]
        message = f"This {what} is not of the race weekend."
        raise errors.Invalid.field(name, message, location="query")


# Tasks without a session come first, and so do tasks without a bike.
IN_PACKS = (
    *(TrackSession.starts_at.is_not(None), TrackSession.starts_at, TrackSession.id),
    *(Bike.label.is_not(None), in_order(Bike.label), Bike.id),
    in_order(sa.func.coalesce(Task.rider_name, "")),
    *(Task.due_at.is_(None), Task.due_at, Task.id),
)


def tasks_of(event: Event, **only: int | None) -> sa.Select:
    """Return the live tasks with session and bike, in the order of the packs."""
    statement = (
        sa.select(Task, TrackSession, Bike)
        .outerjoin(TrackSession, TrackSession.id == Task.session_id)
        .outerjoin(Bike, Bike.id == Task.bike_id)
        .where(Task.event_id == event.id, Task.deleted_at.is_(None))
        .order_by(*IN_PACKS)
    )
    for name, wanted in only.items():
        if wanted is not None:
            statement = statement.where(getattr(Task, name) == wanted)
    return statement


def packs(rows: Sequence[sa.Row]) -> list[Pack]:
    names, refusals = names_in(rows), refusals_in(rows)
    found = []
    for _, group in groupby(rows, lambda row: pack_key(row[0])):
        own = list(group)
        task, session, bike = own[0]
        lines = [line(row[0], names, refusals) for row in own]
        found.append(Pack(session, bike, task.rider_name, lines))
    return found


def pack_key(task: Task) -> tuple:
    # Names that are sorted alike are of one rider, however they are spelt.
    return task.session_id, task.bike_id, fold(task.rider_name or "")


def line(task: Task, names: dict[int, str], refusals: dict[int, SignOff]) -> Line:
    refusal = refusals.get(task.id)
    return Line(
        task,
        signature(names, task.done_by, task.done_at),
        signature(names, task.checked_by, task.checked_at),
        signature(names, refusal.signed_by, refusal.at) if refusal else None,
    )


def signature(names: dict[int, str], user_id: int | None, at: datetime | None):
    return None if user_id is None else (names[user_id], at)


def refusals_in(rows: Iterable[sa.Row]) -> dict[int, SignOff]:
    """Return, by task, who signed it as failed or not applicable, if that is its status."""
    refused = {row[0].id: row[0] for row in rows if row[0].status in REFUSING}
    if not refused:
        return {}
    task = sa.select(Task.id).where(
        Task.event_id.in_({row.event_id for row in refused.values()}), Task.status.in_(REFUSING)
    )
    signed = sa.select(SignOff).where(SignOff.task_id.in_(task), SignOff.act.in_(REFUSING.values()))
    acts = db.session.scalars(signed.order_by(SignOff.id))
    return {act.task_id: act for act in acts if is_last(act, refused.get(act.task_id))}


def is_last(act: SignOff, task: Task | None) -> bool:
    return task is not None and REFUSING[task.status] == act.act


def names_in(rows: Iterable[sa.Row]) -> dict[int, str]:
    """Return the names, or emails, of the people who signed or hold these tasks."""
    events = {row[0].event_id for row in rows}
    people = []
    for column in (Task.done_by, Task.checked_by, Task.assigned_to):
        people.append(sa.select(column).where(Task.event_id.in_(events)))
    signers = sa.select(SignOff.signed_by).join(Task, Task.id == SignOff.task_id)
    people.append(signers.where(Task.event_id.in_(events)))
    found = sa.select(User.id, User.name, User.email).where(User.id.in_(sa.union(*people)))
    return {user_id: name or email for user_id, name, email in db.session.execute(found)}
