"""`flask seed`: a demo team in the middle of a race weekend."""

from datetime import datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from helpers import Person, created

from raceapp import clock
from raceapp.demo import seeding
from raceapp.history import proof as history
from raceapp.storage.session import db
from raceapp.tasks.models import Task


@pytest.fixture(scope="module")
def backend(request, backends):
    """Where the tests of this file run, one after the other on the same demo."""
    found = backends(request.param)
    found.empty()
    return found


@pytest.fixture(scope="module")
def demo(backend):
    """The seeded team: `demo.manager`, `demo.get(path)`, `demo.now` is the current weekend.

    Seeding takes seconds, so it is done once: these tests only read.
    """
    app = backend.app
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


def test_the_library_is_there_and_the_team_is_on_the_crew_of_every_weekend(demo):
    (template,) = demo.get("/v1/templates")
    people = {user["id"] for user in demo.get("/v1/users")}

    assert len(template["items"]) == 94 and len(people) == len(seeding.PEOPLE)
    for path in (demo.past, demo.now, demo.coming):
        assert {member["user_id"] for member in demo.get(f"{path}/crew")} == people


def test_the_current_weekend_is_built_and_half_way(demo):
    (crash,) = demo.get(f"{demo.now}/incidents")
    event, sessions = demo.get(demo.now), demo.get(f"{demo.now}/sessions")

    assert number(demo, "") == 790 + len(crash["created"])
    for query in ("status=open", "status=failed", "status=not_applicable", "is_overdue=true"):
        assert number(demo, query) > 0, query
    statuses = [session["status"] for session in sessions]
    assert statuses == ["finished"] * 4 + ["running"] + ["scheduled"] * 4
    starts_at, ends_at = moments(sessions[4])
    assert starts_at <= clock.utcnow() <= ends_at
    first, last = local_day(sessions[0]), local_day(sessions[-1])
    assert event["event_date"] <= first <= last <= event["end_date"]


def moments(session):
    return [datetime.fromisoformat(session[name]) for name in ("starts_at", "ends_at")]


def local_day(session):
    return moments(session)[0].astimezone(ZoneInfo("Europe/Rome")).date().isoformat()


def test_two_bikes_are_out_one_of_them_on_the_chiefs_word(demo):
    running = demo.get(f"{demo.now}/sessions")[4]["id"]
    releases = demo.get(f"/v1/sessions/{running}/releases")
    rows = [row for row in demo.get(f"{demo.now}/readiness") if row["session_id"] == running]

    assert [row["release"] for row in rows] == [*releases, None, None]
    assert [release["override_reason"] is None for release in releases] == [True, False]
    assert [len(release["readiness"]["blocking"]) for release in releases] == [0, 1]
    assert [row["failed"] for row in rows] == [0, 0, 1, 0]
    assert len(rows[2]["blocking"]) == 1 and len(rows[3]["blocking"]) > 5


def test_the_crash_reopened_tasks_and_took_a_release_back(demo):
    (crash,) = demo.get(f"{demo.now}/incidents")
    releases = demo.get(f"/v1/sessions/{crash['session_id']}/releases")

    assert crash["kind"] == "crash" and crash["created"] and crash["reopened"]
    voided = [release["bike_id"] for release in releases if release["voided_at"]]
    assert voided == [crash["bike_id"]]


def test_the_crew_talks_about_what_failed_and_somebody_is_invited(demo):
    event_id = demo.now.rpartition("/")[2]
    failed = demo.get(f"/v1/tasks?event_id={event_id}&status=failed")

    threads = [demo.get(f"/v1/tasks/{task['id']}/comments") for task in failed]

    (thread,) = filter(None, threads)
    assert len({comment["created_by"] for comment in thread}) == 3
    assert [row["status"] for row in demo.get(f"{demo.now}/invitations")] == ["open"]


def test_the_past_weekend_is_done_and_the_coming_one_can_be_built_with_one_call(demo):
    body = {"template_id": demo.get("/v1/templates")[0]["id"], "dry_run": True}
    rows = demo.get(f"{demo.past}/readiness")

    answer = created(demo.manager.post(f"{demo.coming}/checklists", json=body), status=200)

    assert sum(answer["created"].values()) > 300
    assert rows and all(row["done"] == row["total"] > 0 for row in rows)
    assert not any(row["blocking"] for row in rows)


def test_the_team_did_its_work_when_it_was_due_and_some_of_it_late(demo):
    tasks = demo.get(f"{demo.past}/snapshot")["tasks"]

    late = [task for task in tasks if task["done_at"] > task["due_at"]]

    assert 0 < len(late) < len(tasks) / 5
    assert max(task["done_at"] for task in tasks) < clock.utcnow().isoformat()


def test_what_failed_at_the_past_weekend_was_put_right(demo):
    record = demo.get(f"{demo.past}/history?limit=200")

    failed = {entry["subject"] for entry in record if entry["action"] == "task.fail"}

    done = [entry["subject"] for entry in record if entry["action"] == "task.done"]
    assert failed and failed <= set(done)


def test_a_mechanic_finds_something_to_do_now(demo, app):
    ana = Person(app, 0, "mechanic@demo.example", seeding.PASSWORD)

    mine, free = (ana.get(f"/v1/tasks?status=open{more}").json for more in ("", "&claimable=true"))

    assert mine and free
    assert {task["crew_role"] for task in free} == {"mechanic"}


def test_the_record_of_the_demo_is_whole_and_tells_one_thing_at_a_time(app, demo):
    wired = demo.get("/v1/tasks?q=Drain+plug&completed=true&limit=1")[0]

    told = demo.get(f"/v1/tasks/{wired['id']}/history")

    assert [entry["action"] for entry in told] == ["task.done", "task.check"]
    assert told[0]["changes"]["status"] == ["open", "done"]
    assert told[1]["changes"].keys() == {"checked_by", "checked_at"}
    assert told[0]["actor"] != told[1]["actor"]
    with app.app_context():
        assert list(history.faults()) == []
        own = sa.select(sa.func.count()).where(Task.checked_by == Task.done_by)
        assert db.session.scalar(own) == 0
