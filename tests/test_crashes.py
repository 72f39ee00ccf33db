"""Crashes: what they add, reopen and take back."""

from datetime import timedelta
from functools import partial

import pytest
from checklists import item
from garage import CHECKED, FRIDAY, REASON, at_once
from helpers import created, problem

from raceapp.timetable.models import TrackSession
from raceapp.web.fields import utc_text

pytest_plugins = ["release_fixtures"]
CRASH_ITEM = item("cr-full", title="Strip and inspect", anchor="crash", offset_minutes=30)
WET_ITEM = item("wet-wheels", title="Fit the rain wheels", anchor="wet", offset_minutes=5)

TOLD = ("kind", "bike_id", "session_id", "note", "created", "reopened")


@pytest.fixture
def bolt(garage, bike, fp1):
    """A critical task of bike and session, done and checked by the manager."""
    return garage.task(bike_id=bike, session_id=fp1, is_critical=True, status="done", **CHECKED)


def test_a_crash_adds_the_items_that_wait_for_one(garage, report, read, bike, clock):
    other = garage.bike("44 B")
    template_id = garage.checklist(CRASH_ITEM, WET_ITEM, item("ws-bolts"))

    incident = report("crash", bike_id=other)

    (task_id,) = incident["created"]
    clock.advance(minutes=30)
    task = read(task_id)
    assert task["due_at"] == utc_text(clock.now)
    assert (task["title"], task["template_id"]) == (CRASH_ITEM["title"], template_id)
    assert (task["bike_id"], task["session_id"], task["status"]) == (other, None, "open")


def test_what_a_crash_adds_stands_against_the_next_release(garage, crash, release, fp1):
    garage.checklist(CRASH_ITEM)
    (task_id,) = crash()["created"]

    assert problem(release(), 409)["blocking"] == [task_id]


def test_each_crash_adds_its_items_anew(garage, crash):
    garage.checklist(CRASH_ITEM)

    first, second = crash(), crash()

    assert len({*first["created"], *second["created"]}) == 2


def test_a_crash_of_a_weekend_without_checklists_adds_nothing(crash):
    assert crash()["created"] == []


def test_a_crash_reopens_a_critical_task_and_voids_done_and_check(crash, bolt, read):
    before = read(bolt)

    incident = crash()

    after = read(bolt)
    note = f"Reopened after crash of bike 44 A, incident {incident['id']}."
    assert incident["reopened"] == [bolt]
    assert (after["status"], after["completed"], after["note"]) == ("open", False, note)
    signed = ("done_by", "done_at", "checked_by", "checked_at", "value")
    assert [after[name] for name in signed] == [None] * 5
    assert after["version"] == before["version"] + 1
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize(
    ("fields", "is_reopened"),
    [
        ({}, True),
        ({"status": "failed", "note": "Bent"}, True),
        ({"anchor": "session_end", "offset_minutes": 0}, True),
        ({"status": "open"}, False),
        ({"status": "not_applicable"}, False),
        ({"is_critical": False}, False),
        ({"session_id": None}, False),
        ({"deleted_at": FRIDAY}, False),
    ],
    ids=str,
)
def test_a_crash_reopens_what_was_done_or_failed_and_is_critical(
    garage, crash, bike, fp1, fields, is_reopened
):
    bolt = {"bike_id": bike, "session_id": fp1, "is_critical": True, "status": "done"}
    task_id = garage.task(**{**bolt, **fields})

    assert crash()["reopened"] == ([task_id] if is_reopened else [])


@pytest.mark.parametrize(
    ("status", "is_reopened"),
    [("scheduled", True), ("running", True), ("finished", False), ("cancelled", False)],
)
def test_a_crash_reopens_tasks_of_sessions_that_are_not_over(
    garage, crash, bolt, fp1, status, is_reopened
):
    garage.change(TrackSession, fp1, status=status)

    assert crash()["reopened"] == ([bolt] if is_reopened else [])


def test_what_a_crash_reopens_is_due_by_where_its_session_is_now(garage, crash, bike, fp1, read):
    hangs = {"anchor": "session_start", "offset_minutes": -20, "due_at": FRIDAY}
    bolt = {"bike_id": bike, "session_id": fp1, "is_critical": True, "status": "done"}
    task_id = garage.task(**bolt, **hangs)

    crash()

    assert read(task_id)["due_at"] == utc_text(FRIDAY - timedelta(minutes=20))


