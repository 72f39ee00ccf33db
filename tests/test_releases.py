"""Releases: who gives them, what stands against them, what they remember."""

import json
from collections import Counter

import pytest
from garage import FRIDAY, REASON, at_once
from helpers import created, problem

from raceapp.timetable.models import TrackSession
from raceapp.web.fields import utc_text

pytest_plugins = ["release_fixtures"]


# Giving


@pytest.mark.parametrize("who", ["chief", "admin"])
def test_a_chief_or_a_manager_releases_a_bike_that_is_ready(
    who, request, release, garage, bike, fp1, bolt, clock
):
    person = request.getfixturevalue(who)

    given = created(release(by=person))

    what = {"event_id": garage.event_id, "session_id": fp1, "bike_id": bike}
    by = {"released_by": person.id, "released_at": utc_text(clock.now), "override_reason": None}
    counts = {"total": 1, "done": 1, "checked": 0, "failed": 0, "overdue": 0}
    seen = {"readiness": {**counts, "blocking": [], "counted": [bolt]}}
    valid = {"voided_at": None, "void_reason": None}
    assert given == {"id": given["id"], **what, **by, **seen, **valid}
    assert garage.releases(fp1) == [given]


def test_a_blocked_release_names_what_blocks(release, garage, bike, fp1, bolt):
    failed = garage.task(bike_id=bike, session_id=fp1, status="failed")
    everywhere = garage.task(bike_id=bike, is_critical=True)

    body = problem(release(), 409)

    assert body["blocking"] == [failed, everywhere]
    assert "2 tasks block" in body["detail"]
    assert garage.releases(fp1) == [] == garage.history("release.given")


def test_where_no_task_counts_a_release_wants_a_reason(release, garage, fp1, bike):
    garage.task(session_id=fp1)
    garage.task(bike_id=garage.bike("44 B"), session_id=fp1)

    body = problem(release(), 409)

    assert "nothing was checked" in body["detail"] and body["blocking"] == []
    assert created(release(override_reason=REASON))["readiness"]["total"] == 0


def test_a_refusal_stays_short_however_much_blocks(release, garage, bike, fp1):
    for number in range(320):
        garage.task(id=10**17 + number, bike_id=bike, session_id=fp1, status="failed")

    body = problem(release(), 409)

    assert len(body["blocking"]) == 300 and "320 tasks block" in body["detail"]


def test_a_reason_overrides_and_is_kept(release, garage, bike, fp1):
    failed = garage.task(bike_id=bike, session_id=fp1, status="failed")

    given = created(release(override_reason=f"  {REASON}\n"))

    assert given["override_reason"] == REASON
    assert given["readiness"]["blocking"] == [failed] == given["readiness"]["counted"]
    changes = {"session_id": fp1, "bike_id": bike, "override_reason": REASON, "blocking": [failed]}
    assert garage.history("release.given") == [("release.given", f"release:{given['id']}", changes)]


def test_what_is_missing_after_the_session_or_not_applicable_blocks_no_release(
    release, garage, bike, fp1
):
    place = {"bike_id": bike, "session_id": fp1, "is_critical": True}
    after = garage.task(**place, anchor="session_end")
    left_out = garage.task(**place, status="not_applicable")

    given = created(release())

    assert given["readiness"]["counted"] == [after, left_out]


def test_while_a_release_is_valid_there_is_no_other(release, garage, fp1, admin):
    created(release(override_reason=REASON))

    again = problem(release(by=admin, override_reason=REASON), 409)

    assert "chief was first" in again["detail"] and "blocking" not in again
    assert len(garage.releases(fp1)) == 1


def test_other_bikes_and_sessions_are_released_by_themselves(release, garage):
    created(release(override_reason=REASON))

    created(release(bike_id=garage.bike("44 B"), override_reason=REASON))
    created(release(session_id=garage.session("FP2"), override_reason=REASON))


@pytest.mark.parametrize("status", ["finished", "cancelled"])
def test_nothing_is_released_for_a_session_that_is_over(release, garage, fp1, status):
    garage.change(TrackSession, fp1, status=status)

    body = problem(release(override_reason=REASON), 409)

    assert status in body["detail"]


def test_a_bike_may_go_out_again_in_a_running_session(release, garage, fp1):
    garage.change(TrackSession, fp1, status="running")

    created(release(override_reason=REASON))


# Refusing


def test_other_crew_may_look_but_not_release(release, mechanic, fp1):
    problem(release(by=mechanic), 403)

    assert mechanic.get(f"/v1/sessions/{fp1}/releases").json == []


def test_nobody_else_learns_of_the_session(release, stranger, garage, admin, fp1):
    problem(release(by=stranger), 404)
    problem(stranger.get(f"/v1/sessions/{fp1}/releases"), 404)
    problem(release(by=admin, session_id=999), 404)
    garage.change(TrackSession, fp1, deleted_at=FRIDAY)
    problem(release(by=admin), 404)


def test_a_chief_of_another_weekend_releases_nothing_here(release, make_event, garage, stranger):
    assen = make_event(track="Assen")
    other = type(garage)(garage.app, assen["id"], garage.admin)

    other.crew(stranger, "crew_chief")

    problem(release(by=stranger), 404)


def test_only_bikes_of_the_weekend_are_released(release, garage, make_event):
    assen = make_event(track="Assen")
    guest = type(garage)(garage.app, assen["id"], garage.admin).bike("7 A")

    for bike_id in (guest, 999, 2**63 - 1):
        assert "bike_id" in problem(release(bike_id=bike_id), 422)["errors"]["json"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"bike_id": "1"},
        {"bike_id": None},
        {"bike_id": 2**63},
        {"bike_id": 1, "override_reason": " \n"},
        {"bike_id": 1, "override_reason": "x" * 2001},
        {"bike_id": 1, "override_reason": "\ud800"},
        {"bike_id": 1, "override_reason": 5},
        {"bike_id": 1, "voided_at": None},
    ],
)
def test_a_release_that_makes_no_sense_is_refused(chief, fp1, body):
    sent = {"data": json.dumps(body), "content_type": "application/json"}

    problem(chief.post(f"/v1/sessions/{fp1}/releases", **sent), 422)


# At the same instant


def test_of_people_who_release_at_once_one_is_first(
    postgres_only, release, garage, fp1, bike, chief, admin, parallel
):
    assert chief.token and admin.token
    garage.task(bike_id=bike, session_id=fp1)

    answers = at_once(parallel, *[release, lambda: release(by=admin)] * 3)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 5}
    assert len(garage.releases(fp1)) == 1 == len(garage.history("release.given"))
