"""Tasks: giving, changing, ticking, taking back. Finding them is in `finding`."""

from datetime import datetime

import sqlalchemy as sa
from blinker import Signal

from raceapp import clock, errors, permissions
from raceapp.events import service as events
from raceapp.history import service as history
from raceapp.storage.prepared import Prepared, placeholder
from raceapp.tasks import belonging, holding, rows, signing
from raceapp.tasks.models import TO_DO, Act, TaskStatus
from raceapp.tasks.rows import TaskRow
from raceapp.tasks.visibility import NO_SUCH_TASK, is_live

# Sent with a task that has been moved to another weekend, and the id of the one it has left.
moved = Signal()


LIVE_EVENT = Prepared(sa.select(sa.literal(1)).where(is_live(placeholder("event_id"))))


def check_event(event_id: int) -> None:
    if LIVE_EVENT.row(event_id=event_id) is None:
        raise belonging.no_such_event()


def is_allowed(question, actor, task: TaskRow, *more) -> bool:
    """Ask without crew roles first: few deeds depend on them, and they take a statement."""
    if question(actor, (), task, *more):
        return True
    return question(actor, events.crew_roles(task.event_id, actor), task, *more)


def check_may_change(task: TaskRow, changes: dict, *, actor) -> None:
    """Raise Forbidden unless `actor` may change these fields of `task`.

    Taking a task holds its weekend, so that nobody takes one while they are taken off the crew.
    """
    if changes.get("assigned_to") == actor.id and not actor.is_admin:
        belonging.hold_event(task.event_id)
    if not is_allowed(permissions.can_change_task, actor, task, changes):
        raise errors.Forbidden(why_not_change(task, changes, actor=actor))


MANAGERS = "a team manager or the crew chief"


def why_not_change(task: TaskRow, changes: dict, *, actor) -> str:
    """Return a sentence that names what forbids a change: the holder, a field or a role."""
    if task.assigned_to not in (None, actor.id):
        return f"{signing.name_of(task.assigned_to)} holds this task: they or {MANAGERS} change it."
    if task.assigned_to is None and "assigned_to" not in changes:
        return "Nobody holds this task: take it first, or sign it off."
    if changes.get("assigned_to") not in (None, actor.id):
        return f"Only {MANAGERS} may give this task to somebody else."
    others = changes.keys() - permissions.own_fields(actor, task) - {"assigned_to"}
    if others:
        return f"Only {MANAGERS} may change {min(others)} of this task."
    return f"Only the crew with the task's role, {MANAGERS} may take this task or give it back."


def check_may_delete(task: TaskRow, *, actor) -> None:
    if not is_allowed(permissions.can_delete_task, actor, task):
        raise errors.Forbidden("You may delete tasks that you hold, or that nobody else holds.")


def is_managed(actor, task: TaskRow) -> bool:
    return is_allowed(lambda actor, roles, _task: permissions.manages(actor, roles), actor, task)


def check_live(task: TaskRow) -> None:
    if task.deleted_at is not None:
        raise errors.Conflict("This task has been deleted. Restore it first.")


def update(task: TaskRow, changes: dict, *, actor, device_time: datetime | None = None) -> None:
    """Change a task.

    Raises Conflict when it is deleted or cannot leave its weekend, Invalid for an unknown person or
    things of another weekend, and what signing raises.
    """
    check_live(task)
    changes, event_id = without_known_due(task, changes), task.event_id
    completed = changes.pop("completed", None)
    check_fits(task, changes, completed, actor=actor)
    changes |= belonging.settled(task.as_it_would_be(changes), changed_names(task, changes))
    is_signing = completed is not None and completed != task.completed
    if is_signing:
        act = Act.DONE if completed else Act.REOPEN
        check_may_sign(task, changes, act, actor=actor)
    for name, value in changes.items():
        setattr(task, name, value)
    if is_signing:
        signing.sign_off(task, act, device_time=device_time, actor=actor)
    else:
        history.record(task.event_id, "task.updated", task, actor=actor)
        rows.save(task, actor=actor)
    if task.event_id != event_id:
        tell_of_move(task, event_id, actor=actor)


