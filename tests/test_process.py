"""How the server ends: what it was doing is finished, and nothing of it stays behind."""

import json
import os
import signal
import socket
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


# Connections


READ = b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"


def connect(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def test_who_connects_and_says_nothing_keeps_no_thread(gunicorn_server):
    server = gunicorn_server(workers=1)
    silent = [connect(server) for _ in range(20)]

    with urlopen(server.url + "/v1/health", timeout=4) as answer:
        assert answer.status == 200

    for one in silent:
        one.close()


def test_requests_sent_in_one_go_are_answered_one_by_one(gunicorn_server):
    server = gunicorn_server(workers=1)
    with connect(server) as caller:
        caller.sendall(READ * 5)

        answers = b""
        while answers.count(b'{"status":"ok"}') < 5:
            answers += caller.recv(65536)

    assert answers.count(b"HTTP/1.1 200 OK") == 5


def test_a_connection_that_is_idle_for_too_long_is_closed(gunicorn_server):
    server = gunicorn_server(workers=1, GUNICORN_CMD_ARGS="--keep-alive 1")
    with connect(server) as caller:
        caller.sendall(READ)

        sent = b"".join(iter(lambda: caller.recv(65536), b""))  # until it is closed

    assert sent.startswith(b"HTTP/1.1 200 OK") and sent.endswith(b'{"status":"ok"}')


def test_what_is_not_http_is_refused_and_costs_no_thread(gunicorn_server):
    server = gunicorn_server(workers=1)
    for _ in range(10):
        with connect(server) as caller:
            caller.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert b"".join(iter(lambda: caller.recv(65536), b"")).startswith(b"HTTP/1.1 400")

    with urlopen(server.url + "/v1/health", timeout=4) as answer:
        assert answer.status == 200


# The end


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
