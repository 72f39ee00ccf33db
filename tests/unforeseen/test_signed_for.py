"""What a signature is about stays as it was."""

import pytest
from helpers import created, problem


@pytest.mark.parametrize(
    "change",
    [{"needs_check": True}, {"measurement": {"label": "Torque", "kind": "number"}}],
    ids=str,
)
def test_what_was_signed_for_stays_as_it_was(admin, make_task, change):
    task_id = make_task()["id"]
    created(admin.patch(f"/v1/tasks/{task_id}", json={"completed": True}), status=200)

    problem(admin.patch(f"/v1/tasks/{task_id}", json=change), 409)

    created(admin.patch(f"/v1/tasks/{task_id}", json={"completed": False}), status=200)
    created(admin.patch(f"/v1/tasks/{task_id}", json=change), status=200)


def test_no_work_is_put_on_a_cancelled_session(admin, event, make_task):
    when = {"starts_at": "2026-06-12T08:00:00Z", "ends_at": "2026-06-12T08:40:00Z"}
    body = {"name": "FP1", "kind": "practice", **when}
    session = created(admin.post(f"/v1/events/{event['id']}/sessions", json=body))["id"]
    created(admin.patch(f"/v1/sessions/{session}", json={"status": "cancelled"}), status=200)

    new = {"event_id": event["id"], "title": "Fuel", "session_id": session}
    problem(admin.post("/v1/tasks", json=new), 422)
    problem(admin.patch(f"/v1/tasks/{make_task()['id']}", json={"session_id": session}), 422)


@pytest.fixture
def spare_job(make_task):
    """Nobody's, of the mechanics."""
    return make_task(crew_role="mechanic")


def test_taking_and_ticking_go_in_one_change(paddock, spare_job, change, mechanic, rookie):
    take = {"assigned_to": mechanic.id, "completed": True}

    task = created(change(spare_job, by=mechanic, **take), status=200)

    assert (task["assigned_to"], task["done_by"]) == (mechanic.id, mechanic.id)
    refusal = problem(change(spare_job, by=rookie, assigned_to=rookie.id, completed=False), 403)
    assert refusal["detail"].startswith("mechanic holds this task:")


def test_unticking_and_giving_back_go_in_one_change(paddock, spare_job, change, mechanic):
    change(spare_job, by=mechanic, assigned_to=mechanic.id, completed=True)

    problem(change(spare_job, by=mechanic, assigned_to=None), 409)
    problem(change(spare_job, by=mechanic, assigned_to=None, completed=True), 409)
    task = created(change(spare_job, by=mechanic, assigned_to=None, completed=False), status=200)

    assert (task["assigned_to"], task["status"]) == (None, "open")


@pytest.mark.parametrize(
    "fields",
    [
        {"completed": True},
        {"assigned_to": None, "completed": True},
        {"assigned_to": True, "title": "Mine"},
        {"assigned_to": True, "is_critical": True},
    ],
    ids=str,
)
def test_no_more_than_that_goes_along_with_taking(paddock, spare_job, change, mechanic, fields):
    mine = {
        name: mechanic.id if value is True and name == "assigned_to" else value
        for name, value in fields.items()
    }

    problem(change(spare_job, by=mechanic, **mine), 403)


def test_a_due_time_is_given_or_computed_not_both(clip_on, change):
    moment = "2026-06-12T06:00:00Z"

    both = problem(change(clip_on, due_at=moment, is_due_pinned=False), 422)
    unchanged = change(clip_on, due_at=clip_on["due_at"], is_due_pinned=False)

    assert "due_at" in both["errors"]["json"]
    assert created(unchanged, status=200) == clip_on


def test_nothing_is_pinned_that_hangs_on_no_anchor(spare_job, change):
    for fields in (
        {"is_due_pinned": True},
        {"is_due_pinned": True, "due_at": "2026-06-12T06:00:00Z"},
    ):
        assert "is_due_pinned" in problem(change(spare_job, **fields), 422)["errors"]["json"]


def test_a_crew_chief_takes_and_ticks_in_one_change_as_well(paddock, spare_job, change, chief):
    problem(change(spare_job, by=chief, completed=True), 403)

    task = created(change(spare_job, by=chief, assigned_to=chief.id, completed=True), status=200)

    assert (task["assigned_to"], task["done_by"]) == (chief.id, chief.id)


def test_what_was_signed_is_reopened_and_put_elsewhere_in_one_change(clip_on, change, paddock):
    change(clip_on, completed=True)
    spare = paddock.bike("44 B")

    problem(change(clip_on, bike_id=spare), 409)
    task = created(change(clip_on, bike_id=spare, completed=False), status=200)

    assert (task["bike_id"], task["status"]) == (spare, "open")
