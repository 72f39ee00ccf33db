"""Somebody who follows a weekend live, and keeps what came and when."""

import json
import socket
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

PATIENCE = 20


@dataclass(frozen=True)
class Message:
    """An event as WHATWG has it, with the moment at which it came."""

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
    """Reads a stream until it ends: then `is_over` is set."""

    def __init__(self, url: str, token: str, event_id: int, *, since=None, last_id=None):
        super().__init__(daemon=True)
        self.messages: list[Message] = []
        self.comments: list[float] = []
        self.grown = threading.Condition()
        self.is_over = threading.Event()
        query = f"?since={since}" if since else ""
        head = f"GET /v1/events/{event_id}/stream{query} HTTP/1.1\r\nHost: x\r\n"
        head += f"Authorization: Bearer {token}\r\n"
        head += f"Last-Event-ID: {last_id}\r\n" if last_id else ""
        address = urlsplit(url)
        self.socket = socket.create_connection((address.hostname, address.port), timeout=PATIENCE)
        self.socket.sendall(f"{head}\r\n".encode())
        self.file = self.socket.makefile("rb")
        lines = [line.decode().rstrip("\r\n") for line in iter(self.file.readline, b"\r\n")]
        self.status = int(lines[0].split()[1]) if lines else None
        self.headers = {
            name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])
        }
        if self.status == 200:
            self.start()

    def run(self) -> None:
        lines: list[str] = []
        try:
            for line in self.file:
                lines = self.take_in(line.decode().rstrip("\n"), lines)
        except OSError:
            pass
        finally:
            self.is_over.set()

    def take_in(self, line: str, lines: list[str]) -> list[str]:
        now = time.monotonic()
        if line.startswith(":"):
            self.comments.append(now)
        elif line:
            return lines if line.startswith("retry:") else [*lines, line]
        elif lines:
            with self.grown:
                self.messages.append(parsed(lines, now))
                self.grown.notify_all()
        return []

    @property
    def changes(self) -> list[Message]:
        return [message for message in self.messages if message.event == "change"]

    def wait_for(self, count: int, seconds: float = PATIENCE) -> list[Message]:
        """Return the messages, once so many have come."""
        with self.grown:
            self.grown.wait_for(lambda: len(self.messages) >= count, seconds)
        assert len(self.messages) >= count, self.messages
        return self.messages

    def wait_for_change(self, subject: tuple[str, int], seconds: float = PATIENCE) -> Message:
        def find():
            return next((one for one in self.changes if one.subject == subject), None)

        with self.grown:
            found = self.grown.wait_for(find, seconds)
        assert found, (subject, self.messages)
        return found

    def close(self) -> None:
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.is_over.wait(PATIENCE)
        self.file.close()
        self.socket.close()
