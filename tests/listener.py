"""Somebody who follows a weekend live, and keeps what came and when."""

import contextlib
import http.client
import json
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from prometheus_client import REGISTRY

PATIENCE = 20


@dataclass(frozen=True)
class Message:
    """A server-sent event, with the moment at which it came."""

    event: str
    id: str
    data: dict
    at: float

    @property
    def subject(self) -> tuple[str, int]:
        return self.data["kind"], self.data["id"]


def parsed(lines: list[str], at: float) -> Message:
    fields = dict(line.split(": ", 1) for line in lines)
    return Message(fields["event"], fields["id"], json.loads(fields["data"]), at)


class Listener(threading.Thread):
    """Reads a stream from a socket until it ends: then `is_over` is set."""

    def __init__(self, sock: socket.socket, file=None):
        super().__init__(daemon=True)
        self.socket, self.file = sock, file or sock.makefile("rb")
        self.messages: list[Message] = []
        self.comments: list[float] = []
        self.grown = threading.Condition()
        self.is_over = threading.Event()
        self.is_cut_short = False
        self.rest: list[str] = []
        self.start()

    def run(self) -> None:
        try:
            for line in self.file:
                self.take_in(line.decode().removesuffix("\n"))
        except (OSError, http.client.HTTPException):
            self.is_cut_short = True
        finally:
            self.is_over.set()

    def take_in(self, line: str) -> None:
        if line.startswith(":"):
            with self.grown:
                self.comments.append(time.monotonic())
                self.grown.notify_all()
        elif line and not line.startswith("retry:"):
            self.rest.append(line)
        elif self.rest and not line:
            with self.grown:
                self.messages.append(parsed(self.rest, time.monotonic()))
                self.grown.notify_all()
            self.rest = []

    @property
    def changes(self) -> list[Message]:
        return [message for message in self.messages if message.event == "change"]

    @property
    def subjects(self) -> list[tuple[str, int]]:
        return [change.subject for change in self.changes]

    def wait_until(self, holds: Callable[[], object], seconds: float = PATIENCE) -> None:
        with self.grown:
            assert self.grown.wait_for(holds, seconds), self.messages

    def wait_for(self, count: int, seconds: float = PATIENCE) -> list[Message]:
        """Return the messages, once so many have come."""
        self.wait_until(lambda: len(self.messages) >= count, seconds)
        return self.messages

    def wait_for_change(self, kind: str, own_id: int, seconds: float = PATIENCE) -> Message:
        self.wait_until(lambda: (kind, own_id) in self.subjects, seconds)
        return next(change for change in self.changes if change.subject == (kind, own_id))

    def ends_within(self, seconds: float) -> bool:
        return self.is_over.wait(seconds)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.is_over.wait(PATIENCE)
        self.file.close()
        self.socket.close()


@dataclass(frozen=True)
class Answer:
    """What a server said to who asked for a stream; `listener` where there is one."""

    status: int
    headers: dict[str, str]
    listener: Listener | None


def ask(url: str, token: str, event_id: int, *, since=None, last_id=None) -> Answer:
    """Ask a server for a stream."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
    headers = {"Authorization": f"Bearer {token}"} | ({"Last-Event-ID": last_id} if last_id else {})
    query = f"?since={since}" if since else ""
    connection.request("GET", f"/v1/events/{event_id}/stream{query}", headers=headers)
    sock = connection.sock
    response = connection.getresponse()
    found = {name.lower(): value for name, value in response.headers.items()}
    if response.status == 200:
        return Answer(200, found, Listener(sock, response))
    response.close()
    connection.close()
    return Answer(response.status, found, None)


def listen(*args, **more) -> Listener:
    """Follow a weekend on a server, from after its hello on."""
    answer = ask(*args, **more)
    assert answer.status == 200, answer
    answer.listener.wait_for(1)
    return answer.listener


def ended(reason: str) -> float:
    """Return how many streams of this process have ended for the reason."""
    return REGISTRY.get_sample_value("raceapp_streams_cut_total", {"reason": reason}) or 0


def wait_until(holds: Callable[[], object]) -> None:
    """Look again and again until it holds, for ten seconds at most."""
    ticks = threading.Event()
    assert any(holds() or ticks.wait(0.01) for _ in range(1000))
