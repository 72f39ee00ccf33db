"""Readiness: which tasks count for a bike and a session, and which of them block."""

from datetime import timedelta

import pytest
from garage import CHECKED, FRIDAY, REASON
from helpers import created, problem

from raceapp.bikes.models import Bike
from raceapp.timetable.models import TrackSession

pytest_plugins = ["release_fixtures"]
COUNTS = {"total": 9, "done": 4, "checked": 1, "failed": 1, "overdue": 0}
STATES = {
    "open": {},
    "critical and open": {"is_critical": True},
    "done": {"status": "done"},
    "critical and done": {"status": "done", "is_critical": True},
    "done, unchecked": {"status": "done", "needs_check": True},
    "done, checked": {"status": "done", **CHECKED},
    "open, needs a check": {"needs_check": True},
    "failed": {"status": "failed"},
    "not applicable": {"status": "not_applicable", "is_critical": True, "needs_check": True},
}
BLOCKING = {"critical and open", "done, unchecked", "failed"}


@pytest.fixture
def path(garage):
    return f"/v1/events/{garage.event_id}/readiness"


@pytest.mark.parametrize("state", STATES)
def test_a_task_blocks_when_failed_unchecked_or_critical_and_open(garage, bike, fp1, state):
    task_id = garage.task(bike_id=bike, session_id=fp1, **STATES[state])

    row = garage.row(fp1, bike)

    assert row["total"] == 1
    assert row["blocking"] == ([task_id] if state in BLOCKING else [])


@pytest.mark.parametrize("state", STATES)
def test_what_hangs_on_the_end_of_a_session_counts_but_never_blocks_it(garage, bike, fp1, state):
    garage.task(bike_id=bike, session_id=fp1, anchor="session_end", **STATES[state])

    row = garage.row(fp1, bike)

    assert (row["total"], row["blocking"]) == (1, [])


def test_readiness_counts_what_was_signed(garage, bike, fp1):
    for fields in STATES.values():
        garage.task(bike_id=bike, session_id=fp1, **fields)

    row = garage.row(fp1, bike)

    assert {name: row[name] for name in COUNTS} == COUNTS
    assert row["blocking"] == sorted(row["blocking"]) and row["release"] is None
    assert row.keys() == {*COUNTS, "session_id", "bike_id", "blocking", "release"}


def test_only_open_tasks_past_their_due_time_are_overdue(garage, bike, fp1, clock):
    soon = {"bike_id": bike, "session_id": fp1, "due_at": clock.now + timedelta(minutes=5)}
    garage.task(**soon)
    garage.task(**soon, status="done")
    garage.task(bike_id=bike, session_id=fp1)
    before = garage.row(fp1, bike)["overdue"]

    clock.advance(minutes=6)

    assert (before, garage.row(fp1, bike)["overdue"]) == (0, 1)


def test_there_is_a_row_for_each_session_and_bike_in_the_order_of_the_timetable(garage):
    bikes = [garage.bike(label) for label in ("44 A", "44 B")]
    later = garage.session("FP2", FRIDAY + timedelta(hours=4))
    first, twin = garage.session("FP1", FRIDAY), garage.session("Briefing", FRIDAY)

    rows = [(row["session_id"], row["bike_id"]) for row in garage.rows()]

    assert rows == [(session, bike) for session in (first, twin, later) for bike in bikes]


def test_tasks_without_a_session_count_in_each_session_that_is_not_over(garage, bike):
    task_id = garage.task(bike_id=bike, is_critical=True)
    session_ids = {
        status: garage.session(status, status=status)
        for status in ("scheduled", "running", "finished")
    }

    blocking = {
        status: garage.row(session_id, bike)["blocking"]
        for status, session_id in session_ids.items()
    }

    assert blocking == {"scheduled": [task_id], "running": [task_id], "finished": []}


def test_tasks_of_another_bike_or_session_or_of_none_or_deleted_do_not_count(garage, bike, fp1):
    other, fp2 = garage.bike("44 B"), garage.session("FP2")
    garage.task(bike_id=other, session_id=fp1)
    garage.task(bike_id=bike, session_id=fp2)
    garage.task(session_id=fp1)
    garage.task()
    garage.task(bike_id=bike, session_id=fp1, deleted_at=FRIDAY)

    assert garage.row(fp1, bike)["total"] == 0


def test_tasks_of_the_bike_at_another_weekend_do_not_count(garage, bike, fp1, make_event):
    assen = make_event(track="Assen")

    garage.task(event_id=assen["id"], bike_id=bike)

    assert garage.row(fp1, bike)["total"] == 0


def test_cancelled_and_deleted_sessions_and_deleted_bikes_have_no_row(garage, bike, fp1):
    gone = garage.bike("44 B")
    garage.session("FP2", status="cancelled")
    garage.change(TrackSession, garage.session("FP3"), deleted_at=FRIDAY)
    garage.change(Bike, gone, deleted_at=FRIDAY)

    assert [(row["session_id"], row["bike_id"]) for row in garage.rows()] == [(fp1, bike)]


def test_a_weekend_without_bikes_or_sessions_has_nothing_to_be_ready(garage):
    assert garage.rows() == []


def test_readiness_shows_the_release_in_force(garage, bike, fp1, release):
    given = created(release(override_reason=REASON))

    assert garage.row(fp1, bike)["release"] == given


def test_the_whole_crew_sees_readiness(path, fp1, bike, mechanic, chief, admin):
    answers = [person.get(path) for person in (mechanic, chief, admin)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert len({answer.data for answer in answers}) == 1
    assert "ETag" not in answers[0].headers


def test_nobody_else_learns_that_there_is_readiness(path, stranger, admin):
    problem(stranger.get(path), 404)
    problem(admin.get("/v1/events/999/readiness"), 404)


def test_a_weekend_that_was_taken_back_has_no_readiness(path, garage, admin, mechanic):
    assert admin.delete(f"/v1/events/{garage.event_id}").status_code == 204

    problem(mechanic.get(path), 404)
    problem(admin.get(path), 404)


def test_a_large_weekend_takes_as_many_statements_as_a_small_one(
    garage, bike, fp1, mechanic, path, statements, release
):
    assert mechanic.token and created(release(override_reason=REASON))
    with statements() as small:
        created(mechanic.get(path), status=200)
    places = [(garage.bike(f"44 {letter}"), garage.session()) for letter in "BCDEF"]
    for bike_id, session_id in places:
        garage.task(bike_id=bike_id, session_id=session_id)
        created(release(session_id=session_id, bike_id=bike_id, override_reason=REASON))

    with statements() as large:
        created(mechanic.get(path), status=200)

    assert len(garage.rows()) == 36
    assert small.count == large.count
