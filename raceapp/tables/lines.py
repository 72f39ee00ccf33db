"""A timetable as people type or paste it, one session a line: `Fri 10:20-11:05 FP1`.

A line holds a name, one clock time or two, and, in any place, a day; a line with nothing but a day
heads those that follow. `programme` finds out what the words mean, as with the cells of a table.
"""

import re

from raceapp.tables import sheets
from raceapp.tables.days import MONTHS, WEEKDAYS
from raceapp.timetable.models import SessionKind

WEEKDAY = "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in WEEKDAYS)
MONTH = "|".join(rf"{name[:3]}(?:{name[3:]})?" for name in MONTHS)
DAY = re.compile(
    rf"(\d{{4}}-\d\d-\d\d(?=\D|$)T?|\d{{1,2}}[./]\d{{1,2}}[./]\d{{4}}"
    rf"|\d{{1,2}}\.? (?:{MONTH})\b(?: \d{{4}}\b)?|\b(?:{WEEKDAY})\b\.?)",
    re.IGNORECASE | re.ASCII,
)
CLOCK = r"(?<![\d.:])(\d{1,2}[:.h]\d\d(?::\d\d)?)(?!\d|[.:]\d)"
CLOCKS = re.compile(rf"{CLOCK}(?:\s*(?:[-–—]|to|until)\s*{CLOCK})?", re.ASCII)
HALF_DAYS = re.compile(r"\b(1[0-2]|0?[1-9])(?:[:.]([0-5]\d))? ?([ap])\.?m\b\.?", re.IGNORECASE)
OFFSET = re.compile(r"\d(?:\+\d\d:?\d\d|Z)\b")
# A tab separates and is no blank here: a line of many tabs would be searched anew from each.
BLANKS = r"[^\S\t]*"
KIND = re.compile(rf"[,;\t(]{BLANKS}({'|'.join(SessionKind)}){BLANKS}(?=[,;\t)]|$)", re.IGNORECASE)
AROUND = " \t,;:|()[]-–—•*"
MAX_CLOCKS = 2


def rows_in(text: str) -> dict[int, dict[str, str]]:
    """Return the lines as rows of a table, by their numbers; raises Invalid."""
    rows, heading, faults = {}, "", sheets.Faults()
    for number, line in enumerate(text.splitlines(), 1):
        row = row_of(number, line, faults)
        if row["date"] and not (row["name"] or row["starts_at"]):
            heading = row["date"]
        elif line.strip():
            rows[number] = {**row, "date": row["date"] or heading}
            heading = ""
    faults.refuse()
    return rows


def row_of(number: int, line: str, faults: sheets.Faults) -> dict[str, str]:
    if OFFSET.search(line):
        faults.add(number, "starts_at", "Write the time of the clocks at the track, no offset.")
    days, line = taken(DAY, HALF_DAYS.sub(in_24_hours, line))
    kinds, line = taken(KIND, line)
    clocks, line = taken(CLOCKS, line)
    if len(clocks) > MAX_CLOCKS:
        faults.add(number, "starts_at", "Name one start and one end.")
    return {
        "name": " ".join(line.split()).strip(AROUND),
        "kind": kinds[0] if kinds else "",
        "date": precise(days),
        "starts_at": clocks[0] if clocks else "",
        "ends_at": clocks[1] if len(clocks) > 1 else "",
    }


def in_24_hours(found: re.Match) -> str:
    """Return `2:15 pm` as 14:15."""
    hour = int(found[1]) % 12 + (12 if found[3].lower() == "p" else 0)
    return f"{hour:02}:{found[2] or '00'}"


def taken(pattern: re.Pattern, line: str) -> tuple[list[str], str]:
    """Return the part of the line that matches the pattern, and the line without it."""
    found = [part for match in pattern.finditer(line) for part in match.groups() if part]
    return found, pattern.sub(" ", line)


def precise(days: list[str]) -> str:
    """Return the date of `Friday 12 June`, or the weekday if there is no date."""
    dates = [day for day in days if day[0].isdecimal()]
    return (dates or days or [""])[0].rstrip("T").rstrip(".")
