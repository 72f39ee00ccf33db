"""Batches: many writes at once, from a device that was out of reach."""

import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from helpers import created, problem
from servers import ROOT

from raceapp.storage import answers
from raceapp.storage.session import db

DOMAIN = (ROOT / "docs" / "domain.md").read_text()


def operation(method, path, body=None, **others):
    return {"id": str(uuid4()), "method": method, "path": path, "body": body, **others}


def results(answer):
    return created(answer, status=200)["results"]


def sync(person, *operations):
    return results(person.post("/v1/sync", json={"operations": list(operations)}))


def statuses(found):
    return [result["status"] for result in found]


@pytest.fixture
def task(make_task, mechanic):
    return make_task(assigned_to=mechanic.id)


@pytest.fixture
def sign(task):
    def make(act="done", **others):
        return operation("POST", f"/v1/tasks/{task['id']}/sign-offs", {"act": act}, **others)

    return make


@pytest.fixture
def add(event):
    def make(title="Replace the footpeg"):
        return operation("POST", "/v1/tasks", {"event_id": event["id"], "title": title})

    return make


def test_each_operation_is_answered_as_the_call_by_itself(mechanic, task, add, sign):
    change = operation("PATCH", f"/v1/tasks/{task['id']}", {"completed": False})

    found = sync(mechanic, add(), sign(), change)

    assert statuses(found) == [201, 201, 200]
    assert found[0]["body"] == mechanic.get(f"/v1/tasks/{found[0]['body']['id']}").json
    assert found[2]["body"] == mechanic.get(f"/v1/tasks/{task['id']}").json
    assert [result["etag"] for result in found] == ['"1"', '"2"', '"3"']
    assert not any(result["is_replay"] for result in found)


def test_the_answer_is_in_the_order_of_the_operations(mechanic, add):
    sent = [add(f"Task {number}") for number in range(5)]

    found = sync(mechanic, *sent)

    assert [result["id"] for result in found] == [one["id"] for one in sent]
    assert [result["body"]["title"] for result in found] == [f"Task {n}" for n in range(5)]


def test_what_is_refused_stops_none_of_the_others(mechanic, add, sign):
    stranger_task = operation("POST", "/v1/tasks", {"event_id": 999, "title": "Nowhere"})
    missing = operation("PATCH", "/v1/tasks/999", {"completed": True})

    found = sync(mechanic, sign("check"), stranger_task, missing, add())

    assert statuses(found) == [403, 422, 404, 201]
    assert {"type", "title", "status", "detail", "request_id"} <= found[0]["body"].keys()
    assert found[0]["etag"] is None


def test_a_batch_sent_again_is_answered_as_then_and_does_nothing(mechanic, task, add, sign):
    sent = [add(), sign()]
    first = sync(mechanic, *sent)

    again = sync(mechanic, *sent)

    assert again == [{**result, "is_replay": True} for result in first]
    assert len(mechanic.get(f"/v1/tasks/{task['id']}/sign-offs").json) == 1
    assert len(mechanic.get("/v1/tasks").json) == 2


def test_what_was_refused_is_judged_anew(admin, mechanic, task, sign):
    sent = sign()
    created(admin.patch(f"/v1/tasks/{task['id']}", json={"assigned_to": None}), status=200)
    refused = sync(mechanic, sent)
    created(admin.patch(f"/v1/tasks/{task['id']}", json={"assigned_to": mechanic.id}), status=200)

    again = sync(mechanic, sent)

    assert refused[0]["status"] in (403, 404)
    assert (again[0]["status"], again[0]["is_replay"]) == (201, False)


def test_an_id_with_another_content_is_refused(mechanic, add):
    sent = add()
    sync(mechanic, sent)

    found = sync(mechanic, {**sent, "body": {**sent["body"], "title": "Another"}})

    assert statuses(found) == [422]
    assert len(mechanic.get("/v1/tasks").json) == 1


def test_ids_are_those_of_one_person(mechanic, admin, add):
    sent = add()

    found = sync(mechanic, sent) + sync(admin, sent)

    assert found[0]["body"]["id"] != found[1]["body"]["id"]
    assert not found[1]["is_replay"]


