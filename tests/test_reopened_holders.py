"""A signed task keeps its holder, who lets go of it if it is to be done after they have left."""

import pytest
from garage import UNDO
from helpers import created
from paddock import Paddock

pytest_plugins = ["leaving_fixtures"]
DONE, FAIL = {"act": "done"}, {"act": "fail", "note": "Thread lock was forgotten"}


@pytest.fixture
def paddock(paddock, rookie, now):
    paddock.crew(rookie, "mechanic")
    return paddock


@pytest.fixture
def bike(paddock):
    return paddock.bike()


@pytest.fixture
def fp1(paddock):
    return paddock.session("FP1")


@pytest.fixture
def signed(paddock, mechanic, bike, fp1):
    """A critical task that the mechanic held and has signed."""
    places = {"bike_id": bike, "session_id": fp1, "is_critical": True}
    task_id = paddock.task(assigned_to=mechanic.id, **places)
    created(mechanic.post(f"/v1/tasks/{task_id}/sign-offs", json=DONE))
    return task_id


@pytest.fixture
def leave(request, put_crew, rookie, disable):
    """The mechanic leaves in the way that the test names."""
    ways = {"off the crew": lambda: put_crew(rookie), "disabled": disable}
    return ways[request.param]


either_way = pytest.mark.parametrize("leave", ["off the crew", "disabled"], indirect=True)
WAYS = {
    "reopened": lambda admin, path, _: admin.post(f"{path}/sign-offs", json=UNDO),
    "failed": lambda admin, path, _: admin.post(f"{path}/sign-offs", json=FAIL),
    "unticked": lambda admin, path, _: admin.patch(path, json={"completed": False}),
    "crashed": lambda admin, _, crash: admin.post(**crash),
}


@pytest.fixture
def open_again(admin, event, bike):
    body = {"kind": "crash", "bike_id": bike}
    crash = {"path": f"/v1/events/{event['id']}/incidents", "json": body}

    def open_again(task_id, way):
        assert WAYS[way](admin, f"/v1/tasks/{task_id}", crash).status_code in (200, 201)
        return admin.get(f"/v1/tasks/{task_id}").json

    return open_again


@either_way
@pytest.mark.parametrize("way", WAYS)
def test_what_somebody_signed_who_has_left_is_nobodys_once_it_is_to_do(
    admin, rookie, signed, mechanic, leave, open_again, way
):
    leave()

    task = open_again(signed, way)

    assert task["status"] in ("open", "failed") and task["assigned_to"] is None
    assert [task["id"] for task in rookie.get("/v1/tasks?claimable=true").json] == [signed]
    entry = admin.get(f"/v1/tasks/{signed}/history").json[-1]
    assert entry["changes"]["assigned_to"] == [mechanic.id, None]


@pytest.mark.parametrize("way", WAYS)
def test_who_is_there_holds_what_is_to_do_again(signed, mechanic, open_again, way):
    assert open_again(signed, way)["assigned_to"] == mechanic.id


@either_way
def test_what_fell_away_and_comes_back_is_nobodys_if_its_holder_has_left(
    admin, paddock, mechanic, fp1, leave
):
    task_id = paddock.task(assigned_to=mechanic.id, session_id=fp1)
    for status in ("cancelled", "scheduled"):
        created(admin.patch(f"/v1/sessions/{fp1}", json={"status": status}), status=200)
        if status == "cancelled":
            leave()

    task = admin.get(f"/v1/tasks/{task_id}").json
    assert (task["status"], task["assigned_to"]) == ("open", None)


def test_what_is_restored_is_nobodys_if_its_holder_has_left(admin, paddock, mechanic, disable):
    disable()
    task_id = paddock.task(assigned_to=mechanic.id)
    assert admin.delete(f"/v1/tasks/{task_id}").status_code == 204

    task = created(admin.post(f"/v1/tasks/{task_id}/restore"), status=200)

    assert task["assigned_to"] is None


@pytest.mark.parametrize("crew_role", ["mechanic", "tyre_tech", None])
def test_who_has_lost_a_crew_role_lets_go_of_what_is_of_it(
    admin, event, paddock, mechanic, crew_role
):
    task_id = paddock.task(assigned_to=mechanic.id, crew_role=crew_role)
    created(mechanic.post(f"/v1/tasks/{task_id}/sign-offs", json=DONE))
    crew = [{"user_id": mechanic.id, "crew_roles": ["data_engineer"]}]
    created(admin.put(f"/v1/events/{event['id']}/crew", json=crew), status=200)

    task = created(admin.post(f"/v1/tasks/{task_id}/sign-offs", json=UNDO))

    assert task["assigned_to"] == (None if crew_role == "mechanic" else mechanic.id)


@pytest.mark.parametrize("way", ["reopened", "failed"])
def test_who_was_never_on_the_crew_holds_what_they_were_given(
    stranger, paddock, put_crew, rookie, open_again, way
):
    task_id = paddock.task(assigned_to=stranger.id)
    created(stranger.post(f"/v1/tasks/{task_id}/sign-offs", json=DONE))
    put_crew(rookie)

    assert open_again(task_id, way)["assigned_to"] == stranger.id


def test_who_has_come_back_holds_what_they_signed(signed, mechanic, rookie, put_crew, open_again):
    put_crew(rookie)
    put_crew(rookie, mechanic)

    assert open_again(signed, "reopened")["assigned_to"] == mechanic.id


def test_who_left_another_crew_holds_what_they_signed_here(
    app, admin, stranger, paddock, make_event, open_again
):
    other = Paddock(app, make_event(name="Assen")["id"], admin.id)
    other.crew(stranger, "mechanic")
    created(admin.put(f"/v1/events/{other.event_id}/crew", json=[]), status=200)
    task_id = paddock.task(assigned_to=stranger.id)
    created(stranger.post(f"/v1/tasks/{task_id}/sign-offs", json=DONE))

    assert open_again(task_id, "reopened")["assigned_to"] == stranger.id


def test_who_is_given_a_task_as_it_is_reopened_holds_it(admin, paddock, mechanic, rookie, put_crew):
    task_id = paddock.task(assigned_to=rookie.id)
    created(rookie.post(f"/v1/tasks/{task_id}/sign-offs", json=DONE))
    put_crew(rookie)
    body = {"completed": False, "assigned_to": mechanic.id}

    task = created(admin.patch(f"/v1/tasks/{task_id}", json=body), status=200)

    assert (task["status"], task["assigned_to"]) == ("open", mechanic.id)
