"""Processes die under load: what was confirmed is there, and whoever was being served is told."""

import time
from contextlib import closing

import psutil
import pytest
from helpers import eventually
from pressure import NOT_TOLD


@pytest.fixture
def server(place):
    """A server of this test's own, on the installation of all."""
    with closing(place.gunicorn()) as server:
        yield server


def workers(server):
    return psutil.Process(server.pid).children()


def test_a_worker_killed_under_load_loses_only_what_it_was_doing(place, server):
    with place.load(server.url) as load:
        for _ in range(2):
            workers(server)[0].kill()
            load.wait_for_answers()

    unanswered = [answer for answer in load.answers if answer.status is NOT_TOLD]
    assert load.told - {NOT_TOLD} <= {200, 201}
    assert len(unanswered) <= 2 * len(load.threads)
    eventually(lambda: len(workers(server)) == 2)
    place.compare(load)


@pytest.mark.parametrize("keep_alive", [True, False], ids=["kept-alive", "new-connections"])
def test_a_stop_under_load_answers_every_request_it_has_taken(place, server, keep_alive):
    with place.load(server.url, keep_alive=keep_alive) as load:
        start = time.monotonic()
        psutil.Process(server.pid).terminate()
        eventually(lambda: not workers_left(server))

    cut_off = [answer.headers["error"] for answer in load.answers if answer.status is NOT_TOLD]
    assert load.told - {NOT_TOLD} <= {200, 201}
    assert [error for error in cut_off if "refused" not in error] == []
    assert time.monotonic() - start < 30
    place.compare(load)


def workers_left(server):
    try:
        return psutil.Process(server.pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
