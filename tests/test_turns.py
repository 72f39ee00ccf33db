"""Threads of one process take turns at the record of a weekend, and none waits without end."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from raceapp.history import chain

SHORT = 0.01
LONG = 20


@pytest.fixture
def holder():
    """Another thread that holds the turn of weekend 7 until it is told to `leave`."""
    has_begun, leave = threading.Event(), threading.Event()

    def hold():
        with chain.turn(7):
            has_begun.set()
            leave.wait(LONG)

    with ThreadPoolExecutor() as threads:
        threads.submit(hold)
        assert has_begun.wait(LONG)
        yield leave
        leave.set()


def test_one_waits_until_the_other_has_written(holder, monkeypatch):
    monkeypatch.setattr(chain, "LONGEST_WAIT_SECONDS", LONG)
    is_in = threading.Event()

    def enter():
        with chain.turn(7):
            is_in.set()

    with ThreadPoolExecutor() as threads:
        second = threads.submit(enter)
        assert not is_in.wait(SHORT)
        holder.set()
        second.result(LONG)
    assert is_in.is_set()


def test_other_weekends_do_not_wait(holder, monkeypatch):
    monkeypatch.setattr(chain, "LONGEST_WAIT_SECONDS", LONG)
    with chain.turn(8):
        assert not holder.is_set()


def test_who_has_waited_too_long_goes_on_and_leaves_the_turn_to_its_holder(holder, monkeypatch):
    monkeypatch.setattr(chain, "LONGEST_WAIT_SECONDS", SHORT)
    for _ in range(2):
        with chain.turn(7):
            assert chain.TURNS[7].locked()
    assert chain.TURNS[7].locked()


def test_a_turn_ends_with_an_error(monkeypatch):
    with pytest.raises(ZeroDivisionError), chain.turn(7):
        raise ZeroDivisionError
    assert not chain.TURNS[7].locked()


def test_a_turn_that_is_never_given_back_refuses_nobody(admin, make_task, event):
    task = make_task()
    lock = chain.TURNS[event["id"] % len(chain.TURNS)]
    with lock:
        changed = admin.patch(f"/v1/tasks/{task['id']}", json={"title": "Torque"})
        added = admin.post("/v1/tasks", json={"event_id": event["id"], "title": "Wipe"})
    assert (changed.status_code, added.status_code) == (200, 201)
