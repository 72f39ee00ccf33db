"""Last year's weekend again: what is taken along, and what stays behind."""

import pytest
from helpers import created, problem
from timetable import at

pytest_plugins = ["checklist_fixtures"]

NEXT_YEAR = {"event_date": "2027-06-11"}


@pytest.fixture
def copied(admin, event):
    def copy(**fields):
        return created(admin.post(f"/v1/events/{event['id']}/copies", json=NEXT_YEAR | fields))

    return copy


def starts(admin, event):
    rows = created(admin.get(f"/v1/events/{event['id']}/sessions"), status=200)
    return {row["name"]: row["starts_at"] for row in rows}


def tasks(admin, event):
    path = f"/v1/tasks?event_id={event['id']}&limit=200"
    return created(admin.get(path), status=200)


def test_a_copy_is_a_weekend_of_as_many_days_at_the_same_place(admin, event, copied):
    response = admin.post(f"/v1/events/{event['id']}/copies", json=NEXT_YEAR)

    copy = created(response)
    assert copy["id"] != event["id"]
    assert (copy["event_date"], copy["end_date"]) == ("2027-06-11", "2027-06-13")
    assert [copy[name] for name in ("track", "location", "timezone")] == [
        event[name] for name in ("track", "location", "timezone")
    ]
    assert copy["name"] == "Misano 2027"
    assert admin.get(response.headers["Location"]).json == copy


def test_sessions_come_at_the_same_local_times_of_the_same_days(timetable, admin, copied):
    timetable.session("FP1", "08:00", "08:40")
    timetable.session("Race", "12:00", "12:40", day="2026-06-14")

    winter = copied(event_date="2027-01-15")

    # Misano is two hours ahead of UTC in June, one in January.
    assert starts(admin, winter) == {
        "FP1": at("09:00", "2027-01-15"),
        "Race": at("13:00", "2027-01-17"),
    }


def test_local_times_are_those_of_another_zone(timetable, admin, copied):
    timetable.session("FP1", "08:00", "08:40")

    there = copied(track="Phillip Island", timezone="Australia/Melbourne")

    assert starts(admin, there) == {"FP1": at("00:00", "2027-06-11")}
    assert there["name"] == "Phillip Island 2027"


def test_cancelled_sessions_come_as_scheduled_and_deleted_ones_not(timetable, admin, copied):
    cancelled, deleted = timetable.day("FP1", "FP2")
    created(timetable.change(cancelled, status="cancelled", is_wet=True), status=200)
    admin.delete(f"/v1/sessions/{deleted['id']}")

    (session,) = admin.get(f"/v1/events/{copied()['id']}/sessions").json

    assert (session["name"], session["status"], session["is_wet"]) == ("FP1", "scheduled", False)
    assert session["planned_starts_at"] == session["starts_at"]


def test_crew_and_bikes_come_along_as_far_as_they_are_there(
    timetable, admin, mechanic, rookie, copied
):
    timetable.paddock.crew(mechanic, "mechanic", "fuel_tech")
    timetable.paddock.crew(rookie, "logistics")
    bike = timetable.paddock.bike()
    created(admin.patch(f"/v1/users/{rookie.id}", json={"is_active": False}), status=200)

    copy = copied()

    crew = created(admin.get(f"/v1/events/{copy['id']}/crew"), status=200)
    assert copy["bike_ids"] == [bike]
    assert [member["user_id"] for member in crew] == [mechanic.id]
    assert sorted(crew[0]["crew_roles"]) == ["fuel_tech", "mechanic"]


def test_checklists_are_built_anew_in_their_newest_version(
    weekend, build, make_template, admin, event, copied
):
    template = make_template()
    build(template)
    change = {
        "items": [{**admin.get(f"/v1/templates/{template}").json["items"][0], "title": "New"}]
    }
    created(admin.patch(f"/v1/templates/{template}", json=change), status=200)

    copy = copied()

    old, new = tasks(admin, event), tasks(admin, copy)
    assert {task["title"] for task in new} == {"New"}
    assert len(new) == len(old) > 0
    assert {task["status"] for task in new} == {"open"}


def test_nothing_made_by_hand_is_taken_along(admin, make_task, copied):
    make_task()

    assert tasks(admin, copied()) == []


def test_a_template_that_was_taken_back_is_left_out(weekend, build, make_template, admin, copied):
    template = make_template()
    build(template)
    admin.delete(f"/v1/templates/{template}")

    assert tasks(admin, copied()) == []


def test_the_record_of_a_copy_says_where_it_comes_from(admin, event, copied):
    copy = copied()

    entries = admin.get(f"/v1/events/{copy['id']}/history").json
    assert [entry["action"] for entry in entries] == ["event.created", "event.copied"]
    assert entries[1]["changes"] == {"copied_from": event["id"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("event_date", None), ("event_date", "11.06.2027"), ("event_date", "2099-12-31"),
        ("track", ""), ("name", "x" * 101), ("timezone", "Mars/Base"), ("bike_ids", []),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(admin, event, field, value):
    body = {**NEXT_YEAR, field: value}

    response = admin.post(f"/v1/events/{event['id']}/copies", json=body)

    assert field in problem(response, 422)["errors"]["json"]


def test_only_managers_copy(chief, timetable):
    timetable.paddock.crew(chief, "crew_chief")

    problem(chief.post(f"{timetable.path}/copies", json=NEXT_YEAR), 403)


def test_a_weekend_that_was_taken_back_cannot_be_copied(admin, event):
    admin.delete(f"/v1/events/{event['id']}")

    problem(admin.post(f"/v1/events/{event['id']}/copies", json=NEXT_YEAR), 404)


def test_a_session_that_lies_far_from_its_weekend_is_named(admin, event):
    body = {"name": "FP1", "kind": "practice"}
    times = {"starts_at": "2026-06-12T08:00:00Z", "ends_at": "2026-06-12T08:40:00Z"}
    path = f"/v1/events/{event['id']}"
    created(admin.post(f"{path}/sessions", json={**body, **times}))
    admin.patch(path, json={"event_date": "2026-08-14", "end_date": "2026-08-16"})

    answer = admin.post(f"{path}/copies", json={"event_date": "2027-06-11"})

    assert "FP1" in problem(answer, 422)["errors"]["json"]["event_date"][0]
