"""The doorbell: it says in every process that the record of a weekend has grown, and no more.

A commit rings it. A thread tells Redis, at once for all weekends rung meanwhile, so no request
waits for it. The record has what changed: if nobody hears a bell, readers wait some seconds and
miss no message.
"""

import logging
import threading
import time
from collections.abc import Callable, Collection
from contextlib import closing
from functools import cached_property

from flask import Flask, current_app

from raceapp.history.chain import grown
from raceapp.limits import redis_window
from raceapp.telemetry import metrics

PREFIX = "raceapp:event:"
# How often a listener looks for other weekends to listen for, and asks whether Redis is there.
TURN_SECONDS, ASK_SECONDS, SILENT_SECONDS = 0.1, 5, 10
PAUSE_SECONDS = 0.5
# Between two rings. Of hundreds of writes a second each would otherwise wake the thread and Redis.
REST_SECONDS = 0.1
log = logging.getLogger(__name__)


class Bell:
    """Rings and listens through the client that `connect` makes; without one it does neither."""

    def __init__(self, connect: Callable | None):
        self.connect = connect
        self.rung: set[int] = set()
        self.waiting = threading.Condition()
        self.thread: threading.Thread | None = None

    @cached_property
    def client(self):
        """The client. It is made when first needed: the application starts without Redis."""
        return self.connect()

    def ring(self, event_ids: Collection[int]) -> None:
        """Have Redis told that the records of these weekends have grown."""
        if self.connect is None:
            return
        with self.waiting:
            self.rung.update(event_ids)
            if self.thread is None:
                self.thread = started(self.go_round)
            self.waiting.notify()

    def go_round(self) -> None:
        while True:
            with self.waiting:
                self.waiting.wait_for(lambda: self.rung)
                rung, self.rung = self.rung, set()
            self.publish(rung)
            time.sleep(REST_SECONDS)

    def publish(self, event_ids: Collection[int]) -> None:
        """Tell Redis; if it does not answer, count that and pause."""
        try:
            for event_id in event_ids:
                self.client.publish(f"{PREFIX}{event_id}", "")
        except Exception:  # Whatever is wrong, no request has failed.
            metrics.bells_unheard.inc()
            time.sleep(PAUSE_SECONDS)

    def listen(
        self, wanted: Callable[[], frozenset[int] | None], hear: Callable[[int], None]
    ) -> None:
        """Call `hear` for each of the `wanted` weekends that is rung, until `wanted` returns None.

        It calls `hear` too when a bell may have been missed: when it begins to listen for a
        weekend, and after Redis was away. An outage is logged once.
        """
        is_silent = False

        def heard(event_id: int) -> None:
            nonlocal is_silent
            is_silent = False
            hear(event_id)

        while self.connect is not None and wanted() is not None:
            try:
                with closing(self.client.pubsub()) as pubsub:
                    attend(pubsub, wanted, heard)
            except Exception as error:
                if not is_silent:
                    log.info("the bell is silent: %s", type(error).__name__)
                is_silent = True
                time.sleep(PAUSE_SECONDS)


def started(go_round: Callable[[], None]) -> threading.Thread | None:
    """Return the thread that tells Redis, None where the system has none left.

    The caller has committed already and must not fail: the next ring tries again.
    """
    thread = threading.Thread(target=go_round, name="bell", daemon=True)
    try:
        thread.start()
    except RuntimeError as error:
        metrics.bells_unheard.inc()
        log.warning("the bell is silent: %s", error)
        return None
    return thread


def attend(pubsub, wanted, hear) -> None:
    """Listen until `wanted` returns None; raises once Redis is lost."""
    heard_at = asked_at = time.monotonic()
    listened: frozenset[int] = frozenset()
    while (names := wanted()) is not None:
        tune(pubsub, listened, names)
        listened = names
        message = pubsub.get_message(timeout=TURN_SECONDS)
        now = time.monotonic()
        if message is not None or not listened:
            heard_at = now
        if message is not None and message["type"] in ("subscribe", "message"):
            hear(weekend_of(message["channel"]))
        if listened and now > asked_at + ASK_SECONDS:
            asked_at = now
            pubsub.ping()
        if now > heard_at + SILENT_SECONDS:
            raise TimeoutError("Redis says nothing.")


def tune(pubsub, listened: frozenset[int], wanted: frozenset[int]) -> None:
    """Listen for the wanted weekends and for no others."""
    if new := wanted - listened:
        pubsub.subscribe(*(f"{PREFIX}{event_id}" for event_id in new))
    if old := listened - wanted:
        pubsub.unsubscribe(*(f"{PREFIX}{event_id}" for event_id in old))


def weekend_of(channel: bytes | str) -> int:
    name = channel.decode() if isinstance(channel, bytes) else channel
    return int(name.removeprefix(PREFIX))


@grown.connect
def ring(event_ids: Collection[int]) -> None:
    current_app.extensions["bell"].ring(event_ids)


def init_app(app: Flask, redis=None) -> None:
    app.extensions["bell"] = Bell(redis_window.connector(app.config["REDIS_URL"], redis))
