"""What a change of the timetable does to tasks: their due times move.

Every function here takes as many statements for a thousand tasks as for one. The caller holds
the row of the weekend, so moves take turns; tasks are held before their state is looked at, so
nothing that is signed, pinned or set free meanwhile is missed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from raceapp import clock, errors
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.storage.session import db
from raceapp.tasks import due
from raceapp.tasks.models import Anchor, Task, TaskStatus

SESSION_ANCHORS = (Anchor.SESSION_START, Anchor.SESSION_END)
DAY_OF = {Anchor.EVENT_START: "event_date", Anchor.EVENT_END: "end_date"}
TO_DO = {TaskStatus.OPEN, TaskStatus.FAILED}
# Up to three parameters a row: SQLite takes 32,766 in one statement, PostgreSQL 65,535.
ROWS_AT_ONCE = 10_000
COLUMNS = (
    Task.id,
    Task.event_id,
    Task.session_id,
    Task.bike_id,
    Task.rider_name,
    Task.anchor,
    Task.offset_minutes,
    Task.due_at,
    Task.status,
    Task.is_due_pinned,
    Task.note,
    Task.is_struck,
)


@dataclass(frozen=True)
class Move:
    """A task and its due time, before and after."""

    id: int
    old_due_at: datetime | None
    new_due_at: datetime


def hold(*which, deleted_too: bool = False) -> list[sa.Row]:
    """Return the live tasks that meet these conditions, held until the transaction ends.

    Their state is no condition, it is for the caller to look at: one that somebody changes at
    this instant is waited for, and would be missed by what it was before.
    """
    statement = sa.select(*COLUMNS).where(*which)
    if not deleted_too:
        statement = statement.where(Task.deleted_at.is_(None))
    held = statement.order_by(Task.id).with_for_update(of=Task, key_share=True)
    return list(db.session.execute(held))


def of_sessions(sessions: Iterable, *, blame: str) -> list[Move]:
    """Return the moves of the tasks that hang on these sessions, or on what they will be.

    Each of `sessions` has `id`, `starts_at` and `ends_at`. Raises Invalid, naming the field
    `blame`, when a task would be due outside the years 1970 to 2099.
    """
    by_id = {session.id: session for session in sessions}
    rows = hold(Task.session_id.in_(by_id), Task.anchor.in_(SESSION_ANCHORS))
    dues = ((row, new_due(row, blame=blame, session=by_id[row.session_id])) for row in rows)
    return [Move(row.id, row.due_at, due_at) for row, due_at in dues if due_at != row.due_at]


def of_days(event: Event) -> list[Move]:
    """Return the moves of the tasks that hang on the first or last day; raises as above."""
    rows = hold(Task.event_id == event.id, Task.anchor.in_(DAY_OF))
    dues = ((row, new_due(row, blame=DAY_OF[row.anchor], event=event)) for row in rows)
    return [Move(row.id, row.due_at, due_at) for row, due_at in dues if due_at != row.due_at]


def new_due(row: sa.Row, *, blame: str, event=None, session=None) -> datetime | None:
    """Return when the task is due now; what is done or pinned stays."""
    is_moving = row.status in TO_DO
    return computed_due(row, blame=blame, event=event, session=session) if is_moving else row.due_at


def computed_due(row: sa.Row, *, blame: str, event=None, session=None) -> datetime | None:
    """Return when the task is due by its anchor, if it has one and is not pinned."""
    if row.anchor is None or row.is_due_pinned:
        return row.due_at
    try:
        moment = due.due_at(row.anchor, row.offset_minutes, event=event, session=session)
        return moment or row.due_at
    except errors.Invalid as error:
        message = "Would make tasks due outside the years 1970 to 2099."
        raise errors.Invalid.field(blame, message) from error


def carry_out(event_id: int, moves: Sequence[Move], *, actor) -> None:
    """Give the tasks their new due times."""
    rewrite(Task, ("due_at",), [(move.id, move.new_due_at) for move in moves])
    for move in moves:
        changes = {"due_at": [history.plain(move.old_due_at), history.plain(move.new_due_at)]}
        history.note(event_id, "task.moved", f"task:{move.id}", actor=actor, changes=changes)


def rewrite(model, names: Sequence[str], rows: Sequence[tuple]) -> None:
    """Set the columns `names` of many rows, `(id, *values)` each, and count their versions."""
    table = model.__table__
    columns = [sa.column(name, table.c[name].type) for name in ("id", *names)]
    for first in range(0, len(rows), ROWS_AT_ONCE):
        some = rows[first : first + ROWS_AT_ONCE]
        moved = sa.values(*columns, name="moved").data(some).cte("moved")
        changes = {name: moved.c[name] for name in names}
        db.session.execute(
            sa.update(table)
            .where(table.c.id == moved.c.id)
            .values(**changes, version=table.c.version + 1, updated_at=clock.utcnow())
        )
