"""`flask seed`: a demo team in the middle of a race weekend."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from helpers import Person, created

from raceapp import clock, seeding
from raceapp.extensions import db
from raceapp.history import service as history
from raceapp.tasks.models import SignOff, Task


@pytest.fixture
def demo(app):
    """The seeded team: `demo.manager`, `demo.get(path)`, `demo.now` is the current weekend."""
    with app.app_context():
        seeding.seed()
    manager = Person(app, 0, seeding.PEOPLE[0][0], seeding.PASSWORD)

    def get(path):
        return created(manager.get(path), status=200)

    weekends = get("/v1/events")
    past, now, coming = (f"/v1/events/{event['id']}" for event in weekends)
    return SimpleNamespace(get=get, manager=manager, past=past, now=now, coming=coming)


def number(demo, query):
    """How many tasks the manager finds so."""
    event_id = demo.now.rpartition("/")[2]
    path = f"/v1/tasks?event_id={event_id}&limit=1&include_total=true&{query}"
    return int(demo.manager.get(path).headers["X-Total-Count"])


def test_the_library_comes_with_the_demo_team(demo):
    (template,) = demo.get("/v1/templates")

    assert len(template["items"]) == 94


def test_everybody_of_the_team_is_on_the_crew_of_every_weekend(demo):
    people = {user["id"] for user in demo.get("/v1/users")}

    for path in (demo.past, demo.now, demo.coming):
        assert {member["user_id"] for member in demo.get(f"{path}/crew")} == people
    assert len(people) == len(seeding.PEOPLE)


def test_the_current_weekend_is_built_and_half_way(demo):
    incident = demo.get(f"{demo.now}/incidents")[0]

    assert number(demo, "") == 790 + len(incident["created"])
    for query in ("status=open", "status=failed", "status=not_applicable", "is_overdue=true"):
        assert number(demo, query) > 0, query
    assert number(demo, "completed=true") > 250


def test_a_session_is_on_and_others_are_to_come(demo):
    sessions = demo.get(f"{demo.now}/sessions")
    event = demo.get(demo.now)

    statuses = [session["status"] for session in sessions]
    assert statuses == ["finished"] * 4 + ["running"] + ["scheduled"] * 4
    running = moments(sessions[4])
    assert running[0] <= clock.utcnow() <= running[1]
    days = [moments(session)[0].date() for session in sessions]
    day = timedelta(days=1)
    assert days[-1] - days[0] <= 2 * day and event["event_date"] <= str(days[0] + day)


def moments(session):
    return [datetime.fromisoformat(session[name]) for name in ("starts_at", "ends_at")]


def test_one_bike_went_out_on_the_chiefs_word(demo):
    session = demo.get(f"{demo.now}/sessions")[4]
    releases = demo.get(f"/v1/sessions/{session['id']}/releases")

    reasons = [release["override_reason"] for release in releases]
    blocking = [len(release["readiness"]["blocking"]) for release in releases]
    assert [reason is None for reason in reasons] == [True, False] and blocking == [0, 1]


def test_a_failed_pressure_and_a_crash_keep_the_other_bikes_in(demo):
    running = demo.get(f"{demo.now}/sessions")[4]["id"]

    rows = [row for row in demo.get(f"{demo.now}/readiness") if row["session_id"] == running]
    assert [row["failed"] for row in rows] == [0, 0, 1, 0]
    assert [row["release"] is not None for row in rows] == [True, True, False, False]
    assert len(rows[2]["blocking"]) == 1 and len(rows[3]["blocking"]) > 5


def test_the_crash_reopened_tasks_and_took_a_release_back(demo):
    (crash,) = demo.get(f"{demo.now}/incidents")
    releases = demo.get(f"/v1/sessions/{crash['session_id']}/releases")

    assert crash["kind"] == "crash" and crash["created"] and crash["reopened"]
    voided = [release["bike_id"] for release in releases if release["voided_at"]]
    assert voided == [crash["bike_id"]]


def test_the_past_weekend_is_done_and_nothing_blocks(demo):
    rows = demo.get(f"{demo.past}/readiness")

    assert rows and all(row["done"] == row["total"] > 0 for row in rows)
    assert not any(row["blocking"] for row in rows)


def test_the_coming_weekend_can_be_built_with_one_call(demo):
    (template,) = demo.get("/v1/templates")
    body = {"template_id": template["id"], "dry_run": True}

    answer = created(demo.manager.post(f"{demo.coming}/checklists", json=body))

    assert sum(answer["created"].values()) > 300


def test_a_mechanic_finds_something_to_do_now(demo, app):
    ana = Person(app, 0, "mechanic@demo.example", seeding.PASSWORD)

    mine, free = (ana.get(f"/v1/tasks?status=open{more}").json for more in ("", "&claimable=true"))

    assert mine and free
    assert {task["crew_role"] for task in free} == {"mechanic"}


def test_nobody_checked_their_own_work(app, demo):
    with app.app_context():
        checked = sa.select(sa.func.count()).where(Task.checked_by.is_not(None))
        own = checked.where(Task.checked_by == Task.done_by)
        marked = sa.select(sa.func.count()).where(SignOff.is_self_check)

        assert db.session.scalar(checked) > 50
        assert db.session.scalar(own) == db.session.scalar(marked) == 0


def test_the_record_of_the_demo_tells_one_thing_at_a_time(demo):
    wired = demo.get("/v1/tasks?q=Drain+plug&completed=true&limit=1")[0]

    told = demo.get(f"/v1/tasks/{wired['id']}/history")
    assert [entry["action"] for entry in told] == ["task.done", "task.check"]
    assert told[0]["changes"]["status"] == ["open", "done"]
    assert told[1]["changes"].keys() == {"checked_by", "checked_at"}


def test_the_record_of_the_demo_is_whole(app, demo):
    with app.app_context():
        assert list(history.faults()) == []
