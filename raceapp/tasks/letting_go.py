"""Tasks let go of, since who holds them is off the crew or has no account any more.

What is open or failed is nobody's again, so that the crew can claim it; what is signed stays with
who signed. As many statements for a thousand tasks as for one.
"""

from collections.abc import Iterable

from raceapp.auth import service as accounts
from raceapp.auth.models import User
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.tasks import many
from raceapp.tasks.models import TO_DO, Task


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
    theirs = Task.assigned_to.in_(list(user_ids)), Task.event_id.in_(list(event_ids))
    held = many.hold(*theirs, deleted_too=True)
    freed = [(task, {"assigned_to": None}) for task in held if task.status in TO_DO]
    many.change("task.let_go", freed, actor=actor)
