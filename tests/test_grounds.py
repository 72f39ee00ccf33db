"""What a release rests on: whatever makes it untrue takes the release back, by any way there is."""

from functools import partial
from types import SimpleNamespace

import pytest
from checklists import item
from garage import FRIDAY, REASON, at_once
from helpers import created, problem

from raceapp.tasks import grounds
from raceapp.tasks.models import Task, TaskStatus
from raceapp.timetable.models import TrackSession

pytest_plugins = ["release_fixtures"]
CSV = {"Content-Type": "text/csv"}


@pytest.fixture
def bolt(garage, bike, fp1):
    """A task of bike and session, done."""
    return garage.task(bike_id=bike, session_id=fp1, status="done")


@pytest.fixture
def given(bolt, release):
    """The bike is released: everything that counts is done."""
    return created(release())


@pytest.fixture
def change(admin):
    return lambda task_id, **body: created(
        admin.patch(f"/v1/tasks/{task_id}", json=body), status=200
    )


@pytest.fixture
def why(garage, fp1):
    """Why the first release for the session is void, or None."""
    return lambda: garage.releases(fp1)[0]["void_reason"]


def test_deleting_a_task_that_counted_voids_the_release(given, admin, bolt, why, garage):
    assert admin.delete(f"/v1/tasks/{bolt}").status_code == 204

    assert why() == f"Task {bolt}, “Torque the front caliper bolts”, was deleted."
    assert len(garage.history("release.voided")) == 1


def test_deleting_a_task_that_came_later_leaves_the_release(given, admin, garage, bike, fp1, why):
    later = garage.task(bike_id=bike, session_id=fp1)

    admin.delete(f"/v1/tasks/{later}")

    assert why() is None


@pytest.mark.parametrize("where", ["bike_id", "session_id"])
def test_putting_a_task_that_counted_elsewhere_voids_the_release(
    garage, bike, fp1, release, change, why, where
):
    task_id = garage.task(bike_id=bike, session_id=fp1)
    created(release())
    other = {"bike_id": garage.bike("44 B"), "session_id": garage.session("FP2")}

    change(task_id, **{where: other[where]})

    assert why() == f"Task {task_id}, “Torque the front caliper bolts”, was put elsewhere."


@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ({}, {"is_critical": True}),
        ({"is_critical": True, "session_id": None, "bike_id": None}, {"bike_id": True}),
        ({"is_critical": True, "bike_id": None}, {"bike_id": True}),
        (
            {"is_critical": True, "anchor": "session_end", "offset_minutes": 5},
            {"anchor": "session_start"},
        ),
    ],
    ids=str,
)
def test_a_task_that_comes_to_stand_against_a_release_voids_it(
    given, garage, bike, fp1, change, why, fields, body
):
    task_id = garage.task(**{"bike_id": bike, "session_id": fp1, **fields})

    change(task_id, **(body if "bike_id" not in body else {"bike_id": bike}))

    assert why() == f"Task {task_id}, “Torque the front caliper bolts”, stands against it."
    assert garage.row(fp1, bike)["blocking"] == [task_id]


def test_a_critical_task_made_after_the_release_voids_it(given, make_task, bike, fp1, why):
    make_task(bike_id=bike, session_id=fp1)
    assert why() is None

    task = make_task(bike_id=bike, is_critical=True)

    assert why() == f"Task {task['id']}, “Check tyre pressures”, stands against it."


def test_a_task_restored_after_the_release_voids_it_where_it_blocks(
    garage, bike, bolt, release, admin, why
):
    task_id = garage.task(bike_id=bike, is_critical=True, deleted_at=FRIDAY)
    created(release())

    created(admin.post(f"/v1/tasks/{task_id}/restore"), status=200)

    assert why() == f"Task {task_id}, “Torque the front caliper bolts”, stands against it."


def test_a_checklist_that_is_built_later_voids_the_release(given, admin, garage, why):
    body = {"name": "Club", "items": [item("bolts", scope="bike", is_critical=True)]}
    template = created(admin.post("/v1/templates", json=body))["id"]
    path = f"/v1/events/{garage.event_id}/checklists"

    created(admin.post(path, json={"template_id": template, "dry_run": True}), status=200)
    assert why() is None
    created(admin.post(path, json={"template_id": template}))

    assert "stands against it" in why()


def test_rain_that_brings_a_critical_item_voids_the_release(given, garage, report, why):
    garage.checklist(item("rain", scope="bike", anchor="wet", is_critical=True))

    (task_id,) = report("wet")["created"]

    assert f"Task {task_id}" in why()


