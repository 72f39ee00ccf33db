"""Prepared statements past the driver's cursors: what could go stale is noticed."""

from dataclasses import replace
from datetime import UTC, date, datetime

import psycopg
import pytest
import sqlalchemy as sa
from helpers import created, problem

from raceapp.storage import deadline, libpq
from raceapp.storage.prepared import Compiled, Prepared, placeholder
from raceapp.tasks.models import Task, TaskStatus

END_CONNECTIONS = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@pytest.fixture
def idle(postgres_only, app):
    return app.extensions["idle_connections"]


@pytest.fixture
def path(make_task, mechanic):
    return f"/v1/tasks/{make_task(assigned_to=mechanic.id)['id']}"


def test_connections_are_kept_at_hand(idle, mechanic, path):
    mechanic.get(path)
    kept = list(idle.kept)

    assert mechanic.get(path).status_code == 200
    assert kept and list(idle.kept) == kept


def test_connections_the_server_has_closed_are_replaced(idle, backend, mechanic, path, monkeypatch):
    monkeypatch.setattr(deadline, "TRUSTED_SECONDS", 0)
    mechanic.get(path)
    backend.connection.execute(END_CONNECTIONS)

    assert mechanic.get(path).status_code == 200
    assert mechanic.patch(path, json={"completed": True}).status_code == 200


def test_old_connections_go_back_to_the_pool(idle, mechanic, path, monkeypatch):
    monkeypatch.setattr(libpq, "SECONDS_KEPT", -1)

    answers = [mechanic.get(path).status_code for _ in range(3)]

    assert answers == [200] * 3
    assert idle.engine.pool.checkedout() == len(idle.kept)


def test_a_lost_connection_is_not_kept(idle, mechanic, path):
    mechanic.get(path)
    lost = idle.kept[-1].driver_connection
    with idle.engine.connect() as other:
        other.exec_driver_sql(f"SELECT pg_terminate_backend({lost.info.backend_pid})")
    lost.has_hung_up = lambda: False  # It was cut in the middle of a statement, so to say.

    problem(mechanic.get(path), 503)

    assert lost.closed
    assert lost not in [kept.driver_connection for kept in idle.kept]
    assert mechanic.get(path).status_code == 200


class Statement:
    def __init__(self, number):
        self.name, self.text = f"number {number}", f"SELECT {number}"


@pytest.fixture
def connection(postgres_only, make_app):
    """A connection of an application of its own, on which nothing has been prepared."""
    pooled = make_app().extensions["idle_connections"].engine.raw_connection()
    yield pooled.driver_connection
    pooled.invalidate()


def prepared_on(connection):
    return {row[0] for row in connection.execute("SELECT name FROM pg_prepared_statements")}


def test_what_comes_once_is_not_prepared(connection):
    answers = [libpq.run(connection, Statement(number), []) for number in range(250)]

    assert answers == [[(number,)] for number in range(250)]
    assert prepared_on(connection) == set() and len(connection.seen) <= libpq.MOST_PREPARED


def test_of_what_comes_again_only_the_last_hundred_stay_prepared(connection):
    for number in [n for n in range(130) for _ in range(3)]:
        assert libpq.run(connection, Statement(number), []) == [(number,)]

    assert prepared_on(connection) == {f"number {number}" for number in range(30, 130)}


def test_behind_a_pooler_nothing_is_prepared(postgres_only, make_app, mechanic, path):
    person = replace(mechanic, app=make_app(DATABASE_POOLER="true"))

    assert person.get(path).status_code == 200
    assert person.patch(path, json={"completed": True}).json["status"] == "done"

    [kept] = person.app.extensions["idle_connections"].kept
    connection = kept.driver_connection
    assert connection.execute("SELECT * FROM pg_prepared_statements").fetchall() == []
    assert connection.execute("SHOW plan_cache_mode").fetchone() == ("auto",)


def test_a_connection_that_cannot_be_set_up_goes_back(idle, mechanic, path, monkeypatch):
    def fail(_connection):
        raise psycopg.OperationalError("The connection is lost.")

    idle.engine.dispose()
    monkeypatch.setattr(libpq, "keep_first_plan", fail)

    for _ in range(idle.engine.pool.size() + 1):
        problem(mechanic.get(path), 503)

    assert idle.engine.pool.checkedout() == 0


WRITTEN_OUT = [
    *("O'Brien \\ 100 % %(x)s $1 :name", "", True, 7, -1.5),
    *(TaskStatus.DONE, datetime(2026, 3, 1, 8, 30, tzinfo=UTC), date(2026, 3, 1)),
]


@pytest.mark.parametrize("value", WRITTEN_OUT)
def test_a_value_that_is_part_of_a_statement_is_written_out(idle, app, value):
    kind = Task.status.type if isinstance(value, TaskStatus) else None
    asked = sa.literal(value, kind) == placeholder("given", kind or sa.literal(value).type)

    statement = sa.select(asked, sa.literal(1).in_([1, 2]))

    with app.app_context():
        found = Prepared(statement).rows(given=value)

    assert found == [(True, True)]
    assert Compiled(statement, idle.engine).names == ["given"]


def test_prepared_statements_outlive_refusals(idle, admin, make_task):
    """A refusal ends in a rollback, after which the driver forgets all that it has prepared."""
    path = f"/v1/tasks/{make_task()['id']}/sign-offs"

    for _ in range(8):
        created(admin.post(path, json={"act": "fail", "note": "Paint mark has moved"}))
        problem(admin.post(path, json={"act": "fail", "note": "Again"}), 409)
        created(admin.post(path, json={"act": "reopen"}))


def test_a_refused_statement_leaves_the_connection_usable(idle):
    statement = type("Statement", (), {"name": "broken", "text": "SELECT 1 / $1::int"})
    pooled = idle.take()

    with pytest.raises(psycopg.DatabaseError, match="division by zero"):
        libpq.run(pooled.driver_connection, statement, [0])

    assert libpq.run(pooled.driver_connection, statement, [1]) == [(1,)]
    idle.put_back(pooled)


def test_what_the_server_has_forgotten_is_prepared_anew(idle, mechanic, path):
    for _ in range(2):  # A statement is prepared when it comes again.
        mechanic.get(path)
    idle.kept[-1].driver_connection.execute("DEALLOCATE ALL")

    problem(mechanic.get(path), 503)

    assert mechanic.get(path).status_code == 200


# What is read ahead, with the account


@pytest.fixture
def of_somebody_else(make_task, chief):
    return f"/v1/tasks/{make_task(assigned_to=chief.id)['id']}"


def test_a_demoted_manager_is_not_shown_what_was_read_for_a_manager(
    postgres_only, admin, make_person, of_somebody_else
):
    person = make_person("demoted", "admin")
    assert person.get(of_somebody_else).status_code == 200

    admin.patch(f"/v1/users/{person.id}", json={"role": "user"})

    problem(person.get(of_somebody_else), 404)


def test_a_new_manager_reads_as_one(postgres_only, admin, mechanic, of_somebody_else):
    problem(mechanic.get(of_somebody_else), 404)

    admin.patch(f"/v1/users/{mechanic.id}", json={"role": "admin"})

    assert mechanic.get(of_somebody_else).status_code == 200


def test_nothing_is_read_ahead_for_somebody_logged_out(postgres_only, mechanic, path):
    mechanic.post("/v1/auth/logout")

    problem(mechanic.get(path), 401)
