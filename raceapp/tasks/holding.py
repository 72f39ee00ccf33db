"""Who may hold a task, and who holds it no longer: who has left lets go of what is to do."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from raceapp import errors
from raceapp.auth.models import User
from raceapp.events import crew
from raceapp.events.models import CrewMember
from raceapp.permissions import CrewRole
from raceapp.storage.session import db

# By person, the crew roles that they have lost at a weekend; None stands for all.
Lost = Mapping[int, set[CrewRole] | None]


def check_assignee(user_id: int | None) -> None:
    """Raise Invalid unless the person has an active account; holds it until the transaction ends.

    Disabling the account waits for that, and then finds the tasks that the person holds.
    """
    if user_id is None:
        return
    active = sa.select(User.id).where(User.id == user_id, User.is_active)
    if db.session.scalar(active.with_for_update(read=True)) is None:
        raise errors.Invalid.field("assigned_to", "There is no such person, or not any more.")


def hold_roles(event_id: int, actor) -> frozenset[CrewRole]:
    """Return the crew roles of `actor` there, none without an active account.

    Both stay until the transaction ends: who takes them away waits for that, and then finds the
    tasks that `actor` holds.
    """
    found = sa.select(CrewMember.crew_role).join(User, User.id == CrewMember.user_id)
    found = found.where(CrewMember.event_id == event_id, User.id == actor.id, User.is_active)
    found = found.with_for_update(read=True)
    # A crew that somebody has named anew meanwhile is found only the second time.
    roles = db.session.scalars(found).all() or db.session.scalars(found).all()
    return frozenset(roles)


def is_let_go(task, lost: Lost) -> bool:
    """Tell whether its holder has left the crew, or lost the crew role that the task is of."""
    if task.assigned_to not in lost:
        return False
    roles = lost[task.assigned_to]
    return roles is None or task.crew_role in roles


def holders(event_id: int, tasks: Sequence) -> dict[int, int | None]:
    """Return, by task, who holds these tasks of a weekend once they are to do again.

    Nobody holds those whose holder left while they were signed. The caller holds the tasks, so
    whoever leaves at this instant has left already, or will find them to do.
    """
    held = {task.assigned_to for task in tasks} - {None}
    if not held:
        return dict.fromkeys((task.id for task in tasks), None)
    present = active_people(event_id, held)
    theirs = (task for task in tasks if task.assigned_to in present)
    are_sure = all(is_backed(present[task.assigned_to], task) for task in theirs)
    lost = {} if are_sure else crew.roles_lost(crew.roles_had(event_id), present)
    return {
        task.id: None
        if task.assigned_to not in present or is_let_go(task, lost)
        else task.assigned_to
        for task in tasks
    }


def is_backed(roles: set[CrewRole], task) -> bool:
    """Tell whether what somebody does at the weekend shows that they have not left."""
    return bool(roles) and task.crew_role in (None, *roles)


def active_people(event_id: int, user_ids: set[int]) -> dict[int, set[CrewRole]]:
    """Return those of these people who have an active account, with their crew roles there."""
    is_theirs = sa.and_(CrewMember.user_id == User.id, CrewMember.event_id == event_id)
    found = sa.select(User.id, CrewMember.crew_role).outerjoin(CrewMember, is_theirs)
    people: dict[int, set[CrewRole]] = {}
    for user_id, role in db.session.execute(found.where(User.id.in_(user_ids), User.is_active)):
        people.setdefault(user_id, set()).update({role} - {None})
    return people
