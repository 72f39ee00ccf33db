"""Timetables of organisers, as CSV and iCalendar."""

from datetime import datetime, timedelta

import pytest
from helpers import created
from timetable_files import CSV, EVENT, HEAD, ICS, ORGANISERS, TAIL, times

from raceapp.tables.kinds import guessed


@pytest.mark.parametrize(
    ("file", "content_type", "expected"),
    [
        ("grand_prix.csv", CSV, [
            ("Moto2 Free Practice Nr. 1", "practice", "Fri 09:50", "Fri 10:30"),
            ("MotoGP Practice", "practice", "Fri 15:00", "Fri 16:00"),
            ("MotoGP Qualifying Nr. 1", "qualifying", "Sat 10:50", "Sat 11:05"),
            ("MotoGP Qualifying Nr. 2", "qualifying", "Sat 11:15", "Sat 11:30"),
            ("Tissot Sprint, 13 laps", "race", "Sat 15:00", "Sat 15:30"),
            ("Warm Up", "warm_up", "Sun 09:40", "Sun 09:50"),
            ("Grand Prix Race", "race", "Sun 14:00", "Sun 14:45"),
        ]),
        ("superbike.csv", CSV, [
            ("FP1", "practice", "Fri 10:20", "Fri 15:00"),
            ("FP2", "practice", "Fri 15:00", "Fri 15:30"),
            ("FP3", "practice", "Sat 09:00", "Sat 11:00"),
            ("Tissot Superpole", "qualifying", "Sat 11:00", "Sat 14:00"),
            ("Race 1", "race", "Sat 14:00", "Sat 14:30"),
            ("Warm Up", "warm_up", "Sun 09:00", "Sun 11:00"),
            ("Tissot Superpole Race", "race", "Sun 11:00", "Sun 14:00"),
            ("Race 2", "race", "Sun 14:00", "Sun 14:30"),
        ]),
        ("national.csv", f"{CSV}; charset=windows-1252", [
            ("Verifiche – scrutineering", "tech_control", "Fri 08:00", "Fri 12:00"),
            ("Prove libere 1", "practice", "Fri 14:30", "Fri 14:55"),
            ("Qualifiche 1", "qualifying", "Sat 09:15", "Sat 09:40"),
            ("Gara 1", "race", "Sat 15:40", "Sat 16:05"),
            ("Gara 2", "race", "Sun 13:35", "Sun 14:00"),
        ]),
        ("club_day.csv", CSV, [
            ("Scrutineering", "tech_control", "Fri 07:30", "Fri 09:00"),
            ("Session 1", "practice", "Fri 09:00", "Fri 09:20"),
            ("Session 2", "practice", "Fri 09:20", "Fri 11:00"),
            ("Qualifying", "qualifying", "Fri 11:00", "Fri 14:00"),
            ("Race", "race", "Fri 14:00", "Fri 14:30"),
        ]),
        ("endurance.csv", CSV, [
            ("Free Practice", "practice", "Fri 11:00", "Fri 13:00"),
            ("Night Practice", "practice", "Fri 22:30", "Sat 00:30"),
            ("24 Heures Motos", "race", "Sat 15:00", "Sun 14:59"),
            ("Pack down", "pack_down", "Sun 16:00", "Sun 20:00"),
        ]),
        ("superbike.ics", ICS, [
            ("[WorldSBK] FP1", "practice", "Fri 10:20", "Fri 11:05"),
            ("[WorldSBK] Superpole", "qualifying", "Sat 11:00", "Sat 11:15"),
            ("[WorldSBK] Superpole Race", "race", "Sun 11:00", "Sun 14:12"),
            ("[WorldSBK] Race 2 Restarted", "race", "Sun 14:12", "Sun 14:30"),
        ]),
        ("grand_prix.ics", ICS, [
            ("Free Practice Nr. 1", "practice", "Fri 09:45", "Fri 10:30"),
            ("Q1", "qualifying", "Sat 10:50", "Sat 11:05"),
            ("Sprint", "race", "Sat 15:00", "Sat 15:30"),
        ]),
        ("exported.ics", ICS, [
            ("Prove libere, gruppo A", "practice", "Fri 09:00", "Fri 09:20"),
            ("Timed practice", "practice", "Fri 11:00", "Fri 11:20"),
        ]),
        ("british.csv", CSV, [
            ("Technical Inspection", "tech_control", "Fri 08:00", "Fri 09:30"),
            ("National Superbike Free Practice 1", "practice", "Fri 10:15", "Fri 10:50"),
            ("National Superbike FP2", "practice", "Fri 14:40", "Fri 15:30"),
            ("Warm-Up", "warm_up", "Sat 09:05", "Sat 09:20"),
            ("Qualifying 1", "qualifying", "Sat 10:30", "Sat 10:42"),
            ("Qualifying 2 – Shootout", "qualifying", "Sat 10:50", "Sat 11:02"),
            ("Race 1 (Sprint, 12 laps)", "race", "Sat 16:15", "Sat 16:45"),
            ("Race 2 (Feature)", "race", "Sun 12:15", "Sun 15:30"),
            ("Race 3 (Feature)", "race", "Sun 15:30", "Sun 16:00"),
            ("Garage tear down", "pack_down", "Sun 17:00", "Sun 19:00"),
        ]),
        ("endurance.ics", ICS, [
            ("Essais libres", "practice", "Fri 10:00", "Fri 12:00"),
            ("Night practice", "practice", "Fri 23:00", "Sat 00:30"),
            ("Warm up", "warm_up", "Sat 11:20", "Sat 11:40"),
            ("24 Heures", "race", "Sat 15:00", "Sun 15:00"),
        ]),
        ("outlook.ics", ICS, [
            ("Scrutineering", "tech_control", "Fri 08:30", "Fri 10:00"),
            ("Qualifying Group A", "qualifying", "Sat 09:40", "Sat 10:00"),
            ("Race 2", "race", "Sun 11:30", "Sun 11:55"),
        ]),
    ],
)  # fmt: skip
def test_a_file_of_an_organiser_becomes_the_timetable(send, shown, file, content_type, expected):
    data = (ORGANISERS / file).read_bytes()

    answer = created(send(data, content_type), status=200)

    assert shown() == expected
    assert [row["name"] for row in answer["sessions"]] == [row[0] for row in expected]
    again = created(send(data, content_type), status=200)
    assert (again["sessions"], again["unchanged"]) == ([], len(expected))


