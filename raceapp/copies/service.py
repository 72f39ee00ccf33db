"""Last year's weekend again: its plan, but nothing that was done there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from raceapp import errors
from raceapp.auth.models import User
from raceapp.checklists import service as checklists
from raceapp.checklists.models import EventChecklist, Template
from raceapp.events import crew
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.storage.session import db
from raceapp.timetable import service as timetable
from raceapp.timetable.models import TrackSession
from raceapp.timetable.shifts import end_behind

KEPT = ("track", "location", "timezone", "allow_self_check")
LAST_DAY = date(2099, 12, 31)


def copy(source: Event, *, actor, event_date: date, **changes) -> Event:
    """Plan the weekend again from `event_date` on; returns the new one.

    Sessions are scheduled at the same local times of the same days. Crew, bikes and checklists
    come along if they still exist, the checklists in their newest versions. Raises Invalid when
    the weekend would end after the year 2099.
    """
    days = event_date - source.event_date
    event = events.create(
        actor=actor,
        event_date=event_date,
        end_date=moved_end(source, days),
        bike_ids=[bike.id for bike in source.bikes if bike.deleted_at is None],
        **{name: getattr(source, name) for name in KEPT} | changes,
    )
    as_recorded = {"copied_from": source.id}
    history.record(event.id, "event.copied", event, actor=actor, changes=as_recorded)
    crew.set_crew(event, present_crew(source), actor=actor)
    for session in db.session.scalars(timetable.of_event(source).order_by(*IN_ORDER)).all():
        fields = {"name": session.name, "kind": session.kind, **times(session, source, event)}
        create_session(event, actor=actor, **fields)
    for template_id, tier in db.session.execute(checklists_of(source)).all():
        checklists.build(event, template_id=template_id, tier=tier, actor=actor)
    return event


def create_session(event: Event, *, actor, name: str, **fields) -> None:
    """Add a session; raises Invalid, naming it, when it was far from its weekend."""
    try:
        timetable.create(event, actor=actor, name=name, **fields)
    except errors.Invalid as error:
        message = f"{name} lies far from the days of the weekend copied: put it right there first."
        raise errors.Invalid.field("event_date", message) from error


IN_ORDER = (TrackSession.starts_at, TrackSession.id)


def moved_end(source: Event, days: timedelta) -> date:
    if source.end_date + days > LAST_DAY:
        raise errors.Invalid.field("event_date", "The weekend would end after the year 2099.")
    return source.end_date + days


def present_crew(source: Event) -> list[dict]:
    """Return the crew without those whose account has been disabled since."""
    members = crew.crew_of(source)
    asked = [member["user_id"] for member in members]
    active = sa.select(User.id).where(User.id.in_(asked), User.is_active)
    present = set(db.session.scalars(active))
    return [member for member in members if member["user_id"] in present]


def times(session: TrackSession, source: Event, event: Event) -> dict[str, datetime]:
    """Return the same local times, as many days after the first day as before."""
    starts_at = moved(session.starts_at, source, event)
    ends_at = moved(session.ends_at, source, event)
    return {"starts_at": starts_at, "ends_at": end_behind(starts_at, ends_at, session)}


def moved(moment: datetime, source: Event, event: Event) -> datetime:
    local = moment.astimezone(ZoneInfo(source.timezone)).replace(tzinfo=None)
    there = local + (event.event_date - source.event_date)
    return there.replace(tzinfo=ZoneInfo(event.timezone)).astimezone(UTC)


def checklists_of(source: Event) -> sa.Select:
    """Return template and tier of the checklists that still exist."""
    return (
        sa.select(EventChecklist.template_id, EventChecklist.tier)
        .join(Template, Template.id == EventChecklist.template_id)
        .where(EventChecklist.event_id == source.id, Template.deleted_at.is_(None))
        .order_by(EventChecklist.template_id)
    )
