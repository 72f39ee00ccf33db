"""The record, whoever owns the database, and the proof."""

import pytest

from raceapp.storage.session import db


@pytest.fixture
def verify(app):
    """Run `flask verify-history`, against these seals."""

    def verify(*seals):
        named = [part for path in seals for part in ("--seal", str(path))]
        return app.test_cli_runner().invoke(args=["verify-history", *named])

    return verify


@pytest.fixture
def behind_the_back(app):
    """Run SQL, or a function of the connection, as somebody who has switched triggers off."""

    def run(deed):
        with app.app_context(), db.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
                do(deed, connection)
            else:
                made = connection.exec_driver_sql(
                    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
                ).all()
                for name, _ in made:
                    connection.exec_driver_sql(f"DROP TRIGGER {name}")
                do(deed, connection)
                for _, sql in made:
                    connection.exec_driver_sql(sql)

    return run


def do(deed, connection):
    return deed(connection) if callable(deed) else connection.exec_driver_sql(deed)
