"""How Alembic reaches the database: through the application's own engine."""

from contextlib import contextmanager

import click
import sqlalchemy as sa
from alembic import context
from flask import current_app

from raceapp.web.commands import plainly

# insufficient_privilege (PostgreSQL appendix A)
FORBIDDEN = "42501"
extension = current_app.extensions["migrate"]
options = {**extension.configure_args, "target_metadata": extension.db.metadata}


def prepare(connection):
    """Set options that cannot be set inside a transaction, or must not hold for a migration."""
    if connection.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        # Readers and the one writer do not block each other. The setting stays in the file.
        driver.execute("PRAGMA journal_mode=WAL")
        # A table that is made anew would delete the rows that refer to it.
        driver.execute("PRAGMA foreign_keys=OFF")
    else:
        connection.connection.driver_connection.patience = None
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("SET lock_timeout = '30s'")
        # Two hosts that deploy at once take turns. The number is this project's own.
        connection.exec_driver_sql("SELECT pg_advisory_lock(7211993)")
        connection.commit()


@contextmanager
def as_owner():
    """Say so in a sentence if the role may not; a bug in a migration keeps its traceback."""
    try:
        yield
    except sa.exc.ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != FORBIDDEN:
            raise
        said = str(error.orig).partition("\n")[0]
        wanted = "Come as the role that owns the tables."
        raise click.ClickException(f"The database refused: {said}. {wanted}") from error


def run_online():
    with plainly(extension.db.engine.connect)() as connection:
        prepare(connection)
        context.configure(connection=connection, **options)
        with as_owner(), context.begin_transaction():
            context.run_migrations()
        connection.detach()


def run_offline():
    context.configure(url=str(extension.db.engine.url), literal_binds=True, **options)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    run_online()
