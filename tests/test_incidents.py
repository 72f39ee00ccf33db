"""Incidents: who reports them, what they answer, and what rain does."""

import json
from functools import partial

import pytest
from checklists import item
from garage import CHECKED, FRIDAY, at_once
from helpers import created, problem

from raceapp.checklists import service as runs
from raceapp.history import service as history
from raceapp.history.models import HistoryEntry
from raceapp.storage.session import db
from raceapp.timetable.models import TrackSession
from raceapp.web.fields import utc_text

pytest_plugins = ["release_fixtures"]
CRASH_ITEM = item("cr-full", title="Strip and inspect", anchor="crash", offset_minutes=30)
WET_ITEM = item("wet-wheels", title="Fit the rain wheels", anchor="wet", offset_minutes=5)
REASON = "Agreed with race control"


@pytest.fixture
def bolt(garage, bike, fp1):
    """A critical task of bike and session, done and checked by the manager."""
    return garage.task(
        bike_id=bike, session_id=fp1, is_critical=True, status="done", value=None, **CHECKED
    )


# Rain


def test_rain_adds_its_items_for_every_bike(garage, report, read, bike):
    other = garage.bike("44 B")
    garage.checklist(CRASH_ITEM, WET_ITEM)

    incident = report("wet")

    tasks = [read(task_id) for task_id in incident["created"]]
    assert [task["bike_id"] for task in tasks] == [bike, other]
    assert {task["item_key"] for task in tasks} == {"wet-wheels"}


def test_rain_for_one_bike_adds_its_items_for_that_one(garage, report, read, bike):
    other = garage.bike("44 B")
    garage.checklist(WET_ITEM)

    (task_id,) = report("wet", bike_id=other)["created"]

    assert read(task_id)["bike_id"] == other


def test_rain_makes_the_session_a_wet_one(garage, report, admin, fp1):
    fp2 = garage.session("FP2")

    report("wet", session_id=fp1)
    report("wet", session_id=fp1)

    wet = [admin.get(f"/v1/sessions/{session_id}").json["is_wet"] for session_id in (fp1, fp2)]
    assert wet == [True, False]
    ((_, _, changes),) = garage.history("session.updated")
    assert changes == {"is_wet": [False, True]}


def test_rain_reopens_and_voids_nothing(garage, report, bolt, release, bike, fp1):
    given = created(release())

    incident = report("wet", session_id=fp1)

    assert (incident["reopened"], garage.releases(fp1)) == ([], [given])


def test_an_item_per_session_belongs_to_the_session_that_is_named(garage, report, read, bike, fp1):
    garage.checklist(item("wet-map", scope="bike_session", anchor="wet", offset_minutes=5))

    (task_id,) = report("wet", session_id=fp1)["created"]

    assert read(task_id)["session_id"] == fp1


# Reporting


def test_an_incident_answers_what_was_reported_and_done(report, mechanic, bike, fp1, clock):
    incident = report("crash", bike_id=bike, session_id=fp1, note="Low-side at turn 8")

    said = {"kind": "crash", "bike_id": bike, "session_id": fp1, "note": "Low-side at turn 8"}
    by = {"reported_by": mechanic.id, "at": utc_text(clock.now)}
    did = {"created": [], "reopened": []}
    ids = {name: incident[name] for name in ("id", "event_id")}
    assert incident == {**ids, **said, **by, **did}


def test_the_crew_lists_the_incidents(crash, report, incidents_path, chief, admin):
    reported = [crash(), report("wet", by=admin)]

    assert chief.get(incidents_path).json == reported == admin.get(incidents_path).json
    page = chief.get(f"{incidents_path}?limit=1&sort=-id&include_total=true")
    assert page.json == reported[:0:-1]
    assert page.headers["X-Total-Count"] == "2" and "Link" in page.headers


