"""Sign-offs: who may sign a task as what, from which state, and what that does to it.

    act             from                     to              note
    done            open, failed             done            -
    check           done, not yet checked    done            -
    fail            open, done               failed          required
    not_applicable  open                     not_applicable  required
    reopen          done, failed,            open            required when it had been checked
                    not_applicable

The person who signed done never checks it, unless the weekend allows self-checks; then the
sign-off says so. Of two people who sign the same act only the first changes the version that both
have read, and the other is told who was first.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from raceapp import clock, errors, permissions
from raceapp.auth.models import User
from raceapp.events import service as events
from raceapp.history import service as history
from raceapp.storage.session import db
from raceapp.tasks import belonging, holding, rows
from raceapp.tasks.models import TO_DO, Act, SignOff, Task, TaskStatus
from raceapp.web.fields import why_no_number

FROM = {
    Act.DONE: {TaskStatus.OPEN, TaskStatus.FAILED},
    Act.CHECK: {TaskStatus.DONE},
    Act.FAIL: {TaskStatus.OPEN, TaskStatus.DONE},
    Act.NOT_APPLICABLE: {TaskStatus.OPEN},
    Act.REOPEN: {TaskStatus.DONE, TaskStatus.FAILED, TaskStatus.NOT_APPLICABLE},
}
TO = {
    Act.DONE: TaskStatus.DONE,
    Act.FAIL: TaskStatus.FAILED,
    Act.NOT_APPLICABLE: TaskStatus.NOT_APPLICABLE,
    Act.REOPEN: TaskStatus.OPEN,
}
CLAIMING = {Act.DONE, Act.FAIL, Act.NOT_APPLICABLE}
VOIDING = {Act.FAIL, Act.REOPEN}
ANYBODYS = {Act.FAIL, Act.REOPEN}  # A crew chief may sign these, whoever holds the task.
DEVICE_MAY_BE_AHEAD = timedelta(minutes=10)
# A request that holds others puts the time of each into its environ: see `raceapp.sync`.
DEVICE_TIME = "raceapp.device_time"


class AlreadySigned(errors.Conflict):
    """Somebody has signed the same act, perhaps the same person."""

    def __init__(self, user_id: int, act: Act, actor):
        if user_id == actor.id:
            super().__init__(f"You have signed this task as {spoken(act)} already.")
        else:
            first = name_of(user_id)
            super().__init__(f"{first} was first: this task is signed as {spoken(act)} already.")


def spoken(act: Act) -> str:
    words = {Act.DONE: "done", Act.CHECK: "checked", Act.FAIL: "failed"}
    return words.get(act, act.replace("_", " "))


# --- who ---------------------------------------------------------------------------------


def check_may_sign(task: Task, act: Act, *, actor) -> None:
    """Raise Forbidden unless `actor` may sign `task` so; AlreadySigned when somebody was first."""
    if permissions.can_sign(actor, frozenset(), task, act):
        return  # They may without a crew role, and crew roles only add rights.
    roles = events.crew_roles(task.event_id, actor)
    if permissions.can_sign(actor, roles, task, act):
        return
    # Before the first person signed it, and so took it, this person could have signed as well.
    if permissions.has_task_role(roles, task) and (first := first_signer(task, act)):
        raise AlreadySigned(first, act, actor)
    raise errors.Forbidden(why_not_theirs(task, act, roles))


def why_not_theirs(task: Task, act: Act, roles) -> str:
    """Return a sentence that names what forbids signing: the holder or the crew role."""
    if task.assigned_to is not None and act != Act.CHECK:
        others = "a crew chief or a team manager" if act in ANYBODYS else "a team manager"
        return f"{name_of(task.assigned_to)} holds this task: it takes them or {others} to sign it."
    if task.crew_role is None and act == Act.CHECK:
        return "This task is of no crew role: it takes a crew chief or a team manager to check it."
    if task.crew_role is None:
        return "This task is nobody's and of no crew role: a team manager may sign it."
    role = task.crew_role.replace("_", " ")
    return f"This is not yours to sign: it takes the crew role {role} at this race weekend."


def first_signer(task: Task, act: Act) -> int | None:
    """Return the id of the person who signed `act`, if that act is in force."""
    if act not in CLAIMING or task.status != TO[act] or task.is_struck:
        return None
    signed = sa.select(SignOff.signed_by).where(SignOff.task_id == task.id, SignOff.act == act)
    return db.session.scalar(signed.order_by(SignOff.id.desc()).limit(1))


def name_of(user_id: int) -> str:
    return db.session.get(User, user_id).known_as


# --- signing -----------------------------------------------------------------------------


def sign_off(
    task: Task, act: Act, *, actor, value=None, note=None, device_time: datetime | None = None
) -> None:
    """Sign `task` as `act`. The caller has checked that `actor` may.

    Raises Conflict from a state that the act is not for, Invalid for a value or a time that
    cannot be, or a missing note.
    """
    check_state(task, act, actor=actor)
    check_note(task, act, note)
    check_value(task, act, value)
    check_device_time(device_time)
    is_own = is_self_check(task, act, actor=actor)
    apply(task, act, actor=actor, value=value, note=note)
    task.signed = {
        "act": act,
        "signed_by": actor.id,
        "at": clock.utcnow(),
        "device_time": device_time,
        "value": value,
        "note": note,
        "is_self_check": is_own,
    }
    history.record(task.event_id, f"task.{act}", task, actor=actor)
    rows.save(task, actor=actor)


def check_state(task: Task, act: Act, *, actor) -> None:
    if task.deleted_at is not None:
        raise errors.Conflict("This task has been deleted. Restore it first.")
    if first := first_signer(task, act):
        raise AlreadySigned(first, act, actor)
    if task.status not in FROM[act]:
        present = str(task.status).replace("_", " ")
        why = f" {task.note}" if task.is_struck else ""
        raise errors.Conflict(f"This task is {present}: it cannot be signed as {spoken(act)}.{why}")
    if act != Act.CHECK:
        return
    if not task.needs_check:
        raise errors.Conflict("This task needs no check.")
    if task.checked_by is not None:
        raise AlreadySigned(task.checked_by, act, actor)


def is_self_check(task: Task, act: Act, *, actor) -> bool:
    """Tell whether the signer of done checks it too; raises Conflict unless they may."""
    is_own = act == Act.CHECK and task.done_by == actor.id
    if is_own and not task.event.allow_self_check:
        raise errors.Conflict("You signed this as done: somebody else has to check it.")
    return is_own


def check_note(task: Task, act: Act, note: str | None) -> None:
    is_undoing_check = act == Act.REOPEN and task.checked_by is not None
    if not note and (is_undoing_check or act in (Act.FAIL, Act.NOT_APPLICABLE)):
        raise errors.Invalid.field("note", "A note is required: say why.")


def check_value(task: Task, act: Act, value) -> None:
    """Raise Invalid unless a measured task gets a value of its kind; done wants it in limits."""
    measurement = task.measurement
    if value is None:
        if measurement and act == Act.DONE:
            raise errors.Invalid.field(
                "value", f"Enter the value measured: {measurement['label']}."
            )
        return
    if not measurement or act in (Act.NOT_APPLICABLE, Act.REOPEN):
        raise errors.Invalid.field("value", "There is nothing to measure here.")
    is_text = isinstance(value, str)
    if is_text != (measurement["kind"] == "text"):
        why = why_no_number(value) if is_text else "Must be text."
        raise errors.Invalid.field("value", why)
    if act == Act.DONE and not is_text and not is_within(value, measurement):
        raise errors.Invalid.field(
            "value", f"Is outside {limits_of(measurement)}: sign it as failed."
        )


def is_within(value: float, measurement: dict) -> bool:
    low, high = measurement.get("min"), measurement.get("max")
    return (low is None or value >= low) and (high is None or value <= high)


def limits_of(measurement: dict) -> str:
    low, high, unit = (measurement.get(name) for name in ("min", "max", "unit"))
    words = " to ".join("…" if edge is None else f"{edge:g}" for edge in (low, high))
    return f"{words} {unit}" if unit else words


def check_device_time(device_time: datetime | None) -> None:
    if device_time and device_time > clock.utcnow() + DEVICE_MAY_BE_AHEAD:
        message = "Lies more than 10 minutes ahead: set the clock of the device."
        raise errors.Invalid.field("device_time", message)


def apply(task: Task, act: Act, *, actor, value, note: str | None) -> None:
    """Set the new state of the task."""
    now = clock.utcnow()
    if act == Act.CHECK:
        task.checked_by, task.checked_at = actor.id, now
        return
    task.status, task.is_struck = TO[act], False
    is_done = act == Act.DONE
    task.done_by, task.done_at = (actor.id, now) if is_done else (None, None)
    task.checked_by = task.checked_at = None
    task.value, task.note = value, note
    if act in VOIDING:
        task.due_at = belonging.due_again(task)
    if act in CLAIMING and task.assigned_to is None and not actor.is_admin:
        claim(task, act, actor=actor)
    elif act in VOIDING and task.assigned_to == task.before.assigned_to:
        task.assigned_to = holding.holders(task.event_id, [task])[task.id]


def claim(task: Task, act: Act, *, actor) -> None:
    """Give a task that nobody holds to its signer, who may be leaving at this instant.

    Whoever leaves lets go of what is to do, so they have to be there until the task is written.
    """
    if TO[act] in TO_DO:
        roles = holding.hold_roles(task.event_id, actor)
        if not permissions.can_sign(actor, roles, task, act):
            raise errors.Forbidden(why_not_theirs(task, act, roles))
    task.assigned_to = actor.id


def sign_offs_of(task: Task) -> sa.Select:
    return sa.select(SignOff).where(SignOff.task_id == task.id)
