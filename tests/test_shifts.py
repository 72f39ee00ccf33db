"""A delay moves the rest of a day: which sessions, which tasks, and what stands in the way."""

import pytest
from helpers import problem
from timetable import at


@pytest.fixture
def friday(timetable):
    """FP1 at 08:00, FP2 at 09:00 and so on."""
    return timetable.day("FP1", "FP2", "FP3", "Q1")


def test_a_shift_moves_a_session_and_every_later_one_of_its_day(timetable, friday):
    _, fp2, fp3, q1 = friday

    response = timetable.shift(fp2, 25)

    assert response.status_code == 200
    assert response.json == {
        "sessions": [
            {"id": fp2["id"], "old_starts_at": at("09:00"), "new_starts_at": at("09:25")},
            {"id": fp3["id"], "old_starts_at": at("10:00"), "new_starts_at": at("10:25")},
            {"id": q1["id"], "old_starts_at": at("11:00"), "new_starts_at": at("11:25")},
        ],
        "tasks": [],
        "overlaps": [],
    }
    assert [start[-5:] for start in timetable.starts().values()] == [
        "08:00", "09:25", "10:25", "11:25"
    ]  # fmt: skip


def test_a_shifted_session_keeps_its_length_and_its_planned_times(timetable, admin, friday):
    timetable.shift(friday[3], -10)

    session = admin.get(f"/v1/sessions/{friday[3]['id']}").json
    assert (session["starts_at"], session["ends_at"]) == (at("10:50"), at("11:30"))
    assert (session["planned_starts_at"], session["planned_ends_at"]) == (at("11:00"), at("11:40"))
    assert session["version"] == 2


def test_tasks_move_with_the_sessions_they_hang_on(timetable, friday):
    bolts, fuel = timetable.item(friday[1]), timetable.item(friday[2], "session_end", offset=5)
    stays = [
        timetable.item(friday[0]),
        timetable.item(friday[1], status="done"),
        timetable.item(friday[1], is_due_pinned=True),
    ]

    tasks = timetable.shift(friday[1], 30).json["tasks"]

    assert tasks == [
        {"id": bolts, "old_due_at": at("08:30"), "new_due_at": at("09:00")},
        {"id": fuel, "old_due_at": at("10:45"), "new_due_at": at("11:15")},
    ]
    assert [timetable.due(task["id"]) for task in tasks] == [at("09:00"), at("11:15")]
    assert {timetable.task(task_id)["version"] for task_id in stays} == {1}


@pytest.mark.parametrize("status", ["running", "finished", "cancelled"])
def test_what_runs_is_over_or_off_stays(timetable, friday, status):
    timetable.change(friday[2], status=status)
    stays, moves = timetable.item(friday[2]), timetable.item(friday[3])

    answer = timetable.shift(friday[1], 20).json

    assert [row["id"] for row in answer["sessions"]] == [friday[1]["id"], friday[3]["id"]]
    assert [row["id"] for row in answer["tasks"]] == [moves]
    assert timetable.due(stays) == at("09:30")


@pytest.mark.parametrize("status", ["running", "finished", "cancelled"])
def test_a_shift_starts_with_a_session_that_is_still_to_come(timetable, friday, status):
    timetable.change(friday[0], status=status)

    detail = problem(timetable.shift(friday[0], 20), 409)["detail"]

    assert "FP1" in detail and status in detail
    assert timetable.starts()["FP2"] == "06-12 09:00"


def test_the_day_is_that_of_the_track(timetable):
    late = timetable.session("Briefing", "21:00", "21:30")
    timetable.session("Endurance", "21:59", "22:10")
    timetable.session("Night practice", "22:30", "23:00")

    timetable.shift(late, 10)

    assert timetable.starts() == {
        "Briefing": "06-12 21:10",
        "Endurance": "06-12 22:09",
        "Night practice": "06-12 22:30",
    }


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_minutes_are_elapsed_time_when_the_clocks_change(timetable, day):
    timetable.plan(day)
    session = timetable.session("Night race", "00:30", "01:30", day)

    timetable.shift(session, 120)

    assert timetable.starts() == {"Night race": f"{day[5:]} 02:30"}


def test_a_dry_run_answers_the_same_and_changes_nothing(timetable, admin, friday):
    task_id = timetable.item(friday[2])
    before = admin.get(f"{timetable.path}/sessions").json, timetable.history()

    dry = timetable.shift(friday[1], 45, dry_run=True)

    assert (admin.get(f"{timetable.path}/sessions").json, timetable.history()) == before
    assert timetable.task(task_id)["version"] == 1
    assert dry.json == timetable.shift(friday[1], 45, dry_run=False).json


