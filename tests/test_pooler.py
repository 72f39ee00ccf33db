"""PgBouncer between the application and PostgreSQL."""

import os
from contextlib import closing

import flask_migrate
import psycopg
import pytest
from deployment import tool
from helpers import Person, created, parallel
from servers import Postgres, Server, free_port
from sqlalchemy.engine import make_url

from raceapp.history import proof as history


class PgBouncer(Server):
    """PgBouncer in transaction mode, with two connections for everybody."""

    def start(self, postgres, database):
        program, port = tool("pgbouncer"), free_port()
        (self.place / "pgbouncer.ini").write_text(
            f"[databases]\n{database} = host={postgres.place} user=postgres\n"
            f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\nauth_type = any\n"
            "unix_socket_dir =\npool_mode = transaction\ndefault_pool_size = 2\n"
        )
        self.url = f"postgresql://postgres@127.0.0.1:{port}/{database}"
        owner = Postgres._give_to_nobody(self) if os.geteuid() == 0 else {}
        self.launch(program, self.place / "pgbouncer.ini", **owner)

    def connect(self):
        return psycopg.connect(self.url, autocommit=True)

    def ping(self):
        self.connect().close()


@pytest.fixture
def pooled(postgres_only, backend, make_app):
    """An application whose 16 callers share two connections of the server."""
    with closing(PgBouncer(backend.postgres, "raceapp")) as pooler:
        yield make_app(DATABASE_URL=pooler.url, DATABASE_POOLER=True)


def use(app, person, event_id):
    """Create a task, read it, sign it, list: what is prepared and what is not."""
    me = Person(app, person.id, person.email)
    vars(me)["token"] = person.token
    body = {"event_id": event_id, "title": "Through the pooler"}
    task = created(me.post("/v1/tasks", json=body))["id"]
    answers = [me.get(f"/v1/tasks/{task}"), me.get("/v1/tasks?limit=5")]
    answers.append(me.patch(f"/v1/tasks/{task}", json={"completed": True}))
    return [answer.status_code for answer in answers]


def test_a_pooler_in_transaction_mode_serves_more_callers_than_it_has_connections(
    pooled, admin, event
):
    answers = parallel(lambda: [use(pooled, admin, event["id"]) for _ in range(5)], times=16)

    assert {status for rounds in answers for round in rounds for status in round} == {200}
    with pooled.app_context():
        assert list(history.faults()) == []


TIME_OUTS = {"lock_timeout": "3s", "statement_timeout": "5s"}


def test_behind_a_pooler_the_database_itself_holds_the_time_outs(
    postgres_only, backend, new_database
):
    name = make_url(new_database()).database
    with backend.postgres.connect() as connection:
        for setting, value in TIME_OUTS.items():
            connection.execute(f"ALTER DATABASE {name} SET {setting} = '{value}'")

    with closing(PgBouncer(backend.postgres, name)) as pooler, pooler.connect() as connection:
        found = [connection.execute(f"SHOW {name}").fetchone()[0] for name in TIME_OUTS]

    assert found == [*TIME_OUTS.values()]


def settings_of(connection):
    """What a connection of the server holds for whoever gets it next."""
    held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    asked = [*(f"SHOW {name}" for name in TIME_OUTS), held]
    return [connection.execute(question).fetchone()[0] for question in asked]


def test_an_upgrade_through_a_pooler_leaves_nothing_on_the_connection(
    postgres_only, backend, new_database, make_app
):
    database = make_url(new_database()).database
    with closing(PgBouncer(backend.postgres, database)) as pooler, pooler.connect() as client:
        before = settings_of(client)

        with make_app(DATABASE_URL=pooler.url, DATABASE_POOLER=True).app_context():
            flask_migrate.upgrade()

        assert settings_of(client) == before
