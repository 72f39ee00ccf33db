"""What callers hear when the database does not answer, and what happens when it comes back."""

import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread
from unittest.mock import Mock

import flask_migrate
import pytest
import sqlalchemy as sa
from helpers import Client, eventually, problem
from servers import Postgres, free_port
from test_outages import SLOW, timed

from raceapp import errors
from raceapp.storage import deadline
from raceapp.tasks import lists


@pytest.fixture
def unreachable(backend, make_app, tmp_path):
    """An application whose database is not there."""
    postgres = f"postgresql://postgres@127.0.0.1:{free_port()}/raceapp"
    sqlite = f"sqlite:///{tmp_path / 'gone' / 'raceapp.db'}"
    is_sqlite = backend.settings["DATABASE_URL"].startswith("sqlite")
    return make_app(DATABASE_URL=sqlite if is_sqlite else postgres)


def test_without_the_database_the_process_is_alive_but_not_ready(unreachable):
    answer = Client(unreachable).get("/v1/health/ready")

    assert answer.status_code == 503
    assert set(answer.json["checks"]) == {"database", "redis"}
    assert int(answer.headers["Retry-After"]) >= 1
    assert Client(unreachable).get("/v1/health").json == {"status": "ok"}


@pytest.mark.parametrize("path", ["/v1/auth/me", "/v1/tasks", "/v1/events"])
def test_without_the_database_callers_are_asked_to_come_back(unreachable, mechanic, path):
    token = {"Authorization": f"Bearer {mechanic.token}"}

    answer = Client(unreachable).get(path, headers=token)

    problem(answer, 503)
    assert int(answer.headers["Retry-After"]) >= 1


def test_without_the_database_nobody_logs_in_and_nothing_leaks(unreachable, mechanic):
    body = {"email": mechanic.email, "password": mechanic.password}

    answer = Client(unreachable).post("/v1/auth/login", json=body)

    problem(answer, 503)
    assert not [
        word for word in ("sql", "psycopg", "connect", "127.0.0.1") if word in answer.text.lower()
    ]


def signal_all(server, number):
    """Signal PostgreSQL and the processes it made, which lead sessions of their own."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    for pid in [server.pid, *map(int, children)]:
        os.kill(pid, number)


@pytest.fixture
def database():
    """A PostgreSQL that may be maltreated."""
    server = Postgres()
    yield server
    signal_all(server, signal.SIGCONT)
    server.close()


@pytest.fixture
def client_on_it(postgres_only, make_app, database):
    """Whoever has just used that database, so that connections to it wait in the pool."""
    app = make_app(DATABASE_URL=database.create("raceapp"))
    with app.app_context():
        flask_migrate.upgrade()
    assert guess(Client(app)).status_code == 401
    return Client(app)


def guess(client):
    """A call that cannot be answered without the database."""
    return client.post(
        "/v1/auth/login", json={"email": "nobody@garage.example", "password": "a-guess"}
    )


def within(seconds, call):
    """Return the answer of `call`, or fail when it takes longer, not waiting for it."""
    thread = ThreadPoolExecutor(1)
    try:
        return thread.submit(call).result(seconds)
    finally:
        thread.shutdown(wait=False)


@pytest.mark.parametrize("path", ["/v1/health/ready", "/v1/auth/me"])
def test_a_database_stopped_dead_is_answered_for_within_ten_seconds(
    client_on_it, database, mechanic, path
):
    token = {"Authorization": f"Bearer {mechanic.token}"}
    signal_all(database, signal.SIGSTOP)

    answer = within(10, lambda: client_on_it.get(path, headers=token))

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) >= 1


def test_health_answers_while_others_wait_for_a_database_stopped_dead(client_on_it, database):
    signal_all(database, signal.SIGSTOP)
    waiting = Thread(target=guess, args=[client_on_it])
    waiting.start()

    answer, seconds = timed(lambda: client_on_it.get("/v1/health"))

    assert (answer.status_code, seconds < SLOW) == (200, True)
    signal_all(database, signal.SIGCONT)
    waiting.join()


def test_a_database_back_from_the_dead_is_used_again(client_on_it, database):
    signal_all(database, signal.SIGSTOP)
    problem(within(10, lambda: guess(client_on_it)), 503)

    signal_all(database, signal.SIGCONT)

    assert eventually(lambda: guess(client_on_it).status_code == 401)


END_CONNECTIONS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = 'raceapp'
"""


def test_connections_cut_by_a_restart_are_made_anew(client_on_it, database, monkeypatch):
    monkeypatch.setattr(deadline, "TRUSTED_SECONDS", 0)
    with database.connect() as connection:
        connection.execute(END_CONNECTIONS)

    answer = guess(client_on_it)

    problem(answer, 401)


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (sa.exc.OperationalError("SELECT 1", {}, Exception("gone")), errors.DatabaseAway),
        (sa.exc.TimeoutError("all connections are lent"), errors.Unavailable),
    ],
)
def test_a_database_that_is_away_is_told_from_one_that_is_busy(admin, monkeypatch, error, told):
    monkeypatch.setattr(lists, "statements", Mock(side_effect=error))

    answer = admin.get("/v1/tasks")

    assert problem(answer, 503)["detail"] == told.detail
    assert answer.headers["Retry-After"] == "2"