def test_a_shift_leaves_an_entry_of_its_own_and_one_per_task(timetable, friday):
    first, second = timetable.item(friday[2]), timetable.item(friday[3])
    before = len(timetable.history())

    timetable.shift(friday[2], 15)

    shifted, *tasks = timetable.history()[before:]
    assert shifted["action"] == "timetable.shifted"
    assert shifted["changes"]["minutes"] == 15
    assert shifted["changes"]["starts_at"][f"session:{friday[3]['id']}"] == [
        at("11:00"), at("11:15")
    ]  # fmt: skip
    assert shifted["changes"]["tasks"] == [first, second]
    assert [entry["subject"] for entry in tasks] == [f"task:{first}", f"task:{second}"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minutes", 0), ("minutes", 1441), ("minutes", -1441), ("minutes", "30"),
        ("minutes", 30.0), ("minutes", True), ("minutes", None), ("dry_run", "yes"),
        ("from_session_id", 999), ("from_session_id", None), ("from_session_id", 2**63),
        ("zzz", 1),
    ],
)  # fmt: skip
def test_a_shift_that_makes_no_sense_is_refused(timetable, friday, field, value):
    body = {"from_session_id": friday[0]["id"], "minutes": 30, field: value}

    response = timetable.admin.post(f"{timetable.path}/timetable/shifts", json=body)

    assert field in problem(response, 422)["errors"]["json"]


def test_a_session_of_another_weekend_is_not_shifted(timetable, make_event, admin, friday):
    other = make_event(name="Assen")
    body = {"from_session_id": friday[0]["id"], "minutes": 30}

    response = admin.post(f"/v1/events/{other['id']}/timetable/shifts", json=body)

    assert "from_session_id" in problem(response, 422)["errors"]["json"]
    assert timetable.starts()["FP1"] == "06-12 08:00"
    problem(admin.post("/v1/events/999/timetable/shifts", json=body), 404)


@pytest.mark.parametrize(
    ("first", "minutes", "passed"), [(1, -70, "FP1"), (1, 80, "FP3"), (3, 1230, "Warm-up")]
)
def test_no_session_passes_one_that_stays(timetable, friday, first, minutes, passed):
    timetable.change(friday[2], status="running")
    timetable.session("Warm-up", "07:00", "07:20", "2026-06-13")
    before = timetable.starts()

    response = timetable.shift(friday[first], minutes)

    assert passed in problem(response, 422)["errors"]["json"]["minutes"][0]
    assert timetable.starts() == before


def test_a_cancelled_session_is_in_nobodys_way(timetable, friday):
    timetable.change(friday[2], status="cancelled")

    response = timetable.shift(friday[1], 90)

    assert response.status_code == 200
    assert timetable.starts()["FP2"] == "06-12 10:30"


@pytest.mark.parametrize(("day", "minutes"), [("1970-01-01", -1440), ("2099-12-31", 1440)])
def test_no_session_leaves_the_years_that_can_be_stored(timetable, day, minutes):
    timetable.plan(day)
    session = timetable.session("Race", "12:00", "13:00", day)

    response = timetable.shift(session, minutes)

    assert "minutes" in problem(response, 422)["errors"]["json"]
    assert timetable.starts() == {"Race": f"{day[5:]} 12:00"}


# What a shift runs into, and taking it back


def test_a_shift_tells_what_overlaps_afterwards_and_did_not_before(timetable, admin, friday):
    fp1, fp2, fp3, q1 = friday
    admin.patch(f"/v1/sessions/{q1['id']}", json={"status": "running"})

    answer = timetable.shift(fp2, 45, dry_run=True).json

    assert answer["overlaps"] == [[fp3["id"], q1["id"]]]


def test_a_shift_is_taken_back_by_naming_what_it_moved(timetable, friday):
    before = timetable.starts()
    moved = [row["id"] for row in timetable.shift(friday[1], 14 * 60).json["sessions"]]

    response = timetable.shift(None, -14 * 60, session_ids=moved)

    assert response.status_code == 200
    assert timetable.starts() == before


@pytest.mark.parametrize(
    "which",
    [{}, {"from_session_id": 1, "session_ids": [1]}, {"session_ids": []}, {"session_ids": [999]}],
)
def test_a_shift_is_of_one_session_on_or_of_those_named(timetable, admin, friday, which):
    body = {"minutes": 5, **which}

    response = admin.post(f"{timetable.path}/timetable/shifts", json=body)

    assert {"from_session_id", "session_ids"} & problem(response, 422)["errors"]["json"].keys()
