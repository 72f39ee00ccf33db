"""The record, whoever owns the database, and the proof."""

import pytest
import sqlalchemy as sa

from raceapp.history.models import HistoryEntry, HistoryHead
from raceapp.storage.session import db
from raceapp.tasks.models import Task


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


@pytest.fixture
def back_up(app, behind_the_back):
    """Remember record and tasks of the only weekend; returns a function that goes back to that."""

    def back_up():
        with app.app_context():
            head = db.session.scalars(sa.select(HistoryHead)).one()
            before = {"count": head.count, "last_hash": head.last_hash}
            task_ids = [*db.session.scalars(sa.select(Task.id))]

        def restore(connection):
            connection.execute(sa.delete(HistoryEntry).where(HistoryEntry.position > head.count))
            connection.execute(sa.update(HistoryHead).values(before))
            connection.execute(sa.delete(Task).where(Task.id.not_in(task_ids)))

        return lambda: behind_the_back(restore)

    return back_up


def do(deed, connection):
    return deed(connection) if callable(deed) else connection.exec_driver_sql(deed)