def test_nobody_else_reports_or_sees_incidents(incidents_path, stranger, admin):
    problem(stranger.post(incidents_path, json={"kind": "wet"}), 404)
    problem(stranger.get(incidents_path), 404)
    problem(admin.post("/v1/events/999/incidents", json={"kind": "wet"}), 404)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "kind"),
        ({"kind": "rain"}, "kind"),
        ({"kind": None}, "kind"),
        ({"kind": "crash"}, "bike_id"),
        ({"kind": "crash", "bike_id": None}, "bike_id"),
        ({"kind": "crash", "bike_id": 999}, "bike_id"),
        ({"kind": "wet", "bike_id": 2**63 - 1}, "bike_id"),
        ({"kind": "wet", "bike_id": 2**63}, "bike_id"),
        ({"kind": "wet", "bike_id": True}, "bike_id"),
        ({"kind": "wet", "session_id": 999}, "session_id"),
        ({"kind": "wet", "session_id": "1"}, "session_id"),
        ({"kind": "wet", "note": "x" * 2001}, "note"),
        ({"kind": "wet", "note": "\ud800"}, "note"),
        ({"kind": "wet", "created": []}, "created"),
    ],
    ids=str,
)
def test_an_incident_that_makes_no_sense_is_refused(garage, mechanic, incidents_path, body, field):
    sent = {"data": json.dumps(body), "content_type": "application/json"}

    answer = problem(mechanic.post(incidents_path, **sent), 422)

    assert list(answer["errors"]["json"]) == [field]
    assert mechanic.get(incidents_path).json == [] == garage.history("incident.reported")


def test_a_bike_or_a_session_of_another_weekend_is_refused(
    garage, mechanic, incidents_path, make_event
):
    assen = type(garage)(garage.app, make_event(track="Assen")["id"], garage.admin)
    theirs = {"bike_id": assen.bike("7 A"), "session_id": assen.session()}
    garage.change(TrackSession, gone := garage.session(), deleted_at=FRIDAY)

    for name, value in [*theirs.items(), ("session_id", gone)]:
        body = problem(mechanic.post(incidents_path, json={"kind": "wet", name: value}), 422)
        assert list(body["errors"]["json"]) == [name]


def test_nothing_happens_in_a_cancelled_session(garage, mechanic, incidents_path):
    session_id = garage.session(status="cancelled")

    problem(mechanic.post(incidents_path, json={"kind": "wet", "session_id": session_id}), 409)


# At the same instant


def test_nothing_happens_at_a_weekend_that_has_been_taken_back(
    postgres_only, garage, app, admin, mechanic, incidents_path, fp1, bike, parallel
):
    assert admin.token and mechanic.token
    garage.checklist(CRASH_ITEM)
    crash = partial(mechanic.post, incidents_path, json={"kind": "crash", "bike_id": bike})
    delete = partial(admin.delete, f"/v1/events/{garage.event_id}")

    answers = at_once(parallel, crash, crash, delete, crash, crash)

    assert {answer.status_code for answer in answers} <= {201, 204, 404}
    with app.app_context():
        told = db.session.scalars(history.of_event(garage.event_id).order_by(HistoryEntry.position))
        assert [entry.action for entry in told][-1] == "event.deleted"


def test_incidents_draw_on_the_budget_of_sign_offs(garage, mechanic, bike, incidents_path):
    response = mechanic.post(incidents_path, json={"kind": "crash", "bike_id": bike})

    sign_off = mechanic.post("/v1/tasks/999/sign-offs", json={"act": "done"})
    left = [int(answer.headers["X-RateLimit-Remaining"]) for answer in (response, sign_off)]
    assert left[0] - left[1] == 1


def test_an_incident_that_would_make_too_many_tasks_is_refused(
    garage, mechanic, incidents_path, monkeypatch
):
    for label in ("44 A", "44 B"):
        garage.bike(label)
    garage.checklist(item("rain-tyres", scope="bike", anchor="wet"))
    monkeypatch.setattr(runs, "MAX_TASKS", 1)

    response = mechanic.post(incidents_path, json={"kind": "wet"})

    assert "more than 1" in problem(response, 422)["errors"]["json"]["kind"][0]
