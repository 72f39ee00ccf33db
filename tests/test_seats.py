"""A seat in the hub is free again, whatever becomes of the connection it was kept for."""

import threading
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from server.worker import Worker

pytest_plugins = ["stream_fixtures"]


def test_a_connection_that_fails_on_the_way_to_its_seat_leaves_it_free(hub):
    parted = []
    worker = object.__new__(Worker)
    worker.hub, worker.log = hub, Mock()
    worker.method_queue = SimpleNamespace(defer=lambda _call, conn: parted.append(conn))
    conn = SimpleNamespace(stream="agreed", sock=Mock(), is_leaving=False)
    worker.goes_on = Mock(side_effect=MemoryError)
    hub.admit(None, 1)

    worker.attend(conn)

    assert parted == [conn]
    assert hub.admit(None, 1)


@pytest.fixture
def no_thread_for(monkeypatch):
    """Have the system refuse a thread of this name, until `monkeypatch.undo()`."""
    start = threading.Thread.start

    def refuse(name):
        def start_others(thread):
            if thread.name == name:
                raise RuntimeError("can't start new thread")
            start(thread)

        monkeypatch.setattr(threading.Thread, "start", start_others)

    return refuse


def test_a_hub_that_gets_no_thread_is_not_taken_for_running(
    hub, follow, monkeypatch, no_thread_for, make_task
):
    no_thread_for("streams-run")
    with pytest.raises(RuntimeError):
        hub.take(Mock(), "agreed")

    monkeypatch.undo()
    listener, task = follow(), make_task()

    listener.wait_for_change("task", task["id"])
    assert len(hub.readers) == 1


def test_a_hub_that_gets_no_thread_for_the_bell_looks_by_itself_and_tries_again(
    hub, follow, monkeypatch, no_thread_for, make_task, caplog
):
    no_thread_for("streams-listen")
    monkeypatch.setattr("server.channels.LOOK_SECONDS", 0.1)
    listener, task = follow(), make_task()
    listener.wait_for_change("task", task["id"])
    assert not hub.is_listening and "no bell is heard" in caplog.text

    monkeypatch.undo()
    follow()

    assert hub.is_listening


def test_a_worker_that_gets_no_thread_to_stand_in_goes_without(no_thread_for):
    no_thread_for("stand-in")
    worker = object.__new__(Worker)
    worker.surplus = []

    with worker.stand_in():
        pass

    assert worker.surplus == []
