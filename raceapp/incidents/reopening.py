"""Reopening many tasks at once, in the same few statements however many they are.

Each is reopened as `tasks.signing` reopens one: it gets a signature, an entry of the record
and a new version. It sends no `signature_voided`: the incident voids the releases itself.
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from raceapp.history import service as history
from raceapp.storage.session import db
from raceapp.tasks.models import Act, SignOff, Task, TaskStatus

REOPENED = {
    "status": TaskStatus.OPEN,
    "done_by": None,
    "done_at": None,
    "checked_by": None,
    "checked_at": None,
    "value": None,
}
COLUMNS = (Task.id, Task.event_id, Task.note, *(getattr(Task, name) for name in REOPENED))


def hold(event_id: int, *, bike_id: int, session_ids: list[int]) -> list[sa.Row]:
    """Return the done and failed critical tasks of the bike for these sessions, held.

    Open ones are held too, so that whoever is signing one is done by then or signs afterwards.
    """
    critical = (
        sa.select(*COLUMNS)
        .where(Task.event_id == event_id, Task.bike_id == bike_id, Task.is_critical)
        .where(Task.session_id.in_(session_ids), Task.deleted_at.is_(None))
        .order_by(Task.id)
        .with_for_update(key_share=True)
    )
    rows = db.session.execute(critical).all()
    return [row for row in rows if row.status in (TaskStatus.DONE, TaskStatus.FAILED)]


def reopen(tasks: Sequence[sa.Row], *, at: datetime, note: str, actor) -> None:
    """Reopen what `hold` returned, at that time; done and check are void."""
    if not tasks:
        return
    changed = {**REOPENED, "note": note}
    move([task.id for task in tasks], changed, at)
    sign(tasks, at=at, note=note, actor=actor)
    for task in tasks:
        history.note(
            task.event_id,
            "task.reopen",
            f"task:{task.id}",
            actor=actor,
            changes=differences(task, changed),
        )


def move(task_ids: list[int], changed: dict, at: datetime) -> None:
    db.session.execute(
        sa.update(Task)
        .where(Task.id.in_(task_ids))
        .values(**changed, version=Task.version + 1, updated_at=at)
        .execution_options(synchronize_session=False)
    )


def sign(tasks: Sequence[sa.Row], *, at: datetime, note: str, actor) -> None:
    signed = {"act": Act.REOPEN, "signed_by": actor.id, "at": at, "note": note}
    rows = [{"task_id": task.id, "is_self_check": False, **signed} for task in tasks]
    db.session.execute(sa.insert(SignOff), rows)


def differences(task: sa.Row, changed: dict) -> dict:
    return {
        name: [history.plain(getattr(task, name)), history.plain(new)]
        for name, new in changed.items()
        if getattr(task, name) != new
    }
