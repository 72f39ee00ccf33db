"""What streams stand on falls ill: they live on, and whoever follows misses nothing."""

import time

import pytest
from helpers import eventually
from listener import listen

# Promised are 6 seconds without Redis; a busy machine takes some more.
WITHOUT_REDIS, BUSY = 6, 4
SILENT_AT_MOST = 15


@pytest.fixture
def listener(place):
    listener = listen(place.server.url, place.token, place.event_id)
    yield listener
    listener.close()


def seconds_to_hear_of_a_task(place, listener) -> float:
    task_id = place.task_id()
    answered_at = time.monotonic()
    return listener.wait_for_change("task", task_id).at - answered_at


def assert_nothing_was_missed(place, listener) -> None:
    """Whoever follows from the same place on hears the same."""
    again = listen(place.server.url, place.token, place.event_id, last_id=listener.messages[0].id)
    again.wait_for(len(listener.messages))
    again.close()
    assert again.subjects == listener.subjects


@pytest.mark.parametrize(
    ("fall_ill", "recover"), [("stop", "go_on"), ("hang", "wake")], ids=["refused", "hung"]
)
def test_without_redis_changes_come_later_and_with_it_at_once(place, listener, fall_ill, recover):
    getattr(place.valkey, fall_ill)()
    late = [seconds_to_hear_of_a_task(place, listener) for _ in range(3)]
    getattr(place.valkey, recover)()

    assert max(late) < WITHOUT_REDIS + BUSY
    eventually(lambda: seconds_to_hear_of_a_task(place, listener) < 0.5, seconds=40)
    assert not listener.is_over.is_set()
    assert_nothing_was_missed(place, listener)


@pytest.mark.parametrize(
    ("fall_ill", "recover"), [("stop", "go_on"), ("hang", "wake")], ids=["refused", "hung"]
)
def test_streams_live_on_while_the_database_is_away(place, listener, fall_ill, recover):
    seconds_to_hear_of_a_task(place, listener)
    getattr(place.database, fall_ill)()
    began = time.monotonic()
    listener.wait_until(lambda: [at for at in listener.comments if at > began + SILENT_AT_MOST], 40)
    getattr(place.database, recover)()

    moments = [began, *(at for at in listener.comments if at > began)]
    gaps = [after - before for before, after in zip(moments, moments[1:], strict=False)]
    assert max(gaps) < SILENT_AT_MOST
    eventually(lambda: place.readiness() == (200, "ready"), seconds=40)
    assert seconds_to_hear_of_a_task(place, listener) < WITHOUT_REDIS + BUSY
    assert_nothing_was_missed(place, listener)
