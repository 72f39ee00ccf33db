"""Which tasks a person sees."""

import sqlalchemy as sa

from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.storage.expressions import is_among
from raceapp.tasks.models import Task

NO_SUCH_TASK = "There is no such task, or none that you may see."


def visible_to(actor) -> sa.Select:
    """Return the tasks `actor` may see, of weekends that have not been taken back.

    Deleted tasks are among them for team managers only.
    """
    statement = sa.select(Task).join(Event, Event.id == Task.event_id)
    statement = statement.where(Event.deleted_at.is_(None))
    if actor.is_admin:
        return statement
    return statement.where(is_theirs(Task, actor), Task.deleted_at.is_(None))


def is_theirs(task, actor):
    """Hold for what a crew member holds, has created or has on a board of theirs."""
    return sa.or_(
        task.assigned_to == actor.id,
        task.created_by == actor.id,
        is_among(task.event_id, events.crew_events(actor).scalar_subquery()),
    )


def is_live(event_id):
    """Hold where the race weekend exists and has not been taken back."""
    return sa.exists().where(Event.id == event_id, Event.deleted_at.is_(None))
