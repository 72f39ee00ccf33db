"""Many tasks at once: held, changed, reopened, added. Other packages decide which, and ask here.

Every function takes as many statements for a thousand tasks as for one. Tasks are held before
their state is looked at, so no signature or pin of that moment is missed, and in order of their
ids, so that of two bulk deeds one waits for the other. A caller whose deed goes by more than the
tasks, such as a timetable or a crew, holds the row of the weekend first; who gives tasks to a
person, or takes them off a disabled account, holds the account first, and may be at many weekends.
Each changed task gets a new version and an entry in the record; the entry of the deed names the
tasks that it adds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from raceapp import clock
from raceapp.history import service as history
from raceapp.storage import bulk
from raceapp.storage.session import db
from raceapp.tasks import holding
from raceapp.tasks.models import Act, SignOff, Task, TaskStatus

REOPENED = {
    "status": TaskStatus.OPEN,
    "done_by": None,
    "done_at": None,
    "checked_by": None,
    "checked_at": None,
    "value": None,
}
UNRECORDED = "is_struck"  # The status and the note say it.
# What a bulk deed may look at or change.
COLUMNS = (
    Task.id,
    Task.event_id,
    Task.session_id,
    Task.bike_id,
    Task.rider_name,
    Task.assigned_to,
    Task.crew_role,
    Task.is_critical,
    Task.anchor,
    Task.offset_minutes,
    Task.due_at,
    Task.is_due_pinned,
    Task.is_struck,
    Task.note,
    Task.deleted_at,
    *(getattr(Task, name) for name in REOPENED),
)


def hold(*which, deleted_too: bool = False) -> list[sa.Row]:
    """Return the live tasks that meet these conditions, held until the transaction ends.

    The caller looks at their state, which must be no condition: a task that somebody changes at
    this instant is waited for, and a condition would go by its state before.
    """
    statement = sa.select(*COLUMNS).where(*which)
    if not deleted_too:
        statement = statement.where(Task.deleted_at.is_(None))
    held = statement.order_by(Task.id).with_for_update(of=Task, key_share=True)
    return list(db.session.execute(held))


def change(
    action: str, changes: Sequence[tuple[sa.Row, dict]], *, actor, at: datetime | None = None
) -> None:
    """Give each of these held tasks its new values, with the same names for all of them.

    A task that has its values already stays as it is.
    """
    compared = [(task, new, differences(task, new)) for task, new in changes]
    changing = [(task, new, changed) for task, new, changed in compared if changed]
    if not changing:
        return
    values = [(task.id, *new.values()) for task, new, _ in changing]
    bulk.rewrite(Task.__table__, tuple(changing[0][1]), values, at=at or clock.utcnow())
    for task, _, changed in changing:
        history.record(task.event_id, action, f"task:{task.id}", actor=actor, changes=changed)


def differences(task: sa.Row, new: dict) -> dict:
    """Return `{column: [old, new]}` of the changes that are recorded."""
    return {
        name: [history.as_json(getattr(task, name)), history.as_json(value)]
        for name, value in new.items()
        if getattr(task, name) != value and name != UNRECORDED
    }


def reopen(
    tasks: Sequence[sa.Row],
    *,
    dues: Mapping[int, datetime | None],
    at: datetime,
    note: str,
    actor,
) -> None:
    """Reopen these tasks of a weekend as `signing` reopens one, and sign that.

    Done and check are void. `dues` says when each is due now. The caller itself voids the releases.
    """
    if not tasks:
        return
    changed = {**REOPENED, "note": note}
    holders = holding.holders(tasks[0].event_id, tasks)
    opened = [
        (task, {**changed, "due_at": dues[task.id], "assigned_to": holders[task.id]})
        for task in tasks
    ]
    change("task.reopen", opened, actor=actor, at=at)
    signed = {"act": Act.REOPEN, "signed_by": actor.id, "at": at, "note": note}
    rows = [{"task_id": task.id, "is_self_check": False, **signed} for task in tasks]
    bulk.insert(SignOff.__table__, rows)


def add(rows: Sequence[dict]) -> list[int]:
    """Add tasks, all with the same columns, and return their ids in the same order."""
    return bulk.insert(Task.__table__, rows)
