"""What a task belongs to at its weekend, and when it is due by that.

The weekend is held meanwhile: a move of its sessions, or a bike taken off, comes before or after
and takes the task along.
"""

import sqlalchemy as sa

from raceapp import errors
from raceapp.bikes.alike import name_key
from raceapp.events.models import Event
from raceapp.storage.session import db
from raceapp.tasks import due
from raceapp.tasks.models import Anchor
from raceapp.tasks.rows import TaskRow

PLACES = {"event_id", "bike_id", "rider_name", "session_id", "anchor", "offset_minutes"}
# Managers may give these to a task made by hand; to other tasks a checklist has given them.
PLANNED = PLACES - {"event_id"} | {"section", "crew_role", "needs_check", "measurement"}
OF_A_SESSION = {Anchor.SESSION_START, Anchor.SESSION_END}
NOTHING_TO_PIN = "There is nothing to pin: the due time of this task hangs on no anchor."
AWAITED = {Anchor.CRASH, Anchor.WET}
# A signature is for this bike, in this session, measured so.
SIGNED_FOR = {"bike_id", "rider_name", "session_id", "needs_check", "measurement"}


def settled(task: TaskRow, names: set[str]) -> dict:
    """Return the further changes of a task once its columns `names` are set as on `task`.

    Raises Invalid for a bike, rider or session of another weekend, or a due time that cannot be
    computed.
    """
    if names & PLACES:
        check_belongs(task, names, hold_event(task.event_id))
    if task.anchor is None:
        return without_anchor(task, names)
    offset = {"offset_minutes": 0} if task.offset_minutes is None else {}
    if "due_at" in names:
        check_pinned(task, names)
        return {**offset, "is_due_pinned": True}
    if task.is_due_pinned or not names & (PLACES | {"is_due_pinned"}):
        return offset
    return {**offset, "due_at": computed(task) or task.due_at}


def check_pinned(task: TaskRow, names: set[str]) -> None:
    """Raise Invalid for a due time that is both given and to be computed."""
    if "is_due_pinned" in names and not task.is_due_pinned:
        message = "Leave it out: with is_due_pinned false it is computed from the anchor."
        raise errors.Invalid.field("due_at", message)


def without_anchor(task: TaskRow, names: set[str]) -> dict:
    if "is_due_pinned" in names and task.is_due_pinned:
        raise errors.Invalid.field("is_due_pinned", NOTHING_TO_PIN)
    if "offset_minutes" in names and task.offset_minutes is not None:
        raise errors.Invalid.field("offset_minutes", "Say by anchor what it is counted from.")
    cleared = {"offset_minutes": None} if "anchor" in names else {}
    return {**cleared, "is_due_pinned": False} if names & {"anchor", "is_due_pinned"} else cleared


def computed(task: TaskRow):
    """Return when the task is due by its anchor."""
    event = hold_event(task.event_id)
    try:
        return due.due_at(task.anchor, task.offset_minutes or 0, event=event, session=task.session)
    except errors.Invalid as error:
        message = "Would make it due outside the years 1970 to 2099."
        raise errors.Invalid.field("offset_minutes", message) from error


def due_again(task: TaskRow):
    """Return when a reopened task is due: what it hangs on may have moved meanwhile."""
    if task.anchor is None or task.is_due_pinned:
        return task.due_at
    session = task.session or None
    moment = due.due_at(task.anchor, task.offset_minutes, event=task.event, session=session)
    return moment or task.due_at


def hold_event(event_id: int) -> Event:
    """Return the weekend, which stays as it is until the transaction ends; raises Invalid."""
    statement = sa.select(Event).where(Event.id == event_id, Event.deleted_at.is_(None))
    held = statement.with_for_update(read=True).execution_options(populate_existing=True)
    event = db.session.scalar(held)
    if event is None:
        raise no_such_event()
    return event


def no_such_event() -> errors.Invalid:
    return errors.Invalid.field("event_id", "There is no such race weekend.")


def check_belongs(task: TaskRow, names: set[str], event: Event) -> None:
    """Raise Invalid for a bike, rider or session of another weekend, or an anchor without one."""
    bikes = [bike for bike in event.bikes if bike.deleted_at is None]
    if "bike_id" in names and task.bike_id not in (None, *(bike.id for bike in bikes)):
        raise errors.Invalid.field("bike_id", "This bike is not at the race weekend.")
    riders = {name_key(bike.rider_name) for bike in bikes}
    if "rider_name" in names and task.rider_name and name_key(task.rider_name) not in riders:
        raise errors.Invalid.field("rider_name", "Rides no bike of the race weekend.")
    if "session_id" in names and task.session_id is not None:
        check_session(task)
    check_anchor(task, names)


def check_session(task: TaskRow) -> None:
    session = task.session
    if session is None or session.event_id != task.event_id:
        raise errors.Invalid.field("session_id", "This session is not of the race weekend.")
    if session.deleted_at is not None:
        raise errors.Invalid.field("session_id", "This session was taken off the timetable.")
    if session.status == "cancelled":
        raise errors.Invalid.field("session_id", "This session has been cancelled.")


def check_anchor(task: TaskRow, names: set[str]) -> None:
    if "anchor" in names and task.anchor in AWAITED:
        raise errors.Invalid.field("anchor", "Only checklist items wait for a crash or for rain.")
    if task.anchor in OF_A_SESSION and task.session_id is None:
        raise errors.Invalid.field("session_id", "Its due time hangs on a session: name it.")
