"""The days of a weekend: which they may be, how they move, and whether they are over."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from raceapp import clock, errors
from raceapp.events.models import Event
from raceapp.storage.session import db

DAYS = {"event_date", "end_date", "timezone"}


def check_dates(event: Event) -> None:
    if event.end_date < event.event_date:
        raise errors.Invalid.field("end_date", "Must not be before event_date.")


def days_to_move(event: Event, changes: dict) -> int:
    """Return by how many days the timetable moves, and move the last day as well."""
    if not changes.pop("move_timetable", False):
        return 0
    if "event_date" not in changes:
        message = "Send the new event_date as well: the timetable moves with it."
        raise errors.Invalid.field("move_timetable", message)
    moved = changes["event_date"] - event.event_date
    changes.setdefault("end_date", later(event.end_date, moved))
    return moved.days


def later(day: date, by: timedelta) -> date:
    if (day + by).year not in clock.YEARS:
        raise errors.Invalid.field("event_date", "Leads out of the years 1970 to 2099.")
    return day + by


def not_over(*which, hold: bool = False) -> Iterator[Event]:
    """Yield the weekends that meet these conditions and are not over by their local time.

    With `hold` they stay as they are until the transaction ends.
    """
    # No zone is a whole day behind UTC.
    may_go_on = Event.end_date >= clock.utcnow().date() - timedelta(days=1)
    found = sa.select(Event).where(may_go_on, *which).order_by(Event.id)
    if hold:
        found = found.with_for_update(key_share=True).execution_options(populate_existing=True)
    for event in db.session.scalars(found):
        if not is_over(event):
            yield event


def is_over(event: Event) -> bool:
    return event.end_date < clock.utcnow().astimezone(ZoneInfo(event.timezone)).date()
