"""Threads of one process take turns at the record of a weekend, and none waits without end."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from raceapp.history import chain

SHORT = 0.01
LONG = 20


def free_seats(event_id):
    """How many threads could write at once."""
    return chain.TURNS[event_id % len(chain.TURNS)]._value


@pytest.fixture
def leave():
    """Two other threads have the turn of weekend 7, until this is set."""
    leave = threading.Event()
    have_begun = threading.Barrier(3)

    def hold():
        with chain.turn(7):
            have_begun.wait(LONG)
            leave.wait(LONG)

    with ThreadPoolExecutor() as threads:
        for _ in range(2):
            threads.submit(hold)
        have_begun.wait(LONG)
        yield leave
        leave.set()


def test_a_third_waits_until_one_has_written(leave, monkeypatch):
    monkeypatch.setattr(chain, "LONGEST_WAIT_SECONDS", LONG)
    is_in = threading.Event()

    def enter():
        with chain.turn(7):
            is_in.set()

    with ThreadPoolExecutor() as threads:
        third = threads.submit(enter)
        assert not is_in.wait(SHORT)
        leave.set()
        third.result(LONG)
    assert is_in.is_set()


def test_other_weekends_do_not_wait(leave):
    with chain.turn(8):
        assert (free_seats(7), free_seats(8)) == (0, 1)


def test_who_has_waited_too_long_goes_on_and_leaves_the_turn_to_its_holders(leave, monkeypatch):
    monkeypatch.setattr(chain, "LONGEST_WAIT_SECONDS", SHORT)
    for _ in range(2):
        with chain.turn(7):
            assert free_seats(7) == 0
    assert free_seats(7) == 0


def test_a_turn_ends_with_an_error():
    with pytest.raises(ZeroDivisionError), chain.turn(7):
        raise ZeroDivisionError
    assert free_seats(7) == 2


def test_a_turn_that_is_never_given_back_refuses_nobody(admin, make_task, event):
    task = make_task()
    seats = chain.TURNS[event["id"] % len(chain.TURNS)]
    with seats, seats:
        changed = admin.patch(f"/v1/tasks/{task['id']}", json={"title": "Torque"})
        added = admin.post("/v1/tasks", json={"event_id": event["id"], "title": "Wipe"})
    assert (changed.status_code, added.status_code) == (200, 201)
