"""Workers die while writes are sent: whoever sends again until it is answered has it done once."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from uuid import uuid4

import psutil
import pytest
from helpers import eventually
from pressure import NOT_TOLD, PATIENCE

from raceapp.history import proof as history


@pytest.fixture
def server(place):
    with closing(place.gunicorn()) as server:
        yield server


def workers(server):
    return psutil.Process(server.pid).children()


def kill_some(server, times):
    for _ in range(times):
        workers(server)[0].kill()
        eventually(lambda: len(workers(server)) == 2)


def until_told(caller, path, body):
    over_at = time.monotonic() + 2 * PATIENCE
    while (answer := caller.post(path, body)).status not in (200, 201):
        assert answer.status in (NOT_TOLD, 409, 503) and time.monotonic() < over_at
    return answer.body


def made(place, word):
    return [task["id"] for task in place.caller().get(f"/v1/tasks?q={word}&limit=200").body]


def test_a_write_with_a_key_is_done_once_through_kills(place, server):
    word = uuid4().hex

    def make(number):
        caller = place.caller(url=server.url)
        caller.headers["Idempotency-Key"] = f"{word}-{number}"
        body = {"event_id": place.event_id, "title": f"{word} {number}"}
        return until_told(caller, "/v1/tasks", body)["id"]

    with ThreadPoolExecutor(4) as pool:
        told = [pool.submit(make, number) for number in range(150)]
        kill_some(server, 4)

    assert sorted(one.result() for one in told) == sorted(made(place, word))


def test_a_batch_is_done_once_through_kills(place, server):
    word, caller = uuid4().hex, place.caller(url=server.url)
    bodies = [{"event_id": place.event_id, "title": f"{word} {number}"} for number in range(80)]
    tasks = [call("/v1/tasks", body) for body in bodies]
    signed = [call(f"/v1/tasks/@{one['id']}/sign-offs", {"act": "done"}) for one in tasks]

    with ThreadPoolExecutor(1) as pool:
        told = pool.submit(until_told, caller, "/v1/sync", {"operations": tasks + signed})
        kill_some(server, 3)

    results = told.result()["results"]
    assert [result["status"] for result in results] == [201] * 160
    assert sorted(result["body"]["id"] for result in results[:80]) == sorted(made(place, word))
    assert all(signatures(place, task_id) == ["done"] for task_id in made(place, word))


def call(path, body):
    return {"id": str(uuid4()), "method": "POST", "path": path, "body": body}


def signatures(place, task_id):
    return [row["act"] for row in place.caller().get(f"/v1/tasks/{task_id}/sign-offs").body]


@pytest.fixture
def lazy_disk(place):
    """The database flushes when it is asked to, and hardly by itself."""
    place.database.set("synchronous_commit", "on")
    with place.database.connect() as connection:
        connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
        connection.execute("SELECT pg_reload_conf()")
    eventually(lambda: place.readiness() == (200, "ready"))
    yield
    with place.database.connect() as connection:
        connection.execute("ALTER SYSTEM RESET wal_writer_delay")
        connection.execute("SELECT pg_reload_conf()")


def test_what_a_batch_was_told_survives_a_crash_of_the_database(place, lazy_disk):
    task_ids = [place.task_id() for _ in range(20)]
    signed = [call(f"/v1/tasks/{task_id}/sign-offs", {"act": "done"}) for task_id in task_ids]

    told = place.caller().post("/v1/sync", {"operations": signed})
    place.database.signal_all(signal.SIGKILL)
    place.database.go_on()

    assert [result["status"] for result in told.body["results"]] == [201] * 20
    eventually(lambda: place.readiness() == (200, "ready"))
    assert all(signatures(place, task_id) == ["done"] for task_id in task_ids)
    with place.app.app_context():
        assert list(history.faults()) == []
