"""Which tasks a list shows: its filters, and the queues of a person."""

import operator
from collections.abc import Callable

import sqlalchemy as sa

from raceapp import clock
from raceapp.events.models import CrewMember, Event
from raceapp.permissions import CrewRole
from raceapp.storage import expressions
from raceapp.storage.columns import UTCDateTime
from raceapp.storage.expressions import is_among, undated_last
from raceapp.tasks.models import Task, TaskStatus
from raceapp.tasks.visibility import is_led_by, is_theirs, visible_to


def found_beforehand(actor):
    """Have the database find what a crew member sees before it orders it.

    Otherwise it would walk all tasks in order until it had found a page of theirs.
    """
    task = sa.orm.aliased(Task)
    theirs = sa.select(task.id).where(is_theirs(task, actor))
    return is_among(Task.id, theirs.scalar_subquery())


def search(
    *, actor, deleted=None, assigned_to=None, claimable=None, needs_check_by=None, **filters
) -> sa.Select:
    """Return the visible tasks that match every filter given."""
    conditions = [Task.deleted_at.is_not(None) if deleted else Task.deleted_at.is_(None)]
    if deleted and not actor.is_admin:
        conditions.append(is_led_by(actor))
    if claimable:
        conditions.append(is_claimable(actor))
    if needs_check_by:
        conditions.append(awaits_check_by(actor))
    if assigned_to is None:
        is_wide = actor.is_admin or claimable or needs_check_by or deleted
        assigned_to = ANY if is_wide else ME
    conditions += holder(assigned_to, actor)
    is_wide = bool({NONE, ANY} & set(each(assigned_to)))
    if is_wide and not actor.is_admin and filters.get("event_id") is None:
        conditions.append(found_beforehand(actor))
    conditions += [FILTERS[name](value) for name, value in filters.items() if is_given(value)]
    return visible_to(actor).where(*conditions)


def is_given(value) -> bool:
    """Tell whether a filter has a value: blank text is none, a placeholder is one."""
    return value is not None and not (isinstance(value, str) and value == "")


ME, NONE, ANY = HOLDER_WORDS = ("me", "none", "any")


def each(value) -> tuple:
    """Return the values of a filter that may be one or several."""
    return value if isinstance(value, tuple) else (value,)


def holder(assigned_to, actor) -> list:
    """Return the condition for `me`, `none`, `any`, somebody's id, or several of those."""
    asked = each(assigned_to)
    if ANY in asked:
        return []
    of_word = {ME: Task.assigned_to == actor.id, NONE: Task.assigned_to.is_(None)}
    named = [of_word[one] if isinstance(one, str) else Task.assigned_to == one for one in asked]
    return [sa.or_(*named)]


def is_one_of(column) -> Callable:
    """Return a filter that takes one value or several."""
    return lambda value: column.in_(value) if isinstance(value, tuple) else column == value


# The time when a statement runs, not when it is built: statements are kept.
NOW = sa.bindparam("now", callable_=lambda: clock.utcnow(), type_=UTCDateTime)


def is_overdue(wanted: bool):
    overdue = sa.and_(Task.status == TaskStatus.OPEN, Task.due_at.is_not(None), Task.due_at < NOW)
    return overdue if wanted else ~overdue


def mentions(text: str):
    return expressions.mentions((Task.title, Task.description), text)


def is_done(wanted: bool):
    """`done` is written into the statement, so that the partial index of other tasks can serve
    `false`."""
    done = sa.literal(TaskStatus.DONE, Task.status.type, literal_execute=True)
    return (Task.status == done) if wanted else (Task.status != done)


def is_due(compare, moment):
    """Compare the due time, and the sort keys made of it, so that a scan of their index begins
    at the right place."""
    times = (Task.due_at, undated_last(Task.due_at), undated_last(Task.due_at, True))
    return sa.and_(*(compare(time, moment) for time in times))


def is_claimable(actor):
    """Nobody's, still to do, and of a crew role that `actor` has at its weekend."""
    is_to_do = Task.status.in_((TaskStatus.OPEN, TaskStatus.FAILED))
    return sa.and_(Task.assigned_to.is_(None), is_to_do, has_crew_role(actor))


def has_crew_role(actor, *roles):
    """Hold for tasks of weekends where `actor` has the task's crew role, or one of `roles`."""
    wanted = sa.or_(CrewMember.crew_role == Task.crew_role, CrewMember.crew_role.in_(roles))
    return (
        sa.select(CrewMember.event_id)
        .where(CrewMember.event_id == Task.event_id, CrewMember.user_id == actor.id, wanted)
        .exists()
    )


def awaits_check_by(actor):
    """Done, in need of a second person, and `actor` may be that one."""
    is_unchecked = sa.and_(
        Task.status == TaskStatus.DONE, Task.needs_check, Task.checked_at.is_(None)
    )
    is_other = sa.or_(Task.done_by != actor.id, Event.allow_self_check)
    may = sa.true() if actor.is_admin else has_crew_role(actor, CrewRole.CREW_CHIEF)
    return sa.and_(is_unchecked, is_other, may)


FILTERS = {
    "session_id": is_one_of(Task.session_id),
    "bike_id": is_one_of(Task.bike_id),
    "section": lambda section: Task.section == section,
    "crew_role": is_one_of(Task.crew_role),
    "status": is_one_of(Task.status),
    "event_id": lambda event_id: Task.event_id == event_id,
    "completed": is_done,
    "is_overdue": is_overdue,
    "due_before": lambda moment: is_due(operator.lt, moment),
    "due_after": lambda moment: is_due(operator.gt, moment),
    "updated_since": lambda moment: Task.updated_at >= moment,
    "q": mentions,
}
