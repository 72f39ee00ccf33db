"""The record: real changes only, in the change's own transaction, and proof against tampering."""

import threading

import pytest
import sqlalchemy as sa
from helpers import created

from raceapp.storage.session import db

pytest_plugins = ["record_fixtures"]


@pytest.fixture
def history(admin, event):
    def history(path=None):
        return admin.get(f"{path or '/v1/events/' + str(event['id'])}/history?limit=200").json

    return history


def test_an_entry_says_who_did_what_to_what(mechanic, make_task, history):
    task = make_task(assigned_to=mechanic.id)
    headers = {"X-Request-ID": "pit-wall-17"}

    mechanic.patch(f"/v1/tasks/{task['id']}", json={"completed": True}, headers=headers)

    entry = history(f"/v1/tasks/{task['id']}")[-1]
    assert (entry["actor"], entry["action"]) == (mechanic.id, "task.done")
    assert (entry["actor_name"], entry["position"]) == ("mechanic", 3)
    assert (entry["subject"], entry["request_id"]) == (f"task:{task['id']}", "pit-wall-17")
    assert entry["changes"]["status"] == ["open", "done"]


def test_saying_what_is_so_already_leaves_nothing(admin, make_task, history):
    task = make_task()
    before = history()

    for body in ({}, {"completed": False}, {"title": task["title"]}, {"is_critical": False}):
        created(admin.patch(f"/v1/tasks/{task['id']}", json=body), status=200)

    assert history() == before


def test_a_refused_change_leaves_nothing(admin, stranger, make_task, history):
    task = make_task()
    before = history()

    admin.patch(f"/v1/tasks/{task['id']}", json={"title": "x", "assigned_to": 999})
    stranger.patch(f"/v1/tasks/{task['id']}", json={"completed": True})

    assert history() == before


def test_the_life_of_a_task_is_told_in_order(admin, make_task, history):
    task = make_task()
    path = f"/v1/tasks/{task['id']}"

    admin.patch(path, json={"title": "Bleed the brakes"})
    admin.delete(path)
    admin.post(f"{path}/restore")

    told = [entry["action"] for entry in history(path)]
    assert told == ["task.created", "task.updated", "task.deleted", "task.restored"]


def test_the_record_of_a_weekend_is_for_its_crew(stranger, event, history):
    answer = stranger.get(f"/v1/events/{event['id']}/history")

    assert answer.status_code == 404


def test_an_untouched_record_is_proved(make_task, verify):
    make_task()

    result = verify()

    assert (result.exit_code, "untouched" in result.output) == (0, True)


TAMPERING = {
    "altered": "UPDATE history_entries SET changes = '{}' WHERE position = 2",
    "signed by another": "UPDATE history_entries SET actor = NULL WHERE position = 2",
    "removed": "DELETE FROM history_entries WHERE position = 2",
    "last removed": "DELETE FROM history_entries WHERE position = 3",
    "inserted at the end": (
        "INSERT INTO history_entries (event_id, position, at, actor, action, subject, changes,"
        " request_id, hash) SELECT event_id, 4, at, actor, action, subject, changes, request_id,"
        " hash FROM history_entries WHERE position = 3"
    ),
    "all removed": "DELETE FROM history_entries",
    "head removed": "DELETE FROM history_heads",
    "ids exchanged": (
        "UPDATE history_entries SET id = CASE id WHEN 2 THEN 1003 ELSE 1002 END WHERE position >= 2"
    ),
}


@pytest.mark.parametrize("statement", TAMPERING.values(), ids=TAMPERING)
def test_tampering_is_found(make_task, behind_the_back, verify, statement):
    make_task()
    make_task()
    assert verify().exit_code == 0

    behind_the_back(statement)

    result = verify()
    assert result.exit_code == 1
    assert "event 1:" in result.output


def test_the_first_bad_entry_is_named(make_task, behind_the_back, verify):
    make_task()
    make_task()

    behind_the_back("UPDATE history_entries SET action = 'task.done' WHERE position >= 2")

    assert "entry 2 was altered" in verify().output


@pytest.mark.parametrize("table", ["history_entries", "sign_offs"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_change_what_was_signed(app, make_task, admin, table, deed):
    task = make_task()
    created(admin.post(f"/v1/tasks/{task['id']}/sign-offs", json={"act": "done"}))

    with app.app_context(), pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text(deed.format(table)))


@pytest.mark.parametrize("table", ["history_entries", "sign_offs"])
def test_postgresql_refuses_to_empty_what_was_signed(postgres_only, app, table):
    with app.app_context(), pytest.raises(sa.exc.DBAPIError, match="append-only"):
        db.session.execute(sa.text(f"TRUNCATE {table} CASCADE"))


def test_writers_at_once_make_one_unbroken_chain(admin, make_task, history, verify):
    tasks = [make_task() for _ in range(8)]
    assert admin.token

    def write(task):
        for number in range(5):
            created(admin.patch(f"/v1/tasks/{task['id']}", json={"title": f"{number}"}), status=200)

    threads = [threading.Thread(target=write, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(history()) == 1 + 8 + 40
    assert verify().exit_code == 0
