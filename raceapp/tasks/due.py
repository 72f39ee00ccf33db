"""When a task is due: so many minutes from its anchor."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from raceapp import clock, errors
from raceapp.tasks.models import Anchor


def midnight(day: date, timezone: str) -> datetime:
    """Return 00:00 local time of `day` as an instant."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(timezone))


def anchor_moment(anchor: Anchor, *, event, session=None) -> datetime | None:
    """Return the instant of an anchor; crash and wet have none before their incident."""
    if anchor == Anchor.EVENT_START:
        return midnight(event.event_date, event.timezone)
    if anchor == Anchor.EVENT_END:
        return midnight(event.end_date + timedelta(days=1), event.timezone)
    if session is None:
        return None
    return {Anchor.SESSION_START: session.starts_at, Anchor.SESSION_END: session.ends_at}.get(
        anchor
    )


def due_at(anchor: Anchor, offset_minutes: int, *, event, session=None) -> datetime | None:
    """Return when an item with this anchor is due, in elapsed minutes from it.

    Raises Invalid when the time lies outside the years 1970 to 2099.
    """
    moment = anchor_moment(anchor, event=event, session=session)
    return None if moment is None else shifted(moment, offset_minutes)


def shifted(moment: datetime, minutes: int) -> datetime:
    """Return `moment` plus elapsed `minutes`; raises Invalid outside the years 1970 to 2099."""
    try:
        # An aware time with a zone adds wall-clock time; UTC adds elapsed time.
        found = moment.astimezone(ZoneInfo("UTC")) + timedelta(minutes=minutes)
    except OverflowError as error:
        raise errors.Invalid.field("minutes", "Leads out of the years 1970 to 2099.") from error
    if found.year not in clock.YEARS:
        raise errors.Invalid.field("minutes", "Leads out of the years 1970 to 2099.")
    return found
