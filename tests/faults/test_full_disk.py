"""SQLite without room for one more page: readers go on, writers are asked to come back."""

import sqlite3
import time
from contextlib import closing

import pytest
from backends import SETTINGS
from helpers import eventually
from places import new_person, prepare
from pressure import Caller, Load
from servers import Gunicorn

from raceapp import create_app


@pytest.fixture
def full(shared, shim, tmp_path):
    """A server whose database file may not grow, its token and event, and the file."""
    file = tmp_path / "raceapp.db"
    settings = {**SETTINGS, "DATABASE_URL": f"sqlite:///{file}"}
    app = create_app({**settings, "REDIS_URL": shared.valkey.url})
    event_id, token = prepare(app), new_person(app, "admin").token
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE tyre_photos AS SELECT zeroblob(200000)")
        connection.commit()
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
    fault = {"PYTHONPATH": shim, "FAULT_MAX_PAGES": str(pages + 20)}
    with closing(Gunicorn({**settings, "REDIS_URL": shared.valkey.url, **fault}, 2)) as server:
        yield server, token, event_id, file


def make_room(file):
    with closing(sqlite3.connect(file, timeout=20)) as connection:
        connection.execute("DROP TABLE tyre_photos")
        connection.commit()


def test_a_full_disk_loses_nothing_and_serves_again_when_there_is_room(full):
    server, token, event_id, file = full
    with Load(server.url, token, event_id, writers=2, readers=2) as load:
        eventually(lambda: 503 in load.told, seconds=30)
        start = time.monotonic()
        load.wait_for_answers(10)
        health = Caller(server.url, None).get("/v1/health/ready")
        make_room(file)
        eventually(lambda: writes_since(load, start) > 0)

    assert load.told == {200, 201, 503}
    assert health.status == 200
    assert all(int(one.headers["Retry-After"]) for one in load.answers if one.status == 503)
    with closing(sqlite3.connect(file)) as connection:
        load.ledger.compare(connection)


def writes_since(load, moment):
    return sum(answer.status == 201 and answer.at > moment for answer in list(load.answers))
