"""What a change of the timetable does to tasks: their due times move.

This decides what moves, and `raceapp.tasks.many` moves it. The caller holds the row of the weekend,
so moves take turns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from raceapp import errors
from raceapp.events.models import Event
from raceapp.tasks import due, many
from raceapp.tasks.models import TO_DO, Anchor, Task

SESSION_ANCHORS = (Anchor.SESSION_START, Anchor.SESSION_END)
DAY_OF = {Anchor.EVENT_START: "event_date", Anchor.EVENT_END: "end_date"}


@dataclass(frozen=True)
class Move:
    """A held task, and when it will be due."""

    task: sa.Row
    new_due_at: datetime

    @property
    def id(self) -> int:
        return self.task.id

    @property
    def old_due_at(self) -> datetime | None:
        return self.task.due_at


def of_sessions(sessions: Iterable, *, blame: str) -> list[Move]:
    """Return the moves of the tasks that hang on these sessions.

    Each of `sessions` has `id` and its new `starts_at` and `ends_at`. Raises Invalid, naming the
    field `blame`, when a task would be due outside the years 1970 to 2099.
    """
    by_id = {session.id: session for session in sessions}
    rows = many.hold(Task.session_id.in_(by_id), Task.anchor.in_(SESSION_ANCHORS))
    dues = ((row, new_due(row, blame=blame, session=by_id[row.session_id])) for row in rows)
    return [Move(row, due_at) for row, due_at in dues if due_at != row.due_at]


def of_days(event: Event) -> list[Move]:
    """Return the moves of the tasks that hang on the first or last day; raises Invalid."""
    rows = many.hold(Task.event_id == event.id, Task.anchor.in_(DAY_OF))
    dues = ((row, new_due(row, blame=DAY_OF[row.anchor], event=event)) for row in rows)
    return [Move(row, due_at) for row, due_at in dues if due_at != row.due_at]


def new_due(row: sa.Row, *, blame: str, event=None, session=None) -> datetime | None:
    """Return when the task is due now; a done or pinned task keeps its time."""
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


def carry_out(moves: Sequence[Move], *, actor) -> None:
    """Give the tasks their new due times."""
    changes = [(move.task, {"due_at": move.new_due_at}) for move in moves]
    many.change("task.moved", changes, actor=actor)
