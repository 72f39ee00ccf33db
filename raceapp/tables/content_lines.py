"""The lines of an iCalendar file (RFC 5545) that the library may read: those of a timetable.

A mebibyte of dates, lines or nested components keeps the library busy for long, and a time zone
whose clocks change each second for ever. So all lines but those of a timetable are left out, and
these have limits. Zones are left out too: the library would keep them for other files.
"""

import re
from dataclasses import dataclass, field

import icalendar
from icalendar.error import BrokenCalendarProperty

from raceapp import errors
from raceapp.tables.programme import MAX_ENTRIES

MAX_LINES, MAX_LENGTH, MAX_DEPTH = 20_000, 5_000, 10
FOLD, NEWLINE, NAME = re.compile(r"\r?\n[ \t]"), re.compile(r"\r?\n"), re.compile(r"[^:;]*")
OBSERVANCE = ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO", "RRULE", "RDATE")
# The properties of a component that are read, by its name.
READ = {
    "VCALENDAR": (),
    "VEVENT": ("DTSTART", "DTEND", "DURATION", "SUMMARY", "STATUS", "RRULE", "RDATE"),
    "VTIMEZONE": ("TZID",),
    "STANDARD": OBSERVANCE,
    "DAYLIGHT": OBSERVANCE,
}
ZONE = ("VTIMEZONE", "STANDARD", "DAYLIGHT")


def sieved(text: str) -> "Sieve":
    """Return the lines of a timetable; raises Invalid when they exceed the limits."""
    sieve = Sieve()
    for line in NEWLINE.split(FOLD.sub("", text)):
        sieve.take(line)
    return sieve


@dataclass
class Sieve:
    """`lines` belong to events, `zones` to the time zones that the file defines, by name."""

    lines: list[str] = field(default_factory=list)
    zones: dict[str, list[str]] = field(default_factory=dict)
    within: list[str] = field(default_factory=list)
    zone: list[str] = field(default_factory=list)
    events: int = 0

    def take(self, line: str) -> None:
        name = NAME.match(line)[0].strip().upper()
        if name == "BEGIN":
            self.begin(line)
        elif name == "END":
            self.end(line)
        elif self.within and name in READ.get(self.within[-1], ()):
            self.read(name, line)

    def begin(self, line: str) -> None:
        component = line.partition(":")[2].strip().upper()
        self.within.append(component)
        if len(self.within) > MAX_DEPTH:
            raise errors.Invalid("Too many parts of this iCalendar file lie in one another.")
        self.events += component == "VEVENT"
        if self.events > MAX_ENTRIES:
            raise errors.Invalid(f"An iCalendar file has at most {MAX_ENTRIES:,} events.")
        if component == "VTIMEZONE":
            self.zone = []
        if component in READ:
            self.keep(component, line)

    def end(self, line: str) -> None:
        component = self.within.pop() if self.within else "VCALENDAR"
        if component in READ:
            self.keep(component, line)

    def read(self, name: str, line: str) -> None:
        component = self.within[-1]
        if component == "VEVENT" and name in ("RRULE", "RDATE"):
            raise errors.Invalid("Events that repeat are not a timetable: write each one out.")
        if name == "TZID":
            self.zones.setdefault(zone_name(line.partition(":")[2]), self.zone)
        else:
            self.keep(component, line)

    def keep(self, component: str, line: str) -> None:
        kept = self.zone if component in ZONE else self.lines
        kept.append(line)
        if len(line) > MAX_LENGTH:
            raise errors.Invalid(
                f"A line of this iCalendar file has over {MAX_LENGTH:,} characters."
            )
        if len(kept) > MAX_LINES:
            raise errors.Invalid("This iCalendar file has too many lines for a timetable.")


# OSError: the library looks for a zone in a file of that name.
BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError)


def value_of(found: icalendar.Component, name: str):
    """Return the value of a property; None if it is missing, there twice, or nonsense."""
    try:
        return getattr(found.get(name), "dt", None)
    except BrokenCalendarProperty:
        return None


def zone_name(text: str) -> str:
    """Return the name of a zone without the slash that marks well-known names."""
    return text.strip(' "/')
