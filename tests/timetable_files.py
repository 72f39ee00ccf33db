"""What the tests of timetable_import share."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

ORGANISERS = Path(__file__).with_name("organisers")


CSV, ICS = "text/csv", "text/calendar"


FP1 = "name,kind,date,starts_at,ends_at\nFP1,practice,2026-06-12,10:20,11:05\n"


HEAD, TAIL = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n", "END:VCALENDAR\r\n"


EVENT = (
    "BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20260601T000000Z\r\nDTSTART:20260612T082000Z\r\n"
    "SUMMARY:FP1\r\nEND:VEVENT\r\n"
)


ROME = ZoneInfo("Europe/Rome")


def times(row):
    return row["starts_at"], row["ends_at"]


def local(zone):
    return lambda text: f"{datetime.fromisoformat(text).astimezone(zone):%a %H:%M}"
