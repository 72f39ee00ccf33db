"""Tasks let go of, since who holds them is off the crew or has no account any more.

What is open or failed is nobody's again, so that the crew can claim it; what is signed stays with
who signed. As many statements for a thousand tasks as for one.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from raceapp import clock
from raceapp.auth import service as accounts
from raceapp.auth.models import User
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.storage.session import db
from raceapp.tasks.models import Task, TaskStatus

COLUMNS = (Task.id, Task.event_id, Task.assigned_to, Task.status)
TO_DO = (TaskStatus.OPEN, TaskStatus.FAILED)


@events.crew_left.connect
def follow_crew(event: Event, *, user_ids: Iterable[int], actor) -> None:
    """Let go of what people hold at a weekend whose crew they were taken off."""
    let_go(user_ids, [event.id], actor=actor)


@accounts.disabled.connect
def follow_account(user: User, *, actor) -> None:
    """Let go of what a disabled account holds at weekends that are not over."""
    let_go([user.id], [event.id for event in events.not_over()], actor=actor)


def let_go(user_ids: Iterable[int], event_ids: Iterable[int], *, actor) -> None:
    """Make the open and failed tasks of these people at these weekends nobody's."""
    tasks = [task for task in hold(user_ids, event_ids) if task.status in TO_DO]
    if not tasks:
        return
    mine = sa.update(Task).where(Task.id.in_([task.id for task in tasks]))
    freed = {"assigned_to": None, "version": Task.version + 1, "updated_at": clock.utcnow()}
    db.session.execute(mine.values(freed).execution_options(synchronize_session=False))
    for task in tasks:
        changes = {"assigned_to": [task.assigned_to, None]}
        history.note(task.event_id, "task.let_go", f"task:{task.id}", actor=actor, changes=changes)


def hold(user_ids: Iterable[int], event_ids: Iterable[int]) -> list[sa.Row]:
    """Return all that these people hold there, deleted or not; its state is looked at once held."""
    theirs = Task.assigned_to.in_(list(user_ids)), Task.event_id.in_(list(event_ids))
    statement = sa.select(*COLUMNS).where(*theirs).order_by(Task.id)
    return list(db.session.execute(statement.with_for_update(of=Task, key_share=True)))
