"""Where rate limits are counted: a storage for `limits` that answers in one round trip.

The stock storage asks Redis once to hit and once more for the headers, and the second
question costs as much as the window is long. Here one script answers both, in constant time
for a window of any length. It also counts by the clock of Redis, so that the hosts'
clocks need not agree.
"""

import contextvars
import functools
import hashlib
import threading
import time
from pathlib import Path

from limits.storage import RedisClusterStorage, RedisSentinelStorage, RedisStorage
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError, NoScriptError, TimeoutError
from redis.retry import Retry

SCRIPT = (Path(__file__).parent / "moving_window.lua").read_text()
TIMEOUTS = {"socket_connect_timeout": 0.25, "socket_timeout": 0.25}
NO_RETRY = Retry(NoBackoff(), 0)

_last_hit = contextvars.ContextVar("last_hit", default=None)


class OneRoundTrip:
    """Replace the two questions of a moving window by one script."""

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        acquired, *window = self._ask(key, limit, expiry, amount)
        _last_hit.set((key, window))
        return bool(acquired)

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest entry came, by the clock of this host, and how many there are."""
        last_key, window = _last_hit.get() or (None, None)
        _last_hit.set(None)
        if last_key != key:
            window = self._ask(key, limit, expiry, 0)[1:]
        count, age = window
        return time.time() - age / 1e6, count

    def check(self) -> bool:
        """Tell whether limits can be counted: a Redis that is full or read-only answers a ping."""
        try:
            self._ask("check", 1_000_000, 1, 1)
        except Exception:  # Whatever is wrong, it can't be counted there.
            return False
        return True

    def _ask(self, key: str, limit: int, expiry: int, amount: int) -> list[int]:
        if not hasattr(self, "_moving_window"):
            self._moving_window = self.get_connection().register_script(SCRIPT)
        answer = self._moving_window([self.prefixed_key(key)], [limit, expiry * 1_000_000, amount])
        return [int(number) for number in answer]


# Each takes the place of the stock storage for its URL schemes.
class OneTripRedis(OneRoundTrip, RedisStorage):
    """One server: redis://, rediss://, redis+unix://.

    Every thread keeps a connection of its own: the pool, the retries and the measurements of
    the client cost several times what Redis takes to answer.
    """

    STORAGE_SCHEME = RedisStorage.STORAGE_SCHEME
    SCRIPT_NAME = hashlib.sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()

    def __init__(self, uri: str, **options):
        super().__init__(uri, **options)
        self._thread = threading.local()

    def _ask(self, key: str, limit: int, expiry: int, amount: int) -> list[int]:
        arguments = (1, self.prefixed_key(key), limit, expiry * 1_000_000, amount)
        try:
            return self._call("EVALSHA", self.SCRIPT_NAME, *arguments)
        except NoScriptError:
            return self._call("EVAL", SCRIPT, *arguments)

    def _call(self, *command) -> list[int]:
        own = getattr(self._thread, "own", None)
        if own is not None:
            try:
                return self._exchange(own.connection, command)
            except ConnectionError:
                # The server has been restarted since. A new connection tells whether it is up;
                # counting this request twice, should it come to that, errs on the safe side.
                pass
        self._thread.own = OwnConnection(self.storage.connection_pool)
        return self._exchange(self._thread.own.connection, command)

    def _exchange(self, connection, command) -> list[int]:
        try:
            connection.connect()
            connection.send_command(*command, check_health=False)
            return connection.read_response()
        except (ConnectionError, TimeoutError):
            self._thread.own = None
            raise


class OwnConnection:
    """A connection made as the pool makes its own, but not one of the pool's.

    It is closed when nobody holds it any more, at the latest with the thread it belongs to.
    """

    def __init__(self, pool):
        self.connection = pool.connection_class(**pool.connection_kwargs)

    def __del__(self):
        self.connection.disconnect()


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


def options(url: str | None, redis=None) -> dict[str, object]:
    """Return the storage options of Flask-Limiter for a Redis URL or a ready client."""
    if redis is not None:
        pool = {"connection_pool": redis.connection_pool}
        return {"storage_uri": "redis://", "storage_options": pool}
    if not url:
        return {"storage_uri": "memory://"}
    more = dict(TIMEOUTS)
    if url.startswith("redis+sentinel"):
        # The client would otherwise ask each sentinel ten times over.
        more |= {"retry": NO_RETRY, "sentinel_kwargs": {**TIMEOUTS, "retry": NO_RETRY}}
    return {"storage_uri": url, "storage_options": more}


def is_shared(storage) -> bool:
    """Tell whether all processes count in the same place."""
    return isinstance(storage, OneRoundTrip)
