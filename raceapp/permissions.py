"""Who may do what: questions about a person and a thing, answered yes or no.

They ask nothing of the database and know nothing of the web.
"""

from enum import StrEnum


class Role(StrEnum):
    """What an account may do anywhere: a crew member's deeds, or a team manager's too."""

    USER = "user"
    ADMIN = "admin"


class CrewRole(StrEnum):
    """What a person does at one race weekend."""

    TEAM_MANAGER = "team_manager"
    CREW_CHIEF = "crew_chief"
    MECHANIC = "mechanic"
    TYRE_TECH = "tyre_tech"
    FUEL_TECH = "fuel_tech"
    DATA_ENGINEER = "data_engineer"
    LOGISTICS = "logistics"
    RIDER = "rider"


def is_holder(actor, task) -> bool:
    return task.assigned_to == actor.id


# --- tasks: `roles` are the crew roles of the actor at the task's weekend -------------------


def is_in_charge(actor, roles) -> bool:
    """Tell whether they lead the weekend, as its crew chief and team managers do."""
    return actor.is_admin or CrewRole.CREW_CHIEF in roles


# One rule today. Each deed asks by a name of its own, so that it can get another rule: anything
# with the tasks, releasing a bike, changing sessions, inviting to the crew.
manages = can_release = can_plan = can_invite = is_in_charge


def can_change_task(actor, roles, task, changes) -> bool:
    """Crew may tick a task they hold, reword one they also created, take one that nobody holds and
    give it back; one change may do several of these."""
    if manages(actor, roles):
        return True
    if "assigned_to" in changes and not can_take_or_give_back(actor, roles, task, changes):
        return False
    if set(changes) == {"assigned_to"}:
        return True
    is_theirs = is_holder(actor, task) or changes.get("assigned_to") == actor.id
    return is_theirs and set(changes) <= {"assigned_to", *own_fields(actor, task)}


def own_fields(actor, task) -> set[str]:
    """Return the fields that a crew member may change of a task that they hold."""
    reworded = {"title", "description", "due_at"} if task.created_by == actor.id else set()
    return {"completed", *reworded}


def can_take_or_give_back(actor, roles, task, changes) -> bool:
    """Crew may take a task of their crew role that nobody holds; only its holder gives it back."""
    is_own = task.assigned_to in (None, actor.id) and changes["assigned_to"] in (None, actor.id)
    return is_own and has_task_role(roles, task)


def can_delete_task(actor, roles, task) -> bool:
    """Crew may delete a task they hold, or one they created that nobody holds."""
    is_own = task.created_by == actor.id and task.assigned_to is None
    return manages(actor, roles) or is_holder(actor, task) or is_own


def can_assign(actor, roles, user_id: int | None) -> bool:
    return manages(actor, roles) or user_id in (None, actor.id)


# --- signing: `roles` are the crew roles of the actor at the task's weekend ----------------


def has_task_role(roles, task) -> bool:
    return task.crew_role is not None and task.crew_role in roles


def can_sign_done(actor, roles, task) -> bool:
    """Its holder and team managers may, and its crew role while nobody holds it."""
    is_free = task.assigned_to is None
    return actor.is_admin or is_holder(actor, task) or (is_free and has_task_role(roles, task))


def can_check(actor, roles, task) -> bool:
    """Its crew role, a crew chief and team managers may. That two people have to sign is a rule of
    the state, in `tasks.signing`, and not of the role."""
    return actor.is_admin or CrewRole.CREW_CHIEF in roles or has_task_role(roles, task)


def can_fail(actor, roles, task) -> bool:
    return can_sign_done(actor, roles, task) or can_check(actor, roles, task)


def can_reopen(actor, roles, task) -> bool:
    return can_sign_done(actor, roles, task) or CrewRole.CREW_CHIEF in roles


CAN_SIGN = {
    "done": can_sign_done,
    "check": can_check,
    "fail": can_fail,
    "not_applicable": can_sign_done,
    "reopen": can_reopen,
}


def can_sign(actor, roles, task, act: str) -> bool:
    return CAN_SIGN[act](actor, roles, task)
