"""At Misano 02:30 never comes on 29 March 2026: it is refused where somebody types it.

Where nobody does, by calendar files and in weekends put on other days, it counts as 03:30.
"""

import pytest
from helpers import MISANO, created, problem
from task_sheets import table
from timetable import at
from timetable_files import EVENT, HEAD, ICS, TAIL

SKIPPED = ["There is no such time on this day: the clocks are put forward over it."]
THAT_NIGHT = {"event_date": "2026-03-28", "end_date": "2026-03-29"}


@pytest.fixture
def send(admin, make_event):
    """Import a table or a file into a weekend that has this night in it."""
    event_id = make_event(**THAT_NIGHT)["id"]

    def send(what, data, content_type="text/csv"):
        path = f"/v1/events/{event_id}/{what}/import"
        return admin.post(path, data=data, content_type=content_type)

    return send


@pytest.fixture
def imported(send):
    """The times, in UTC, of the one session of a file."""

    def imported(data, **how):
        (row,) = created(send("sessions", data, **how), status=200)["sessions"]
        return row["starts_at"], row["ends_at"]

    return imported


def faults(response):
    return problem(response, 422)["errors"]["csv"]


@pytest.mark.parametrize("cell", ["2026-03-29 02:00", "2026-03-29T2:30", "2026-03-29 02:59:59"])
def test_no_task_is_due_at_a_time_that_never_comes(send, cell):
    response = send("tasks", table({"title": "Bolts", "due_at": cell}))

    assert faults(response) == {"2": {"due_at": SKIPPED}}


@pytest.mark.parametrize(
    ("cell", "due_at"),
    [
        ("2026-03-29 01:59", at("00:59", "2026-03-29")),
        ("2026-03-29 03:00", at("01:00", "2026-03-29")),
        ("2026-03-29T02:30:00+01:00", at("01:30", "2026-03-29")),
        ("2026-10-25 02:30", at("00:30", "2026-10-25")),  # It comes twice: this is the first.
    ],
)
def test_a_task_is_due_at_every_time_that_comes(send, admin, cell, due_at):
    created(send("tasks", table({"title": "Bolts", "due_at": cell})), status=200)

    assert [task["due_at"] for task in admin.get("/v1/tasks").json] == [due_at]


@pytest.mark.parametrize(
    ("day", "starts_at", "ends_at", "column"),
    [
        ("2026-03-29", "02:30", "04:00", "starts_at"),
        ("2026-03-29", "01:30", "02:30", "ends_at"),
        ("2026-03-28", "23:00", "02:30", "ends_at"),
    ],
)
def test_no_session_starts_or_ends_at_a_time_that_never_comes(
    send, day, starts_at, ends_at, column
):
    sheet = table({"name": "Race", "date": day, "starts_at": starts_at, "ends_at": ends_at})

    assert faults(send("sessions", sheet)) == {"2": {column: SKIPPED}}


def test_a_session_ends_at_that_time_of_the_next_night(imported):
    sheet = table({"name": "Race", "date": "Sunday", "starts_at": "23:00", "ends_at": "02:30"})

    assert imported(sheet) == (at("21:00", "2026-03-29"), at("00:30", "2026-03-30"))


def test_a_typed_line_is_refused_in_the_same_words(admin):
    body = {**MISANO, **THAT_NIGHT, "timetable": "Sat 10:00 FP1\nSun 02:30 Warm up"}

    assert faults(admin.post("/v1/weekends", json=body)) == {"2": {"starts_at": SKIPPED}}


@pytest.mark.parametrize("zone", ["", ";TZID=Europe/Paris"])
def test_a_calendar_file_means_the_offset_before_as_its_standard_says(imported, zone):
    event = EVENT.replace("DTSTART:20260612T082000Z", f"DTSTART{zone}:20260329T023000")

    found = imported(f"{HEAD}{event}{TAIL}", content_type=ICS)

    assert found == (at("01:30", "2026-03-29"), at("02:00", "2026-03-29"))


def copied(admin, path):
    return created(admin.post(f"{path}/copies", json={"event_date": "2026-03-29"}))["id"]


def moved(admin, path):
    body = {"event_date": "2026-03-29", "move_timetable": True}
    return created(admin.patch(path, json=body), status=200)["id"]


@pytest.mark.parametrize("put", [copied, moved], ids=lambda put: put.__name__)
def test_a_session_put_on_that_night_comes_an_hour_later_and_takes_as_long(timetable, admin, put):
    timetable.session("Night race", "00:30", "01:15")  # 02:30 to 03:15 at Misano.

    event_id = put(admin, timetable.path)

    (session,) = admin.get(f"/v1/events/{event_id}/sessions").json
    assert session["starts_at"] == at("01:30", "2026-03-29")
    assert session["ends_at"] == at("02:15", "2026-03-29")


def test_a_day_whose_midnight_is_skipped_begins_when_the_clocks_are_put_forward(
    make_event, make_task
):
    event = make_event(event_date="2026-03-08", end_date="2026-03-08", timezone="America/Havana")

    task = make_task(event_id=event["id"], anchor="event_start", offset_minutes=0)

    assert task["due_at"] == at("05:00", "2026-03-08")