def test_after_thirty_days_an_operation_is_forgotten(mechanic, add, clock):
    sent = add()
    sync(mechanic, sent)
    clock.advance(days=29, hours=23)
    person = replace(mechanic)

    assert sync(person, sent)[0]["is_replay"]
    clock.advance(hours=2)
    assert not sync(replace(mechanic), sent)[0]["is_replay"]


# References


def test_a_path_may_name_the_task_that_an_earlier_operation_made(mechanic, add):
    new = add()
    signed = operation("POST", f"/v1/tasks/@{new['id']}/sign-offs", {"act": "done"})

    found = sync(mechanic, new, signed)

    assert statuses(found) == [201, 201]
    assert found[1]["body"]["id"] == found[0]["body"]["id"]


def test_a_reference_holds_in_later_batches_whatever_its_case(mechanic, add):
    new = add()
    sync(mechanic, new)

    found = sync(
        mechanic, operation("PATCH", f"/v1/tasks/@{new['id'].upper()}", {"completed": True})
    )

    assert found[0]["body"]["completed"] is True


def test_a_reference_to_nothing_is_refused_in_its_place(mechanic, admin, add, sign):
    theirs, later, signed = add(), add(), sign()
    sync(admin, theirs)
    named = [str(uuid4()), theirs["id"], later["id"], signed["id"]]
    tick = {"completed": True}

    found = sync(
        mechanic,
        signed,
        *(operation("PATCH", f"/v1/tasks/@{name}", tick) for name in named),
        later,
    )

    assert statuses(found) == [201, 422, 422, 422, 422, 201]


def test_a_reference_forward_stays_refused_when_the_batch_is_sent_again(mechanic, add):
    new = add()
    batch = operation("PATCH", f"/v1/tasks/@{new['id']}", {"completed": True}), new
    first = sync(mechanic, *batch)

    again = sync(mechanic, *batch)

    assert statuses(first) == statuses(again) == [422, 201]


def test_a_task_is_no_weekend(mechanic, event, add):
    new = add()

    found = sync(mechanic, new, operation("POST", f"/v1/events/@{new['id']}/incidents", {}))

    assert statuses(found) == [201, 422]


# What a batch may hold


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


def named(**others):
    return {**operation("POST", "/v1/tasks", {}), **others}


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


# Times of the device


DAY = 24 * 60


def text(moment):
    return moment.isoformat().replace("+00:00", "Z")


@pytest.mark.parametrize("minutes", [-29 * DAY, -1, 0, 9])
def test_the_time_of_an_operation_is_that_of_its_signature(mechanic, task, sign, clock, minutes):
    moment = text(clock.now + timedelta(minutes=minutes))

    found = sync(mechanic, sign(device_time=moment))

    signed = mechanic.get(f"/v1/tasks/{task['id']}/sign-offs").json
    assert statuses(found) == [201]
    assert [row["device_time"] for row in signed] == [moment]


@pytest.mark.parametrize("minutes", [-31 * DAY, 11, 7 * DAY])
def test_a_clock_that_is_wrong_is_refused_in_its_place(mechanic, sign, add, clock, minutes):
    moment = text(clock.now + timedelta(minutes=minutes))

    found = sync(mechanic, sign(device_time=moment), add())

    assert statuses(found) == [422, 201]
    assert "device_time" in found[0]["body"]["errors"]["json"]


def test_a_signatures_own_time_is_kept(mechanic, task, clock):
    body = {"act": "done", "device_time": "2026-06-12T08:00:00Z"}
    clock.now = clock.now.replace(year=2026, month=6, day=12, hour=9)
    path = f"/v1/tasks/{task['id']}/sign-offs"

    sync(mechanic, operation("POST", path, body, device_time="2026-06-12T08:30:00Z"))

    assert mechanic.get(path).json[0]["device_time"] == "2026-06-12T08:00:00Z"


# Budgets, outages, many at once