def test_the_night_the_clocks_change_has_its_own_length(send, shown, make_event):
    event = make_event(event_date="2026-03-28", end_date="2026-03-29")
    table = "name,date,starts_at,ends_at\nRace,2026-03-28,23:00,04:00\nWarm up,Sun,03:30,04:00\n"

    answer = created(send(table, event_id=event["id"]), status=200)

    starts, ends = times(answer["sessions"][0])
    assert (starts, ends) == ("2026-03-28T22:00:00Z", "2026-03-29T02:00:00Z")
    assert shown(event)[1] == ("Warm up", "warm_up", "Sun 03:30", "Sun 04:00")


def test_a_timetable_over_the_change_of_clocks_keeps_the_times_of_the_track(send, make_event):
    event = make_event(event_date="2026-03-28", end_date="2026-03-29", timezone="Europe/London")
    table = (ORGANISERS / "clock_change.csv").read_bytes()

    answer = created(send(table, event_id=event["id"]), status=200)

    assert [tuple(text[8:16] for text in times(row)) for row in answer["sessions"]] == [
        ("28T09:00", "28T09:20"), ("28T17:00", "28T17:20"), ("28T22:00", "29T03:00"),
        ("29T08:00", "29T08:10"), ("29T12:00", "29T12:30"),
    ]  # fmt: skip


def test_there_are_a_dozen_files_of_organisers():
    assert len([*ORGANISERS.iterdir()]) == 12


def test_what_is_left_out_is_told_and_why(send):
    answer = created(send((ORGANISERS / "outlook.ics").read_bytes(), ICS), status=200)

    assert answer["skipped"] == [
        "Round 3 Misano: takes whole days.",
        "Free Practice 2: cancelled.",
        "Free Practice 1 - Mugello: on no day of this race weekend.",
    ]


