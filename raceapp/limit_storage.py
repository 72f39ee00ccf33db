"""Where rate limits are counted: a storage for `limits` that answers in one round trip.

The stock storage asks Redis once to hit and once more for the headers, and the second
question costs as much as the window is long. Here one script answers both, in constant time
for a window of any length. It also counts by the clock of Redis, so that the hosts'
clocks need not agree.
"""

import contextvars
import functools
import time
from pathlib import Path

from limits.storage import RedisClusterStorage, RedisSentinelStorage, RedisStorage

SCRIPT = (Path(__file__).parent / "moving_window.lua").read_text()
TIMEOUTS = {"socket_connect_timeout": 0.25, "socket_timeout": 0.25}

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

    def _ask(self, key: str, limit: int, expiry: int, amount: int) -> list[int]:
        if not hasattr(self, "_moving_window"):
            self._moving_window = self.get_connection().register_script(SCRIPT)
        answer = self._moving_window([self.prefixed_key(key)], [limit, expiry * 1_000_000, amount])
        return [int(number) for number in answer]


# Each takes the place of the stock storage for its URL schemes.
class OneTripRedis(OneRoundTrip, RedisStorage):
    """One server: redis://, rediss://, redis+unix://."""

    STORAGE_SCHEME = RedisStorage.STORAGE_SCHEME


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
    return {"storage_uri": url, "storage_options": dict(TIMEOUTS)}


def is_shared(storage) -> bool:
    """Tell whether all processes count in the same place."""
    return isinstance(storage, OneRoundTrip)
