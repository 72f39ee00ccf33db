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


@pytest.fixture
def coming(admin, clock):
    """A weekend that is to come, with a bike, a task of its rider and one of the bike."""
    clock.now = clock.now.replace(year=2026, month=6, day=12)
    bike = created(admin.post("/v1/bikes", json=BIKE))["id"]
    event = created(admin.post("/v1/events", json={**EVENT, "bike_ids": [bike]}))["id"]
    about = {"bike_id": bike}, {"rider_name": "Max Orsi"}
    tasks = [
        created(admin.post("/v1/tasks", json={"event_id": event, "title": "Bolts", **what}))["id"]
        for what in about
    ]
    assert admin.delete(f"/v1/events/{event}").status_code == 204
    return SimpleNamespace(path=f"/v1/events/{event}", bike=f"/v1/bikes/{bike}", tasks=tasks)


def restored(admin, coming):
    """Which bikes it has then, and how its tasks stand."""
    event = created(admin.post(f"{coming.path}/restore"), status=200)
    tasks = [admin.get(f"/v1/tasks/{task_id}").json for task_id in coming.tasks]
    return event["bike_ids"], [task["status"] for task in tasks]


def test_a_weekend_comes_back_without_a_bike_that_was_deleted_meanwhile(admin, coming):
    assert admin.delete(coming.bike).status_code == 204

    assert restored(admin, coming) == ([], ["not_applicable"] * 2)
    entries = admin.get(f"{coming.path}/history").json
    assert [entry["action"] for entry in entries if entry["subject"].startswith("event")][-2:] == [
        "event.restored",
        "event.updated",
    ]


def test_a_weekend_that_is_over_keeps_a_deleted_bike_when_it_comes_back(admin, coming, clock):
    admin.delete(coming.bike)
    clock.advance(days=30)

    assert restored(admin, coming) == ([int(coming.bike.split("/")[-1])], ["open"] * 2)


def test_a_weekend_comes_back_without_the_tasks_of_who_rides_no_bike_any_more(admin, coming):
    admin.patch(coming.bike, json={"rider_name": "Jo Keller"})

    bikes, statuses = restored(admin, coming)

    assert (len(bikes), statuses) == (1, ["open", "not_applicable"])


def test_a_weekend_that_comes_back_untouched_changes_no_task(admin, coming):
    assert restored(admin, coming)[1] == ["open"] * 2
    assert admin.get(f"{coming.path}/history").json[-1]["action"] == "event.restored"


@pytest.mark.parametrize("is_along", [True, False])
def test_a_session_comes_back_only_where_its_weekend_is(admin, event, is_along):
    session = created(admin.post(f"/v1/events/{event['id']}/sessions", json=SESSION))
    path = f"/v1/sessions/{session['id']}"
    admin.delete(path)
    body = {"event_date": "2026-07-10", "end_date": "2026-07-12", "move_timetable": is_along}
    created(admin.patch(f"/v1/events/{event['id']}", json=body), status=200)

    answer = admin.post(f"{path}/restore")

    if is_along:
        assert created(answer, status=200)["starts_at"] == at("07:00", "2026-07-10")
    else:
        assert "starts_at" in problem(answer, 422)["errors"]["json"]
