"""Letting go of tasks whose holder is off the crew or has no account any more.

Nobody holds open and failed tasks then, so that the crew can take them. A signed task keeps its
holder until it is to do again: see `holding`. This takes as many statements for a thousand tasks
as for one.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from raceapp.auth import service as accounts
from raceapp.auth.models import User
from raceapp.events import days
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.tasks import holding, many
from raceapp.tasks.holding import Lost
from raceapp.tasks.models import TO_DO, Task


@events.roles_left.connect
def follow_crew(event: Event, *, lost: Lost, actor) -> None:
    """Let go of the tasks of people who were taken off the crew, or of the crew roles that they
    lost there."""
    held = hold(Task.event_id == event.id, Task.assigned_to.in_(lost))
    let_go([task for task in held if holding.is_let_go(task, lost)], actor=actor)


@accounts.disabled.connect
def follow_account(user: User, *, actor) -> None:
    """Let go of the tasks of a disabled account at weekends that are not over."""
    event_ids = [event.id for event in days.not_over()]
    let_go(hold(Task.assigned_to == user.id, Task.event_id.in_(event_ids)), actor=actor)


def hold(*which) -> list[sa.Row]:
    """Return those tasks that are to do, held. The others are held as well: whoever opens one of
    them has done so before, or waits and finds that its holder has left."""
    return [task for task in many.hold(*which, deleted_too=True) if task.status in TO_DO]


def let_go(tasks: Sequence[sa.Row], *, actor) -> None:
    """Take their holder off these tasks."""
    many.change("task.let_go", [(task, {"assigned_to": None}) for task in tasks], actor=actor)
