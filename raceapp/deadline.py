"""A deadline on our side for every wait on PostgreSQL.

The server's own time-outs do not help when the server itself has stopped dead: a connection
that is open stays silent for good, and with it the thread. So each wait notes when it has to
be over; one thread looks twice a second and cuts the connections that are late. The waiting
thread then finds its connection lost and answers 503.
"""

import os
import socket
import threading
import time

import psycopg

SECONDS = 6.0
LOOK_EVERY = 0.5

_waiting: dict[int, tuple[float, int]] = {}
_watch_lock = threading.Lock()
_watcher: threading.Thread | None = None


class Connection(psycopg.Connection):
    """A connection whose waits end. `patience` is in seconds; None waits for ever."""

    patience: float | None = SECONDS

    def wait(self, gen, *args, **kwargs):
        if self.patience is None:
            return super().wait(gen, *args, **kwargs)
        # A wait may begin and end on one thread only, so the thread names it.
        name = threading.get_ident()
        _waiting[name] = (time.monotonic() + self.patience, self.pgconn.socket)
        try:
            return super().wait(gen, *args, **kwargs)
        finally:
            _waiting.pop(name, None)


def connect(*args, **kwargs) -> Connection:
    """Connect as psycopg does; the watch begins with the first connection of the process."""
    watch()
    return Connection.connect(*args, **kwargs)


def watch() -> None:
    global _watcher  # noqa: PLW0603 - one per process, made anew after a fork
    with _watch_lock:
        if _watcher is None or not _watcher.is_alive():
            _watcher = threading.Thread(target=cut_the_late, name="deadline", daemon=True)
            _watcher.start()


def cut_the_late() -> None:
    while True:
        time.sleep(LOOK_EVERY)
        now = time.monotonic()
        for name, (deadline, descriptor) in list(_waiting.items()):
            if now > deadline:
                _waiting.pop(name, None)
                cut(descriptor)


def cut(descriptor: int) -> None:
    """Shut the socket down, so that whoever waits for it reads its end. Closing is theirs."""
    try:
        with socket.socket(fileno=os.dup(descriptor)) as copy:
            copy.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # It ended by itself just now.
