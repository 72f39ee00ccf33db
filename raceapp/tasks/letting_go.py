"""Letting go of tasks whose holder is off the crew or has no account any more.

Nobody holds open and failed tasks then, so that the crew can take them; a signed task keeps its
holder. This takes as many statements for a thousand tasks as for one.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from raceapp.auth import service as accounts
from raceapp.auth.models import User
from raceapp.events import days
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.permissions import CrewRole
from raceapp.tasks import many
from raceapp.tasks.models import TO_DO, Task


@events.roles_left.connect
def follow_crew(event: Event, *, lost: Mapping[int, set[CrewRole] | None], actor) -> None:
    """Let go of the tasks of people who were taken off the crew, or of the crew roles that they
    lost there."""
    theirs = (
        sa.and_(
            Task.assigned_to == user_id,
            sa.true() if roles is None else Task.crew_role.in_(roles),
        )
        for user_id, roles in lost.items()
    )
    let_go(Task.event_id == event.id, sa.or_(*theirs), actor=actor)


@accounts.disabled.connect
def follow_account(user: User, *, actor) -> None:
    """Let go of the tasks of a disabled account at weekends that are not over."""
    event_ids = [event.id for event in days.not_over()]
    let_go(Task.assigned_to == user.id, Task.event_id.in_(event_ids), actor=actor)


def let_go(*which, actor) -> None:
    """Take the holder off those open and failed tasks."""
    held = many.hold(*which, deleted_too=True)
    freed = [(task, {"assigned_to": None}) for task in held if task.status in TO_DO]
    many.change("task.let_go", freed, actor=actor)
