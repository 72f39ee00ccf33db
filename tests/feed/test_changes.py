"""A weekend on a device: what changed since."""

import pytest
from checklists import item, template
from device import Device, assert_is_what_a_new_snapshot_says
from helpers import created, problem

from raceapp.feed import service


@pytest.fixture
def device(paddock, mechanic, event):
    return Device(mechanic, event["id"])


def test_nothing_changed_is_told_as_nothing(device):
    cursor = device.cursor

    found = device.ask()

    assert found == {
        "changes": [],
        "people": [],
        "cursor": cursor,
        "has_more": False,
        "reset": False,
    }


def test_a_resource_stands_once_however_often_it_changed(admin, device, make_task):
    task = make_task()
    for title in ("Bleed the brakes", "Bleed both brakes"):
        admin.patch(f"/v1/tasks/{task['id']}", json={"title": title})

    found = device.ask()

    now = admin.get(f"/v1/tasks/{task['id']}").json
    change = {"kind": "task", "id": task["id"], "is_deleted": False, "resource": now}
    assert found["changes"] == [change]
    assert [person["name"] for person in found["people"]] == ["admin"]


def test_what_was_deleted_is_told_without_a_resource(admin, device, make_task):
    task = make_task()
    device.follow()
    admin.delete(f"/v1/tasks/{task['id']}")

    (change,) = device.ask()["changes"]

    assert change == {"kind": "task", "id": task["id"], "is_deleted": True, "resource": None}


def test_a_changed_crew_is_told_with_its_people(admin, rookie, device, path, event):
    members = [{"user_id": rookie.id, "crew_roles": ["rider"]}]
    members.append({"user_id": device.person.id, "crew_roles": ["mechanic"]})

    created(admin.put(f"{path}/crew", json=members), status=200)

    told = {change["kind"]: change for change in device.follow()}
    people = admin.get(f"{path}/snapshot").json["people"]
    assert told["crew"] == {
        "kind": "crew",
        "id": event["id"],
        "is_deleted": False,
        "resource": people,
    }
    assert told["event"]["resource"] == admin.get(path).json


