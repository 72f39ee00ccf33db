"""Giving many tasks to one person: all of them or none."""

from collections.abc import Sequence

import sqlalchemy as sa

from raceapp import errors, permissions
from raceapp.events.models import CrewMember
from raceapp.permissions import CrewRole
from raceapp.storage.session import db
from raceapp.tasks import holding, many
from raceapp.tasks.models import Task
from raceapp.tasks.visibility import visible_to


def assign(task_ids: Sequence[int], *, assigned_to: int | None, actor) -> list[int]:
    """Give the tasks to a person, or to nobody; returns the ids of tasks that had another holder.

    Raises Invalid for an unknown task or person, Forbidden where `actor` may not assign,
    Conflict for a deleted task.
    """
    holding.check_assignee(assigned_to)
    tasks = hold(task_ids, actor=actor)
    check_may_assign(tasks, actor=actor)
    if any(task.deleted_at for task in tasks):
        raise errors.Conflict("One of these tasks has been deleted. Restore it first.")
    moved = [task for task in tasks if task.assigned_to != assigned_to]
    given = [(task, {"assigned_to": assigned_to}) for task in moved]
    many.change("task.updated", given, actor=actor)
    return [task.id for task in moved]


def hold(task_ids: Sequence[int], *, actor) -> list[sa.Row]:
    """Return the tasks, held until the transaction ends; raises Invalid for a missing one."""
    seen = visible_to(actor).with_only_columns(Task.id)
    which = Task.id.in_(task_ids), Task.id.in_(seen)
    tasks = many.hold(*which, deleted_too=True)
    missing = sorted(set(task_ids) - {task.id for task in tasks})
    if missing:
        message = f"There is no task {missing[0]}, or none that you may see."
        raise errors.Invalid.field("task_ids", message)
    return tasks


def check_may_assign(tasks: Sequence[sa.Row], *, actor) -> None:
    """Raise Forbidden unless `actor` manages the weekend of every task."""
    roles = {} if actor.is_admin else roles_at({task.event_id for task in tasks}, actor)
    if not all(permissions.manages(actor, roles.get(task.event_id, ())) for task in tasks):
        raise errors.Forbidden("Only a team manager or the crew chief may assign tasks.")


def roles_at(event_ids: set[int], actor) -> dict[int, set[CrewRole]]:
    """Return the crew roles of `actor` at each of these weekends."""
    found = sa.select(CrewMember.event_id, CrewMember.crew_role).where(
        CrewMember.user_id == actor.id, CrewMember.event_id.in_(event_ids)
    )
    roles: dict[int, set[CrewRole]] = {}
    for event_id, role in db.session.execute(found):
        roles.setdefault(event_id, set()).add(role)
    return roles
