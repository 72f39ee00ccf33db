"""How Alembic reaches the database: through the application's own engine."""

from contextlib import contextmanager

import click
import sqlalchemy as sa
from alembic import context
from flask import current_app

from raceapp.storage import migrating
from raceapp.web.commands import plainly

extension = current_app.extensions["migrate"]
options = {**extension.configure_args, "target_metadata": extension.db.metadata}
# insufficient_privilege, lock_not_available (PostgreSQL appendix A), and SQLite's own words
ADVICE = {
    "42501": "Come as the role that owns the tables.",
    "55P03": "Somebody else changes the schema or holds a table. Try again once they are done.",
    "database is locked": "Somebody else writes. Try again once they are done.",
}


def prepare(connection):
    """Set options that cannot be set inside a transaction, or must not hold for a migration."""
    driver = connection.connection.driver_connection
    # Nobody gets it after this.
    connection.detach()
    if connection.dialect.name == "sqlite":
        # Readers and the one writer do not block each other. The setting stays in the file.
        driver.execute("PRAGMA journal_mode=WAL")
        # A table that is made anew would delete the rows that refer to it.
        driver.execute("PRAGMA foreign_keys=OFF")
    else:
        driver.patience = None


def take_turn(connection):
    """Wait until no other host upgrades.

    All of this ends with the transaction: a pooler lends the connection to others after it.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{migrating.LOCK_TIMEOUT}'")
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(migrating.TURN)))


@contextmanager
def advised():
    """Say in a sentence what whoever upgrades can mend; a bug in a migration keeps its traceback."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        said = str(error.orig).partition("\n")[0]
        wanted = ADVICE.get(getattr(error.orig, "sqlstate", None) or said)
        if wanted is None:
            raise
        raise click.ClickException(f"The database refused: {said}. {wanted}") from error


def run_online():
    with plainly(extension.db.engine.connect)() as connection:
        prepare(connection)
        context.configure(connection=connection, **options)
        with advised(), context.begin_transaction():
            take_turn(connection)
            context.run_migrations()


def run_offline():
    context.configure(url=str(extension.db.engine.url), literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