DEEDS = {
    "a bike renamed": lambda admin, path, bike, fp1: admin.patch(
        f"/v1/bikes/{bike['id']}", json={"rider_name": "Max Orsi"}
    ),
    "a bike taken off": lambda admin, path, bike, fp1: admin.patch(path, json={"bike_ids": []}),
    "a shift": lambda admin, path, bike, fp1: admin.post(
        f"{path}/timetable/shifts", json={"from_session_id": fp1["id"], "minutes": 20}
    ),
    "a session cancelled": lambda admin, path, bike, fp1: admin.patch(
        f"/v1/sessions/{fp1['id']}", json={"status": "cancelled"}
    ),
    "a session deleted": lambda admin, path, bike, fp1: admin.delete(f"/v1/sessions/{fp1['id']}"),
    "a release": lambda admin, path, bike, fp1: admin.post(
        f"/v1/sessions/{fp1['id']}/releases",
        json={"bike_id": bike["id"], "override_reason": "Agreed with race control"},
    ),
    "a crash": lambda admin, path, bike, fp1: admin.post(
        f"{path}/incidents", json={"kind": "crash", "bike_id": bike["id"]}
    ),
    "rain": lambda admin, path, bike, fp1: admin.post(
        f"{path}/incidents", json={"kind": "wet", "session_id": fp1["id"]}
    ),
    "a table imported": lambda admin, path, bike, fp1: admin.post(
        f"{path}/tasks/import",
        data="title\nUnforeseen one\nUnforeseen two\n",
        content_type="text/csv",
    ),
    "a timetable imported": lambda admin, path, bike, fp1: admin.post(
        f"{path}/sessions/import",
        data="name,date,starts_at\nFP1,2026-06-12,11:00\nFP2,2026-06-13,11:00\n",
        content_type="text/csv",
    ),
    "the weekend moved": lambda admin, path, bike, fp1: admin.patch(
        path, json={"event_date": "2026-06-11"}
    ),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
@pytest.mark.parametrize("limit", [1, 200])
def test_whatever_a_crew_sees_leaves_a_trace(
    admin, paddock, mechanic, event, path, bike, fp1, checklist, deed, limit
):
    checklist()
    device = Device(mechanic, event["id"])

    assert deed(admin, path, bike, fp1).status_code < 300

    assert device.follow(limit)
    assert_is_what_a_new_snapshot_says(device)
    assert device.resets == 0


def test_a_crew_that_changed_may_be_as_many_people_as_a_snapshot_has(client):
    schemas = client.get("/openapi.json").json["components"]["schemas"]

    most = schemas["Snapshot"]["properties"]["people"]["maxItems"]
    assert schemas["Change"]["properties"]["resource"]["maxItems"] == most


def test_a_bike_that_changed_while_the_weekend_was_deleted_is_told_once_it_is_back(
    admin, device, path, bike
):
    device.follow()
    assert admin.delete(path).status_code == 204
    admin.patch(f"/v1/bikes/{bike['id']}", json={"rider_name": "Max Orsi"})

    created(admin.post(f"{path}/restore"), status=200)

    device.follow()
    assert_is_what_a_new_snapshot_says(device)


@pytest.fixture
def checklist(admin, path):
    """Build the weekend with items of every scope, two of which wait for an incident."""

    def build():
        items = [
            item("start", scope="bike_session", anchor="session_start"),
            item("day", scope="bike", anchor="event_start"),
            item("crash", scope="bike", anchor="crash"),
            item("wet", scope="bike_session", anchor="wet"),
        ]
        made = created(admin.post("/v1/templates", json=template(*items)))
        return created(admin.post(f"{path}/checklists", json={"template_id": made["id"]}))

    return build


def test_a_build_is_told_task_by_task(bike, fp1, checklist, device):
    checklist()

    told = device.follow(limit=1)

    assert sum(change["kind"] == "task" for change in told) == 2
    assert_is_what_a_new_snapshot_says(device)


def test_a_comment_is_told_and_so_is_that_it_was_hidden(mechanic, admin, device, make_task):
    path = f"/v1/tasks/{make_task()['id']}/comments"
    comment = created(mechanic.post(path, json={"text": "Hairline crack at the left lug"}))
    told = device.follow()
    admin.delete(f"/v1/comments/{comment['id']}")

    (hidden,) = device.follow()

    change = {"kind": "comment", "id": comment["id"], "is_deleted": False, "resource": comment}
    assert change in told
    assert hidden == {**change, "is_deleted": True, "resource": None}


def test_a_task_that_moves_to_another_weekend_leaves_the_first(
    admin, device, make_task, make_event
):
    task = make_task()
    device.follow()
    other = make_event()

    created(admin.patch(f"/v1/tasks/{task['id']}", json={"event_id": other["id"]}), status=200)

    (change,) = device.follow()
    assert (change["kind"], change["id"], change["is_deleted"]) == ("task", task["id"], True)


def test_whoever_is_too_far_behind_is_told_to_begin_again(monkeypatch, device, make_task):
    monkeypatch.setattr(service, "MAX_BEHIND", 2)
    for _ in range(3):
        make_task()

    found = device.ask()

    assert (found["reset"], found["changes"]) == (True, [])


@pytest.mark.parametrize("cursor", ["", "x", "1", "WzEsMF0.x", "a" * 1001, "%00", "ü"])
def test_a_cursor_that_is_not_ours_is_refused(mechanic, paddock, path, cursor):
    answer = mechanic.get(f"{path}/changes", query_string={"since": cursor})

    assert "since" in problem(answer, 422)["errors"]["query"]


def test_a_cursor_is_good_for_its_own_weekend_only(admin, device, make_event):
    other = make_event()

    answer = admin.get(f"/v1/events/{other['id']}/changes", query_string={"since": device.cursor})

    assert "since" in problem(answer, 422)["errors"]["query"]


@pytest.mark.parametrize("query", ["", "limit=0", "limit=1001", "limit=x"])
def test_a_bad_question_for_changes_is_refused(mechanic, device, path, query):
    since = f"since={device.cursor}&" if query else ""

    problem(mechanic.get(f"{path}/changes?{since}{query}"), 422)


@pytest.mark.parametrize("what", ["snapshot", "changes?since=x", "seal"])
def test_the_feed_is_for_the_crew(stranger, path, what):
    problem(stranger.get(f"{path}/{what}"), 404)
