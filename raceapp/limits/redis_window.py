"""Where rate limits are counted: a storage for `limits` that answers in one round trip.

The stock storage asks Redis once to hit and once more for the headers, and the second question
takes longer the longer the window is. Here one script answers both, in constant time for a window
of any length. It counts by the clock of Redis, so the hosts' clocks need not agree.
"""

import contextvars
import functools
import hashlib
import socket
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

from limits.storage import (
    RedisClusterStorage,
    RedisSentinelStorage,
    RedisStorage,
    storage_from_string,
)
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, NoScriptError, RedisError, TimeoutError
from redis.retry import Retry

SCRIPT = (Path(__file__).parent / "moving_window.lua").read_text()
# A request that finds Redis silent waits for this twice: the stock class asks once more whether it
# is there, before it counts in this process.
TIMEOUTS = {"socket_connect_timeout": 0.2, "socket_timeout": 0.2}
NO_RETRY = Retry(NoBackoff(), 0)

_last_hit = contextvars.ContextVar("last_hit", default=None)


class OneRoundTrip:
    """Replace the two questions of a moving window by one script."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        acquired, *window = self.ask(key, limit, expiry, amount)
        _last_hit.set((key, window))
        return bool(acquired)

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest entry came, by the clock of this host, and how many there are."""
        last_key, window = _last_hit.get() or (None, None)
        _last_hit.set(None)
        if last_key != key:
            window = self.ask(key, limit, expiry, 0)[1:]
        count, age = window
        return time.time() - age / 1e6, count

    def check(self) -> bool:
        """Tell whether limits can be counted: a Redis that is full or read-only answers a ping."""
        try:
            self.ask("check", 1_000_000, 1, 1)
        except Exception:  # Whatever is wrong, Redis cannot count.
            return False
        return True

    def ask(self, key: str, limit: int, expiry: int, amount: int) -> list[int]:
        """Enter `amount` hits into a window of `expiry` seconds, unless that is over `limit`.

        Returns 1 if they were entered, how many hits there are, and the age of the oldest in
        microseconds.
        """
        return self.run_script(self.prefixed_key(key), limit, expiry * 1_000_000, amount)

    def run_script(self, key: str, *arguments: int) -> list[int]:
        if not hasattr(self, "_moving_window"):
            self._moving_window = self.get_connection().register_script(SCRIPT)
        return [int(number) for number in self._moving_window([key], arguments)]


# Each replaces the stock storage for its URL schemes.
class OneTripRedis(OneRoundTrip, RedisStorage):
    """One server: redis://, rediss://, redis+unix://.

    Every thread keeps a connection of its own: the pool, the retries and the measurements of the
    client cost more than Redis takes to answer.
    """

    STORAGE_SCHEME = RedisStorage.STORAGE_SCHEME

    def __init__(self, uri: str, **options):
        super().__init__(uri, **options)
        self._thread = threading.local()
        # A ready client may be one without a network.
        self._has_own = "connection_pool" not in options

    def run_script(self, key: str, *arguments: int) -> list[int]:
        if not self._has_own:
            return super().run_script(key, *arguments)
        if not hasattr(self._thread, "own"):
            self._thread.own = OwnConnection(self.storage.connection_pool)
        try:
            return self._thread.own.run_script(key, *arguments)
        except ConnectionError:
            # The server may have been restarted since; a new connection tells whether it is up.
            # At worst this request is counted twice, which errs on the safe side.
            return self._thread.own.run_script(key, *arguments)


class OwnConnection:
    """A connection made as the pool makes its own, but not one of the pool's.

    It opens when it is asked, and is closed after a failure, at the latest with its thread.
    """

    NAME = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

    def __init__(self, pool):
        self.connection = pool.connection_class(**pool.connection_kwargs)

    def __del__(self):
        self.connection.disconnect()

    def run_script(self, *arguments) -> list[int]:
        """Return what the script answers; raises redis-py's errors."""
        try:
            return self.ask("EVALSHA", self.NAME, 1, *arguments)
        except NoScriptError:
            return self.ask("EVAL", SCRIPT, 1, *arguments)

    def connect(self) -> None:
        """Connect, and leave the time-outs to the kernel where it sees the messages themselves.

        Python keeps a time-out by asking first whether the socket is ready, and each question lets
        another thread in, which costs more than the question.
        """
        self.connection.connect()
        sock, seconds = self.connection._get_socket(), self.connection.socket_timeout
        if type(sock) is socket.socket and seconds:  # not one of TLS
            sock.settimeout(None)
            for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
                sock.setsockopt(socket.SOL_SOCKET, option, timeval(seconds))

    def ask(self, *command) -> list[int]:
        packed = self.connection.pack_command(*command)
        try:
            if not self.connection.is_connected:
                self.connect()
            self.connection.send_packed_command(packed, check_health=False)
            return self.connection.read_response()
        except RedisError as error:
            self.connection.disconnect()
            if isinstance(error.__context__, BlockingIOError):  # The kernel reports a time-out so.
                raise TimeoutError("Redis does not answer in time.") from error
            raise


def timeval(seconds: float) -> bytes:
    """Return a time as setsockopt() takes it."""
    return struct.pack("@ll", int(seconds), int(seconds % 1 * 1_000_000))


class OneTripSentinel(OneRoundTrip, RedisSentinelStorage):
    """The master that the sentinels name: redis+sentinel://host:port,host:port/service."""

    STORAGE_SCHEME = RedisSentinelStorage.STORAGE_SCHEME


class OneTripCluster(OneRoundTrip, RedisClusterStorage):
    """A cluster: redis+cluster://host:port,host:port. Connects when first asked.

    The stock storage connects when it is made, so that a cluster out of reach would keep the
    application from starting.
    """

    STORAGE_SCHEME = RedisClusterStorage.STORAGE_SCHEME

    def __init__(self, uri: str, **options):
        self.storage = None
        self._connect = functools.partial(super().__init__, uri, **options)

    def get_connection(self, readonly: bool = False):
        if self.storage is None:
            self._connect()
        return super().get_connection(readonly)


def connector(url: str | None, redis=None) -> Callable | None:
    """Return a function that makes a client for a Redis URL of any kind; None without a URL.

    The client gives up at once. That of a cluster connects when it is made. The function returns
    a ready client as it is.
    """
    if redis is not None:
        return lambda: redis
    if not url:
        return None
    asked = {**options(url)["storage_options"], "retry": NO_RETRY}
    return lambda: storage_from_string(url, **asked).get_connection()


def options(url: str | None, redis=None) -> dict[str, object]:
    """Return the storage options of Flask-Limiter for a Redis URL or a ready client."""
    if redis is not None:
        pool = {"connection_pool": redis.connection_pool}
        return {"storage_uri": "redis://", "storage_options": pool}
    if not url:
        return {"storage_uri": "memory://"}
    # In version 2 of the protocol nothing comes that was not asked for.
    more = {**TIMEOUTS, "protocol": 2}
    if url.startswith("redis+sentinel"):
        # The client would otherwise ask each sentinel ten times over.
        more |= {"retry": NO_RETRY, "sentinel_kwargs": {**TIMEOUTS, "retry": NO_RETRY}}
    return {"storage_uri": url, "storage_options": more}


def is_shared(storage) -> bool:
    """Tell whether all processes count in the same place."""
    return isinstance(storage, OneRoundTrip)
