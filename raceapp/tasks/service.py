"""Tasks: giving, finding, changing, ticking, taking back."""

import operator

import sqlalchemy as sa

from raceapp import clock, errors, permissions
from raceapp.auth.models import User
from raceapp.events.models import CrewMember, Event
from raceapp.history import chain
from raceapp.history import service as history
from raceapp.permissions import CrewRole
from raceapp.storage.columns import UTCDateTime
from raceapp.storage.expressions import is_among, undated_last
from raceapp.storage.prepared import Prepared, placeholder
from raceapp.storage.session import db
from raceapp.tasks import due, rows, signing
from raceapp.tasks.models import Act, Task, TaskStatus
from raceapp.tasks.visibility import NO_SUCH_TASK, is_live, is_theirs, visible_to


def found_beforehand(actor):
    """Have the database find what a crew member sees before it looks at the order.

    It would else walk all tasks in that order until it has met a page of theirs.
    """
    task = sa.orm.aliased(Task)
    theirs = sa.select(task.id).where(is_theirs(task, actor))
    return is_among(Task.id, theirs.scalar_subquery())


def search(
    *, actor, deleted=None, assigned_to=None, claimable=None, needs_check_by=None, **filters
) -> sa.Select:
    """Return the visible tasks that match every filter given; raises Forbidden."""
    if deleted is not None and not actor.is_admin:
        raise errors.Forbidden("Only a team manager may list deleted tasks.")
    conditions = [Task.deleted_at.is_not(None) if deleted else Task.deleted_at.is_(None)]
    if claimable:
        conditions.append(is_claimable(actor))
    if needs_check_by:
        conditions.append(awaits_check_by(actor))
    if assigned_to is None:
        assigned_to = "any" if actor.is_admin or claimable or needs_check_by else "me"
    conditions += holder(assigned_to, actor)
    is_wide = isinstance(assigned_to, str) and assigned_to != ME
    if is_wide and not actor.is_admin and filters.get("event_id") is None:
        conditions.append(found_beforehand(actor))
    conditions += [FILTERS[name](value) for name, value in filters.items() if is_given(value)]
    return visible_to(actor).where(*conditions)


def is_given(value) -> bool:
    """Tell whether a filter filters: blank text does not. A placeholder always does."""
    return value is not None and not (isinstance(value, str) and value == "")


ME, NONE, ANY = WORDS = ("me", "none", "any")


def holder(assigned_to, actor) -> list:
    """Return the condition for `me`, `none`, `any` or somebody's id."""
    if not isinstance(assigned_to, str):
        return [Task.assigned_to == assigned_to]
    of_word = {ME: [Task.assigned_to == actor.id], NONE: [Task.assigned_to.is_(None)], ANY: []}
    return of_word[assigned_to]


# The time a statement is run, not the time it is built: it may be kept.
NOW = sa.bindparam("now", callable_=lambda: clock.utcnow(), type_=UTCDateTime)


def is_overdue(wanted: bool):
    overdue = sa.and_(Task.status == TaskStatus.OPEN, Task.due_at.is_not(None), Task.due_at < NOW)
    return overdue if wanted else ~overdue


def mentions(text: str):
    return sa.or_(
        Task.title.icontains(text, autoescape=True),
        Task.description.icontains(text, autoescape=True),
    )


def is_done(wanted: bool):
    """The literal lets an index of what is not done serve the others."""
    done = sa.literal(TaskStatus.DONE, Task.status.type, literal_execute=True)
    return (Task.status == done) if wanted else (Task.status != done)


def is_due(compare, moment):
    """Compare the due time, and what lists are sorted by too, so that an index of that order
    is entered at the right place."""
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
    "session_id": lambda session_id: Task.session_id == session_id,
    "bike_id": lambda bike_id: Task.bike_id == bike_id,
    "section": lambda section: Task.section == section,
    "status": lambda status: Task.status == status,
    "event_id": lambda event_id: Task.event_id == event_id,
    "completed": is_done,
    "is_overdue": is_overdue,
    "due_before": lambda moment: is_due(operator.lt, moment),
    "due_after": lambda moment: is_due(operator.gt, moment),
    "updated_since": lambda moment: Task.updated_at >= moment,
    "q": mentions,
}


def create(*, actor, event_id: int, **fields):
    """Add a task; raises what `drafted` raises, and Invalid when there is no such weekend."""
    try:
        given = drafted(actor=actor, event_id=event_id, **fields)
    except errors.Refusal:
        check_event(event_id)
        raise
    told = {"title": given["title"]}
    entry = history.entry(event_id, "task.created", rows.SUBJECT, actor=actor, changes=told)
    task = rows.add(given, entry)
    if task is None:
        check_event(event_id)
        chain.check_head(event_id)
        raise no_such_event()
    return task


