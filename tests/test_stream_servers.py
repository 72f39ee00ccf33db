"""Streams of real servers: several processes and hosts, stops, kills, and what they cost others."""

import json
import statistics
import threading
import time
from urllib.request import Request, urlopen

import flask_migrate
import psutil
import pytest
from backends import SETTINGS, forget_connections
from helpers import MISANO, PASSWORD, Person, created
from listener import PATIENCE, ask, listen
from servers import wait_until

from raceapp import create_app
from raceapp.auth.service import create_user
from raceapp.storage.session import db

pytest_plugins = ["stream_fixtures"]
# What is promised on a quiet machine. One where everything runs at once may take longer.
SECONDS, BUSY = 0.5, 4


@pytest.fixture
def follow_at(event, paddock, mechanic):
    """Follow the weekend on a server: `follow_at(server, person, since=...)`."""
    listeners = []

    def start(server, person=mechanic, **more):
        listeners.append(listen(server.url, person.token, event["id"], **more))
        return listeners[-1]

    yield start
    for listener in listeners:
        listener.close()


def post(server, person, path, body):
    headers = {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
    request = Request(server.url + path, json.dumps(body).encode(), headers)
    with urlopen(request, timeout=20) as answer:
        return json.load(answer)


@pytest.fixture
def add_at(admin, event):
    def add(server, title="Check tyre pressures"):
        body = {"event_id": event["id"], "title": title}
        return post(server, admin, "/v1/tasks", body)["id"]

    return add


def test_the_head_is_that_of_a_stream(gunicorn_server, event, paddock, mechanic):
    answer = ask(gunicorn_server(workers=1).url, mechanic.token, event["id"])

    answer.listener.close()
    assert answer.headers["content-type"] == "text/event-stream"
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["cache-control"] == "no-store"
    assert {"x-request-id", "content-security-policy", "date"} <= answer.headers.keys()
    assert not {"content-length", "transfer-encoding"} & answer.headers.keys()


def test_a_change_on_one_host_is_told_on_all(gunicorn_server, follow_at, add_at):
    servers = [gunicorn_server(workers=2), gunicorn_server(workers=1)]
    listeners = [follow_at(server) for server in servers for _ in range(4)]

    for number, server in enumerate(servers, 1):
        task_id = add_at(server)
        for listener in listeners:
            assert listener.wait_for(number + 1)[number].subject == ("task", task_id)


def test_a_change_comes_quickly(gunicorn_server, follow_at, add_at):
    servers = [gunicorn_server(workers=1), gunicorn_server(workers=1)]
    listener, took = follow_at(servers[0]), []

    for number in range(100):
        task_id = add_at(servers[number % 2])
        answered_at = time.monotonic()
        took.append(listener.wait_for_change("task", task_id).at - answered_at)

    assert statistics.quantiles(took, n=100)[98] < SECONDS * BUSY
    assert statistics.median(took) < SECONDS


def eight_writers(servers, add_at) -> list[int]:
    """Have eight add tasks on all of the servers; return the ids, as they were answered."""
    made = []

    def write(server):
        made.extend(add_at(server) for _ in range(15))

    threads = [threading.Thread(target=write, args=(servers[n % len(servers)],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made


def test_whoever_reads_misses_nothing_that_eight_write(
    gunicorn_server, follow_at, add_at, admin, mechanic
):
    servers = [gunicorn_server(workers=2), gunicorn_server(workers=1)]
    listeners = [follow_at(server, person) for server in servers for person in (admin, mechanic)]

    made = eight_writers(servers, add_at)

    first, *others = [listener.wait_for(len(made) + 1) for listener in listeners]
    assert sorted(message.subject for message in first[1:]) == [("task", n) for n in sorted(made)]
    for messages in others:
        assert [one.id for one in messages[1:]] == [one.id for one in first[1:]]
    assert all(len(listener.messages) == len(made) + 1 for listener in listeners)


def test_whoever_comes_back_again_and_again_misses_nothing(gunicorn_server, follow_at, add_at):
    servers = [gunicorn_server(workers=2), gunicorn_server(workers=1)]
    whole, made = follow_at(servers[0]), []
    writing = threading.Thread(target=lambda: made.extend(eight_writers(servers, add_at)))
    writing.start()

    heard, last_id = [], whole.messages[0].id
    over_at = time.monotonic() + 3 * PATIENCE
    while writing.is_alive() or len(heard) < len(made):
        assert time.monotonic() < over_at, (len(heard), len(made))
        listener = follow_at(servers[len(heard) % 2], last_id=last_id)
        listener.close()
        heard += listener.subjects
        last_id = listener.messages[-1].id

    whole.wait_for(len(made) + 1)
    assert heard == whole.subjects


def test_a_stop_ends_streams_at_once_and_takes_no_longer(gunicorn_server, follow_at):
    server = gunicorn_server(workers=2)
    listeners = [follow_at(server) for _ in range(10)]
    began = time.monotonic()

    psutil.Process(server.pid).terminate()

    assert all(listener.ends_within(2 * BUSY) for listener in listeners)
    wait_until(lambda: gone(server.pid))
    assert time.monotonic() - began < 5 * BUSY


def gone(pid):
    if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        raise TimeoutError("It is still there.")


def test_who_is_cut_off_by_a_kill_resumes_at_the_next_process(gunicorn_server, follow_at, add_at):
    server = gunicorn_server(workers=1)
    listener = follow_at(server)
    add_at(server)
    last_id = listener.wait_for(2)[1].id

    psutil.Process(server.pid).children()[0].kill()
    assert listener.ends_within(5)
    missed = [add_at_last(add_at, server) for _ in range(3)]

    again = follow_at(server, last_id=last_id)
    again.wait_for(4)
    assert again.subjects == [("task", number) for number in missed]


def add_at_last(add, server):
    """Add once the next process is there."""
    found = []
    wait_until(lambda: found.append(add(server)))
    return found[0]


def test_a_stream_takes_neither_a_thread_nor_a_connection_to_the_database(
    gunicorn_server, follow_at, add_at, backend
):
    of_others = connections(backend)
    server = gunicorn_server(workers=1)

    listeners = [follow_at(server) for _ in range(40)]
    add_at(server)

    for listener in listeners:
        listener.wait_for(2)
    assert connections(backend) - of_others < 20
    assert psutil.Process(server.pid).children()[0].num_threads() < 20


def connections(backend):
    counted = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'raceapp'"
    return backend.connection.execute(counted).fetchone()[0]


def test_the_cap_is_of_each_process(gunicorn_server, follow_at, event, mechanic, paddock):
    server = gunicorn_server(workers=1, STREAMS_MAX=2)
    _, _ = follow_at(server), follow_at(server)

    refused = ask(server.url, mechanic.token, event["id"])

    assert (refused.status, refused.headers["retry-after"]) == (503, "10")


@pytest.fixture
def on_sqlite(tmp_path, backend, gunicorn_server):
    """A weekend on a SQLite file: its server, its team manager, its id."""
    database = {"DATABASE_URL": f"sqlite:///{tmp_path / 'raceapp.db'}"}
    app = create_app({**SETTINGS, **backend.settings, **database})
    with app.app_context():
        flask_migrate.upgrade()
        user = create_user(email="admin@garage.example", password=PASSWORD, role="admin")
        db.session.commit()
        admin = Person(app, user.id, user.email)
    event = created(admin.post("/v1/events", json=MISANO))
    yield gunicorn_server(database, workers=2), admin, event["id"]
    forget_connections(app)


def test_a_change_comes_on_sqlite_too(on_sqlite):
    server, admin, event_id = on_sqlite
    listener = listen(server.url, admin.token, event_id)

    body = {"event_id": event_id, "title": "Check tyre pressures"}
    task = post(server, admin, "/v1/tasks", body)

    change = listener.wait_for_change("task", task["id"])
    assert change.at < time.monotonic() + BUSY
    listener.close()
