"""How the server ends: what it was doing is finished, and nothing of it stays behind."""

import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import psutil
import pytest
from servers import wait_until

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"


def send(server, person, path):
    request = Request(server.url + path, headers={"Authorization": f"Bearer {person.token}"})
    with urlopen(request, timeout=20) as response:
        return response.status


def family(server):
    """The master, its workers, and its own Redis where it has one."""
    master = psutil.Process(server.pid)
    return [master, *master.children(recursive=True)]


def is_gone(process):
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def wait_until_gone(processes):
    def none_is_left():
        if not all(is_gone(process) for process in processes):
            raise TimeoutError([process for process in processes if not is_gone(process)])

    wait_until(none_is_left)


def terminate(master, *others):
    master.terminate()


def kill(master, *others):
    master.kill()


def press_ctrl_c(*processes):
    """The terminal tells all of its own session; a Redis of ours is in another."""
    session = os.getsid(processes[0].pid)
    for process in [process for process in processes if os.getsid(process.pid) == session]:
        process.send_signal(signal.SIGINT)


@pytest.mark.parametrize("end", [terminate, press_ctrl_c, kill])
def test_development_brings_its_own_redis_and_nothing_survives_the_end(gunicorn_server, end):
    server = gunicorn_server(REDIS_URL="", workers=2)
    processes = family(server)
    names = [process.name() for process in processes]
    with urlopen(server.url + "/v1/health/ready") as response:
        checks = json.load(response)["checks"]

    end(*processes)

    wait_until_gone(processes)
    assert checks["redis"] == "ok"
    assert "valkey-server" in names


def test_production_brings_no_redis_of_its_own(gunicorn_server):
    sound = {"RACEAPP_ENV": "production", "BCRYPT_ROUNDS": "10"}

    server = gunicorn_server(sound, workers=1)

    assert len(family(server)) == 2


def test_a_stop_finishes_what_is_in_flight(gunicorn_server, backend, admin):
    server = gunicorn_server(workers=1)
    database = backend.postgres.connect("raceapp")
    with ThreadPoolExecutor() as threads, database, database.transaction():
        database.execute("LOCK TABLE events")
        answer = threads.submit(send, server, admin, "/v1/events")
        wait_until(lambda: somebody_waits(backend.connection))
        terminate(*family(server))
        wait_until(lambda: is_stopping(server))

    assert answer.result() == 200


def somebody_waits(connection):
    if connection.execute(WAITING).fetchone()[0] == 0:
        raise TimeoutError("Nobody waits for the lock.")


def is_stopping(server):
    if "Handling signal: term" not in server.log:
        raise TimeoutError("The server has not heard.")


def test_a_killed_worker_is_replaced(gunicorn_server, admin):
    server = gunicorn_server(workers=1)
    _, worker = family(server)

    worker.kill()

    wait_until_gone([worker])
    wait_until(server.ping)
    assert send(server, admin, "/v1/events") == 200
