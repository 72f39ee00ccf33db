"""What the server asks the application, for readers who keep a connection open.

The server knows connections and bytes, and of a stream only its `channel`, `place`, `head`,
`until` and `hello`. It asks for everything else here, from a thread of its own, and for reads from
the database within `reading()`.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask, current_app

from raceapp.storage.engines import OnlyReading
from raceapp.stream import letters, service
from raceapp.telemetry import metrics


class Post:
    ping = letters.PING
    read = staticmethod(letters.read)
    grown = staticmethod(service.grown)
    unwelcome = staticmethod(service.unwelcome)

    def __init__(self, app: Flask):
        self.app = app

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Lend this block a database connection to read with."""
        with self.app.app_context(), OnlyReading(True):
            yield

    def listen(
        self, wanted: Callable[[], frozenset[int] | None], hear: Callable[[int], None]
    ) -> None:
        """Call `hear` with each of the `wanted` channels that may have grown, until it is None."""
        self.app.extensions["bell"].listen(wanted, hear)

    @staticmethod
    def count_open(change: int) -> None:
        metrics.streams.inc(change)

    @staticmethod
    def count_sent(number: int) -> None:
        metrics.stream_messages.inc(number)

    @staticmethod
    def count_cut(reason: str) -> None:
        metrics.streams_cut.labels(reason).inc()


def of_app() -> Post:
    """Return the Post of the present application, always the same."""
    return current_app.extensions["post"]


def init_app(app: Flask) -> None:
    app.extensions["post"] = Post(app)