def drafted(*, actor, assigned_to: int | None = None, **fields) -> dict:
    """Return the columns of a new task. A crew member's is their own, a manager's nobody's.

    Raises Forbidden when a crew member gives it to somebody else, Invalid when the person does
    not exist.
    """
    if not permissions.can_assign(actor, assigned_to):
        raise errors.Forbidden("You may create tasks for yourself only.")
    if not actor.is_admin:
        assigned_to = actor.id
    if assigned_to != actor.id:
        check_assignee(assigned_to)
    return {**fields, "assigned_to": assigned_to, "created_by": actor.id}


LIVE_EVENT = Prepared(sa.select(sa.literal(1)).where(is_live(placeholder("event_id"))))
ACTIVE_USER = Prepared(sa.select(User.id).where(User.id == placeholder("user_id"), User.is_active))


def check_event(event_id: int) -> None:
    if LIVE_EVENT.row(event_id=event_id) is None:
        raise no_such_event()


def no_such_event() -> errors.Invalid:
    return errors.Invalid.field("event_id", "There is no such race weekend.")


def check_assignee(user_id: int | None) -> None:
    if user_id is not None and ACTIVE_USER.row(user_id=user_id) is None:
        raise errors.Invalid.field("assigned_to", "There is no such person, or not any more.")


def check_may_change(task: Task, names, *, actor) -> None:
    """Raise Forbidden unless `actor` may change these fields of `task`."""
    if not permissions.can_change_task(actor, task, names):
        raise errors.Forbidden(
            "You may tick tasks that you hold, and reword those you also created."
        )


def check_may_delete(task: Task, *, actor) -> None:
    if not permissions.can_delete_task(actor, task):
        raise errors.Forbidden("You may delete tasks that you hold, or that nobody else holds.")


def check_live(task: Task) -> None:
    if task.deleted_at is not None:
        raise errors.Conflict("This task has been deleted. Restore it first.")


def update(task: Task, changes: dict, *, actor) -> None:
    """Change a task.

    Raises Conflict when it is deleted or hangs on its weekend, Invalid for an unknown person or
    weekend, and what signing raises.
    """
    check_live(task)
    changes, event_id = dict(changes), task.event_id
    completed = changes.pop("completed", None)
    if changes.get("event_id", task.event_id) != task.event_id:
        check_may_move(task, changes["event_id"])
    if changes.get("assigned_to", task.assigned_to) != task.assigned_to:
        check_assignee(changes["assigned_to"])
    changes |= pinned(task, changes)
    is_signing = completed is not None and completed != task.completed
    if is_signing:
        act = Act.DONE if completed else Act.REOPEN
        signing.check_may_sign(task, act, actor=actor)
    for name, value in changes.items():
        setattr(task, name, value)
    if is_signing:
        signing.sign_off(task, act, actor=actor)
    else:
        history.record(task.event_id, "task.updated", task, actor=actor)
        rows.save(task)
    if task.event_id != event_id:
        left = {"event_id": [event_id, task.event_id]}
        history.note(event_id, "task.left", f"task:{task.id}", actor=actor, changes=left)


def is_wider(changes: dict) -> bool:
    """Tell whether such a change is about more than the task: what rests on its signature, or
    another weekend."""
    return changes.get("completed") is False or "event_id" in changes


def pinned(task: Task, changes: dict) -> dict:
    """Return what a change of the due time means for a task that hangs on an anchor.

    A time given by hand is pinned; `is_due_pinned: false` computes it again.
    """
    if task.anchor is None:
        return {"is_due_pinned": False} if "is_due_pinned" in changes else {}
    if changes.get("is_due_pinned") is False:
        hold_event(task.event_id)
        moment = due.due_at(
            task.anchor, task.offset_minutes, event=task.event, session=task.session
        )
        return {"due_at": moment or task.due_at}
    return {"is_due_pinned": True} if "due_at" in changes else {}


def hold_event(event_id: int) -> None:
    """Wait for whoever moves days or sessions of the weekend, and have the next one wait."""
    held = sa.select(Event.id).where(Event.id == event_id)
    db.session.execute(held.with_for_update(read=True))


def check_may_move(task: Task, event_id: int) -> None:
    """Only a task that stands by itself can be moved to another weekend."""
    if task.template_id or task.session_id or task.bike_id:
        raise errors.Conflict("This task belongs to the checklist of its race weekend.")
    check_event(event_id)


def delete(task: Task, *, actor) -> None:
    """Hide a task; raises Conflict when it is evidence that only a team manager may hide."""
    check_live(task)
    is_evidence = task.is_critical or task.status != TaskStatus.OPEN
    if is_evidence and not actor.is_admin:
        raise errors.Conflict("This task is critical or signed: only a team manager may delete it.")
    task.deleted_at = clock.utcnow()
    history.record(task.event_id, "task.deleted", task, actor=actor)
    rows.save(task)


def restore(task: Task, *, actor) -> None:
    """Bring a deleted task back; for team managers, nobody else sees deleted ones."""
    if not actor.is_admin:
        raise errors.NotFound(NO_SUCH_TASK)
    if task.deleted_at is None:
        raise errors.Conflict("This task has not been deleted.")
    task.deleted_at = None
    history.record(task.event_id, "task.restored", task, actor=actor)
    rows.save(task)
