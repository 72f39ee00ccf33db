"""What is committed is answered as done, whatever goes wrong behind the commit."""

import pytest
import sqlalchemy as sa
from batches import operation
from helpers import created
from rights import RIGHTS
from statements import listening

from raceapp.history import chain
from raceapp.storage import answers, prepared
from raceapp.telemetry import metrics

pytest_plugins = ["rights_fixtures"]
# A batch commits one operation after the other.
BIT_BY_BIT = {"POST /v1/sync"}


@pytest.fixture
def asked_too_late(app, monkeypatch):
    """The statements that were sent behind a commit; `.clear()` begins a request."""
    found, committed = [], []

    def note(text):
        found.extend([text] * bool(committed))

    def note_rows(compiled, *args):
        note(compiled.text)
        return rows(compiled, *args)

    rows, tell = prepared.Compiled.rows, chain.tell
    monkeypatch.setattr(prepared.Compiled, "rows", note_rows)
    monkeypatch.setattr(chain, "tell", lambda entries: committed.append(True) or tell(entries))
    commits = listening(app, "commit", lambda _connection: committed.append(True))
    sent = listening(
        app, "before_cursor_execute", lambda _connection, _cursor, text, *_: note(text)
    )
    with commits, sent:
        yield lambda: (found.clear(), committed.clear(), found)[-1]


def test_nothing_is_asked_of_the_database_behind_the_commit(
    people, make_world, ask, asked_too_late
):
    late = {}

    for call, body, expected, *which in RIGHTS:
        if call.startswith("GET") or call in BIT_BY_BIT or expected["admin"] >= 300:
            continue
        world = make_world(*which)
        sent = body(world) if callable(body) else body
        found = asked_too_late()
        ask(world, people["admin"], call, sent)
        late[call] = found[:1]

    assert len(late) > 40
    assert {call: found for call, found in late.items() if found} == {}


def test_whoever_fails_to_hear_of_it_takes_nothing_back(make_task, caplog):
    def deaf(_event_ids):
        raise RuntimeError("can't start new thread")

    with chain.grown.connected_to(deaf):
        task = make_task(title="Bolts")

    assert task["title"] == "Bolts"
    assert "could not be told" in caplog.text


def test_a_request_that_cannot_be_counted_is_answered(make_app, admin, event, monkeypatch):
    measured = make_app(METRICS_PORT=9100)
    monkeypatch.setattr(metrics.requests, "labels", lambda *_: 1 / 0)
    headers = {"Authorization": f"Bearer {admin.token}"}
    body = {"event_id": event["id"], "title": "Bolts"}

    created(measured.test_client().post("/v1/tasks", json=body, headers=headers))


def test_a_batch_is_answered_though_its_answer_cannot_be_kept(admin, event, monkeypatch):
    def fail(*_, **__):
        raise sa.exc.OperationalError("", {}, Exception("away"))

    monkeypatch.setattr(answers, "take_turn", lambda *_, is_patient=False: not is_patient or fail())
    add = operation("POST", "/v1/tasks", {"event_id": event["id"], "title": "Bolts"})
    sent, headers = {"operations": [add]}, {"Idempotency-Key": "batch-1"}

    first, again = (admin.post("/v1/sync", json=sent, headers=headers) for _ in range(2))

    (result,), (replay,) = (created(one, status=200)["results"] for one in (first, again))
    assert (result["status"], replay["is_replay"]) == (201, True)
    assert replay["body"] == result["body"]
