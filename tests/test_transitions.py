"""What a session's change of state does to the releases for it."""

from functools import partial
from itertools import permutations

import pytest
from garage import REASON, UNDO, at_once
from helpers import created

from raceapp.timetable.models import SessionStatus
from raceapp.timetable.transitions import GONE, TRANSITIONS

pytest_plugins = ["release_fixtures"]


@pytest.fixture
def bolt(garage, bike, mechanic):
    """A critical task of the bike, done: it counts as long as a session is not over."""
    return garage.task(bike_id=bike, is_critical=True, status="done", assigned_to=mechanic.id)


@pytest.fixture
def say(admin, fp1):
    return lambda status: created(
        admin.patch(f"/v1/sessions/{fp1}", json={"status": status}), status=200
    )


def test_the_table_names_every_way_from_one_state_to_another():
    assert TRANSITIONS.keys() == set(permutations([*SessionStatus, GONE], 2))


def test_cancelling_a_session_voids_its_releases(release, garage, bike, fp1, bolt, say):
    other = garage.session("FP2")
    created(release())
    created(release(session_id=other))

    say("cancelled")

    (voided,), (valid,) = garage.releases(fp1), garage.releases(other)
    assert voided["void_reason"] == "Session FP1 was cancelled." and voided["voided_at"]
    assert valid["voided_at"] is None
    assert len(garage.history("release.voided")) == 1


@pytest.mark.parametrize("status", ["running", "scheduled"])
def test_a_session_that_goes_on_takes_back_the_release_of_a_bike_that_is_not_ready(
    release, garage, bike, fp1, bolt, say, sign, status
):
    created(release())
    say("finished")
    sign(bolt, UNDO)

    say(status)

    (voided,) = garage.releases(fp1)
    assert f"FP1 is {status} again" in voided["void_reason"]
    assert garage.row(fp1, bike)["blocking"] == [bolt]
    assert garage.row(fp1, bike)["release"] is None


def test_a_session_that_goes_on_keeps_the_releases_that_nothing_blocks(
    release, garage, bike, fp1, bolt, say
):
    given = created(release())
    for status in ("running", "finished"):
        say(status)

    say("running")

    assert garage.row(fp1, bike)["release"] == given


def test_a_race_that_is_cancelled_and_put_back_is_blocked_again(release, garage, bike, fp1, say):
    task_id = garage.task(bike_id=bike, session_id=fp1, is_critical=True)
    say("cancelled")
    say("scheduled")

    response = release()

    assert (response.status_code, response.json["blocking"]) == (409, [task_id])


def test_a_bike_taken_off_loses_its_releases_for_the_sessions_to_come(
    release, garage, bike, fp1, admin
):
    over = garage.session("Warm-up")
    for session_id in (over, fp1):
        created(release(session_id=session_id, override_reason=REASON))
    created(admin.patch(f"/v1/sessions/{over}", json={"status": "finished"}), status=200)

    created(admin.patch(f"/v1/events/{garage.event_id}", json={"bike_ids": []}), status=200)

    voided = [bool(garage.releases(session_id)[0]["voided_at"]) for session_id in (over, fp1)]
    assert voided == [False, True]


def test_no_release_survives_a_reopening_while_its_session_starts_again(
    postgres_only, garage, fp1, chief, mechanic, admin, release, say, sign, parallel
):
    assert chief.token and mechanic.token and admin.token
    for number in range(4):
        bike_id = garage.bike(f"44 {number}")
        bolt = garage.task(
            bike_id=bike_id, is_critical=True, status="done", assigned_to=mechanic.id
        )
        created(release(bike_id=bike_id))
        say("finished")

        at_once(parallel, partial(say, "running"), partial(sign, bolt, UNDO))

        assert garage.row(fp1, bike_id)["release"] is None
        say("scheduled")
