"""Streams without a server: the hub in this process, with the connections it is given."""

import logging
import socket
import threading

import pytest
from listener import Listener

from server.connection import Socket
from server.hub import Hub


@pytest.fixture
def path(event):
    return f"/v1/events/{event['id']}/stream"


@pytest.fixture
def hub():
    hub = Hub(logging.getLogger("hub"), most=100)
    yield hub
    hub.end()
    for thread in threading.enumerate():
        if thread.name.startswith("streams-"):
            thread.join(10)


@pytest.fixture
def connect(hub, path):
    """Ask for a stream as a server does: `connect(person)` returns the answer and our socket.

    `alter` changes what the application hands over, `to` is the stream of another weekend.
    """
    opened = []

    def start(person, *, since=None, last_id=None, alter=lambda stream: stream, to=path):
        ours, theirs = socket.socketpair()
        opened.append(ours)

        def take(post, stream, most):
            if not hub.admit(post, most):
                return False
            hub.take(Socket(theirs), alter(stream))
            return True

        answer = person.get(
            to,
            query_string={"since": since} if since else {},
            headers={"Last-Event-ID": last_id} if last_id else {},
            environ_overrides={"raceapp.hand_over": take},
        )
        if answer.status_code != 200:
            theirs.close()
        return answer, ours

    yield start
    for ours in opened:
        ours.close()


@pytest.fixture
def follow(connect, paddock, mechanic):
    """Follow the weekend from after its hello on: `follow(person, since=...)`."""
    listeners = []

    def start(person=mechanic, **more):
        answer, ours = connect(person, **more)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        listeners.append(Listener(ours))
        listeners[-1].wait_for(1)
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


@pytest.fixture
def quick(monkeypatch):
    """What is done every few seconds is done all the time."""
    for name in ("CHECK_SECONDS", "PING_SECONDS", "TICK_SECONDS"):
        monkeypatch.setattr(f"server.hub.{name}", 0.05)
    monkeypatch.setattr("server.hub.PAUSE_SECONDS", 0.05)
