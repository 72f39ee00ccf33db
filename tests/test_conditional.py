"""ETag, If-None-Match and If-Match: nobody overwrites what they have not seen."""

import pytest
from helpers import problem

TITLE = {"title": "Safety-wire the sump plug"}


@pytest.fixture
def task(make_task):
    return make_task()


@pytest.fixture
def paths(admin, event, task):
    """A path and a change for each kind of single resource."""
    return {
        "event": (f"/v1/events/{event['id']}", {"name": "Wet race"}),
        "task": (f"/v1/tasks/{task['id']}", TITLE),
        "user": (f"/v1/users/{admin.id}", {"name": "Boss"}),
        "me": ("/v1/auth/me", {"name": "Boss"}),
    }


EVERY_KIND = pytest.mark.parametrize("kind", ["event", "task", "user", "me"])


@EVERY_KIND
def test_reading_and_changing_send_the_version_as_etag(admin, paths, kind):
    path, change = paths[kind]

    read, changed = admin.get(path), admin.patch(path, json=change)

    assert read.headers["ETag"] == f'"{read.json["version"]}"'
    assert changed.headers["ETag"] == f'"{changed.json["version"]}"'
    assert changed.json["version"] == read.json["version"] + 1


def test_making_and_restoring_send_the_version_as_etag(admin, event):
    made = admin.post("/v1/tasks", json={"event_id": event["id"], **TITLE})
    admin.delete(f"/v1/tasks/{made.json['id']}")

    restored = admin.post(f"/v1/tasks/{made.json['id']}/restore")

    assert made.headers["ETag"] == '"1"'
    assert restored.headers["ETag"] == f'"{restored.json["version"]}"'


def test_a_new_event_is_sent_with_its_etag(admin):
    fields = {"track": "Assen", "location": "Netherlands", "event_date": "2026-06-26"}

    response = admin.post("/v1/events", json=fields)

    assert response.headers["ETag"] == '"1"'


@EVERY_KIND
@pytest.mark.parametrize("header", ['"{}"', 'W/"{}"', "*", '"x", "{}"', '"0",W/"{}" , "7"'])
def test_what_the_caller_has_is_not_sent_again(admin, paths, kind, header):
    path, _ = paths[kind]
    version = admin.get(path).json["version"]

    response = admin.get(path, headers={"If-None-Match": header.format(version)})

    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == f'"{version}"'


@EVERY_KIND
@pytest.mark.parametrize("header", ['"0"', 'W/"0"', '"x", "y"', "garbage", '"'])
def test_what_the_caller_lacks_is_sent(admin, paths, kind, header):
    path, _ = paths[kind]

    response = admin.get(path, headers={"If-None-Match": header})

    assert response.status_code == 200


def test_a_change_makes_the_callers_copy_old(admin, task):
    path = f"/v1/tasks/{task['id']}"
    admin.patch(path, json=TITLE)

    response = admin.get(path, headers={"If-None-Match": f'"{task["version"]}"'})

    assert (response.status_code, response.json["title"]) == (200, TITLE["title"])


def test_a_resource_out_of_sight_is_404_whatever_the_caller_has(stranger, task):
    response = stranger.get(f"/v1/tasks/{task['id']}", headers={"If-None-Match": "*"})

    problem(response, 404)


@EVERY_KIND
@pytest.mark.parametrize("header", ['"{}"', "*", '"0", "{}"', '  "{}"  '])
def test_a_change_with_the_current_version_is_made(admin, paths, kind, header):
    path, change = paths[kind]
    version = admin.get(path).json["version"]

    response = admin.patch(path, json=change, headers={"If-Match": header.format(version)})

    assert response.status_code == 200
    assert response.json["version"] == version + 1


NO_MATCH = [
    '"0"',
    '"99"',
    'W/"{}"',
    "garbage",
    "{}",
    '"{}',
    "'{}'",
    '"{}x"',
    "W/*",
    '"01"',
    '"\u00e9"',
    '"' + "9" * 5000 + '"',
]


@EVERY_KIND
@pytest.mark.parametrize("header", NO_MATCH, ids=range(len(NO_MATCH)))
def test_a_stale_weak_or_garbled_match_changes_nothing(admin, paths, kind, header):
    path, change = paths[kind]
    before = admin.get(path).json

    response = admin.patch(
        path, json=change, headers={"If-Match": header.format(before["version"])}
    )

    problem(response, 412)
    assert admin.get(path).json == before


@pytest.mark.parametrize("kind", ["event", "task"])
@pytest.mark.parametrize("header", ['"0"', 'W/"{}"', "garbage"])
def test_a_stale_weak_or_garbled_match_deletes_nothing(admin, paths, kind, header):
    path, _ = paths[kind]
    before = admin.get(path).json

    response = admin.delete(path, headers={"If-Match": header.format(before["version"])})

    problem(response, 412)
    assert admin.get(path).json == before


@pytest.mark.parametrize("kind", ["event", "task"])
@pytest.mark.parametrize("header", ['"{}"', "*"])
def test_the_current_version_may_be_deleted(admin, paths, kind, header):
    path, _ = paths[kind]
    version = admin.get(path).json["version"]

    response = admin.delete(path, headers={"If-Match": header.format(version)})

    assert response.status_code == 204


def test_a_repeated_tick_with_a_stale_version_is_still_refused(admin, task):
    path = f"/v1/tasks/{task['id']}"
    admin.patch(path, json={"completed": True})

    response = admin.patch(
        path, json={"completed": True}, headers={"If-Match": f'"{task["version"]}"'}
    )

    problem(response, 412)


def test_the_second_of_two_writers_is_told(admin, second_admin, task):
    path, seen = f"/v1/tasks/{task['id']}", {"If-Match": f'"{task["version"]}"'}
    first = admin.patch(path, json={"title": "First"}, headers=seen)

    second = second_admin.patch(path, json={"title": "Second"}, headers=seen)

    problem(second, 412)
    assert admin.get(path).json == first.json


def test_any_version_matches_a_star_but_only_of_what_exists(admin):
    response = admin.patch("/v1/tasks/999", json=TITLE, headers={"If-Match": "*"})

    problem(response, 404)


@pytest.mark.parametrize(("header", "status"), [("*", 409), ('"2"', 409), ('"1"', 412)])
def test_a_match_on_a_deleted_task_is_looked_at_before_the_conflict(admin, task, header, status):
    path = f"/v1/tasks/{task['id']}"
    admin.delete(path)

    response = admin.patch(path, json=TITLE, headers={"If-Match": header})

    problem(response, status)


def test_a_header_longer_than_is_documented_is_refused(admin, task):
    path, tags = f"/v1/tasks/{task['id']}", ", ".join(['"1"'] * 300)

    problem(admin.get(path, headers={"If-None-Match": tags}), 422)
    problem(admin.patch(path, json=TITLE, headers={"If-Match": tags}), 412)
