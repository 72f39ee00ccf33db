"""What Prometheus is told by all workers together, and that it costs nothing when off."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from subprocess import PIPE
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest
from helpers import PASSWORD, parallel
from prometheus_client import REGISTRY
from servers import free_port, wait_until

from raceapp.telemetry import metrics
from server import metrics_exporter


@pytest.fixture
def measured(gunicorn_server):
    """A server of two workers that is measured; `measured.metrics()` is what Prometheus reads."""

    def start(**settings):
        port = free_port()
        server = gunicorn_server(METRICS_PORT=port, **settings)
        server.metrics = lambda: read(f"http://127.0.0.1:{port}/metrics")
        wait_until(lambda: both_count(server))
        return server

    return start


def both_count(server):
    if server.metrics().get("raceapp_workers") != 2:
        raise TimeoutError(server.log)


def read(address):
    """Return {"name{labels}": value}."""
    with urlopen(address, timeout=5) as answer:
        lines = answer.read().decode().splitlines()
    return {name: float(value) for name, value in map(split, lines) if name[0] != "#"}


def split(line):
    return line.rsplit(" ", 1)


def send(server, path, token=None, body=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        with urlopen(Request(server.url + path, data=body, headers=headers), timeout=20) as answer:
            return answer.status
    except HTTPError as error:
        return error.code


@pytest.mark.slow
def test_requests_of_all_workers_are_counted_by_route_template(measured, admin, make_task):
    server, tasks = measured(), [make_task()["id"] for _ in range(2)]

    parallel(lambda: [send(server, f"/v1/tasks/{id}", admin.token) for id in tasks], times=8)

    found = server.metrics()
    key = 'method="GET",route="/v1/tasks/<id:task_id>"'
    assert found[f'raceapp_requests_total{{{key},status="200"}}'] == 16
    assert found[f"raceapp_request_seconds_count{{{key}}}"] == 16
    assert found[f'raceapp_request_seconds_bucket{{le="+Inf",{key}}}'] == 16
    assert found["raceapp_workers"] == 2


@pytest.mark.slow
def test_what_a_caller_makes_up_makes_no_new_series(measured):
    server = measured()

    for path in ("/v1/nowhere/1", "/v1/nowhere/2", "/wp-login.php"):
        send(server, path)

    found = server.metrics()
    assert found['raceapp_requests_total{method="GET",route="none",status="404"}'] == 3
    assert not [name for name in found if "nowhere" in name or "wp-login" in name]


@pytest.mark.slow
def test_refusals_of_the_limiter_are_counted_by_budget(measured, admin):
    server = measured(RATELIMIT_TASKS="2/minute")

    answers = [send(server, "/v1/tasks", admin.token) for _ in range(5)]

    assert answers == [200, 200, 429, 429, 429]
    assert server.metrics()['raceapp_limiter_refusals_total{budget="tasks"}'] == 3


@pytest.mark.slow
def test_failed_logins_and_locks_are_counted(measured, mechanic):
    server = measured(LOCKOUT_FAILURES=2)
    body = f'{{"email": "{mechanic.email}", "password": "not-{PASSWORD}"}}'.encode()

    answers = [send(server, "/v1/auth/login", body=body) for _ in range(3)]

    found = server.metrics()
    assert answers == [401, 401, 401]
    assert found["raceapp_logins_failed_total"] == 3
    assert found["raceapp_accounts_locked_total"] == 1


@pytest.mark.slow
def test_workers_that_lost_redis_say_so(measured, admin, event):
    server = measured(REDIS_URL="redis://127.0.0.1:1/0")

    parallel(lambda: send(server, "/v1/tasks", admin.token), times=16)

    assert 1 <= server.metrics()["raceapp_limiter_fallback"] <= 2


@pytest.mark.slow
def test_the_use_of_the_pools_comes_back_to_nothing(measured, admin, event):
    server = measured()

    parallel(lambda: send(server, "/v1/events", admin.token), times=8)
    wait_until(lambda: nothing_in_use(server))

    allowed = {name: value for name, value in server.metrics().items() if "allowed" in name}
    assert set(allowed.values()) == {40.0}
    assert len(allowed) == 2


def nothing_in_use(server):
    name = "raceapp_database_connections{"
    used = [value for found, value in server.metrics().items() if found.startswith(name)]
    if not used or any(used):
        raise TimeoutError(used)


@pytest.mark.slow
def test_a_killed_worker_takes_its_gauges_along_and_leaves_its_counts(measured):
    server = measured()
    for _ in range(10):
        send(server, "/v1/health")

    for process in psutil.Process(server.pid).children():
        if "metrics_exporter" not in " ".join(process.cmdline()):
            process.kill()
    wait_until(lambda: both_are_new(server))

    key = 'raceapp_requests_total{method="GET",route="/v1/health",status="200"}'
    assert server.metrics()[key] >= 10


def both_are_new(server):
    if server.log.count("was sent SIGKILL") < 2:
        raise TimeoutError(server.log)
    both_count(server)


@pytest.mark.slow
@pytest.mark.parametrize("end", ["terminate", "kill"])
def test_nothing_of_it_outlives_the_server_whatever_ends_that(measured, end):
    server = measured()
    master = psutil.Process(server.pid)
    exporter = next(child for child in master.children() if "exporter" in str(child.cmdline()))
    folder = Path(exporter.environ()["PROMETHEUS_MULTIPROC_DIR"])
    assert list(folder.glob("*.db"))

    getattr(master, end)()

    wait_until(lambda: both_are_gone(exporter, folder))


def both_are_gone(process, folder):
    is_running = process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    if is_running or folder.exists():
        raise TimeoutError(folder)


@pytest.mark.slow
def test_a_port_that_is_taken_is_named_at_once_and_had_once_it_is_free(tmp_path):
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, metrics_exporter.__file__, "127.0.0.1", str(port)]
        exporter = subprocess.Popen(command, stdin=PIPE, stderr=PIPE, text=True, env=environment)
        since = time.monotonic()
        line = json.loads(exporter.stderr.readline())

    assert time.monotonic() - since < 5
    assert line["level"] == "WARNING"
    assert line["message"].startswith(f"no metrics on 127.0.0.1:{port} yet: Address already in use")
    wait_until(lambda: read(f"http://127.0.0.1:{port}/metrics"))
    assert exporter.communicate("")[1] == ""


@pytest.mark.slow
def test_the_api_itself_has_no_metrics(measured):
    server = measured()

    assert send(server, "/metrics") == 404


def test_switched_off_no_request_pays_and_nothing_is_served(app, make_app):
    hooks = [function for functions in app.after_request_funcs.values() for function in functions]

    measured = make_app(METRICS_PORT=9100)

    assert metrics.count_request not in hooks
    assert metrics.count_request in measured.after_request_funcs[None]


def test_entries_of_the_record_are_counted(make_event):
    before = REGISTRY.get_sample_value("raceapp_history_entries_total")

    make_event()

    assert REGISTRY.get_sample_value("raceapp_history_entries_total") == before + 1
