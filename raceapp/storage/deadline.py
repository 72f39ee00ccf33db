"""A deadline on our side for every wait on PostgreSQL.

The server's own time-outs do not help when the server itself has stopped dead: an open
connection stays silent, and its thread would wait for ever. So each wait is noted, and one thread
looks at the waits twice a second:

- It cuts a wait that is over its time. The waiting thread finds the connection lost: 503.
- When a wait takes suspiciously long it asks the server, over a new connection, whether it is
  alive. If the server says nothing, all its waits are cut at once, and nobody waits for it until
  it answers such a question: so no request is late because it queued behind the others.
"""

import contextlib
import os
import select
import socket
import threading
import time
from collections import OrderedDict
from typing import NamedTuple

import psycopg
from psycopg.errors import ConnectionTimeout, OperationalError

SECONDS = 6.0
SUSPICIOUS = 1.5
ANSWER_WITHIN = 2.0
LOOK_EVERY = 0.5
# So long a connection that has answered is trusted without a look: any call of the kernel lets
# another thread in, which costs more than the call. Of those that the server closes meanwhile each
# costs one request a 503.
TRUSTED_SECONDS = 0.02
SILENT = "The database says nothing."


class Server:
    """A server of connections. It `is_silent` from an unanswered question until an answered one."""

    def __init__(self, args, kwargs):
        self.args, self.kwargs = args, kwargs
        self.is_silent = self.is_being_asked = False

    def ask(self) -> None:
        """Ask whether the server is alive; if it is not, cut all who wait for it."""
        try:
            self.is_silent = not self.answers()
        finally:
            self.is_being_asked = False
        if self.is_silent:
            cut_all(self)

    def answers(self) -> bool:
        try:
            connection = Connection.connect(*self.args, **self.kwargs)
        except OperationalError as error:
            return not isinstance(error, ConnectionTimeout)  # A refusal is an answer.
        try:
            connection.patience = ANSWER_WITHIN
            connection.execute("SELECT 1")
        except OperationalError:
            return False
        finally:
            connection.close()
        return True


class Wait(NamedTuple):
    """One thread's wait for an answer; times are monotonic seconds."""

    since: float
    patience: float
    descriptor: int
    server: Server | None


_waiting: dict[object, Wait] = {}
_servers: dict[str, Server] = {}
_watch_lock = threading.Lock()
_cutting = threading.Lock()
_watcher: threading.Thread | None = None


class Connection(psycopg.Connection):
    """A connection whose waits end. `patience` is in seconds; None waits for ever."""

    patience: float | None = SECONDS
    server: Server | None = None

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.made_at = self.answered_at = time.monotonic()
        # What `libpq` has prepared here: the reader of answers by the name of the statement, the
        # one used last at the end; and the statements to prepare when they come again.
        self.transformers = OrderedDict()
        self.seen = set()

    def close(self):
        self.transformers.clear()  # Each knows the connection.
        super().close()

    def _deallocate(self, name):
        # After a rollback the driver drops all prepared statements, ours too.
        if name is None:
            self.transformers.clear()
        return super()._deallocate(name)

    def wait(self, gen, *args, **kwargs):
        return self.watched(super().wait, gen, *args, **kwargs)

    def watched(self, work, *args, **kwargs):
        """Return the result of `work`, which waits for the server on this connection's socket."""
        if self.patience is None:
            return work(*args, **kwargs)
        if self.server is not None and self.server.is_silent:
            # It is not closed, since it is as good as before once the server answers again.
            raise OperationalError(SILENT)
        name = object()
        _waiting[name] = Wait(time.monotonic(), self.patience, self.pgconn.socket, self.server)
        try:
            answer = work(*args, **kwargs)
            self.answered_at = time.monotonic()
            return answer
        finally:
            if _waiting.pop(name, None) is None:
                with _cutting:  # Only after that its socket may belong to somebody else.
                    pass

    def has_hung_up(self) -> bool:
        """Tell whether the server has closed this idle connection, on which nothing else comes.

        A look takes microseconds, a question a round trip.
        """
        if time.monotonic() < self.answered_at + TRUSTED_SECONDS:
            return False
        poll = select.poll()
        poll.register(self.pgconn.socket, select.POLLIN)
        return bool(poll.poll(0))


def connect(*args, **kwargs) -> Connection:
    """Connect as psycopg does; the watch begins with the first connection of the process."""
    watch()
    name = repr((args, sorted((key, kwargs.get(key)) for key in ("host", "port", "dbname"))))
    server = _servers.setdefault(name, Server(args, kwargs))
    if server.is_silent:
        raise OperationalError(SILENT)
    try:
        connection = Connection.connect(*args, **kwargs)
    except ConnectionTimeout:
        server.is_silent = True
        raise
    connection.server = server
    return connection


def watch() -> None:
    global _watcher  # noqa: PLW0603 - one per process, made anew after a fork
    with _watch_lock:
        if _watcher is None or not _watcher.is_alive():
            _watcher = threading.Thread(target=look_again_and_again, name="deadline", daemon=True)
            _watcher.start()


def look_again_and_again() -> None:
    while True:
        time.sleep(LOOK_EVERY)
        look(time.monotonic())


def look(now: float) -> None:
    """Cut late waits, and ask every server that is silent or seems to be."""
    doubtful = {server for server in list(_servers.values()) if server.is_silent}
    for name, wait in list(_waiting.items()):
        if now > wait.since + wait.patience:
            cut(name, wait)
        elif wait.server and now > wait.since + SUSPICIOUS:
            doubtful.add(wait.server)
    for server in doubtful:
        if not server.is_being_asked:
            have_asked(server)


def have_asked(server: Server) -> None:
    """Have a server asked; where the system has no thread for that, the next look does."""
    server.is_being_asked = True
    try:
        threading.Thread(target=server.ask, name="deadline-ask", daemon=True).start()
    except RuntimeError:
        server.is_being_asked = False


def cut_all(server: Server) -> None:
    for name, wait in list(_waiting.items()):
        if wait.server is server:
            cut(name, wait)


def cut(name: object, wait: Wait) -> None:
    """Shut the socket down, so that the waiting thread reads its end. That thread closes it."""
    with _cutting:
        if _waiting.pop(name, None) is None:
            return  # The connection has just ended by itself.
        with (
            contextlib.suppress(OSError),
            socket.socket(fileno=os.dup(wait.descriptor)) as copy,
        ):
            copy.shutdown(socket.SHUT_RDWR)
