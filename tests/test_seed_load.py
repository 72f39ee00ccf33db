"""`flask seed --tasks N`: teams, weekends and tasks for measuring under load."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
import sqlalchemy as sa
from accounts import login
from statements import listening

from raceapp.checklists import library
from raceapp.demo import load, seeding
from raceapp.history import proof
from raceapp.storage.session import db
from raceapp.tasks.models import Task


@pytest.fixture
def loaded(app):
    with app.app_context():
        seeding.seed()
        load.seed_tasks(1700)
    return app


def number_of_tasks(app):
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count(Task.id)))


def test_as_many_tasks_are_added_as_were_asked_for(loaded):
    before = number_of_tasks(loaded)

    with loaded.app_context():
        load.seed_tasks(801)

    assert number_of_tasks(loaded) == before + 801


def test_somebody_of_a_load_team_sees_their_weekend(loaded, client):
    token = login(client, "load2@demo.example", seeding.PASSWORD).json["access_token"]

    answer = client.get(
        "/v1/tasks?assigned_to=any&limit=1&include_total=true",
        headers={"Authorization": f"Bearer {token}"},
    )

    assert answer.json[0]["title"].startswith("Check item")
    assert int(answer.headers["X-Total-Count"]) == load.TEAM_TASKS


def test_a_loaded_task_can_be_signed(loaded, client):
    token = login(client, "load2@demo.example", seeding.PASSWORD).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    task = client.get("/v1/tasks?status=done&limit=1", headers=headers).json[0]

    sign_off = {"act": "fail", "note": "Paint mark has moved"}
    answer = client.post(f"/v1/tasks/{task['id']}/sign-offs", json=sign_off, headers=headers)

    assert answer.status_code == 201, answer.json


def test_the_record_of_loaded_weekends_is_whole(loaded):
    with loaded.app_context():
        assert list(proof.faults()) == []


# How a whole table is written to

DEFINITIONS = """
SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
"""


@pytest.fixture
def statements(app):
    """What is said to the database about the table itself."""
    said = []

    def note(_connection, _cursor, text, *_):
        if text.startswith(("CREATE", "DROP", "ALTER")):
            said.append(text)

    with listening(app, "before_cursor_execute", note):
        yield said


def definitions(backend):
    return sorted(backend.connection.execute(DEFINITIONS).fetchall())


def test_indexes_and_keys_are_as_before(postgres_only, backend, app, statements):
    before = definitions(backend)

    with app.app_context():
        seeding.seed()
        load.seed_tasks(1700)

    assert any(said.startswith("DROP INDEX") for said in statements)
    assert definitions(backend) == before


def test_a_larger_table_keeps_its_indexes_meanwhile(postgres_only, loaded, statements):
    with loaded.app_context():
        load.seed_tasks(1)

    assert statements == []


def test_a_load_that_fails_leaves_the_table_as_it_was(
    postgres_only, backend, app, statements, monkeypatch
):
    before = definitions(backend)
    [row] = load.load_rows(1, [1] * len(load.TEAM), [1])
    bad = {**row, "status": "shiny"}
    monkeypatch.setattr(load, "load_rows", lambda *_, **__: iter([bad]))

    with app.app_context():
        seeding.seed()
        with pytest.raises(psycopg.errors.CheckViolation):
            load.seed_tasks(1700)
        db.session.rollback()

    assert any(said.startswith("DROP INDEX") for said in statements)
    assert definitions(backend) == before


@pytest.mark.parametrize("job", [seeding.seed, library.add])
def test_two_at_once_add_it_once(postgres_only, make_app, job):
    apps = [make_app(), make_app()]
    are_ready = Barrier(len(apps))

    def run(app):
        with app.app_context():
            are_ready.wait(10)
            said = job()
            db.session.commit()
            return said

    with ThreadPoolExecutor() as pool:
        said = sorted(pool.map(run, apps), key=lambda text: "already" in text)

    assert said[0].startswith("Added") and "there already" in said[1]
