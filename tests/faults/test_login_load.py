"""Logging in costs a quarter of a second of a core; the pit wall does not wait for it."""

import statistics
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager

import pytest
from helpers import PASSWORD
from pressure import Caller

CLIENTS = 64  # more than two workers check within five seconds
ROUNDS = 3
SCREENS = 4
READS = 150
SLOWER = 5  # times the quiet value, of which two or three are seen when nothing else runs


@pytest.fixture(scope="module")
def server(shared):
    """A server whose bcrypt costs what it costs in production."""
    with closing(shared.gunicorn(BCRYPT_ROUNDS="12")) as server:
        yield server


@contextmanager
def logging_in(server, credentials):
    """Many clients log in as fast as they are let; the answers are complete in the end."""
    answers, is_over = [], threading.Event()

    def log_in():
        caller = Caller(server.url, None)
        while not is_over.is_set():
            answer = caller.post("/v1/auth/login", credentials)
            answers.append(answer)
            is_over.wait(float(answer.headers.get("Retry-After", 0)))

    threads = [threading.Thread(target=log_in) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    yield answers
    is_over.set()
    for thread in threads:
        thread.join()


def registered(server):
    """The credentials of an account made there: those of the other fixtures are cheap to check."""
    credentials = {"email": "hurried@garage.example", "password": PASSWORD}
    assert Caller(server.url, None).post("/v1/auth/register", credentials).status == 201
    return credentials


def p99_of_reads(place, server, path):
    """Return the 99th percentile in seconds of what the screens of the pit wall read."""

    def read(_):
        caller = place.caller(url=server.url)
        return [caller.get(path) for _ in range(READS)]

    with ThreadPoolExecutor(SCREENS) as threads:
        answers = [answer for some in threads.map(read, range(SCREENS)) for answer in some]
    assert {answer.status for answer in answers} == {200}
    return statistics.quantiles([answer.seconds for answer in answers], n=100)[98]


def test_the_pit_wall_reads_on_while_everybody_logs_in(place, server):
    path, person = f"/v1/tasks/{place.task_id()}", registered(server)
    quiet, busy, told = [], [], []
    p99_of_reads(place, server, path)
    for _ in range(ROUNDS):
        quiet.append(p99_of_reads(place, server, path))
        with logging_in(server, person) as answers:
            time.sleep(1)
            busy.append(p99_of_reads(place, server, path))
        told += answers

    assert statistics.median(busy) < SLOWER * statistics.median(quiet)
    assert {answer.status for answer in told} == {200, 503}
    assert all(int(one.headers["Retry-After"]) >= 1 for one in told if one.status == 503)
