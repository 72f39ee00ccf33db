"""Many people at the same instant: nothing is lost or done twice, nobody sees an error of ours."""

import itertools
import json
from collections import Counter
from functools import partial
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from helpers import problem


def statuses(responses):
    return Counter(response.status_code for response in responses)


def send(url, method, body, headers):
    """The status a real server answers with."""
    try:
        with urlopen(
            Request(url, json.dumps(body).encode(), headers, method=method), timeout=20
        ) as response:
            return response.status
    except HTTPError as error:
        with error:
            return error.code


@pytest.fixture
def task(make_task, mechanic):
    """A task of the mechanic, who is already logged in."""
    assert mechanic.token
    return make_task(assigned_to=mechanic.id)


@pytest.fixture
def path(task):
    return f"/v1/tasks/{task['id']}"


@pytest.fixture
def another():
    """A new title each time, so that every write is a real change."""
    numbers = itertools.count(1)
    return lambda: {"title": f"Torque the axle nut, attempt {next(numbers)}"}


def turns(*deeds):
    """A call that does the next of these deeds each time."""
    waiting = iter(deeds)

    def take_one():
        return next(waiting)()

    return take_one


@pytest.mark.parametrize("writers", [2, 6])
def test_of_writers_who_saw_the_same_version_exactly_one_wins(
    admin, task, path, parallel, another, writers
):
    seen = {"If-Match": f'"{task["version"]}"'}

    answers = parallel(lambda: admin.patch(path, json=another(), headers=seen), writers)

    assert statuses(answers) == {200: 1, 412: writers - 1}
    winner = next(response.json for response in answers if response.status_code == 200)
    assert admin.get(path).json == winner
    assert winner["version"] == task["version"] + 1


def test_writers_who_name_no_version_all_get_through(admin, task, path, parallel, another):
    answers = parallel(lambda: admin.patch(path, json=another()), 16)

    assert statuses(answers) == {200: 16}
    assert admin.get(path).json["version"] == task["version"] + 16
    assert len({response.json["version"] for response in answers}) == 16


def test_writers_of_different_fields_do_not_undo_each_other(admin, path, parallel):
    changes = iter(
        [
            {"title": "Gearing"},
            {"description": "15/42"},
            {"is_critical": True},
            {"due_at": "2026-06-13T09:00:00Z"},
        ]
    )

    answers = parallel(lambda: admin.patch(path, json=next(changes)), 4)

    assert statuses(answers) == {200: 4}
    task = admin.get(path).json
    assert (task["title"], task["description"], task["is_critical"], task["due_at"]) == (
        "Gearing",
        "15/42",
        True,
        "2026-06-13T09:00:00Z",
    )


def test_a_star_matches_whoever_was_first(admin, task, path, parallel, another):
    answers = parallel(lambda: admin.patch(path, json=another(), headers={"If-Match": "*"}), 4)

    assert statuses(answers) == {200: 4}
    assert admin.get(path).json["version"] == task["version"] + 4


def test_eight_ticks_of_one_task_are_one_change(mechanic, task, path, parallel):
    answers = parallel(lambda: mechanic.patch(path, json={"completed": True}), 8)

    assert statuses(answers) == {200: 8}
    ticked = mechanic.get(path).json
    assert ticked["version"] == task["version"] + 1
    assert len({response.json["completed_at"] for response in answers}) == 1


def test_a_task_is_deleted_by_one_of_many(mechanic, path, parallel):
    answers = parallel(lambda: mechanic.delete(path), 6)

    assert statuses(answers) == {204: 1, 404: 5}


def test_a_task_is_restored_by_one_of_many(admin, path, parallel):
    admin.delete(path)

    answers = parallel(lambda: admin.post(f"{path}/restore"), 6)

    assert statuses(answers) == {200: 1, 409: 5}


def test_a_delete_and_a_change_never_both_win_from_one_version(
    admin, task, path, parallel, another
):
    seen = {"If-Match": f'"{task["version"]}"'}
    delete = partial(admin.delete, path, headers=seen)
    change = partial(admin.patch, path, json=another(), headers=seen)

    answers = parallel(turns(delete, change), 2)

    assert sum(response.status_code < 300 for response in answers) == 1
    assert {response.status_code for response in answers} <= {200, 204, 412}


def test_events_changed_at_once_lose_nothing(admin, event, parallel):
    numbers = itertools.count(1)

    answers = parallel(
        lambda: admin.patch(f"/v1/events/{event['id']}", json={"name": f"Plan {next(numbers)}"}), 6
    )

    assert statuses(answers) == {200: 6}
    assert admin.get(f"/v1/events/{event['id']}").json["version"] == event["version"] + 6


def test_no_task_outlives_the_event_deleted_while_it_was_made(admin, event, parallel):
    assert admin.token
    body = {"event_id": event["id"], "title": "Too late"}
    make = partial(admin.post, "/v1/tasks", json=body)
    delete = partial(admin.delete, f"/v1/events/{event['id']}")

    answers = parallel(turns(make, make, make, delete, make, make, make, make), 8)

    assert statuses(answers)[204] == 1 and set(statuses(answers)) <= {201, 204, 422}
    assert admin.get("/v1/tasks").json == [] == admin.get("/v1/tasks?deleted=true").json
    for made in (response.json for response in answers if response.status_code == 201):
        problem(admin.get(f"/v1/tasks/{made['id']}"), 404)


def test_pages_stay_whole_while_tasks_are_added(admin, event, make_task, parallel):
    first = {make_task(title=f"task {number}")["id"] for number in range(6)}
    body = {"event_id": event["id"], "title": "meanwhile"}

    def walk():
        assert admin.post("/v1/tasks", json=body).status_code == 201
        rows, path = [], "/v1/tasks?sort=id&limit=2"
        while path:
            response = admin.get(path)
            rows += [row["id"] for row in response.json]
            path = response.headers.get("Link", "").partition(">")[0].removeprefix("<")
        return rows

    for rows in parallel(walk, 4):
        assert len(rows) == len(set(rows)) and first <= set(rows)


def test_two_workers_are_as_careful_as_one(gunicorn_server, admin, task, path, parallel, another):
    server = gunicorn_server(workers=2)
    seen = {
        "Authorization": f"Bearer {admin.token}",
        "Content-Type": "application/json",
        "If-Match": f'"{task["version"]}"',
    }

    codes = parallel(lambda: send(server.url + path, "PATCH", another(), seen), 6)

    assert Counter(codes) == {200: 1, 412: 5}
