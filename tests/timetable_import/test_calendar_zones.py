"""Time zones that a calendar file defines by itself are followed as those that all know are."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from helpers import created, problem
from timetable_files import EVENT, HEAD, ICS, TAIL, times

from raceapp.tables import zones

ROME = """
STANDARD 16011028T030000 +0200 +0100 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
DAYLIGHT 16010325T020000 +0100 +0200 FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
"""
NEW_YORK = """
DAYLIGHT 19870405T020000 -0500 -0400 FREQ=YEARLY;UNTIL=20060402T070000Z;BYMONTH=4;BYDAY=1SU
DAYLIGHT 20070311T020000 -0500 -0400 FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
STANDARD 19671029T020000 -0400 -0500 FREQ=YEARLY;UNTIL=20061029T060000Z;BYMONTH=10;BYDAY=-1SU
STANDARD 20071104T020000 -0400 -0500 FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
"""
SYDNEY = """
STANDARD 20080406T030000 +1100 +1000 FREQ=YEARLY;BYMONTH=4;BYDAY=1SU
DAYLIGHT 20081005T020000 +1000 +1100 FREQ=YEARLY;BYMONTH=10;BYDAY=1SU
"""
KOLKATA = "STANDARD 19700101T000000 +0530 +0530 -"


def definition(text):
    """The lines of a zone: each STANDARD or DAYLIGHT is given on one line."""
    for line in text.strip().splitlines():
        kind, start, before, offset, rule = line.split(" ")
        rules = [] if rule == "-" else [f"RRULE:{rule}"]
        yield from (f"BEGIN:{kind}", f"DTSTART:{start}", f"TZOFFSETFROM:{before}")
        yield from (f"TZOFFSETTO:{offset}", *rules, f"END:{kind}")


@pytest.mark.parametrize(
    ("text", "name", "year"),
    [
        (ROME, "Europe/Rome", 2026),
        (NEW_YORK, "America/New_York", 2006),
        (NEW_YORK, "America/New_York", 2007),
        (SYDNEY, "Australia/Sydney", 2027),
        (KOLKATA, "Asia/Kolkata", 2026),
    ],
)
def test_a_zone_is_as_the_one_of_its_place(text, name, year):
    zone, known = zones.defined("Paddock", [*definition(text)]), ZoneInfo(name)
    hours = [datetime(year, 1, 1) + timedelta(hours=hour) for hour in range(366 * 24)]

    wrong = [hour for hour in hours if zones.offset_at(hour, zone) != offset(hour, known)]

    assert wrong == []


def offset(moment, zone):
    return moment.replace(tzinfo=zone).utcoffset()


@pytest.fixture
def file():
    """A file of one session in a zone of its own, defined by these lines."""

    def file(lines, start="20260612T102000"):
        zone = "\r\n".join(["BEGIN:VTIMEZONE", "TZID:Paddock", *lines, "END:VTIMEZONE", ""])
        event = EVENT.replace("DTSTART:20260612T082000Z", f"DTSTART;TZID=Paddock:{start}")
        return f"{HEAD}{zone}{event}{TAIL}"

    return file


@pytest.mark.parametrize("text", [ROME, "STANDARD 19700101T000000 +0200 +0200 -"])
def test_a_session_starts_by_the_zone_of_its_file(send, file, text):
    answer = created(send(file(definition(text)), ICS), status=200)

    assert answer["undefined_zones"] == []
    assert [times(row)[0] for row in answer["sessions"]] == ["2026-06-12T08:20:00Z"]


def test_single_changes_of_the_clocks_count_too(file):
    lines = ["BEGIN:STANDARD", "DTSTART:20200101T000000", "TZOFFSETFROM:+0000"]
    lines += ["TZOFFSETTO:+0100", "RDATE:20250101T000000,20270101T000000", "END:STANDARD"]

    (one,) = zones.defined("Paddock", lines)

    assert one.last(datetime(2026, 6, 1)) == datetime(2025, 1, 1)
    assert zones.in_utc(datetime(2019, 1, 1), [one]) == datetime(2019, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        ["BEGIN:STANDARD", "END:STANDARD"],
        ["BEGIN:STANDARD", "DTSTART:soon", "TZOFFSETFROM:+0100", "END:STANDARD"],
        [*definition("STANDARD 19700101T000000 +0100 +2500 -")],
        [*definition("STANDARD 19700101T000000 +0100 1h -")],
        [*definition("STANDARD 19700101T000000 +0100 +0100 BYDAY=1SU")],
        [*definition("STANDARD 19700131T000000 +0100 +0100 FREQ=YEARLY")],
        [*definition("STANDARD 19700101T000000 +0100 +0100 FREQ=YEARLY;BYDAY=1SU")],
    ],
)
def test_a_zone_that_cannot_be_followed_is_refused(send, file, lines):
    body = problem(send(file(lines), ICS), 422)

    assert "time zone Paddock cannot be followed" in body["detail"]


@pytest.mark.parametrize(
    ("text", "start"), [(ROME, "00010101T000000"), (NEW_YORK, "99991231T235959")]
)
def test_a_time_outside_of_all_years_is_refused(send, file, text, start):
    problem(send(file(definition(text), start), ICS), 422)


def test_a_zone_of_one_file_is_unknown_to_the_next(send, file):
    created(send(file(definition(ROME)), ICS, dry_run="true"), status=200)

    answer = created(send(file([]).replace("TZID:Paddock\r\n", ""), ICS), status=200)

    assert answer["undefined_zones"] == ["Paddock"]
