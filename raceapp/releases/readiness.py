"""Whether a bike is ready for a session, by the tasks that count.

    counts    its live tasks for that session, and its tasks without a session as long as the
              session is not over
    blocks    failed; done but unchecked where a check is needed; critical and open

A task that is not applicable counts and never blocks. Neither does a task that hangs on the end of
a session: it is due when the bike is back.
"""

import functools
import json
from collections.abc import Sequence

import sqlalchemy as sa

from raceapp.bikes.models import Bike
from raceapp.events.models import Event, event_bikes
from raceapp.releases.models import Release
from raceapp.releases.schemas import ReleaseSchema
from raceapp.storage.expressions import list_of
from raceapp.storage.prepared import Prepared, placeholder
from raceapp.storage.session import db
from raceapp.tasks.finding import NOW
from raceapp.tasks.models import Anchor, Task, TaskStatus
from raceapp.timetable.models import SessionStatus, TrackSession
from raceapp.web.writing import row_writer


def of_weekend(event_id: int) -> list[dict]:
    """Return the readiness of each bike for each session that is not cancelled.

    They come in the order of the timetable, with the valid release or None under `release`. This
    takes the same few statements however large the weekend is.
    """
    sums, releases = by_place(event_id), valid_releases(event_id)
    return [
        {
            "session_id": session_id,
            "bike_id": bike_id,
            **counting(sums, session_id, bike_id, is_over=status == SessionStatus.FINISHED),
            "release": releases.get((session_id, bike_id)),
        }
        for session_id, status, bike_id in places().rows(event_id=event_id)
    ]


def of_bike(session: TrackSession, bike_id: int) -> dict:
    """Return the sums of one bike and session and the ids `counted`, with those tasks held.

    The locks are shared, in the order of ids: nobody signs or reopens one of the tasks before this
    transaction ends, while releases for other sessions, which count some of the same tasks, go on.
    """
    found = counted(session).where(Task.bike_id == bike_id).order_by(Task.id)
    held = found.with_for_update(read=True, of=Task)
    task = held.subquery().c
    every = list_of(task.id, sa.true())
    *sums, ids = db.session.execute(sa.select(*summed_up(task), every)).one()
    return as_sums(sums) | {"counted": in_order(ids)}


def blocked_bikes(session: TrackSession) -> list[int]:
    """Return the bikes that are blocked for this session, with their tasks held."""
    held = counted(session).order_by(Task.id).with_for_update(read=True, of=Task)
    task = held.subquery().c
    # Not in WHERE: PostgreSQL would look at each task before it holds it, and so at its past.
    return in_order(db.session.scalar(sa.select(list_of(task.bike_id, is_blocking(task)))))


def live_bikes(event: Event) -> list[Bike]:
    return [bike for bike in event.bikes if bike.deleted_at is None]


@functools.cache
def places() -> Prepared:
    """Return the statement for the sessions that are not cancelled, each with each live bike."""
    session = TrackSession
    return Prepared(
        sa.select(session.id, session.status, Bike.id)
        .join(event_bikes, event_bikes.c.event_id == session.event_id)
        .join(Bike, sa.and_(Bike.id == event_bikes.c.bike_id, Bike.deleted_at.is_(None)))
        .where(session.event_id == placeholder("event_id", sa.BigInteger))
        .where(session.deleted_at.is_(None), session.status != SessionStatus.CANCELLED)
        .order_by(session.starts_at, session.id, Bike.id)
    )


def live_tasks(event_id: int) -> sa.Select:
    return sa.select(Task.__table__).where(Task.event_id == event_id, Task.deleted_at.is_(None))


def counted(session: TrackSession) -> sa.Select:
    """Return the bikes' tasks that count for a session; `counting` says the same in memory."""
    places = [Task.session_id == session.id]
    if not session.is_over:
        places.append(Task.session_id.is_(None))
    return live_tasks(session.event_id).where(Task.bike_id.is_not(None), sa.or_(*places))


def by_place(event_id: int) -> dict[tuple, dict]:
    """Return what `summed_up` says of the bikes' live tasks by (bike id, session id or None)."""
    rows = sums_by_place().rows(event_id=event_id)
    return {(bike_id, session_id): as_sums(sums) for bike_id, session_id, *sums in rows}


@functools.cache
def sums_by_place() -> Prepared:
    task = Task.__table__.c
    places = (task.bike_id, task.session_id)
    tasks = live_tasks(placeholder("event_id", sa.BigInteger)).where(task.bike_id.is_not(None))
    return Prepared(tasks.with_only_columns(*places, *summed_up(task)).group_by(*places))


def counting(sums: dict[tuple, dict], session_id: int, bike_id: int, *, is_over: bool) -> dict:
    """Return the sums of the bike's tasks for the session and of those without one."""
    own = sums.get((bike_id, session_id), NOTHING)
    rest = NOTHING if is_over else sums.get((bike_id, None), NOTHING)
    both = {name: own[name] + rest[name] for name in own}
    return both | {"blocking": sorted(both["blocking"])}


def valid_releases(event_id: int) -> dict[tuple, dict]:
    """Return the valid releases, as they are answered, by (session id, bike id)."""
    found = (as_release(row) for row in releases_in_force().rows(event_id=event_id))
    return {(release["session_id"], release["bike_id"]): release for release in found}


NAMES = list(ReleaseSchema().dump_fields)
as_release = row_writer(ReleaseSchema())


@functools.cache
def releases_in_force() -> Prepared:
    columns = [getattr(Release, name) for name in NAMES]
    of_event = Release.event_id == placeholder("event_id", sa.BigInteger)
    return Prepared(sa.select(*columns).where(of_event, Release.voided_at.is_(None)))


SUMS = ("total", "done", "checked", "failed", "overdue", "blocking")
NOTHING = dict.fromkeys(SUMS, 0) | {"blocking": []}


def summed_up(task) -> list[sa.ColumnElement]:
    """Return the columns SUMS of the tasks that count, whose columns are `task`.

    The last is a list of ids. The total includes tasks that are not applicable; overdue tasks are
    open and past their due time.
    """
    number = sa.func.count
    return [
        number(),
        number().filter(task.status == TaskStatus.DONE),
        number().filter(task.checked_at.is_not(None)),
        number().filter(task.status == TaskStatus.FAILED),
        number().filter(task.status == TaskStatus.OPEN, task.due_at < NOW),
        list_of(task.id, is_blocking(task)),
    ]


def as_sums(row: Sequence) -> dict:
    """Return a row of `summed_up` by the names of its columns, with ids in order."""
    sums = dict(zip(SUMS, row, strict=True))
    return sums | {"blocking": in_order(sums["blocking"])}


def in_order(ids: list[int] | str | None) -> list[int]:
    """Return ids in order; SQLite, which has no lists, sends them as JSON."""
    return sorted(json.loads(ids) if isinstance(ids, str) else ids or [])


def is_blocking(task) -> sa.ColumnElement[bool]:
    """Hold for the tasks that stand against a release."""
    is_unchecked = sa.and_(task.needs_check, task.checked_at.is_(None))
    return sa.and_(
        task.anchor.is_distinct_from(Anchor.SESSION_END),
        sa.or_(
            task.status == TaskStatus.FAILED,
            sa.and_(task.status == TaskStatus.DONE, is_unchecked),
            sa.and_(task.status == TaskStatus.OPEN, task.is_critical),
        ),
    )
