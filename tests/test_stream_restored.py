"""Who follows a weekend live when a backup is restored: they are told to begin anew."""

import pytest
from helpers import created

from server import channels

pytest_plugins = ["stream_fixtures", "record_fixtures"]


@pytest.fixture
def cursor(mechanic, event, paddock):
    """Return where the record is now."""
    path = f"/v1/events/{event['id']}/snapshot"
    return lambda: created(mechanic.get(path), status=200)["cursor"]


def events_of(listener):
    return [message.event for message in listener.messages]


@pytest.mark.parametrize("written", [0, 1, 2], ids="{} entries later".format)
def test_who_comes_back_from_a_lost_entry_begins_anew_and_goes_on(
    follow, cursor, back_up, make_task, written
):
    restore = back_up()
    make_task()
    lost = cursor()
    restore()
    for _ in range(written):
        make_task(title="After the restore")

    listener = follow(last_id=lost)

    reset = listener.wait_for(2)[1]
    assert (listener.messages[0].id, reset.event, reset.id) == (lost, "reset", cursor())
    task = make_task(title="Live")
    listener.wait_for_change("task", task["id"])
    assert events_of(listener) == ["hello", "reset", "change"]


@pytest.fixture
def unrung(app, monkeypatch):
    """No bell rings; records are looked at all the time."""
    monkeypatch.setattr(app.extensions["bell"], "connect", None)
    monkeypatch.setattr(channels, "LOOK_SECONDS", 0.05)


def test_a_stream_that_is_open_is_told_that_its_record_is_shorter(
    unrung, follow, cursor, back_up, make_task
):
    listener, restore = follow(), back_up()
    listener.wait_for_change("task", make_task()["id"])

    restore()

    reset = listener.wait_for(3)[2]
    assert (reset.event, reset.id) == ("reset", cursor())


@pytest.mark.parametrize("written", [1, 2, 3], ids="{} entries later".format)
def test_a_stream_that_is_open_is_told_that_its_record_is_another(
    follow, cursor, back_up, make_task, monkeypatch, written
):
    monkeypatch.setattr(channels, "LOOK_SECONDS", 60)
    listener, restore = follow(), back_up()
    for _ in range(2):
        listener.wait_for_change("task", make_task()["id"])
    restore()

    tasks = [make_task(title="After the restore") for _ in range(written)]

    listener.wait_until(lambda: "reset" in events_of(listener))
    listener.wait_until(lambda: listener.messages[-1].id == cursor())
    told = listener.subjects[2:]
    assert told == [("task", task["id"]) for task in tasks][written - len(told) :]


def test_who_comes_to_the_new_record_is_told_of_it_beside_who_followed_the_old(
    follow, hub, cursor, back_up, make_task, monkeypatch
):
    old, restore = follow(), back_up()
    old.wait_for_change("task", make_task()["id"])

    with monkeypatch.context() as patch:
        patch.setattr(hub.channels, "grown", lambda _: [])
        restore()
        place, task = cursor(), make_task(title="After the restore")
        new = follow(since=place)
        new.wait_for_change("task", task["id"])

    old.wait_until(lambda: "reset" in events_of(old))
    assert events_of(new) == ["hello", "change"]


def test_a_weekend_that_no_backup_has_ends_its_streams(quick, unrung, follow, behind_the_back):
    listener = follow()

    behind_the_back(take_all)

    assert listener.ends_within(5)


def take_all(connection):
    for table in ("history_entries", "history_heads", "crew_members", "events"):
        connection.exec_driver_sql(f"DELETE FROM {table}")
