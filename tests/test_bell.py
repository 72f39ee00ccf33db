"""The doorbell: rung after a commit, heard in every process, and never in anybody's way."""

import itertools
import threading
import time

import pytest
from listener import wait_until
from prometheus_client import REGISTRY
from redis.exceptions import ConnectionError

from raceapp.limits import redis_window
from raceapp.stream import bell

PATIENCE = 10


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(bell, "PAUSE_SECONDS", 0.01)


class Ears:
    """Listens for some weekends in a thread, until it is closed."""

    def __init__(self, found: bell.Bell, *event_ids: int):
        self.wanted, self.heard = frozenset(event_ids), []
        self.came = threading.Condition()
        self.thread = threading.Thread(target=found.listen, args=(lambda: self.wanted, self.hear))
        self.thread.start()

    def hear(self, event_id):
        with self.came:
            self.heard.append(event_id)
            self.came.notify_all()

    def wait_until(self, *event_ids):
        with self.came:
            assert self.came.wait_for(lambda: self.heard == [*event_ids], PATIENCE), self.heard

    def close(self):
        self.wanted = None
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()


@pytest.fixture
def listen(app):
    opened = []

    def start(*event_ids, found=None):
        opened.append(Ears(found or app.extensions["bell"], *event_ids))
        return opened[-1]

    yield start
    for ears in opened:
        ears.close()


@pytest.fixture
def ring(app):
    return lambda *event_ids: app.extensions["bell"].ring(event_ids)


def test_the_bell_is_heard_by_who_listens_for_that_weekend(listen, ring):
    ears, others = listen(1), listen(2)
    ears.wait_until(1)  # From the first moment on: what was before may have been missed.
    others.wait_until(2)

    ring(1)

    ears.wait_until(1, 1)
    assert others.heard == [2]


def test_who_is_not_wanted_any_more_is_not_listened_for(listen, ring):
    ears = listen(1)
    ears.wait_until(1)
    ears.wanted = frozenset({2})
    ears.wait_until(1, 2)

    ring(1, 2)

    ears.wait_until(1, 2, 2)


class Redis:
    """Does what it is told: each call of `publish` or `get_message` is one of its deeds."""

    def __init__(self, *deeds):
        self.deeds = itertools.chain(deeds, itertools.repeat(lambda: None))
        self.asked = []

    def publish(self, name, _text):
        self.asked.append(name)
        return next(self.deeds)()

    def pubsub(self):
        return self

    def subscribe(self, *names):
        self.asked.append(names)

    def get_message(self, timeout):
        return next(self.deeds)()

    def ping(self):
        self.asked.append("ping")

    def close(self):
        pass


def lost():
    raise ConnectionError("gone")


def unheard():
    return REGISTRY.get_sample_value("raceapp_stream_bells_unheard_total")


def test_a_bell_that_cannot_be_rung_is_counted_and_the_next_one_rings():
    before, redis = unheard(), Redis(lost)
    found = bell.Bell(lambda: redis)

    found.publish([1])
    found.publish([2])

    assert redis.asked == ["raceapp:event:1", "raceapp:event:2"]
    assert unheard() == before + 1


def test_however_many_commit_the_bell_rests_between_two_rings():
    moments = []

    def commit_again():
        moments.append(time.monotonic())
        if len(moments) < 5:
            found.ring([1])

    found = bell.Bell(lambda: Redis(*[commit_again] * 5))

    found.ring([1])

    wait_until(lambda: len(moments) == 5)
    assert moments[-1] - moments[0] >= 4 * bell.REST_SECONDS


def test_who_loses_redis_listens_anew(listen):
    redis = Redis(lost)

    ears = listen(1, found=bell.Bell(lambda: redis))

    wait_until(lambda: len(redis.asked) > 1)
    ears.close()
    assert redis.asked[:2] == [("raceapp:event:1",)] * 2


def test_an_outage_of_redis_is_logged_once_until_it_is_heard_again(listen, caplog):
    caplog.set_level("INFO", "raceapp.stream.bell")
    redis = Redis(lost, lost, confirmed, lost, lost)

    ears = listen(1, found=bell.Bell(lambda: redis))

    wait_until(lambda: len(redis.asked) > 4)
    ears.close()
    assert caplog.messages.count("the bell is silent: ConnectionError") == 2


def confirmed():
    return {"type": "subscribe", "channel": b"raceapp:event:1"}


def test_a_redis_that_says_nothing_is_asked_and_then_left(listen, monkeypatch):
    monkeypatch.setattr(bell, "ASK_SECONDS", 0)
    monkeypatch.setattr(bell, "SILENT_SECONDS", 0)
    redis = Redis()

    ears = listen(1, found=bell.Bell(lambda: redis))

    wait_until(lambda: redis.asked.count(("raceapp:event:1",)) > 1)
    ears.close()
    assert "ping" in redis.asked


@pytest.mark.parametrize("scheme", ["redis", "redis+sentinel", "redis+cluster"])
def test_a_redis_out_of_reach_does_not_stop_the_start(scheme):
    before, path = unheard(), "/name" if scheme == "redis+sentinel" else ""
    found = bell.Bell(redis_window.connector(f"{scheme}://127.0.0.1:1{path}"))

    found.publish([1])

    assert unheard() == before + 1


def test_without_a_redis_nothing_rings():
    found = bell.Bell(None)

    found.ring([1])

    assert found.thread is None
    assert found.listen(frozenset, print) is None


def test_a_bell_that_gets_no_thread_fails_nobody_and_tries_again(monkeypatch):
    before, redis = unheard(), Redis()
    found = bell.Bell(lambda: redis)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refused)
        found.ring([1])
    found.ring([2])

    wait_until(lambda: len(redis.asked) == 2)
    assert {*redis.asked} == {"raceapp:event:1", "raceapp:event:2"}
    assert unheard() == before + 1


def refused(_thread):
    raise RuntimeError("can't start new thread")
