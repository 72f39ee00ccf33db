"""Time zones that an iCalendar file defines by itself, under a name that nobody knows.

This module follows them, and not the library: for each event the library would walk through all
times at which the clocks ever changed, and through a rule without an end for ever.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

import icalendar

from raceapp import errors
from raceapp.tables.content_lines import value_of, zone_name

MAX_LINES, MAX_CHARACTERS = 200, 20_000
NO_YEAR = "An event lies outside of all years."
UNCLEAR = "Its definition of the time zone {} cannot be followed: write times in UTC."
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(\d\d)?", re.ASCII)
BY_DAY = re.compile(rf"([+-]?)([1-4])({'|'.join(WEEKDAYS)})")
# The rule of a zone may only name a day of each year, one that every year has.
RULE = {
    "FREQ": "YEARLY",
    "INTERVAL": "1",
    "BYMONTH": "[1-9]|1[0-2]",
    "BYDAY": BY_DAY.pattern,
    "BYMONTHDAY": "[1-9]|1[0-9]|2[0-8]",
    "UNTIL": "[0-9]{8}(T[0-9]{6}Z?)?",
    "WKST": "|".join(WEEKDAYS),
}


@dataclass(frozen=True)
class Observance:
    """An offset, and since when the clocks have it: by their own times, in order."""

    onsets: Sequence[datetime]
    before: timedelta
    offset: timedelta
    rule: Mapping[str, str] | None

    def last(self, moment: datetime) -> datetime | None:
        """Return the last time at which it began, up to a moment."""
        if self.rule is not None:
            return self.last_by_rule(min(moment, self.until()))
        return max((onset for onset in self.onsets if onset <= moment), default=None)

    def last_by_rule(self, moment: datetime) -> datetime | None:
        for year in (moment.year, moment.year - 1):
            onset = self.onsets[0].replace(year=year, **self.day_in(year))
            if self.onsets[0] <= onset <= moment:
                return onset
        return None

    def until(self) -> datetime:
        said = self.rule.get("UNTIL")
        return datetime.max if said is None else read_time(said) + self.before

    def day_in(self, year: int) -> dict[str, int]:
        month = int(self.rule.get("BYMONTH", self.onsets[0].month))
        found = BY_DAY.fullmatch(self.rule.get("BYDAY", ""))
        if found is None:
            return {"month": month, "day": int(self.rule.get("BYMONTHDAY", self.onsets[0].day))}
        first, length = monthrange(year, month)
        weeks, weekday = 7 * (int(found[2]) - 1), WEEKDAYS.index(found[3])
        if found[1] == "-":
            return {"month": month, "day": length - (first + length - 1 - weekday) % 7 - weeks}
        return {"month": month, "day": 1 + (weekday - first) % 7 + weeks}


def settle(events: Iterable[icalendar.Component], zones: Mapping[str, list[str]]) -> None:
    """Convert the times of zones that the file defines to UTC; raises Invalid."""
    known: dict[str, list[Observance]] = {}
    for event in events:
        for name in ("DTSTART", "DTEND"):
            moment = value_of(event, name)
            if isinstance(moment, datetime) and moment.tzinfo is None:
                zone = zone_name(str(event[name].params.get("TZID", "")))
                if zone in zones:
                    known[zone] = known.get(zone) or defined(zone, zones[zone])
                    event[name].dt = in_utc(moment, known[zone])


def in_utc(moment: datetime, zone: list[Observance]) -> datetime:
    """Return a local time in UTC; raises Invalid outside of all years."""
    try:
        return moment.replace(tzinfo=timezone(offset_at(moment, zone))).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise errors.Invalid(NO_YEAR) from error


def offset_at(moment: datetime, zone: list[Observance]) -> timedelta:
    """Return the offset that began last; for a time that the clocks skip the one before it."""
    begun = [(last, place) for place, one in enumerate(zone) if (last := one.last(moment))]
    if not begun:
        return min(zone, key=lambda one: one.onsets[0]).before
    last, place = max(begun)
    is_skipped = moment - last < zone[place].offset - zone[place].before
    return zone[place].before if is_skipped else zone[place].offset


def defined(name: str, lines: list[str]) -> list[Observance]:
    """Return the zone that these lines define; raises Invalid for one that cannot be followed."""
    try:
        found = [observance(parts) for parts in parts_of(lines)] if is_short(lines) else []
    except (ValueError, LookupError) as error:
        raise errors.Invalid(UNCLEAR.format(name)) from error
    if not found:
        raise errors.Invalid(UNCLEAR.format(name))
    return found


def is_short(lines: list[str]) -> bool:
    return len(lines) <= MAX_LINES and sum(map(len, lines)) <= MAX_CHARACTERS


def parts_of(lines: Iterable[str]) -> Iterable[dict[str, list[str]]]:
    """Yield the properties of each STANDARD and DAYLIGHT, by their names."""
    parts: dict[str, list[str]] = {}
    for line in lines:
        head, _, value = line.upper().partition(":")
        name = head.partition(";")[0].strip()
        if name == "END" and parts:
            yield parts
        if name in ("BEGIN", "END"):
            parts = {}
        else:
            parts.setdefault(name, []).extend(value.strip().split(","))


def observance(parts: dict[str, list[str]]) -> Observance:
    """Return the observance of these properties; raises ValueError or LookupError."""
    onsets = [read_time(text) for text in [*parts["DTSTART"], *parts.get("RDATE", [])]]
    before, offset = (read_offset(parts[f"TZOFFSET{end}"][0]) for end in ("FROM", "TO"))
    rule = read_rule(",".join(parts["RRULE"]), onsets) if "RRULE" in parts else None
    return Observance(onsets, before, offset, rule)


def read_time(text: str) -> datetime:
    return datetime.strptime(f"{text.removesuffix('Z')}T000000"[:15], "%Y%m%dT%H%M%S")


def read_offset(text: str) -> timedelta:
    found = OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    offset = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return timezone(-offset if found[1] == "-" else offset).utcoffset(None)


def read_rule(text: str, onsets: Sequence[datetime]) -> dict[str, str]:
    rule = dict(part.partition("=")[::2] for part in text.split(";"))
    for part, said in rule.items():
        if not re.fullmatch(RULE[part], said):
            raise ValueError(text)
    is_of_month = "BYMONTH" in rule and "BYMONTHDAY" not in rule
    is_day_known = is_of_month if "BYDAY" in rule else "BYMONTHDAY" in rule or onsets[0].day <= 28
    if "FREQ" not in rule or not is_day_known or len(onsets) > 1:
        raise ValueError(text)
    return rule
