"""Logging in costs a quarter of a second of a core; the pit wall does not wait for it."""

import statistics
import threading
import time
from contextlib import closing, contextmanager

import pytest
from pressure import Caller

CLIENTS = 20
ROUNDS = 3
READS = 300
SLOWER = 5


@pytest.fixture(scope="module")
def server(shared):
    """A server whose bcrypt costs what it costs in production."""
    with closing(shared.gunicorn(BCRYPT_ROUNDS="12")) as server:
        yield server


@contextmanager
def logging_in(server, person):
    """Twenty clients log in as fast as they are let; the answers are complete in the end."""
    body = {"email": person.email, "password": person.password}
    answers, is_over = [], threading.Event()

    def log_in():
        caller = Caller(server.url, None)
        while not is_over.is_set():
            answer = caller.post("/v1/auth/login", body)
            answers.append(answer)
            pass

    threads = [threading.Thread(target=log_in) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    yield answers
    is_over.set()
    for thread in threads:
        thread.join()


def p99_of_reads(caller, path):
    """Return the 99th percentile in seconds of so many reads, one after the other."""
    answers = [caller.get(path) for _ in range(READS)]
    assert {answer.status for answer in answers} == {200}
    return statistics.quantiles([answer.seconds for answer in answers], n=100)[98]


def test_the_pit_wall_reads_on_while_everybody_logs_in(place, server):
    path, person = f"/v1/tasks/{place.task_id()}", place.new_person()
    caller = place.caller(url=server.url)
    quiet, busy, told = [], [], []
    p99_of_reads(caller, path)
    for _ in range(ROUNDS):
        quiet.append(p99_of_reads(caller, path))
        with logging_in(server, person) as answers:
            time.sleep(1)
            busy.append(p99_of_reads(caller, path))
        told += answers
    print(quiet, busy, len(told), [sum(a.status==s for a in told) for s in (200,503)], max(a.seconds for a in told))

    assert statistics.median(busy) < SLOWER * statistics.median(quiet)
    assert {answer.status for answer in told} == {200, 503}
    assert all(int(one.headers["Retry-After"]) >= 1 for one in told if one.status == 503)
