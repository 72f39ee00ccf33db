"""Budgets, outages, and many batches at once."""

import json
import os
import re
import subprocess
from dataclasses import replace

import pytest
from batches import results, statuses, sync
from helpers import problem
from keyed import keyed
from servers import ROOT

from raceapp import errors
from raceapp.storage import answers
from raceapp.storage.session import db
from raceapp.sync import service

DOMAIN = (ROOT / "docs" / "domain.md").read_text()


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


@pytest.mark.parametrize(("longest", "second"), [(10, 201), (0, 503)])
def test_a_task_that_somebody_holds_stops_a_batch_only_after_long(
    postgres_only, backend, mechanic, task, add, sign, monkeypatch, longest, second
):
    monkeypatch.setattr(service, "LONGEST_SECONDS", longest)
    monkeypatch.setattr(errors.DatabaseAway, "detail", errors.Unavailable.detail)
    holding = "SELECT FROM tasks WHERE id = %s FOR UPDATE"
    with backend.postgres.connect("raceapp") as other, other.transaction():
        other.execute(holding, [task["id"]])
        held, free = sync(mechanic, sign(), add("Something else"))

    assert (held["status"], free["status"]) == (503, second)
    assert "busy" in held["body"]["detail"]


def test_one_batch_sent_by_several_at_once_is_done_once(mechanic, task, add, sign, parallel):
    assert mechanic.token
    sent = [add(f"Task {number}") for number in range(5)] + [sign()]

    found = parallel(lambda: sync(mechanic, *sent), 4)

    assert all(statuses(one) == [201] * 6 for one in found)
    assert len(mechanic.get("/v1/tasks").json) == 6
    assert len({json.dumps([row["body"] for row in one]) for one in found}) == 1


def test_one_batch_with_a_key_sent_by_several_at_once_has_one_answer(mechanic, add, parallel):
    assert mechanic.token
    sent = {"operations": [add(f"Task {number}") for number in range(5)]}

    found = parallel(lambda: mechanic.post("/v1/sync", json=sent, headers=keyed()), 4)

    assert {answer.status_code for answer in found} <= {200, 409}
    assert len({answer.get_data() for answer in found if answer.status_code == 200}) == 1


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

    (made,) = [entry for entry in entries if entry["action"] == "task.created"]
    assert made["request_id"] == "phone-7"


EXAMPLE = re.search(r"```sh\n(curl [^`]*/v1/sync.*?)```", DOMAIN, re.DOTALL)[1]


def test_the_example_of_the_documents_runs(gunicorn_server, admin, make_event):
    event_ids = [make_event()["id"] for _ in range(2)]
    script = EXAMPLE.replace("http://127.0.0.1:8000", gunicorn_server().url)
    known = {**os.environ, "TOKEN": admin.token, "EVENT": str(event_ids[1])}

    ran = subprocess.run(["sh", "-c", script], env=known, capture_output=True, check=True)

    found = json.loads(ran.stdout)["results"]
    assert statuses(found) == [201, 201]
    assert found[1]["body"]["status"] == "done"