def test_a_crash_leaves_other_bikes_and_other_weekends_alone(garage, crash, bike, fp1, make_event):
    bolt = {"is_critical": True, "status": "done"}
    assen = type(garage)(garage.app, make_event(track="Assen")["id"], garage.admin)
    garage.task(**bolt, bike_id=garage.bike("44 B"), session_id=fp1)
    garage.task(**bolt, session_id=fp1)
    assen.task(**bolt, bike_id=bike, session_id=assen.session())

    assert crash()["reopened"] == []


def test_whoever_reports_a_crash_signs_what_it_reopens(crash, bolt, admin, mechanic):
    incident = crash(note="Low-side at turn 8")

    (signed,) = admin.get(f"/v1/tasks/{bolt}/sign-offs").json
    note = f"Reopened after crash of bike 44 A, incident {incident['id']}."
    assert (signed["act"], signed["signed_by"], signed["note"]) == ("reopen", mechanic.id, note)
    assert (signed["at"], signed["is_self_check"]) == (incident["at"], False)


def test_a_crash_voids_the_releases_for_the_sessions_to_come(garage, crash, release, bike, fp1):
    other, fp2 = garage.bike("44 B"), garage.session("FP2")
    for place in ({}, {"session_id": fp2}, {"bike_id": other}):
        created(release(**place, override_reason=REASON))
    garage.change(TrackSession, fp1, status="finished")

    incident = crash()

    reasons = [row["void_reason"] for row in garage.releases(fp2) + garage.releases(fp1)]
    assert reasons == [f"Voided after crash of bike 44 A, incident {incident['id']}.", None, None]


def test_a_crash_leaves_an_entry_of_its_own_and_one_for_all_it_did(
    garage, crash, bolt, release, fp1
):
    garage.checklist(CRASH_ITEM)
    given = created(release())

    incident = crash(session_id=fp1, note="Low-side at turn 8")

    actions = ("incident.reported", "task.reopen", "release.voided")
    told, reopened, voided = garage.history(*actions)
    subjects = f"incident:{incident['id']}", f"task:{bolt}", f"release:{given['id']}"
    assert (told[1], reopened[1], voided[1]) == subjects
    assert told[2] == {name: incident[name] for name in TOLD}
    assert reopened[2]["status"] == ["done", "open"] and "value" not in reopened[2]


def test_a_crash_takes_as_many_statements_for_many_tasks_as_for_one(
    garage, report, bike, fp1, statements, release, mechanic
):
    assert mechanic.token
    garage.checklist(CRASH_ITEM)
    other, fp2 = garage.bike("44 B"), garage.session("FP2")
    bolt = {"is_critical": True, "status": "done"}
    for bike_id, times in ((bike, 1), (other, 6)):
        for number in range(times):
            garage.task(
                **bolt, **(CHECKED, {"value": 2.1})[number % 2], bike_id=bike_id, session_id=fp1
            )
            garage.task(**bolt, bike_id=bike_id, session_id=fp2)
        created(release(bike_id=bike_id, override_reason=REASON))

    with statements() as small:
        report("crash", bike_id=bike)
    with statements() as large:
        incident = report("crash", bike_id=other)

    assert len(incident["reopened"]) == 12
    assert small.count == large.count


# At the same instant


def test_no_release_survives_a_crash_reported_at_the_same_instant(
    postgres_only, garage, incidents_path, mechanic, chief, fp1, release, parallel
):
    assert mechanic.token and chief.token
    garage.checklist(CRASH_ITEM)
    for number in range(6):
        bike_id = garage.bike(f"44 {number}")
        crash = partial(mechanic.post, incidents_path, json={"kind": "crash", "bike_id": bike_id})

        answers = at_once(parallel, crash, partial(release, bike_id=bike_id))

        assert {answer.status_code for answer in answers} <= {201, 409}
        assert garage.row(fp1, bike_id)["release"] is None


def test_crashes_reported_at_once_each_count_and_reopen_once(
    postgres_only, garage, incidents_path, mechanic, bike, bolt, admin, parallel
):
    assert mechanic.token
    garage.checklist(CRASH_ITEM)
    body = {"kind": "crash", "bike_id": bike}

    answers = parallel(lambda: created(mechanic.post(incidents_path, json=body)), 4)

    assert sorted(len(answer["reopened"]) for answer in answers) == [0, 0, 0, 1]
    assert len({task_id for answer in answers for task_id in answer["created"]}) == 4
    assert len(admin.get(f"/v1/tasks/{bolt}/sign-offs").json) == 1
