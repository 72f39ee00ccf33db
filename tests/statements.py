"""Look at SQL statements as PostgreSQL does."""

from contextlib import contextmanager
from types import SimpleNamespace

import sqlalchemy as sa

from raceapp.storage.session import db


@contextmanager
def listening(app, event, listener):
    """Have `listener` hear an event of every engine of the application while this lasts."""
    with app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        sa.event.listen(engine, event, listener)
    try:
        yield
    finally:
        for engine in engines:
            sa.event.remove(engine, event, listener)


@contextmanager
def counted(app):
    """`with counted(app) as sent:` ... `sent.count` is the number of statements, `sent.texts` they.

    What is sent to PostgreSQL with many sets of values is as many statements there.
    """
    sent = SimpleNamespace(count=0, texts=[])

    def count(connection, _cursor, statement, parameters, _context, is_many):
        is_many = is_many and connection.dialect.name == "postgresql"
        sent.count += len(parameters) if is_many else 1
        sent.texts.append(statement)

    with listening(app, "before_cursor_execute", count):
        yield sent
