"""A task's life: made, changed, ticked, deleted and brought back."""

import pytest
from helpers import problem


def test_admin_creates_a_task_and_finds_it_at_its_location(admin, mechanic, event):
    fields = {
        "event_id": event["id"],
        "title": "Torque the rear axle nut",
        "description": "100 Nm",
        "assigned_to": mechanic.id,
        "due_at": "2026-06-12T08:30:00Z",
        "is_critical": True,
    }

    response = admin.post("/v1/tasks", json=fields)

    assert response.status_code == 201
    assert response.json.items() >= fields.items()
    assert response.json["created_by"] == admin.id
    assert admin.get(response.headers["Location"]).json == response.json


def test_a_bare_task_is_open_undated_and_nobodys(admin, event):
    task = admin.post("/v1/tasks", json={"event_id": event["id"], "title": "Load the truck"}).json

    assert task.items() >= {
        "description": None, "assigned_to": None, "due_at": None, "is_critical": False,
        "version": 1,
        "completed": False, "completed_at": None, "completed_by": None, "deleted_at": None,
    }.items()  # fmt: skip
    assert task.keys() >= {"id", "created_at", "updated_at"}


@pytest.mark.parametrize("given", [{}, {"assigned_to": None}])
def test_a_crew_members_task_is_their_own(mechanic, event, given):
    task = mechanic.post(
        "/v1/tasks", json={"event_id": event["id"], "title": "Clean visors", **given}
    ).json

    assert (task["assigned_to"], task["created_by"]) == (mechanic.id, mechanic.id)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("2026-06-12T10:00:00+02:00", "2026-06-12T08:00:00Z"),
        ("2026-06-12T08:00:00Z", "2026-06-12T08:00:00Z"),
        ("2026-01-01T00:00:00+23:59", "2025-12-31T00:01:00Z"),
        ("2026-01-01T00:00:00-23:59", "2026-01-01T23:59:00Z"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"),
        ("2100-01-01T01:00:00+02:00", "2099-12-31T23:00:00Z"),
    ],
)
def test_a_due_time_comes_back_as_the_same_instant_in_utc(admin, make_task, sent, stored):
    task = make_task(due_at=sent)

    assert task["due_at"] == stored
    assert admin.get(f"/v1/tasks/{task['id']}").json["due_at"] == stored


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""), ("title", " \t "), ("title", None), ("title", "x" * 201),
        ("title", "two\nlines"), ("title", 5), ("description", "x" * 10_001),
        ("description", ["a"]), ("event_id", 999), ("event_id", None), ("event_id", -1),
        ("event_id", 0), ("assigned_to", 999), ("assigned_to", "me"),
        ("due_at", "2026-06-12T08:00:00"), ("due_at", "2026-06-12"), ("due_at", "tomorrow"),
        ("due_at", 1781251200), ("due_at", "1969-12-31T23:59:59Z"),
        ("due_at", "2100-01-01T00:00:00Z"), ("due_at", "1970-01-01T00:00:00+00:01"),
        ("is_critical", "true"), ("is_critical", 1), ("is_critical", None), ("created_by", 1),
        ("deleted_at", None), ("priority", "high"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_in_the_refusal(admin, event, field, value):
    response = admin.post(
        "/v1/tasks", json={"event_id": event["id"], "title": "Fuel map", field: value}
    )

    assert field in problem(response, 422)["errors"]["json"]


@pytest.mark.parametrize("field", ["event_id", "title"])
def test_a_task_needs_an_event_and_a_title(admin, event, field):
    fields = {"event_id": event["id"], "title": "Fuel map"}
    del fields[field]

    response = admin.post("/v1/tasks", json=fields)

    assert field in problem(response, 422)["errors"]["json"]


def test_a_task_cannot_join_a_deleted_event(admin, event):
    admin.delete(f"/v1/events/{event['id']}")

    response = admin.post("/v1/tasks", json={"event_id": event["id"], "title": "Late idea"})

    assert "event_id" in problem(response, 422)["errors"]["json"]


@pytest.mark.parametrize("deed", ["post", "patch"])
def test_nobody_hands_work_to_a_disabled_account(admin, mechanic, event, make_task, deed):
    path = "/v1/tasks" if deed == "post" else f"/v1/tasks/{make_task()['id']}"
    whole = {"event_id": event["id"], "title": "Warmers"} if deed == "post" else {}
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    response = getattr(admin, deed)(path, json={**whole, "assigned_to": mechanic.id})

    assert "assigned_to" in problem(response, 422)["errors"]["json"]


def test_admin_changes_every_field_and_the_version_grows(admin, chief, make_task, clock):
    task = make_task(is_critical=True)
    change = {
        "title": "Fit rain tyres", "description": "Michelin", "assigned_to": chief.id,
        "due_at": "2026-06-13T12:00:00Z", "is_critical": False,
    }  # fmt: skip
    clock.advance(minutes=1)

    changed = admin.patch(f"/v1/tasks/{task['id']}", json=change).json

    assert changed.items() >= {**change, "version": task["version"] + 1}.items()
    assert changed["updated_at"] > task["updated_at"]


def test_optional_fields_can_be_taken_back(admin, mechanic, make_task):
    task = make_task(description="100 Nm", assigned_to=mechanic.id, due_at="2026-06-12T08:00:00Z")
    nothing = {"description": None, "assigned_to": None, "due_at": None}

    changed = admin.patch(f"/v1/tasks/{task['id']}", json=nothing).json

    assert changed.items() >= nothing.items()


def test_a_tick_says_who_and_when(mechanic, make_task, clock):
    task = make_task(assigned_to=mechanic.id)
    clock.advance(minutes=30)

    ticked = mechanic.patch(f"/v1/tasks/{task['id']}", json={"completed": True}).json

    assert (ticked["completed"], ticked["completed_by"]) == (True, mechanic.id)
    assert ticked["completed_at"] > task["created_at"]
    assert ticked["version"] == task["version"] + 1


def test_taking_a_tick_back_clears_who_and_when(mechanic, make_task):
    path = f"/v1/tasks/{make_task(assigned_to=mechanic.id)['id']}"
    mechanic.patch(path, json={"completed": True})

    task = mechanic.patch(path, json={"completed": False}).json

    assert (task["completed"], task["completed_at"], task["completed_by"]) == (False, None, None)


@pytest.mark.parametrize("completed", [True, False])
def test_ticking_twice_changes_nothing(admin, mechanic, make_task, clock, completed):
    path = f"/v1/tasks/{make_task(assigned_to=mechanic.id)['id']}"
    once = mechanic.patch(path, json={"completed": completed}).json
    clock.advance(minutes=1)

    again = admin.patch(path, json={"completed": completed})

    assert again.status_code == 200
    assert again.json == once


@pytest.mark.parametrize("value", ["true", 1, 0, None, [True]])
def test_a_tick_is_a_real_boolean(mechanic, make_task, value):
    task = make_task(assigned_to=mechanic.id)

    response = mechanic.patch(f"/v1/tasks/{task['id']}", json={"completed": value})

    assert "completed" in problem(response, 422)["errors"]["json"]


@pytest.mark.parametrize(
    "field", ["id", "version", "created_by", "completed_at", "completed_by", "deleted_at"]
)
def test_what_the_server_keeps_cannot_be_sent(admin, make_task, field):
    task = make_task()

    response = admin.patch(f"/v1/tasks/{task['id']}", json={field: task[field]})

    assert field in problem(response, 422)["errors"]["json"]
