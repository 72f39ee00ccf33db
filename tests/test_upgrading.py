"""Upgrades in company: two at once take turns, and one that cannot have its turn says so."""

import os
import subprocess
import sys

import flask_migrate
import pytest
import sqlalchemy as sa
from commands import run, said_once
from helpers import parallel
from servers import ROOT
from sqlalchemy.engine import make_url

from raceapp.storage import migrating
from raceapp.storage.session import db

HOLD = f"SELECT pg_advisory_lock({migrating.TURN})"


@pytest.fixture
def another(make_app, new_database):
    """An application on a database of its own, whose schema is up to date."""
    app = make_app(DATABASE_URL=new_database())
    with app.app_context():
        flask_migrate.upgrade()
    return app


def test_two_hosts_that_upgrade_at_once_take_turns(postgres_only, new_database):
    settings = {**os.environ, "DATABASE_URL": new_database()}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    options = {"cwd": ROOT, "env": settings, "capture_output": True, "text": True}

    done = parallel(lambda: subprocess.run(command, check=False, **options), times=2)

    assert [(one.returncode, "Traceback" in one.stderr) for one in done] == [(0, False)] * 2


def test_an_upgrade_that_waits_in_vain_says_so_in_a_sentence(
    postgres_only, another, backend, monkeypatch
):
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT", "100ms")
    database = make_url(another.config["SQLALCHEMY_DATABASE_URI"]).database
    with backend.postgres.connect(database) as other:
        other.execute(HOLD)

        result = run(another, "db", "upgrade")

    assert result.exit_code == 1
    assert said_once(result).endswith("Try again once they are done.")
    assert "lock timeout" in result.output


def test_so_does_one_on_a_file_that_somebody_writes_to(another):
    with another.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("PostgreSQL has its own test")
        sa.event.listen(db.engine, "connect", be_impatient)
        db.engine.dispose()
        with db.engine.begin():
            result = run(another, "db", "upgrade")

    assert result.exit_code == 1
    assert said_once(result) == (
        "Error: The database refused: database is locked."
        " Somebody else writes. Try again once they are done."
    )


def be_impatient(connection, _record):
    connection.execute("PRAGMA busy_timeout=50")
