"""Whether a bike is ready for a session, read off the tasks that count.

    counts    its live tasks for that session, and its tasks without a session as long as the
              session is not over
    blocks    failed; done but unchecked where a check is needed; critical and open

What is not applicable counts and never blocks, nor does what hangs on the end of the session:
it is due when the bike is back.
"""

import functools
from collections import defaultdict, namedtuple
from collections.abc import Sequence

import sqlalchemy as sa

from raceapp import clock
from raceapp.bikes.models import Bike
from raceapp.events.models import Event
from raceapp.extensions import db
from raceapp.hot import Prepared, placeholder
from raceapp.releases.models import Release
from raceapp.tasks.models import Anchor, Task, TaskStatus
from raceapp.timetable.models import SessionStatus, TrackSession

# A board of hundreds of tasks is read for these few columns only.
COLUMNS = (
    Task.id,
    Task.bike_id,
    Task.session_id,
    Task.status,
    Task.is_critical,
    Task.needs_check,
    Task.checked_at,
    Task.due_at,
    Task.anchor,
)


CountedTask = namedtuple("CountedTask", [column.key for column in COLUMNS])


def board(event: Event) -> list[dict]:
    """Return the readiness of each bike for each session that is not cancelled.

    In the order of the timetable, with the valid release under `release`, or None there. Takes
    the same few statements however large the weekend is.
    """
    bikes, sessions = live_bikes(event), sessions_of(event)
    sums, releases = by_place(event), valid_releases(event)
    return [
        {
            "session_id": session.id,
            "bike_id": bike.id,
            **counting(sums, session, bike),
            "release": releases.get((session.id, bike.id)),
        }
        for session in sessions
        for bike in bikes
    ]


def of_bike(session: TrackSession, bike_id: int) -> dict:
    """Return what `summed_up` says of one bike and session, with the counted tasks held.

    Shared locks in the order of ids: nobody signs or reopens one of them before this
    transaction ends, while releases of other sessions, which count some of the same tasks, go on.
    """
    held = counted(session, bike_id).with_for_update(read=True, of=Task)
    return summed_up(db.session.execute(held).all())


def live_bikes(event: Event) -> list[Bike]:
    return [bike for bike in event.bikes if bike.deleted_at is None]


def sessions_of(event: Event) -> Sequence[TrackSession]:
    return db.session.scalars(
        sa.select(TrackSession)
        .where(TrackSession.event_id == event.id, TrackSession.deleted_at.is_(None))
        .where(TrackSession.status != SessionStatus.CANCELLED)
        .order_by(TrackSession.starts_at, TrackSession.id)
    ).all()


def live_tasks(event_id: int) -> sa.Select:
    on_board = (Task.event_id == event_id, Task.deleted_at.is_(None))
    return sa.select(*COLUMNS).where(*on_board).order_by(Task.id)


def counted(session: TrackSession, bike_id: int) -> sa.Select:
    """Return the tasks that count for one bike and session; `counting` says the same in memory."""
    places = [Task.session_id == session.id]
    if not session.is_over:
        places.append(Task.session_id.is_(None))
    return live_tasks(session.event_id).where(Task.bike_id == bike_id, sa.or_(*places))


def by_place(event: Event) -> dict[tuple, dict]:
    """Return what `summed_up` says of the bikes' live tasks by (bike id, session id or None)."""
    found = defaultdict(list)
    for row in board_tasks().rows(event_id=event.id):
        task = CountedTask(*row)
        found[task.bike_id, task.session_id].append(task)
    return {place: summed_up(tasks) for place, tasks in found.items()}


@functools.cache
def board_tasks() -> Prepared:
    tasks = live_tasks(placeholder("event_id", sa.BigInteger))
    return Prepared(tasks.where(Task.bike_id.is_not(None)))


def counting(sums: dict[tuple, dict], session: TrackSession, bike: Bike) -> dict:
    """Return the sums of the bike's tasks for the session and of those without one."""
    own = sums.get((bike.id, session.id), NOTHING)
    rest = NOTHING if session.is_over else sums.get((bike.id, None), NOTHING)
    both = {name: own[name] + rest[name] for name in own}
    return both | {name: sorted(both[name]) for name in ("blocking", "counted")}


def valid_releases(event: Event) -> dict[tuple, Release]:
    """Return the releases in force by (session id, bike id)."""
    valid = sa.select(Release).where(Release.event_id == event.id, Release.voided_at.is_(None))
    return {(release.session_id, release.bike_id): release for release in db.session.scalars(valid)}


def summed_up(tasks: Sequence) -> dict:
    """Return `{total, done, checked, failed, overdue, blocking, counted}` of tasks that count.

    The last two are ids in order. Every task that counts is in the total, not applicable ones
    too; overdue is open and past its due time.
    """
    now = clock.utcnow()
    return {
        "total": len(tasks),
        "done": sum(task.status == TaskStatus.DONE for task in tasks),
        "checked": sum(task.checked_at is not None for task in tasks),
        "failed": sum(task.status == TaskStatus.FAILED for task in tasks),
        "overdue": sum(is_overdue(task, now) for task in tasks),
        "blocking": sorted(task.id for task in tasks if is_blocking(task)),
        "counted": sorted(task.id for task in tasks),
    }


NOTHING = summed_up([])


def is_overdue(task, now) -> bool:
    return task.status == TaskStatus.OPEN and task.due_at is not None and task.due_at < now


def is_blocking(task) -> bool:
    if task.anchor == Anchor.SESSION_END:
        return False
    if task.status == TaskStatus.DONE:
        return task.needs_check and task.checked_at is None
    is_open = task.status == TaskStatus.OPEN
    return task.is_critical if is_open else task.status == TaskStatus.FAILED
