"""The role that serves does not own the tables: it leaves the record alone whatever it is told."""

import psycopg
import pytest
import sqlalchemy as sa
from commands import run, said_once
from helpers import created
from sqlalchemy.engine import make_url

from raceapp.storage.session import db

ROLE = "crew"
CHANGES = [
    "UPDATE history_entries SET action = 'task.done'",
    "DELETE FROM history_entries",
    "TRUNCATE history_entries",
    "ALTER TABLE history_entries DISABLE TRIGGER ALL",
    "DROP TRIGGER history_entries_append_only ON history_entries",
    "UPDATE sign_offs SET note = ''",
    "DELETE FROM account_entries",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE TABLE mine (id int)",
    "DROP TABLE tasks",
]


def grant(app, role=ROLE):
    return app.test_cli_runner().invoke(args=["grant", role])


@pytest.fixture
def served(postgres_only, app, backend, make_app):
    """The application as the role that serves."""
    with backend.postgres.connect("raceapp") as owner:
        if not owner.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            owner.execute(f"CREATE ROLE {ROLE} LOGIN")
    assert "neither change nor empty the record" in grant(app).output
    url = make_url(backend.settings["DATABASE_URL"]).set(username=ROLE)
    return make_app(DATABASE_URL=url.render_as_string(hide_password=False))


def test_a_race_weekend_is_worked_by_the_role_that_serves(served, admin, event, backend):
    client = served.test_client()
    headers = {"Authorization": f"Bearer {admin.token}"}

    body = {"event_id": event["id"], "title": "Torque the front caliper bolts"}
    task = created(client.post("/v1/tasks", json=body, headers=headers))
    path = f"/v1/tasks/{task['id']}/sign-offs"
    signed = client.post(path, json={"act": "done"}, headers=headers)

    assert signed.json["status"] == "done", signed.text
    assert "untouched" in served.test_cli_runner().invoke(args=["verify-history"]).output


@pytest.mark.parametrize("change", CHANGES)
def test_the_role_that_serves_changes_neither_the_record_nor_a_table(served, event, change):
    with served.app_context(), pytest.raises(sa.exc.ProgrammingError) as refused:
        db.session.execute(sa.text(change))

    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege), refused.value


def test_bringing_the_schema_up_to_date_when_it_is_needs_no_more_rights(served):
    result = served.test_cli_runner().invoke(args=["db", "upgrade"])

    assert result.exit_code == 0, result.output


def test_a_role_that_may_not_change_the_schema_is_told_who_may(served, make_app, new_database):
    url = make_url(new_database()).set(username=ROLE)
    app = make_app(DATABASE_URL=url.render_as_string(hide_password=False))

    result = run(app, "db", "upgrade")

    assert result.exit_code == 1
    assert said_once(result).endswith("Come as the role that owns the tables.")


def test_who_owns_the_tables_cannot_be_granted_less(postgres_only, app):
    said = "as the owner of the tables, name the role that the service uses."

    assert grant(app, "postgres").output == f"Error: postgres is who you are: {said}\n"


def test_a_role_that_is_not_there_is_named(postgres_only, app):
    assert 'role "nobody-here" does not exist' in grant(app, "nobody-here").output


def test_sqlite_has_no_roles(app, backend):
    if backend.settings["DATABASE_URL"].startswith("sqlite"):
        assert grant(app).output == "Error: Only PostgreSQL has roles.\n"
