"""What takes a release back: a signature that no longer holds."""

from functools import partial

import pytest
from garage import REASON, UNDO, at_once
from helpers import created, problem

from raceapp.timetable.models import TrackSession

pytest_plugins = ["release_fixtures"]
FAIL = {"act": "fail", "note": "Pad is glazed"}


@pytest.mark.parametrize(("act", "said"), [(UNDO, "reopened"), (FAIL, "failed")])
def test_a_reopen_or_a_failure_voids_the_release(
    release, garage, bike, fp1, bolt, sign, clock, act, said
):
    given = created(release())

    sign(bolt, act)

    (voided,) = garage.releases(fp1)
    reason = f"Task {bolt}, “Torque the front caliper bolts”, was {said}."
    assert (voided["void_reason"], voided["id"]) == (reason, given["id"])
    assert voided["voided_at"] == given["released_at"]
    assert garage.row(fp1, bike)["release"] is None
    ((_, subject, changes),) = garage.history("release.voided")
    assert subject == f"release:{given['id']}" and changes["void_reason"] == [None, reason]


def test_unticking_a_task_voids_the_release(release, garage, fp1, bolt, mechanic):
    created(release())

    created(mechanic.patch(f"/v1/tasks/{bolt}", json={"completed": False}), status=200)

    assert garage.releases(fp1)[0]["voided_at"]


def test_a_voided_release_can_be_given_again(release, garage, bike, fp1, bolt, sign):
    first = created(release())
    sign(bolt, UNDO)
    problem(release(), 409)
    sign(bolt, {"act": "done"})

    second = created(release())

    assert [row["id"] for row in garage.releases(fp1)] == [first["id"], second["id"]]
    assert garage.row(fp1, bike)["release"] == second


def test_a_task_without_a_session_voids_the_releases_for_all_that_are_not_over(
    release, garage, bike, fp1, sign
):
    task_id = garage.task(bike_id=bike, status="done")
    fp2, fp3 = garage.session("FP2"), garage.session("FP3")
    for session_id in (fp1, fp2, fp3):
        created(release(session_id=session_id))
    garage.change(TrackSession, fp1, status="finished")

    sign(task_id, UNDO)

    voided = [bool(garage.releases(session_id)[0]["voided_at"]) for session_id in (fp1, fp2, fp3)]
    assert voided == [False, True, True]
    assert len(garage.history("release.voided")) == 2


def test_only_the_releases_that_a_task_counted_for_are_voided(
    release, garage, bike, fp1, bolt, sign
):
    other, fp2 = garage.bike("44 B"), garage.session("FP2")
    created(release(bike_id=other, override_reason=REASON))
    created(release(session_id=fp2, override_reason=REASON))

    sign(bolt, UNDO)
    sign(garage.task(session_id=fp1, status="done"), UNDO)

    assert [row["voided_at"] for row in garage.releases(fp1) + garage.releases(fp2)] == [None] * 2


def test_a_signature_that_undoes_nothing_leaves_the_release(
    release, garage, bike, fp1, sign, mechanic
):
    place = {"bike_id": bike, "session_id": fp1, "needs_check": True}
    to_do, done = garage.task(**place), garage.task(**place, status="done", done_by=mechanic.id)
    created(release(override_reason=REASON))

    sign(done, {"act": "check"})
    sign(to_do, {"act": "done"})
    sign(garage.task(**place), {"act": "not_applicable", "note": "Rain tyres stay on the truck"})

    assert garage.row(fp1, bike)["release"]


def test_a_release_voided_once_keeps_its_reason(release, garage, bike, fp1, bolt, sign, clock):
    created(release())
    sign(bolt, UNDO)
    (first,) = garage.releases(fp1)
    clock.advance(minutes=5)

    sign(garage.task(bike_id=bike, session_id=fp1), FAIL)

    assert garage.releases(fp1) == [first]


@pytest.mark.parametrize("is_of_session", [True, False])
def test_a_bike_is_never_released_on_a_task_that_is_being_reopened(
    postgres_only, release, garage, fp1, chief, mechanic, parallel, is_of_session
):
    assert chief.token and mechanic.token
    bolt = {"assigned_to": mechanic.id, "status": "done", "is_critical": True}
    for number in range(6):
        bike_id = garage.bike(f"44 {number}")
        task_id = garage.task(**bolt, bike_id=bike_id, session_id=fp1 if is_of_session else None)
        reopen = partial(mechanic.post, f"/v1/tasks/{task_id}/sign-offs", json=UNDO)

        undone, given = at_once(parallel, reopen, partial(release, bike_id=bike_id))

        assert {undone.status_code, given.status_code} <= {201, 409}
        assert garage.row(fp1, bike_id)["release"] is None
