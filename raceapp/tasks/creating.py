"""New tasks: who may give what to a task, and the row that is added."""

from raceapp import errors, permissions
from raceapp.events import service as events
from raceapp.history import chain
from raceapp.history import service as history
from raceapp.permissions import CrewRole
from raceapp.tasks import belonging, holding, rows, service


def create(*, actor, event_id: int, **fields):
    """Add a task; raises what `drafted` raises, and Invalid without such a weekend or person."""
    try:
        given = drafted(actor=actor, event_id=event_id, **fields)
    except errors.Refusal:
        service.check_event(event_id)
        raise
    as_recorded = {"title": given["title"]}
    entry = history.entry(event_id, "task.created", rows.SUBJECT, actor=actor, changes=as_recorded)
    task = rows.add(given, entry, actor=actor)
    if task is None:
        service.check_event(event_id)
        chain.check_head(event_id)
        holding.check_assignee(given["assigned_to"])
        raise belonging.no_such_event()
    return task


def drafted(*, actor, event_id: int, **fields) -> dict:
    """Return the columns of a new task. Unless it is assigned, a crew member holds their own; that
    of a team manager has no holder.

    Raises Forbidden for what `actor` may not give to a task there, Invalid when a bike, rider or
    session is of another weekend.
    """
    roles = roles_for(actor, event_id, fields)
    check_may_give(actor, roles, fields)
    is_free = permissions.manages(actor, roles) and (actor.is_admin or "assigned_to" in fields)
    assigned_to = fields.get("assigned_to") if is_free else actor.id
    given = {"event_id": event_id, **fields, "assigned_to": assigned_to, "created_by": actor.id}
    names = {name for name, value in fields.items() if value is not None}
    return given | belonging.settled(rows.TaskRow({**rows.BLANK, **given}), names)


def roles_for(actor, event_id: int, fields: dict) -> frozenset[CrewRole]:
    """Return the crew roles of `actor` there, if creating such a task depends on them.

    The weekend is held then, so that nobody gives themselves a task while they lose these roles.
    """
    given = {name for name, value in fields.items() if value}
    is_of_no_role = given <= {"title", "description", "due_at"} and "assigned_to" not in fields
    if actor.is_admin or is_of_no_role:
        return frozenset()
    belonging.hold_event(event_id)
    return events.crew_roles(event_id, actor)


def check_may_give(actor, roles, fields: dict) -> None:
    """Raise Forbidden for what only managers, or only the crew, may give to a new task."""
    if not permissions.can_assign(actor, roles, fields.get("assigned_to")):
        raise errors.Forbidden("You may create tasks for yourself only.")
    planned = sorted(name for name in belonging.PLANNED if fields.get(name))
    if planned and not permissions.manages(actor, roles):
        message = f"Only a team manager or the crew chief may give a task {planned[0]}."
        raise errors.Forbidden(message)
    if fields.get("is_critical") and not (actor.is_admin or roles):
        raise errors.Forbidden("Only the crew of a race weekend may create critical tasks there.")
