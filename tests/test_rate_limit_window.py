"""The window that counts calls: it slides, workers share it, and a silent Redis stops nobody."""

import json
import os
import signal
import time
from collections import Counter
from contextlib import closing
from dataclasses import replace
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from redis.exceptions import TimeoutError
from servers import Valkey

from raceapp.limits import redis_window
from raceapp.limits.redis_window import OneTripRedis


def test_a_window_slides(postgres_only, make_app, mechanic):
    person = replace(mechanic, app=make_app(RATELIMIT_TASKS="3/second"))
    passed, end = [], time.time() + 2.3

    while time.time() < end:
        asked = time.time()
        if person.get("/v1/tasks").status_code == 200:
            passed.append((asked, time.time()))

    assert len(passed) >= 6
    assert all(late[1] - early[0] >= 0.99 for early, late in zip(passed, passed[3:], strict=False))


def test_two_workers_share_one_budget(gunicorn_server, mechanic, parallel):
    server = gunicorn_server(RATELIMIT_TASKS="10/minute")
    request = Request(
        f"{server.url}/v1/tasks", headers={"Authorization": f"Bearer {mechanic.token}"}
    )

    statuses = parallel(lambda: status_of(request), 20)

    assert Counter(statuses) == {200: 10, 429: 10}


def status_of(request):
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status
    except HTTPError as refusal:
        with refusal:
            assert json.load(refusal)["status"] == refusal.code
            return refusal.code


@pytest.mark.parametrize(("query", "seconds"), [("", 0.2), ("?socket_timeout=0.05", 0.05)])
def test_a_redis_that_says_nothing_is_asked_once_and_not_for_long(query, seconds):
    with closing(Valkey()) as valkey:
        counted = OneTripRedis(valkey.url + query, **redis_window.TIMEOUTS, protocol=2)
        assert counted.ask("key", 10, 60, 1) == [1, 1, 0]
        os.kill(valkey.pid, signal.SIGSTOP)
        began = time.monotonic()
        try:
            with pytest.raises(TimeoutError):
                counted.ask("key", 10, 60, 1)
            waited = time.monotonic() - began
        finally:
            os.kill(valkey.pid, signal.SIGCONT)

        assert seconds * 0.9 < waited < 2 * seconds
        assert counted.ask("key", 10, 60, 1)[0] == 1


@pytest.mark.timed
def test_while_redis_says_nothing_a_request_goes_on_within_half_a_second(
    postgres_only, make_app, mechanic
):
    with closing(Valkey()) as valkey:
        person = replace(mechanic, app=make_app(REDIS_URL=valkey.url))
        assert person.get("/v1/tasks").status_code == 200
        time.sleep(1.1)  # So long the stock class does not ask again.
        os.kill(valkey.pid, signal.SIGSTOP)
        began = time.monotonic()
        try:
            answer = person.get("/v1/tasks")
            waited = time.monotonic() - began
        finally:
            os.kill(valkey.pid, signal.SIGCONT)

    assert answer.status_code == 200
    assert waited < 0.5
