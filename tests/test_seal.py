"""What the proof of the record looks at, beside whom, and the seal that is kept elsewhere."""

import json
import threading

import pytest
import sqlalchemy as sa
from helpers import created

from raceapp.history import chain
from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage.session import db

pytest_plugins = ["record_fixtures"]


@pytest.fixture
def kept(tmp_path):
    """Keep a text in a file of its own; returns the path."""

    def kept(text):
        path = tmp_path / "seal.json"
        path.write_text(text)
        return path

    return kept


@pytest.fixture
def seal(admin, event, kept):
    """Take the seal of the record and keep it, changed like this; returns the path."""

    def seal(**changed):
        sealed = created(admin.get(f"/v1/events/{event['id']}/seal"), status=200)
        return kept(json.dumps({**sealed, **changed}))

    return seal


@pytest.fixture
def forged(behind_the_back):
    """Tell the record anew with another actor, every hash and the head right again."""

    def rewrite(connection):
        last_hash = chain.GENESIS
        rows = connection.execute(sa.select(HistoryEntry.__table__).order_by(HistoryEntry.position))
        for row in rows.mappings().all():
            told = {**row, "action": "task.invented"}
            last_hash = chain.link(last_hash, row["position"], chain.digest(told))
            values = {"action": told["action"], "hash": last_hash}
            place = HistoryEntry.id == row["id"]
            connection.execute(sa.update(HistoryEntry.__table__).where(place).values(values))
        connection.execute(sa.update(HistoryHead.__table__).values(last_hash=last_hash))

    return lambda: behind_the_back(rewrite)


def test_a_seal_says_how_far_the_record_goes(admin, event, make_task):
    make_task()

    sealed = created(admin.get(f"/v1/events/{event['id']}/seal"), status=200)

    last = admin.get(f"/v1/events/{event['id']}/history").json[-1]
    assert sealed.keys() == {"event_id", "count", "last_hash", "at"}
    assert (sealed["event_id"], sealed["count"]) == (event["id"], last["position"])
    assert sealed["last_hash"] == last["hash"]


def test_a_record_that_went_on_is_proved_against_its_seal(seal, make_task, verify):
    path = seal()
    make_task()

    result = verify(path)

    assert (result.exit_code, "untouched" in result.output) == (0, True)


def test_a_record_told_anew_by_the_owner_of_the_database_is_found(seal, make_task, verify, forged):
    make_task()
    path = seal()

    forged()

    assert verify().exit_code == 0
    result = verify(path)
    assert (result.exit_code, "is not what was sealed" in result.output) == (1, True)


def test_a_record_cut_off_behind_its_seal_is_found(seal, make_task, verify):
    make_task()

    result = verify(seal(count=9))

    assert (result.exit_code, "sealed with 9 entries and has 2" in result.output) == (1, True)


def test_a_seal_of_a_weekend_that_is_gone_is_a_fault(seal, verify):
    result = verify(seal(event_id=77))

    assert (result.exit_code, "event 77:" in result.output) == (1, True)


@pytest.mark.parametrize(
    "text", ["", "[", "7", "[7]", "{}", '{"event_id": 1, "count": -1, "last_hash": "x"}', "null"]
)
def test_what_is_no_seal_is_told_in_one_line(kept, event, verify, text):
    result = verify(kept(text))

    assert result.exit_code == 1
    assert result.output.startswith("Error: ") and result.output.count("\n") == 1


def test_a_file_may_hold_many_seals(admin, make_event, kept, verify):
    events = [make_event()["id"] for _ in range(2)]
    seals = [admin.get(f"/v1/events/{number}/seal").json for number in events]

    assert verify(kept(json.dumps(seals))).exit_code == 0


# --- beside writers ----------------------------------------------------------------------


def test_the_proof_cries_no_wolf_beside_writers(admin, make_task, verify):
    tasks = [make_task() for _ in range(3)]
    done, answers = threading.Event(), []

    def write(task):
        number = 0
        while not done.is_set():
            body = {"title": f"Check it, round {(number := number + 1)}"}
            answers.append(admin.patch(f"/v1/tasks/{task['id']}", json=body).status_code)

    writers = [threading.Thread(target=write, args=(task,)) for task in tasks]
    for writer in writers:
        writer.start()
    try:
        outcomes = [verify() for _ in range(6)]
    finally:
        done.set()
        for writer in writers:
            writer.join()

    assert [result.exit_code for result in outcomes] == [0] * 6, outcomes[-1].output
    assert 200 in answers and 500 not in answers


# --- without a head ----------------------------------------------------------------------

CHANGES = {
    "a task added": ("POST", "/v1/tasks", {"event_id": 1, "title": "Unseen"}),
    "a task ticked": ("PATCH", "/v1/tasks/1", {"completed": True}),
    "a task signed": ("POST", "/v1/tasks/1/sign-offs", {"act": "done"}),
    "a task deleted": ("DELETE", "/v1/tasks/1", None),
    "a weekend changed": ("PATCH", "/v1/events/1", {"notes": "Unseen"}),
}


def state(app):
    """All that a change could leave behind."""
    tables = ("tasks", "sign_offs", "events", "history_entries")
    with app.app_context():
        return [db.session.execute(sa.text(f"SELECT * FROM {name}")).all() for name in tables]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES.values(), ids=CHANGES)
def test_a_change_whose_entry_cannot_be_written_is_not_made(
    app, admin, make_task, behind_the_back, monkeypatch, method, path, body
):
    make_task()
    behind_the_back("DELETE FROM history_entries")
    behind_the_back("DELETE FROM history_heads")
    before = state(app)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    answer = admin.open(path, method=method, json=body)

    assert answer.status_code == 500
    assert state(app) == before