def check_fits(task: TaskRow, changes: dict, completed: bool | None, *, actor) -> None:
    """Raise what forbids the new weekend, a change of what was signed for, or the new holder."""
    if changes.get("event_id", task.event_id) != task.event_id:
        check_may_move(task, changes["event_id"], actor=actor)
    if completed is not False:  # Otherwise it is reopened by the same change.
        check_unsigned(task, changes)
    if changes.get("assigned_to", task.assigned_to) != task.assigned_to:
        is_open = task.status == TaskStatus.OPEN if completed is None else not completed
        check_hand_over(task, changes["assigned_to"], is_open=is_open, actor=actor)


def check_may_sign(task: TaskRow, changes: dict, act: Act, *, actor) -> None:
    """Raise Forbidden unless `actor` may sign the task as it will be, or as it is."""
    try:
        signing.check_may_sign(task.as_it_would_be(changes), act, actor=actor)
    except errors.Refusal:
        signing.check_may_sign(task, act, actor=actor)


def tell_of_move(task: TaskRow, event_id: int, *, actor) -> None:
    """Record in the old weekend that the task has left it, and send `moved`."""
    left = {"event_id": [event_id, task.event_id]}
    history.record(event_id, "task.left", f"task:{task.id}", actor=actor, changes=left)
    moved.send(task, event_id=event_id, actor=actor)


def without_known_due(task: TaskRow, changes: dict) -> dict:
    """Return the changes without a due time that is the known one and will be computed anyway."""
    is_known = changes.get("is_due_pinned") is False and changes.get("due_at") == task.due_at
    return {name: value for name, value in changes.items() if name != "due_at" or not is_known}


def is_wider(changes: dict) -> bool:
    """Tell whether a change is about more than the task: releases that rest on its signature, or
    another weekend."""
    return changes.get("completed") is False or "event_id" in changes


def changed_names(task: TaskRow, changes: dict) -> set[str]:
    """Return the names of the changes. A due time counts even if it is the same: it gets pinned."""
    is_kept = belonging.PLACES & {
        name for name, value in changes.items() if getattr(task, name) == value
    }
    return changes.keys() - is_kept


def check_unsigned(task: TaskRow, changes: dict) -> None:
    """Raise Conflict when a signed or closed task would come to be about another thing."""
    is_moved = any(
        name in changes and changes[name] != getattr(task, name) for name in belonging.SIGNED_FOR
    )
    if is_moved and task.status != TaskStatus.OPEN:
        raise errors.Conflict("This task is signed or closed: reopen it first, then change this.")


def check_hand_over(task: TaskRow, user_id: int | None, *, is_open: bool, actor) -> None:
    """Raise Invalid for an unknown person, Conflict when it is too late to give the task back."""
    holding.check_assignee(user_id)
    if user_id is None and not is_open and not is_managed(actor, task):
        raise errors.Conflict("This task is signed already: it cannot be given back.")


def check_may_move(task: TaskRow, event_id: int, *, actor) -> None:
    """Raise unless the task stands by itself and `actor` manages the other weekend too."""
    if task.template_id or task.session_id or task.bike_id or task.rider_name:
        raise errors.Conflict(
            "This task is about something of its race weekend: a checklist, bike, rider or session."
        )
    check_event(event_id)
    if not actor.is_admin and not permissions.manages(actor, events.crew_roles(event_id, actor)):
        raise errors.Forbidden("You may not give tasks at that race weekend.")


def delete(task: TaskRow, *, actor) -> None:
    """Hide a task; raises Conflict when it is evidence, which only its managers may hide."""
    check_live(task)
    is_evidence = task.is_critical or task.status != TaskStatus.OPEN
    if is_evidence and not is_managed(actor, task):
        message = "This task is critical or signed: a team manager or the crew chief may delete it."
        raise errors.Conflict(message)
    task.deleted_at = clock.utcnow()
    history.record(task.event_id, "task.deleted", task, actor=actor)
    rows.save(task, actor=actor)


def restore(task: TaskRow, *, actor) -> None:
    """Bring a deleted task back. Only those who manage it see deleted tasks.

    The weekend is held, as for a new task: a release of this instant comes before or after.
    """
    if not is_managed(actor, task):
        raise errors.NotFound(NO_SUCH_TASK)
    belonging.hold_event(task.event_id)
    if task.deleted_at is None:
        raise errors.Conflict("This task has not been deleted.")
    task.deleted_at = None
    if task.status in TO_DO:
        task.due_at = belonging.due_again(task)
        task.assigned_to = holding.holders(task.event_id, [task])[task.id]
    history.record(task.event_id, "task.restored", task, actor=actor)
    rows.save(task, actor=actor)
