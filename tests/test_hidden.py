"""What was deleted is still evidence: it is read by its id, listed for managers, and restored."""

from types import SimpleNamespace

import pytest
from checklists import ITEM
from garage import REASON
from helpers import created, problem
from timetable import at

pytest_plugins = ["release_fixtures"]
BIKE = {"number": 7, "label": "7 A", "rider_name": "Max Orsi"}
SESSION = {"name": "Warm-up", "kind": "warm_up", "starts_at": at("07:00"), "ends_at": at("07:20")}
EVENT = {"track": "Assen", "location": "Drenthe", "event_date": "2026-06-26"}
KINDS = ["event", "session", "bike", "template"]


@pytest.fixture(params=KINDS)
def thing(request, admin, event):
    """One of each kind: `path`, the `list` it is in, `body` as it was when it was live."""
    lists = {
        "event": ("/v1/events", EVENT),
        "session": (f"/v1/events/{event['id']}/sessions", SESSION),
        "bike": ("/v1/bikes", BIKE),
        "template": ("/v1/templates", {"name": "Superbike", "items": [ITEM]}),
    }
    where, body = lists[request.param]
    body = created(admin.post(where, json=body))
    path = f"/v1/{request.param}s/{body['id']}"
    return SimpleNamespace(kind=request.param, path=path, list=where, body=body)


@pytest.fixture
def gone(admin, thing):
    assert admin.delete(thing.path).status_code == 204
    return thing


def unlike(old, new):
    return {name for name in new if old[name] != new[name]}


def test_what_is_deleted_is_read_by_whoever_could_read_it(gone, admin, stranger):
    answers = [person.get(gone.path) for person in (admin, stranger)]

    for response in answers:
        if gone.kind == "event":
            problem(response, 404)
        else:
            assert response.json["deleted_at"]
            assert unlike(gone.body, response.json) == {"deleted_at", "updated_at", "version"}


def test_lists_leave_out_what_is_deleted_unless_that_is_asked_for(gone, admin):
    usual, deleted = admin.get(gone.list).json, admin.get(f"{gone.list}?deleted=true").json

    assert gone.body["id"] not in [row["id"] for row in usual]
    assert [row["id"] for row in deleted] == [gone.body["id"]]
    assert all(row["deleted_at"] for row in deleted)


@pytest.mark.parametrize("asked", ["true", "false"])
def test_only_managers_ask_for_what_is_deleted(thing, mechanic, asked):
    problem(mechanic.get(f"{thing.list}?deleted={asked}"), 403)


def test_what_is_deleted_is_changed_and_deleted_no_more(gone, admin):
    body = {"notes": "Garage 12"} if gone.kind == "event" else {}

    for response in (admin.patch(gone.path, json=body), admin.delete(gone.path)):
        problem(response, 404)


def test_a_restored_thing_is_as_it_was(gone, admin):
    restored = created(admin.post(f"{gone.path}/restore"), status=200)

    assert unlike(gone.body, restored) == {"updated_at", "version"}
    assert admin.get(gone.path).json == restored
    assert gone.body["id"] in [row["id"] for row in admin.get(gone.list).json]


def test_a_live_thing_is_not_restored(thing, admin):
    assert "has not been deleted" in problem(admin.post(f"{thing.path}/restore"), 409)["detail"]


def test_only_a_version_that_is_named_is_restored(gone, admin):
    stale = admin.post(f"{gone.path}/restore", headers={"If-Match": '"1"'})

    problem(stale, 412)


def test_a_bike_whose_label_is_taken_stays_gone(admin):
    first = created(admin.post("/v1/bikes", json=BIKE))
    admin.delete(f"/v1/bikes/{first['id']}")
    created(admin.post("/v1/bikes", json=BIKE))

    response = admin.post(f"/v1/bikes/{first['id']}/restore")

    assert BIKE["label"] in problem(response, 409)["detail"]
    assert admin.get(f"/v1/bikes/{first['id']}").json["deleted_at"]


# What hangs on it


def test_the_releases_of_a_deleted_session_stay_readable(
    release, garage, fp1, admin, chief, stranger
):
    given = created(release(override_reason=REASON))
    admin.delete(f"/v1/sessions/{fp1}")

    (kept,) = created(chief.get(f"/v1/sessions/{fp1}/releases"), status=200)

    assert (kept["id"], kept["override_reason"]) == (given["id"], REASON)
    assert kept["void_reason"] == "Session FP1 was taken off the timetable."
    problem(stranger.get(f"/v1/sessions/{fp1}/releases"), 404)
    problem(release(override_reason=REASON), 404)


def test_a_restored_session_has_its_tasks_again(garage, bike, fp1, admin, read):
    task_id = garage.task(bike_id=bike, session_id=fp1, is_critical=True)
    admin.delete(f"/v1/sessions/{fp1}")

    created(admin.post(f"/v1/sessions/{fp1}/restore"), status=200)

    assert read(task_id)["status"] == "open"
    assert garage.row(fp1, bike)["blocking"] == [task_id]
    assert [subject for _, subject, _ in garage.history("session.restored", "task.reopen")] == [
        f"session:{fp1}", f"task:{task_id}",
    ]  # fmt: skip


def test_a_session_restored_while_it_is_cancelled_opens_nothing(garage, fp1, admin, read):
    task_id = garage.task(session_id=fp1)
    admin.patch(f"/v1/sessions/{fp1}", json={"status": "cancelled"})
    admin.delete(f"/v1/sessions/{fp1}")

    created(admin.post(f"/v1/sessions/{fp1}/restore"), status=200)

    assert read(task_id)["note"] == "Session FP1 was cancelled."


def test_a_restored_weekend_has_its_tasks_and_goes_on_with_its_record(garage, admin, read):
    task_id, path = garage.task(), f"/v1/events/{garage.event_id}"
    admin.delete(path)

    created(admin.post(f"{path}/restore"), status=200)

    assert read(task_id)["status"] == "open"
    assert len(garage.history("event.deleted", "event.restored")) == 2
