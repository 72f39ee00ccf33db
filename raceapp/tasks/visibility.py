"""Which tasks a person sees."""

import sqlalchemy as sa

from raceapp.events import service as events
from raceapp.events.models import CrewMember, Event
from raceapp.permissions import CrewRole
from raceapp.storage.expressions import is_among
from raceapp.tasks.models import Task

NO_SUCH_TASK = "There is no such task, or none that you may see."


def visible_to(actor) -> sa.Select:
    """Return the tasks `actor` may see, of weekends that have not been taken back.

    They include deleted tasks that `actor` may restore.
    """
    statement = sa.select(Task).join(Event, Event.id == Task.event_id)
    statement = statement.where(Event.deleted_at.is_(None))
    if actor.is_admin:
        return statement
    may_restore = sa.or_(Task.deleted_at.is_(None), is_led_by(actor))
    return statement.where(is_theirs(Task, actor), may_restore)


def is_led_by(actor):
    """Hold for tasks of weekends where `actor` is the crew chief."""
    led = events.crew_events(actor).where(CrewMember.crew_role == CrewRole.CREW_CHIEF)
    return is_among(Task.event_id, led.scalar_subquery())


def is_theirs(task, actor):
    """Hold for tasks that `actor` holds or created, and for those of weekends of their crews."""
    return sa.or_(
        task.assigned_to == actor.id,
        task.created_by == actor.id,
        is_among(task.event_id, events.crew_events(actor).scalar_subquery()),
    )


def is_live(event_id):
    """Hold if the race weekend exists and is not deleted."""
    return sa.exists().where(Event.id == event_id, Event.deleted_at.is_(None))