def test_a_calendar_may_reach_to_the_last_day_of_a_long_event(send, shown, make_event):
    event = make_event(event_date="2026-05-01", end_date="2026-06-12")

    created(send(f"{HEAD}{EVENT}{TAIL}", ICS, event_id=event["id"]), status=200)

    assert shown(event) == [("FP1", "practice", "Fri 10:20", "Fri 10:50")]


def test_what_nobody_can_tell_the_kind_of_is_told(send):
    answer = created(send((ORGANISERS / "grand_prix.ics").read_bytes(), ICS), status=200)

    parade = "Rider Fan Parade: the name does not tell the kind of session."
    assert parade in answer["skipped"]


@pytest.mark.parametrize(
    ("file", "zones"),
    [("outlook.ics", ["Track clock"]), ("superbike.ics", ["UTC+0200"]), ("endurance.ics", [])],
)
def test_a_zone_that_nobody_has_defined_is_told(send, file, zones):
    answer = created(send((ORGANISERS / file).read_bytes(), ICS), status=200)

    assert answer["undefined_zones"] == zones


def test_what_is_cancelled_may_be_as_broken_as_it_likes(send):
    broken = EVENT.replace("SUMMARY:FP1", "STATUS:CANCELLED").replace("Z\r\n", "\r\n")

    answer = created(send(f"{HEAD}{EVENT}{broken}{TAIL}", ICS), status=200)

    assert answer["skipped"] == ["An event without a name: cancelled."]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Free Practice", "practice"), ("FP1", "practice"), ("P2", "practice"),
        ("Q2", "qualifying"), ("Superpole", "qualifying"), ("Superpole Race", "race"),
        ("Warm Up", "warm_up"), ("WUP", "warm_up"), ("Race 1", "race"), ("RACE2", "race"),
        ("Sprint race", "race"), ("Technical inspection", "tech_control"), ("Set-up", "setup"),
        ("8 Hours", "race"), ("Podium", None), ("Riders' briefing", None),
        ("Grand Prix", "race"), ("Grand Prix Practice", "practice"), ("Race briefing", None),
        ("Race 1 Podium", None), ("Post-race press conference", None), ("Pit Walk", None),
    ],
)  # fmt: skip
def test_kinds_are_guessed_from_the_words_of_organisers(name, kind):
    assert guessed(name) == kind


@pytest.mark.parametrize(
    ("end", "minutes"),
    [
        ("DTEND:20260612T003000Z", 90),  # As in a table, half past midnight is the next day.
        ("DTEND:20260611T220000Z", 30),  # This is no end, nor are those that follow.
        ("DTEND:20260612T230000Z", 30),
        ("DURATION:-PT1H", 30),
        ("DURATION:P3D", 30),
        ("DURATION:PT20M", 20),
    ],
)
def test_an_end_before_its_start_is_the_next_day(send, end, minutes):
    start = "DTSTART:20260612T230000Z"
    event = EVENT.replace("DTSTART:20260612T082000Z", f"{start}\r\n{end}")

    (session,) = created(send(f"{HEAD}{event}{TAIL}", ICS), status=200)["sessions"]

    starts_at, ends_at = map(datetime.fromisoformat, times(session))
    assert ends_at - starts_at == timedelta(minutes=minutes)


def test_a_time_with_a_zone_without_a_name_is_local(send):
    event = EVENT.replace("DTSTART:20260612T082000Z", "DTSTART;TZID=:20260612T102000")

    answer = created(send(f"{HEAD}{event}{TAIL}", ICS), status=200)

    assert answer["undefined_zones"] == []
    assert answer["sessions"][0]["starts_at"] == "2026-06-12T08:20:00Z"


@pytest.mark.parametrize(
    "header",
    ["Session,Day,Start,End", "Title;Date;From;To", "session name\tDAY\tStart time\tUntil"],
)
def test_columns_are_known_by_what_organisers_call_them(send, shown, header):
    separator = next(sign for sign in ",;\t" if sign in header)
    row = separator.join(["FP1", "Saturday", "10:20", "11:05"])

    assert send(f"{header}\n{row}\n").status_code == 200

    assert shown() == [("FP1", "practice", "Sat 10:20", "Sat 11:05")]
