"""Work that no template foresaw: tasks made by hand with all that a checklist's have."""

import pytest
from helpers import created, problem
from paddock import PRESSURE


def test_a_task_made_by_hand_has_all_that_a_checklist_gives(make_task, paddock, bike, fp1):
    given = {
        "section": "Controls",
        "crew_role": "mechanic",
        "bike_id": bike,
        "rider_name": "Jo Keller",
        "session_id": fp1,
        "needs_check": True,
        "measurement": PRESSURE,
        "anchor": "session_end",
        "offset_minutes": 10,
    }

    task = make_task(**given)

    assert given.items() <= task.items()
    assert (task["due_at"], task["is_due_pinned"]) == ("2026-06-12T08:50:00Z", False)


def test_it_blocks_its_bike(clip_on, admin, paddock, bike, fp1):
    rows = created(admin.get(f"/v1/events/{paddock.event_id}/readiness"), status=200)

    [row] = [row for row in rows if (row["bike_id"], row["session_id"]) == (bike, fp1)]
    assert row["blocking"] == [clip_on["id"]]


def test_it_moves_with_its_session(clip_on, admin, fp1):
    later = {"starts_at": "2026-06-12T09:00:00Z", "ends_at": "2026-06-12T09:40:00Z"}

    created(admin.patch(f"/v1/sessions/{fp1}", json=later), status=200)

    assert admin.get(f"/v1/tasks/{clip_on['id']}").json["due_at"] == "2026-06-12T08:30:00Z"


def test_a_due_time_given_beside_the_anchor_is_pinned(make_task, fp1):
    moment = "2026-06-12T07:00:00Z"

    task = make_task(session_id=fp1, anchor="session_start", due_at=moment)

    assert (task["due_at"], task["is_due_pinned"], task["offset_minutes"]) == (moment, True, 0)


@pytest.mark.parametrize(
    ("fields", "due_at", "is_pinned"),
    [
        ({"offset_minutes": -60}, "2026-06-12T07:00:00Z", False),
        ({"anchor": "session_end"}, "2026-06-12T08:10:00Z", False),
        ({"anchor": "event_start"}, "2026-06-11T21:30:00Z", False),
        ({"anchor": None}, "2026-06-12T07:30:00Z", False),
        ({"due_at": "2026-06-12T06:00:00Z"}, "2026-06-12T06:00:00Z", True),
        ({"title": "Replace both"}, "2026-06-12T07:30:00Z", False),
    ],
)
def test_the_due_time_follows_what_it_hangs_on(clip_on, change, fields, due_at, is_pinned):
    task = created(change(clip_on, **fields), status=200)

    assert (task["due_at"], task["is_due_pinned"]) == (due_at, is_pinned)


@pytest.mark.parametrize("name", ["bike_id", "session_id", "rider_name"])
def test_things_of_another_weekend_are_refused(admin, clip_on, change, elsewhere, event, name):
    body = {"event_id": event["id"], "title": "Swap wheels", name: elsewhere[name]}

    answers = [admin.post("/v1/tasks", json=body), change(clip_on, **{name: elsewhere[name]})]

    for answer in answers:
        assert name in problem(answer, 422)["errors"]["json"]


@pytest.mark.parametrize(
    ("fields", "blamed"),
    [
        ({"bike_id": 10**12}, "bike_id"),
        ({"anchor": "session_start"}, "session_id"),
        ({"anchor": "crash"}, "anchor"),
        ({"anchor": "wet", "offset_minutes": 5}, "anchor"),
        ({"offset_minutes": 5}, "offset_minutes"),
        ({"offset_minutes": 10**6}, "offset_minutes"),
        ({"crew_role": "pilot"}, "crew_role"),
        ({"section": " "}, "section"),
        ({"measurement": {"label": "Torque"}}, "measurement"),
        ({"template_id": 1}, "template_id"),
    ],
)
def test_what_makes_no_sense_is_refused(admin, event, fields, blamed):
    body = {"event_id": event["id"], "title": "Swap wheels", **fields}

    answer = admin.post("/v1/tasks", json=body)

    assert blamed in problem(answer, 422)["errors"]["json"]


def test_a_crew_member_plans_nothing(mechanic, paddock, event, change, make_task):
    own = make_task(by=mechanic)
    body = {"event_id": event["id"], "title": "Swap wheels", "crew_role": "mechanic"}

    problem(mechanic.post("/v1/tasks", json=body), 403)
    problem(change(own, mechanic, crew_role="mechanic"), 403)


def test_critical_tasks_are_created_by_the_crew_only(mechanic, stranger, paddock, make_task, event):
    body = {"event_id": event["id"], "title": "Sabotage", "is_critical": True}

    assert make_task(by=mechanic, is_critical=True)["is_critical"]
    problem(stranger.post("/v1/tasks", json=body), 403)