def test_operations_draw_on_no_budget_but_that_of_batches(make_app, mechanic, add):
    settings = {f"RATELIMIT_{name}": "1/minute" for name in ("TASKS", "SIGN_OFFS")}
    person = replace(mechanic, app=make_app(**settings, RATELIMIT_SYNC="2/minute"))

    found = [
        person.post("/v1/sync", json={"operations": [add() for _ in range(5)]}) for _ in range(3)
    ]

    assert [answer.status_code for answer in found] == [200, 200, 429]
    assert statuses(results(found[0])) == [201] * 5
    assert found[0].headers["X-RateLimit-Limit"] == "2"
    assert person.get("/v1/tasks").status_code == 200


def test_when_the_database_goes_away_the_rest_is_to_be_sent_again(app, mechanic, add, monkeypatch):
    sent = [add(f"Task {number}") for number in range(4)]
    plain, calls = app.answer_inside, []

    def answer_inside(environ):
        calls.append(environ)
        if len(calls) == 3:
            monkeypatch.setattr(answers, "keep", away)
        return plain(environ)

    monkeypatch.setattr(app, "answer_inside", answer_inside)
    found = sync(mechanic, *sent)
    monkeypatch.undo()

    assert statuses(found) == [201, 201, 503, 503] and len(calls) == 3
    assert [row["is_replay"] for row in sync(mechanic, *sent)] == [True, True, False, False]


def away(*_args, **_kwargs):
    raise db.exc.OperationalError("SELECT 1", {}, Exception("gone"))


def test_one_batch_sent_by_several_at_once_is_done_once(mechanic, task, add, sign, parallel):
    assert mechanic.token
    sent = [add(f"Task {number}") for number in range(5)] + [sign()]

    found = parallel(lambda: sync(mechanic, *sent), 4)

    assert all(statuses(one) == [201] * 6 for one in found)
    assert len(mechanic.get("/v1/tasks").json) == 6
    assert len({json.dumps([row["body"] for row in one]) for one in found}) == 1


def test_whoever_is_logged_out_midway_is_told_so_in_place(app, mechanic, add, monkeypatch):
    plain, calls = app.answer_inside, []

    def answer_inside(environ):
        calls.append(environ)
        if len(calls) == 2:
            mechanic.post("/v1/auth/logout")
        return plain(environ)

    monkeypatch.setattr(app, "answer_inside", answer_inside)
    found = sync(mechanic, add(), add(), add())

    assert statuses(found) == [201, 401, 401]


def test_a_batch_may_have_a_key_as_well(mechanic, add):
    sent, headers = {"operations": [add()]}, {"Idempotency-Key": "batch-1"}
    first = mechanic.post("/v1/sync", json=sent, headers=headers)

    again = mechanic.post("/v1/sync", json=sent, headers=headers)

    assert results(again) == results(first)
    assert again.headers["Idempotent-Replayed"] == "true"
    problem(mechanic.post("/v1/sync", json={"operations": [add()]}, headers=headers), 422)


def test_the_record_tells_of_operations_by_the_number_of_the_batch(mechanic, admin, event, add):
    headers = {"X-Request-ID": "phone-7"}
    mechanic.post("/v1/sync", json={"operations": [add()]}, headers=headers)

    entries = admin.get(f"/v1/events/{event['id']}/history").json

    assert entries[-1]["request_id"] == "phone-7" or entries[0]["request_id"] == "phone-7"


EXAMPLE = re.search(r"```sh\n(curl [^`]*/v1/sync.*?)```", DOMAIN, re.DOTALL)[1]


def test_the_example_of_the_documents_runs(gunicorn_server, admin, make_event):
    event_ids = [make_event()["id"] for _ in range(2)]
    script = EXAMPLE.replace("http://127.0.0.1:8000", gunicorn_server().url)
    known = {**os.environ, "TOKEN": admin.token}

    ran = subprocess.run(["sh", "-c", script], env=known, capture_output=True, check=True)

    found = json.loads(ran.stdout)["results"]
    assert event_ids[1] == 2 and statuses(found) == [201, 201]
    assert found[1]["body"]["status"] == "done"
