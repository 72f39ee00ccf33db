"""Building the weekend: what each item is repeated for, and when it is due."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa
from checklists import EVERY_SCOPE, FIRST_DAY, FULL_WEEKEND, NOTHING, SCOPES, item
from helpers import problem

from raceapp.storage.session import db
from raceapp.timetable.models import TrackSession

pytest_plugins = ["checklist_fixtures"]


def change(paddock, model, row_id, **fields):
    with paddock.app.app_context():
        db.session.execute(sa.update(model).where(model.id == row_id).values(**fields))
        db.session.commit()


# The fan-out


def test_one_call_builds_the_weekend(weekend, shipped, build, tasks):
    assert build(shipped) == FULL_WEEKEND

    assert sum(FULL_WEEKEND.values()) == 790 == len(tasks())


@pytest.mark.timed
def test_a_weekend_is_built_within_a_second(weekend, shipped, build, postgres_only):
    started = time.perf_counter()

    build(shipped)

    assert time.perf_counter() - started < 1


def test_each_scope_has_its_own_targets(weekend, make_template, build, tasks):
    counts = build(make_template(*EVERY_SCOPE))

    assert counts == {
        "event": 1, "session": 9, "bike": 4, "bike_session": 36, "rider": 2, "rider_session": 18,
    }  # fmt: skip
    for scope in SCOPES:
        found = tasks(item_key=scope)
        targets = {(task.bike_id, task.rider_name, task.session_id) for task in found}
        assert len(targets) == len(found) == counts[scope]
        assert all((task.bike_id is not None) == ("bike" in scope) for task in found)
        assert all((task.rider_name is not None) == ("rider" in scope) for task in found)
        assert all((task.session_id is not None) == ("session" in scope) for task in found)


def test_a_weekend_without_bikes_or_sessions_gets_the_event_items(make_template, build, event):
    assert build(make_template(*EVERY_SCOPE)) == {**NOTHING, "event": 1}


def test_an_item_of_some_kinds_of_session_is_for_those_only(weekend, make_template, build):
    races = item("a", scope="session", session_kinds=["race", "warm_up"])

    assert build(make_template(races))["session"] == 3


@pytest.mark.parametrize("gone", [{"status": "cancelled"}, {"deleted_at": FIRST_DAY}])
def test_cancelled_and_deleted_sessions_are_left_out(paddock, make_template, build, gone):
    change(paddock, TrackSession, paddock.session("FP1", FIRST_DAY), **gone)
    paddock.session("FP2", FIRST_DAY)

    assert build(make_template(item("a", scope="session")))["session"] == 1


@pytest.mark.parametrize("status", ["running", "finished"])
def test_sessions_that_have_begun_are_built_for_too(paddock, make_template, build, status):
    paddock.session("FP1", FIRST_DAY, status=status)

    assert build(make_template(item("a", scope="session")))["session"] == 1


def test_the_club_tier_takes_the_club_items(weekend, make_template, build):
    both = make_template(item("a"), item("b", tier="national"))

    assert build(both, tier="club")["bike"] == 4
    assert build(both, tier="national")["bike"] == 4
    assert build(both) == NOTHING


def test_items_for_a_crash_or_rain_wait(weekend, make_template, build):
    waiting = [item("a", anchor="crash"), item("b", anchor="wet", scope="session")]

    assert build(make_template(*waiting)) == NOTHING


def test_a_task_has_what_its_item_says(paddock, make_template, build, admin, event):
    gauge = {"label": "Cold pressure", "kind": "number", "unit": "bar", "min": 1.9, "max": 2.3}
    made = item("press", scope="bike_session", anchor="session_end", measurement=gauge)
    bike, session = paddock.bike(), paddock.session("FP1", FIRST_DAY)
    template_id = make_template(made)

    build(template_id)

    (task,) = admin.get(f"/v1/tasks?event_id={event['id']}").json
    copied = made.keys() - {"key", "scope", "session_kinds", "tier"}
    assert {name: task[name] for name in copied} == {name: made[name] for name in copied}
    assert task.items() >= {
        "item_key": "press", "template_id": template_id, "bike_id": bike, "session_id": session,
        "rider_name": None, "assigned_to": None, "created_by": admin.id, "status": "open",
        "is_due_pinned": False, "version": 1, "description": None, "done_by": None,
    }.items()  # fmt: skip


@pytest.mark.parametrize(
    ("anchor", "offset", "due_at"),
    [
        ("event_start", 0, "2026-06-11T22:00:00Z"),
        ("event_start", -60, "2026-06-11T21:00:00Z"),
        ("event_end", 0, "2026-06-14T22:00:00Z"),
        ("session_start", -30, "2026-06-12T07:30:00Z"),
        ("session_end", 15, "2026-06-12T08:45:00Z"),
    ],
)
def test_a_task_is_due_from_its_anchor(
    paddock, make_template, build, admin, event, anchor, offset, due_at
):
    paddock.session("FP1", FIRST_DAY, ends_at=FIRST_DAY + timedelta(minutes=30))

    build(make_template(item("a", scope="session", anchor=anchor, offset_minutes=offset)))

    assert admin.get(f"/v1/tasks?event_id={event['id']}").json[0]["due_at"] == due_at


# Refusals


@pytest.mark.parametrize(
    "body",
    [
        {}, {"template_id": 999}, {"template_id": 2**63 - 1}, {"template_id": None},
        {"template_id": "$id", "tier": "world"}, {"template_id": "$id", "tier": None},
        {"template_id": "$id", "dry_run": 1}, {"template_id": "$id", "zzz": 1}, [],
    ],
)  # fmt: skip
def test_a_run_that_cannot_be_is_refused(admin, event, make_template, tasks, body):
    known = make_template(item("a", scope="event"))
    body = {name: known if value == "$id" else value for name, value in dict(body).items()}

    problem(admin.post(f"/v1/events/{event['id']}/checklists", json=body or []), 422)

    assert tasks() == []


def test_a_template_taken_back_builds_nothing_new(admin, event, make_template):
    template_id = make_template()
    admin.delete(f"/v1/templates/{template_id}")

    body = {"template_id": template_id}

    problem(admin.post(f"/v1/events/{event['id']}/checklists", json=body), 422)


def test_only_managers_build_and_only_weekends_that_are_there(
    admin, mechanic, event, make_template
):
    body, path = {"template_id": make_template()}, f"/v1/events/{event['id']}/checklists"

    problem(mechanic.post(path, json=body), 403)
    problem(admin.post("/v1/events/999/checklists", json=body), 404)
    admin.delete(f"/v1/events/{event['id']}")
    problem(admin.post(path, json=body), 404)


def test_a_due_time_out_of_range_names_its_item(admin, make_event, make_template):
    early = make_event(event_date="1970-01-01", end_date="1970-01-01")
    body = {"template_id": make_template(item("early", scope="event", offset_minutes=-1440))}

    response = admin.post(f"/v1/events/{early['id']}/checklists", json=body)

    assert "Item early" in problem(response, 422)["errors"]["json"]["template_id"][0]
    assert admin.get("/v1/tasks").json == []


def test_more_tasks_than_a_run_can_bear_are_refused(paddock, admin, event, make_template, tasks):
    for number in range(21):
        paddock.bike(f"{number} A", number=number)
    body = {"template_id": make_template(*(item(f"item-{number}") for number in range(1000)))}

    problem(admin.post(f"/v1/events/{event['id']}/checklists", json=body), 422)

    assert tasks() == []
