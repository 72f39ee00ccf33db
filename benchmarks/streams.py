"""What streams cost: `make bench-streams`. Many follow one weekend, all from one worker.

It prints the cost of opening streams, their cost while nothing happens, the cost of a message to
all of them, the write included, and how much slower plain requests become.
"""

import argparse
import contextlib
import http.client
import selectors
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import psutil
from servers import Valkey

from benchmarks import project
from benchmarks.services import SafePostgres, cpu_seconds

PLAIN_CALLS = 400
PATIENCE = 60  # seconds


class Crowd(threading.Thread):
    """Readers who count the messages that have come, all in one thread."""

    def __init__(self, url: str, token: str, event_id: int):
        super().__init__(daemon=True)
        self.address = urlsplit(url).hostname, urlsplit(url).port
        head = f"GET /v1/events/{event_id}/stream HTTP/1.1\r\nHost: x\r\n"
        self.request = f"{head}Authorization: Bearer {token}\r\n\r\n".encode()
        self.selector = selectors.DefaultSelector()
        self.came, self.ended = 0, 0
        self.last_at = 0.0
        self.start()

    def add(self) -> None:
        reader = socket.create_connection(self.address)
        reader.sendall(self.request)
        received = b""
        while b"event: hello" not in received:
            came = reader.recv(65536)
            if not came:
                sys.exit(f"No stream: {received.decode()}")
            received += came
        self.selector.register(reader, selectors.EVENT_READ)

    def run(self) -> None:
        while True:
            for key, _ in self.selector.select(0.05):
                received = key.fileobj.recv(65536)
                self.came += received.count(b"event: change")
                self.last_at = time.monotonic()
                if not received:
                    self.ended += 1
                    self.selector.unregister(key.fileobj)

    def wait_for(self, count: int) -> float:
        """Return when the last of so many messages came; exit if they do not come."""
        over_at = time.monotonic() + PATIENCE
        while self.came < count:
            if time.monotonic() > over_at:
                sys.exit(f"{self.came} of {count} messages have come.")
            time.sleep(0.001)
        return self.last_at


class Measured:
    """The worker of the server: the CPU that it spends and the memory that it has."""

    def __init__(self, pid: int):
        self.pid = psutil.Process(pid).children()[0].pid

    def memory(self) -> tuple[float, float]:
        found = psutil.Process(self.pid).memory_full_info()
        return found.rss / 1e6, found.uss / 1e6

    def cpu(self, work: Callable[[], object]) -> float:
        """Return the milliseconds of CPU that the worker spends while `work` runs."""
        before = cpu_seconds(self.pid)
        work()
        return (cpu_seconds(self.pid) - before) * 1000


def main() -> None:
    options = read_options()
    with contextlib.ExitStack() as stack:
        servers = [SafePostgres(), Valkey()]
        for server in servers:
            stack.callback(server.close)
        project.SETTINGS["WEB_CONCURRENCY"] = "1"
        server, place = project.start(*servers, tasks=300)
        stack.callback(server.close)
        for line in measure(server, place, options):
            print(line)


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--seconds", type=int, default=10)
    return parser.parse_args()


def measure(server, place: project.Place, options):
    worker = Measured(server.pid)
    write = writer(place)
    write()
    alone, memory = plain_seconds(place), worker.memory()
    writing = worker.cpu(lambda: [write() for _ in range(options.messages)]) / options.messages
    crowd = Crowd(server.url, place.boss.token, place.event_id)
    opening = worker.cpu(lambda: [crowd.add() for _ in range(options.readers)])
    yield f"{options.readers} streams, {opening / options.readers:.2f} ms of CPU to open one"
    more = [now - before for now, before in zip(worker.memory(), memory, strict=True)]
    yield f"memory: {more[0]:.1f} MB more, {more[1]:.1f} MB of it the worker's own"
    idle = worker.cpu(lambda: time.sleep(options.seconds)) / options.seconds / 10
    yield f"CPU while nothing happens: {idle:.2f} %"
    came, took = crowd.came, []

    def tell_all():
        for number in range(1, options.messages + 1):
            answered_at = write()
            took.append(crowd.wait_for(came + number * options.readers) - answered_at)

    each = worker.cpu(tell_all) / options.messages
    yield f"CPU of a message to all: {each:.1f} ms, of which the write is {writing:.1f} ms"
    yield f"from the answer to the last reader: median {statistics.median(took) * 1000:.0f} ms"
    beside = plain_seconds(place, lambda: write())
    yield f"a plain request: median {alone * 1000:.2f} ms, with them {beside * 1000:.2f} ms"
    yield f"streams that ended meanwhile: {crowd.ended}"


def writer(place: project.Place) -> Callable[[], float]:
    """Return a function that changes a task, and returns when it was answered."""
    task_id, numbers = place.task_ids[0], iter(range(sys.maxsize))

    def write() -> float:
        body = {"title": f"Bench change {next(numbers)}"}
        place.reader.call("PATCH", f"/v1/tasks/{task_id}", body)
        return time.monotonic()

    return write


def plain_seconds(place: project.Place, now_and_then: Callable[[], object] = lambda: None) -> float:
    """Return the median of plain reads, over a kept connection; something else once a second."""
    connection = http.client.HTTPConnection(urlsplit(place.reader.url).netloc)
    headers = {"Authorization": f"Bearer {place.reader.token}"}
    took, due = [], time.monotonic()
    for number in range(PLAIN_CALLS):
        if time.monotonic() > due:
            now_and_then()
            due += 1
        began = time.monotonic()
        path = f"/v1/tasks/{place.task_ids[number % len(place.task_ids)]}"
        connection.request("GET", path, headers=headers)
        connection.getresponse().read()
        took.append(time.monotonic() - began)
    connection.close()
    return statistics.median(took)


if __name__ == "__main__":
    main()
