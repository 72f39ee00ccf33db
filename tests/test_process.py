"""How the server ends: what it was doing is finished, and nothing of it stays behind."""

import contextlib
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from urllib.request import Request, urlopen

import psutil
import pytest
from backends import SETTINGS
from servers import Gunicorn, wait_until

READ = b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
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


def check(is_so):
    if not is_so:
        raise TimeoutError()


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


def test_ctrl_c_waits_for_no_idle_connection_and_warns_of_none(gunicorn_server):
    server = gunicorn_server(workers=2)
    idle = [server.connect() for _ in range(8)]
    for connection in idle:
        connection.sendall(READ)
        connection.recv(4096)

    press_ctrl_c(*family(server))

    wait_until(lambda: check("Shutting down: Master" in server.log))
    assert "WARNING" not in server.log and "ERROR" not in server.log
    for connection in idle:
        connection.close()


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


def test_a_stop_is_no_error_for_a_worker_that_still_starts(gunicorn_server):
    server = gunicorn_server(workers=1)
    master, worker = family(server)
    worker.kill()
    wait_until(lambda: is_booting_another(server))

    terminate(master)

    wait_until_gone([master])
    assert "Worker exiting" in server.log
    assert "Exception in worker process" not in server.log


def test_a_stop_is_heard_by_a_process_that_has_just_been_forked(postgres_only, backend):
    class Slow(Gunicorn):
        conf = "tests/slow_fork.conf.py"

    with contextlib.closing(Slow({**SETTINGS, **backend.settings}, 1)) as server:
        master, worker = family(server)
        worker.kill()
        wait_until(lambda: is_booting_another(server))

        terminate(master)

        wait_until_gone([master])


def test_workers_without_a_master_leave_the_port_while_they_finish(gunicorn_server):
    server = gunicorn_server(workers=1)
    with server.connect() as caller:
        caller.sendall(b"GET /v1/health HTTP/1.1\r\n")

        kill(*family(server)[:1])

        wait_until(lambda: check(is_refused(server)), seconds=5)


def is_refused(server):
    try:
        server.connect().close()
    except ConnectionRefusedError:
        return True
    return False


def is_booting_another(server):
    if server.log.count("Booting worker") < 2:
        raise TimeoutError("The killed worker has no successor.")


def somebody_waits(connection):
    if connection.execute(WAITING).fetchone()[0] == 0:
        raise TimeoutError("Nobody waits for the lock.")


def is_stopping(server):
    if "Handling signal: term" not in server.log:
        raise TimeoutError("The server has not heard.")


def test_a_killed_worker_is_replaced(gunicorn_server, admin):
    server = gunicorn_server(workers=1)
    master, worker = family(server)
    # The code is there before the fork; the master itself opens nothing.
    assert any("psycopg" in map.path for map in master.memory_maps())
    assert not master.net_connections(kind="tcp4")[1:]

    worker.kill()

    wait_until_gone([worker])
    wait_until(server.ping)
    assert send(server, admin, "/v1/events") == 200
