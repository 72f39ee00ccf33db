"""What a release of a bike rests on: the tasks that count for it, and what becomes of them.

A release is void once a task that it counted is reopened, failed, deleted or moved, and once a
task comes to stand against it that did not before. Signing done is the exception: a task that is
then still to be checked was open when the bike was released, and did not block it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from types import SimpleNamespace

from blinker import Signal

from raceapp.tasks.models import Anchor, TaskStatus

# Sent with a list of Lost, before the commit. Releases are above this package, so they connect
# to it.
lost = Signal()
UNDONE = {TaskStatus.OPEN: "was reopened", TaskStatus.FAILED: "was failed"}
AGAINST = "stands against it"


@dataclass(frozen=True)
class Lost:
    """A task on which releases of its bike can rest no longer, where it counts, and why.

    It counts in its session, or without one in all sessions to come. With `was_counted` only
    releases are meant that counted the task when they were given.
    """

    task_id: int
    title: str
    event_id: int
    bike_id: int
    session_id: int | None
    deed: str
    was_counted: bool = False

    @property
    def reason(self) -> str:
        return f"Task {self.task_id}, “{self.title}”, {self.deed}."


def losses(before, after) -> list[Lost]:
    """Return what is lost by a change of a task; `before` is None for a new task."""
    gone = left(before, after) if before is not None and counts(before) else None
    if gone is not None and not gone.was_counted:
        return [gone]
    comes = comes_against(before, after)
    return [*([gone] if gone else []), *([as_lost(after, AGAINST)] if comes else [])]


def left(before, after) -> Lost | None:
    """Return what is lost of the task as it was."""
    if after.deleted_at is not None:
        return as_lost(before, "was deleted", was_counted=True)
    if place(after) != place(before):
        return as_lost(before, "was put elsewhere", was_counted=True)
    if after.status != before.status and after.status in UNDONE:
        return as_lost(after, UNDONE[after.status])
    return None


def comes_against(before, after) -> bool:
    """Tell whether the task stands against a release now, and did not before."""
    if before is None or place(before) != place(after):
        return is_against(after)
    is_done_now = after.status == TaskStatus.DONE != before.status
    return is_against(after) and not is_against(before) and not is_done_now


def added(rows: Sequence[dict], ids: Sequence[int]) -> list[Lost]:
    """Return what is lost by those new tasks that stand against a release."""
    named = zip(rows, ids, strict=True)
    new = (SimpleNamespace(**{**BLANK, **row, "id": task_id}) for row, task_id in named)
    return [lost for task in new for lost in losses(None, task)]


BLANK = {"bike_id": None, "session_id": None, "deleted_at": None, "checked_at": None}


def tell(found: Sequence[Lost], *, actor) -> None:
    if found:
        lost.send(found, actor=actor)


def counts(task) -> bool:
    return task.bike_id is not None and task.deleted_at is None


def place(task) -> tuple:
    return task.event_id, task.bike_id, task.session_id


def is_against(task) -> bool:
    """Tell whether the task blocks its bike; `releases.readiness` says the same in SQL."""
    if not counts(task) or task.anchor == Anchor.SESSION_END:
        return False
    if task.status == TaskStatus.DONE:
        return task.needs_check and task.checked_at is None
    return task.status == TaskStatus.FAILED or (task.status == TaskStatus.OPEN and task.is_critical)


def as_lost(task, deed: str, *, was_counted: bool = False) -> Lost:
    return Lost(task.id, task.title, *place(task), deed, was_counted)
