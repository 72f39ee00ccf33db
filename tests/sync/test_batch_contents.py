"""What a batch may hold, and what is refused in its place or whole."""

import json
from collections import Counter

import pytest
from batches import named, operation, statuses, sync
from helpers import problem


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/tasks"),
        ("DELETE", "/v1/tasks/1"),
        ("POST", "/v1/sync"),
        ("POST", "/v1/events"),
        ("POST", "/v1/auth/login"),
        ("POST", "/v1/tasks/1/restore"),
        ("POST", "/v1/tasks?x=1"),
        ("POST", "/v1/tasks/"),
        ("POST", "//v1/tasks"),
        ("POST", "http://elsewhere.example/v1/tasks"),
        ("post", "/v1/tasks"),
        ("PATCH", "/v1/tasks/1/../2"),
        ("PATCH", "/v1/tasks/@nobody"),
        ("PATCH", "/v1/tasks/\u0661"),
        ("", ""),
    ],
)
def test_any_other_call_is_refused_in_its_place(mechanic, add, method, path):
    found = sync(mechanic, operation(method, path, {}), add())

    assert statuses(found) == [422, 201]


def test_comments_incidents_and_releases_may_be_in_a_batch(admin, event, task):
    rain = operation("POST", f"/v1/events/{event['id']}/incidents", {"kind": "wet"})
    release = operation("POST", "/v1/sessions/999/releases", {"bike_id": 1})
    comment = operation("POST", f"/v1/tasks/{task['id']}/comments", {"text": "Thread is worn"})

    found = sync(admin, rain, release, comment)

    assert statuses(found) == [201, 404, 201]
    assert found[0]["etag"] is None


@pytest.mark.parametrize("body", [None, 7, "text", [], {"zzz": 1}, {"title": "x" * 70_000}])
def test_a_bad_body_is_refused_in_its_place(mechanic, add, body):
    found = sync(mechanic, operation("POST", "/v1/tasks", body), add())

    assert found[0]["status"] in (400, 413, 422)
    assert found[1]["status"] == 201


def test_a_version_may_be_named(mechanic, task):
    path = f"/v1/tasks/{task['id']}"
    stale = operation("PATCH", path, {"completed": True}, if_match='"9"')
    present = operation("PATCH", path, {"completed": True}, if_match='"1"')

    found = sync(mechanic, stale, present)

    assert statuses(found) == [412, 200]


TWICE = named()


@pytest.mark.parametrize(
    "operations",
    [
        [],
        [named() for _ in range(201)],
        [TWICE, TWICE],
        [TWICE, {**TWICE, "id": TWICE["id"].upper()}],
        [named(id="7")],
        [named(id=7)],
        [named(id=None)],
        [{"method": "POST", "path": "/v1/tasks"}],
        [named(zzz=1)],
        [named(method=None)],
        [named(device_time="2026-06-12T10:00:00")],
        ["text"],
        None,
        {},
    ],
)
def test_a_batch_that_cannot_be_read_is_refused_whole(mechanic, add, operations):
    mixed = [*operations, add()] if operations and len(operations) < 200 else operations

    answer = mechanic.post("/v1/sync", json={"operations": mixed})

    problem(answer, 422)
    assert mechanic.get("/v1/tasks").json == []


def test_two_hundred_are_taken(mechanic, task, add):
    sent = [add(f"Task {number}") for number in range(200)]

    found = sync(mechanic, *sent)

    assert Counter(statuses(found)) == {201: 200}


def test_a_batch_of_two_mebibytes_is_refused(mechanic):
    body = json.dumps({"operations": []}) + " " * 2 * 1024 * 1024

    answer = mechanic.post("/v1/sync", data=body, content_type="application/json")

    problem(answer, 413)
