"""What goes on when Redis does not, and what happens when it comes back."""

import logging
import os
import signal
import threading
import time
from dataclasses import replace
from unittest.mock import Mock

import pytest
from helpers import Client, eventually, problem
from servers import Valkey, free_port

from raceapp import errors
from raceapp.storage import deadline
from raceapp.tasks import lists

SLOW = 1  # second: half of it is promised, and a busy machine may take as long again


def timed(call):
    """Return the answer of `call` and how many seconds it took."""
    start = time.perf_counter()
    answer = call()
    return answer, time.perf_counter() - start


@pytest.fixture
def valkey():
    """A server that may be maltreated."""
    server = Valkey()
    yield server
    os.kill(server.pid, signal.SIGCONT)
    server.close()


def hang(server):
    os.kill(server.pid, signal.SIGSTOP)


def wake(server):
    os.kill(server.pid, signal.SIGCONT)


def fill_up(server):
    server.client.config_set("maxmemory", "1")


def make_read_only(server):
    server.client.replicaof("127.0.0.1", "1")


def change_the_password(server):
    server.client.config_set("requirepass", "another-password")
    server.client.client_kill_filter(_type="normal", skipme=True)


ILLS = [hang, fill_up, make_read_only, change_the_password]


@pytest.fixture
def person(postgres_only, make_app, mechanic, valkey):
    """The mechanic, who has three task calls a minute, counted in `valkey`."""
    person = replace(mechanic, app=make_app(REDIS_URL=valkey.url, RATELIMIT_TASKS="3/minute"))
    assert person.get("/v1/auth/me").status_code == 200
    return person


def readiness(person):
    answer = Client(person.app).get("/v1/health/ready")
    return answer.status_code, answer.json["status"]


@pytest.mark.parametrize("fall_ill", ILLS)
def test_without_redis_requests_go_on_at_once_and_limited(person, valkey, fall_ill):
    fall_ill(valkey)

    calls = [timed(lambda: person.get("/v1/tasks")) for _ in range(6)]

    assert [answer.status_code for answer, _ in calls] == [200] * 3 + [429] * 3
    assert max(seconds for _, seconds in calls) < SLOW
    assert all("X-RateLimit-Remaining" in answer.headers for answer, _ in calls)
    assert ["Retry-After" in answer.headers for answer, _ in calls] == [False] * 3 + [True] * 3


@pytest.mark.parametrize("fall_ill", ILLS)
def test_without_redis_logging_in_goes_on_and_guessing_is_limited(
    postgres_only, make_app, valkey, fall_ill, mechanic
):
    client = Client(make_app(REDIS_URL=valkey.url, RATELIMIT_LOGIN="2/minute"))
    fall_ill(valkey)

    calls = [timed(replace(mechanic, app=client.app).login) for _ in range(2)]

    assert max(seconds for _, seconds in calls) < SLOW
    problem(
        client.post("/v1/auth/login", json={"email": mechanic.email, "password": "a-wrong-guess"}),
        429,
    )


@pytest.mark.parametrize("fall_ill", ILLS)
def test_without_redis_readiness_is_degraded(person, valkey, fall_ill):
    fall_ill(valkey)

    answer, seconds = timed(lambda: readiness(person))

    assert answer == (200, "degraded")
    assert seconds < 2


def test_without_redis_a_refusal_of_the_database_says_when_to_come_back(
    person, valkey, monkeypatch
):
    hang(valkey)
    monkeypatch.setattr(lists, "statements", Mock(side_effect=errors.DatabaseAway()))

    answer = person.get("/v1/tasks")

    problem(answer, 503)
    assert answer.headers["Retry-After"] == "2"


def test_a_redis_that_is_not_there_does_not_stop_the_start(postgres_only, make_app, mechanic):
    app = make_app(REDIS_URL=f"redis://127.0.0.1:{free_port()}/0", RATELIMIT_TASKS="2/minute")
    person = replace(mechanic, app=app)

    calls = [timed(lambda: person.get("/v1/tasks")) for _ in range(3)]

    assert [answer.status_code for answer, _ in calls] == [200, 200, 429]
    assert max(seconds for _, seconds in calls[1:]) < SLOW
    assert readiness(person) == (200, "degraded")


@pytest.mark.parametrize("scheme", ["redis", "rediss", "redis+sentinel", "redis+cluster"])
def test_every_kind_of_redis_may_be_named(postgres_only, make_app, mechanic, scheme):
    path = {"redis+sentinel": "/mymaster", "redis+cluster": ""}.get(scheme, "/0")
    token = {"Authorization": f"Bearer {mechanic.token}"}
    client = Client(make_app(REDIS_URL=f"{scheme}://127.0.0.1:{free_port()}{path}"))

    calls = [timed(lambda: client.get("/v1/tasks", headers=token)) for _ in range(3)]

    assert [answer.status_code for answer, _ in calls] == [200] * 3
    assert max(seconds for _, seconds in calls) < SLOW


def test_counting_returns_to_redis_by_itself(person, valkey):
    hang(valkey)
    person.get("/v1/tasks")

    wake(valkey)

    assert eventually(lambda: person.get("/v1/tasks") and valkey.client.dbsize() > 0)
    assert readiness(person) == (200, "ready")


@pytest.fixture
def weathered(person, valkey, caplog):
    """Fall ill and go on calling long enough for Redis to be tried again: the statuses, the log."""

    def weather(fall_ill):
        fall_ill(valkey)
        end, statuses = time.monotonic() + 3.5, []
        while time.monotonic() < end:
            statuses.append(person.get("/v1/tasks").status_code)
        return statuses, [line for line in caplog.records if line.levelno >= logging.WARNING]

    return weather


@pytest.mark.parametrize("fall_ill", ILLS)
def test_an_outage_is_logged_once_and_never_forgets_who_called(weathered, fall_ill):
    statuses, logged = weathered(fall_ill)

    assert (statuses[:3], set(statuses[3:])) == ([200] * 3, {429})
    assert len(logged) == 1


def test_people_stay_logged_out_while_redis_is_away(person, valkey):
    person.post("/v1/auth/logout")

    hang(valkey)

    problem(person.get("/v1/auth/me"), 401)


def test_a_database_that_no_thread_could_ask_is_asked_at_the_next_look(monkeypatch):
    def refuse(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    server = deadline.Server((), {})

    deadline.have_asked(server)

    assert not server.is_being_asked