@pytest.mark.parametrize(
    "row",
    ["{later},,,true", "{bolt},44 B,FP1,false", ",44 A,FP1,true"],
    ids=["critical", "put elsewhere", "new"],
)
def test_a_table_that_is_brought_in_voids_the_release(
    given, garage, admin, bike, fp1, bolt, why, row
):
    garage.bike("44 B")
    garage.change(Task, bolt, status="open")
    place = "44 A,FP1" if row.startswith("{later}") else None
    later = garage.task(bike_id=bike, session_id=fp1)
    line = row.format(later=later, bolt=bolt).replace(",,,", f",{place},")
    table = f"id,bike,session,is_critical,title\n{line},Torque the front caliper bolts\n"

    path = f"/v1/events/{garage.event_id}/tasks/import"
    created(admin.post(path, data=table.encode(), headers=CSV), status=200)

    assert why()


def test_what_stood_against_an_overridden_release_voids_it_no_second_time(
    garage, bike, fp1, release, change, why
):
    task_id = garage.task(bike_id=bike, session_id=fp1, is_critical=True)
    created(release(override_reason=REASON))

    change(task_id, title="Torque the front caliper bolts, left side")
    change(task_id, anchor="session_start")

    assert why() is None


def test_a_task_of_another_bike_or_session_leaves_the_release(given, garage, make_task, bike, why):
    make_task(bike_id=garage.bike("44 B"), is_critical=True)
    make_task(bike_id=bike, session_id=garage.session("FP2"), is_critical=True)
    make_task(is_critical=True)

    assert why() is None


def test_nothing_comes_to_stand_against_a_session_that_is_over(
    given, garage, make_task, bike, fp1, why
):
    garage.change(TrackSession, fp1, status="finished")

    make_task(bike_id=bike, is_critical=True)
    make_task(bike_id=bike, session_id=fp1, is_critical=True)

    assert why() is None


def test_signing_done_takes_nothing_away():
    task = {"id": 1, "title": "Set pressures", "event_id": 1, "bike_id": 1, "session_id": 1}
    more = {"deleted_at": None, "anchor": None, "needs_check": True, "checked_at": None}
    rows = (
        SimpleNamespace(**task, **more, status=status, is_critical=False)
        for status in (TaskStatus.OPEN, TaskStatus.DONE)
    )

    assert grounds.losses(*rows) == []


DEEDS = {
    "deleted": lambda admin, path: admin.delete(path),
    "critical": lambda admin, path: admin.patch(path, json={"is_critical": True}),
    "elsewhere": lambda admin, path: admin.patch(path, json={"bike_id": None}),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_bike_is_never_released_on_a_task_that_changes_at_that_moment(
    postgres_only, release, garage, fp1, chief, admin, parallel, deed
):
    assert chief.token and admin.token
    for number in range(6):
        bike_id = garage.bike(f"44 {number}")
        garage.task(bike_id=bike_id, session_id=fp1, status="done")
        task_id = garage.task(bike_id=bike_id, session_id=fp1)
        spoil = partial(DEEDS[deed], admin, f"/v1/tasks/{task_id}")

        answers = at_once(parallel, spoil, partial(release, bike_id=bike_id))

        assert {answer.status_code for answer in answers} <= {200, 201, 204, 409}
        row = garage.row(fp1, bike_id)
        assert row["release"] is None or task_id not in row["release"]["readiness"]["counted"]
        assert row["release"] is None or not row["blocking"]


def restoring(admin, garage, body):
    task_id = garage.task(**body, deleted_at=FRIDAY)
    return partial(admin.post, f"/v1/tasks/{task_id}/restore")


COMING = {"made": lambda admin, _, body: partial(admin.post, "/v1/tasks", json=body)}
COMING |= {"restored": restoring}


@pytest.mark.parametrize("deed", COMING)
def test_a_critical_task_and_a_release_at_once_never_both_stand(
    postgres_only, release, garage, fp1, chief, admin, parallel, deed
):
    assert chief.token and admin.token
    for number in range(6):
        bike_id = garage.bike(f"44 {number}")
        garage.task(bike_id=bike_id, session_id=fp1, status="done")
        body = {"event_id": garage.event_id, "title": "Bolts", "is_critical": True}
        come = COMING[deed](admin, garage, {**body, "bike_id": bike_id})

        answers = at_once(parallel, come, partial(release, bike_id=bike_id))

        assert {answer.status_code for answer in answers} <= {200, 201, 409}
        assert garage.row(fp1, bike_id)["release"] is None
        problem(release(bike_id=bike_id), 409)
