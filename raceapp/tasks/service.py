"""Tasks: giving, finding, changing, ticking, taking back."""

from datetime import datetime

import sqlalchemy as sa

from raceapp import clock, errors, permissions
from raceapp.auth.models import User
from raceapp.events.models import Event
from raceapp.extensions import db
from raceapp.tasks.models import Task, TaskStatus


def visible_to(actor) -> sa.Select:
    """Return the tasks `actor` may see, of weekends that have not been taken back.

    Deleted tasks are among them for team managers only.
    """
    statement = sa.select(Task).join(Event, Event.id == Task.event_id)
    statement = statement.where(Event.deleted_at.is_(None))
    if actor.is_admin:
        return statement
    is_theirs = sa.or_(Task.assigned_to == actor.id, Task.created_by == actor.id)
    return statement.where(is_theirs, Task.deleted_at.is_(None))


def get(task_id: int, *, actor, for_update: bool = False) -> Task:
    """Return the task if `actor` may see it, or raise NotFound."""
    statement = visible_to(actor).where(Task.id == task_id)
    if for_update:
        statement = statement.with_for_update(of=Task)
    task = db.session.scalar(statement)
    if task is None:
        raise errors.NotFound("There is no such task, or none that you may see.")
    return task


def search(*, actor, deleted: bool = False, assigned_to=None, **filters) -> sa.Select:
    """Return the visible tasks that match every filter given; raises Forbidden."""
    statement = visible_to(actor)
    if deleted and not actor.is_admin:
        raise errors.Forbidden("Only a team manager may list deleted tasks.")
    is_deleted = Task.deleted_at.is_not(None) if deleted else Task.deleted_at.is_(None)
    default = "any" if actor.is_admin else "me"
    conditions = [is_deleted, *holder(assigned_to or default, actor)]
    conditions += [
        FILTERS[name](value) for name, value in filters.items() if value not in (None, "")
    ]
    return statement.where(*conditions)


def holder(assigned_to: str | int, actor) -> list:
    """Return the condition for `me`, `none`, `any` or somebody's id."""
    if assigned_to == "any":
        return []
    if assigned_to == "none":
        return [Task.assigned_to.is_(None)]
    return [Task.assigned_to == (actor.id if assigned_to == "me" else assigned_to)]


def is_overdue(wanted: bool):
    overdue = sa.and_(
        Task.status == TaskStatus.OPEN, Task.due_at.is_not(None), Task.due_at < clock.utcnow()
    )
    return overdue if wanted else ~overdue


def mentions(text: str):
    return sa.or_(
        Task.title.icontains(text, autoescape=True),
        Task.description.icontains(text, autoescape=True),
    )


def is_done(wanted: bool):
    return (Task.status == TaskStatus.DONE) if wanted else (Task.status != TaskStatus.DONE)


FILTERS = {
    "event_id": lambda event_id: Task.event_id == event_id,
    "completed": is_done,
    "is_overdue": is_overdue,
    "due_before": lambda moment: Task.due_at < moment,
    "due_after": lambda moment: Task.due_at > moment,
    "updated_since": lambda moment: Task.updated_at >= moment,
    "q": mentions,
}


def create(*, actor, event_id: int, assigned_to: int | None = None, **fields) -> Task:
    """Add a task. A crew member's is their own, a team manager's is nobody's by default.

    Raises Forbidden when a crew member gives it to somebody else, Invalid when the weekend or
    the person does not exist.
    """
    if not permissions.can_assign(actor, assigned_to):
        raise errors.Forbidden("You may create tasks for yourself only.")
    if not actor.is_admin:
        assigned_to = actor.id
    check_event(event_id)
    check_assignee(assigned_to)
    task = Task(event_id=event_id, assigned_to=assigned_to, created_by=actor.id, **fields)
    task.status = TaskStatus.OPEN
    db.session.add(task)
    db.session.flush()
    return task


def check_event(event_id: int) -> None:
    is_there = sa.select(Event.id).where(Event.id == event_id, Event.deleted_at.is_(None))
    if db.session.scalar(is_there) is None:
        raise errors.Invalid.field("event_id", "There is no such race weekend.")


def check_assignee(user_id: int | None) -> None:
    if user_id is None:
        return
    is_there = sa.select(User.id).where(User.id == user_id, User.is_active)
    if db.session.scalar(is_there) is None:
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
    """Change a task; raises Conflict when it is deleted, Invalid for an unknown person or event."""
    check_live(task)
    changes = dict(changes)
    completed = changes.pop("completed", None)
    if changes.get("event_id", task.event_id) != task.event_id:
        check_event(changes["event_id"])
    if changes.get("assigned_to", task.assigned_to) != task.assigned_to:
        check_assignee(changes["assigned_to"])
    for name, value in changes.items():
        setattr(task, name, value)
    if completed is not None:
        tick(task, completed, actor=actor)


def tick(task: Task, completed: bool, *, actor, at: datetime | None = None) -> None:
    """Mark a task as done or not. Saying what is so already changes nothing."""
    if completed == task.completed:
        return
    task.status = TaskStatus.DONE if completed else TaskStatus.OPEN
    task.done_by = actor.id if completed else None
    task.done_at = (at or clock.utcnow()) if completed else None


def delete(task: Task, *, actor) -> None:
    """Hide a task; raises Conflict when it is evidence that only a team manager may hide."""
    check_live(task)
    is_evidence = task.is_critical or task.status != TaskStatus.OPEN
    if is_evidence and not actor.is_admin:
        raise errors.Conflict("This task is critical or signed: only a team manager may delete it.")
    task.deleted_at = clock.utcnow()


def restore(task: Task, *, actor) -> None:
    """Bring a deleted task back; for team managers, nobody else sees deleted ones."""
    if not actor.is_admin:
        raise errors.NotFound("There is no such task, or none that you may see.")
    if task.deleted_at is None:
        raise errors.Conflict("This task has not been deleted.")
    task.deleted_at = None
