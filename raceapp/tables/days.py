"""Days and clock times as organisers write them, local to the weekend."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from raceapp import clock
from raceapp.events.models import Event
from raceapp.timetable.service import TOO_FAR, is_day_near

CLOCK = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)(?:[:.]([0-5]\d))?", re.ASCII)
DAY_FIRST = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})", re.ASCII)
ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)", re.ASCII)
IN_WORDS = re.compile(r"(\d{1,2})\.? ([a-z]+)(?: (\d{4}))?", re.ASCII)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SKIPPED = "There is no such time on this day: the clocks are put forward over it."
MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july"),
    *("august", "september", "october", "november", "december"),
)


def day_of(text: str, event: Event) -> date:
    """Read a day: 2026-06-12, 12.06.2026, 12/06/2026, 12 June or Friday. Raises ValueError."""
    if found := ISO.fullmatch(text):
        return checked_day(*map(int, found.groups()))
    if found := DAY_FIRST.fullmatch(text):
        return checked_day(*map(int, reversed(found.groups())))
    if found := IN_WORDS.fullmatch(text.lower()):
        return day_in_words(found, event)
    days = two_weeks_of(event)
    named = [day for day in days if is_short_for(text.lower(), WEEKDAYS[day.weekday()])]
    if len(named) == 1:
        return named[0]
    raise ValueError("Must be a day such as 2026-06-12, or a weekday of this race weekend.")


def day_in_words(found: re.Match, event: Event) -> date:
    """Read `12 June` or `12 Jun 2026`, of the year of the weekend where it names none."""
    months = [place for place, name in enumerate(MONTHS, 1) if is_short_for(found[2], name)]
    if len(months) != 1:
        raise ValueError("There is no such month.")
    return checked_day(int(found[3] or event.event_date.year), months[0], int(found[1]))


def near(day: date, event: Event) -> date:
    """Return the day if it may belong to the weekend: a mistyped year does not."""
    if not is_day_near(day, event):
        raise ValueError(TOO_FAR)
    return day


def is_short_for(text: str, name: str) -> bool:
    return len(text) >= 3 and name.startswith(text.removesuffix("."))


def two_weeks_of(event: Event) -> list[date]:
    """Return the days of the weekend; after two weeks each weekday was there twice."""
    length = (event.end_date - event.event_date).days + 1
    return [event.event_date + timedelta(days=day) for day in range(min(length, 14))]


def checked_day(year: int, month: int, day: int) -> date:
    try:
        found = date(year, month, day)
    except ValueError as error:
        raise ValueError("There is no such day.") from error
    if found.year not in clock.YEARS:
        raise ValueError("Must lie in the years 1970 to 2099.")
    return found


def clock_time(text: str, day: date) -> datetime:
    """Read a clock time of `day`, which has no zone yet. Raises ValueError."""
    found = CLOCK.fullmatch(text)
    if found is None:
        raise ValueError("Must be a clock time such as 09:30.")
    return datetime.combine(day, time(*(int(part or 0) for part in found.groups())))


def typed(naive: datetime, event: Event) -> datetime:
    """Return when the clocks at the track show what somebody typed. Raises ValueError."""
    if is_skipped(naive, ZoneInfo(event.timezone)):
        raise ValueError(SKIPPED)
    return local(naive, event)


def is_skipped(naive: datetime, zone: ZoneInfo) -> bool:
    """Tell whether the clocks are put forward over this time, so that none ever shows it."""
    before, after = (naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return before < after  # PEP 495: of a time that comes twice the first has the larger offset.


def local(naive: datetime, event: Event) -> datetime:
    """Return when the clocks at the track show this; of a time that comes twice the first.

    One that is skipped counts by the offset before it (RFC 5545, 3.3.5): 02:30 is 03:30 then.
    """
    return naive.replace(tzinfo=ZoneInfo(event.timezone)).astimezone(UTC)


def local_day(instant: datetime, event: Event) -> date:
    return instant.astimezone(ZoneInfo(event.timezone)).date()
