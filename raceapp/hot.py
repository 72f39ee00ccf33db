"""Hot statements: written in SQLAlchemy Core, compiled once, run prepared.

What this buys: building, caching and interpreting a statement costs SQLAlchemy several times
what PostgreSQL takes to answer it. Here a statement is compiled the first time it is needed;
from then on its text and its values go straight to the driver, which keeps it prepared, in
autocommit, so that a read is one round trip and not three; inside a transaction that writes it
runs there. On SQLite the same statement runs through the session as any other.

The interface is `Prepared(statement).rows(name=value, ...)`; the statement holds its values as
`placeholder(name)`.
"""

import contextlib
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, g
from sqlalchemy.engine import Engine

from raceapp import database
from raceapp.extensions import db


def placeholder(name: str, kind=None) -> sa.BindParameter:
    """Return the place of a value that comes with each run; `kind` is its column type."""
    return sa.bindparam(name, type_=kind, required=False)


@dataclass(frozen=True)
class AnyActor:
    """Stands for whoever asks in a statement that is kept for all of them."""

    is_admin: bool
    id = placeholder("actor_id", sa.BigInteger)


class Prepared:
    """A statement that is run often. `rows()` returns tuples in the order of its columns."""

    def __init__(self, statement: sa.Select):
        self.statement = statement
        self._compiled: Compiled | None = None

    def rows(self, **values) -> list[tuple]:
        if db.engine.dialect.name != "postgresql":
            return db.session.execute(self.statement, values).all()
        if self._compiled is None:
            self._compiled = Compiled(self.statement, db.engine)
        return self._compiled.rows(values)

    def row(self, **values) -> tuple | None:
        found = self.rows(**values)
        return found[0] if found else None


class Compiled:
    """The text of a statement for PostgreSQL, and what is done to values on their way in."""

    def __init__(self, statement: sa.Select, engine: Engine):
        compiled = statement.compile(
            dialect=engine.dialect, compile_kwargs={"render_postcompile": True}
        )
        self.text = compiled.string
        # The values of an IN have names and processors of their own, made as it is written out.
        written_out = compiled._post_compile_expanded_state
        own = written_out.processors if written_out else {}
        self.processors = {**compiled._bind_processors, **own}
        binds = {name: bind for bind, name in compiled.bind_names.items()}
        self.computed = {name: bind for name, bind in binds.items() if bind.callable}
        self.constants = {
            name: self.processed(name, value)
            for name, value in compiled.params.items()
            if value is not None and f"%({name})s" in self.text
        }

    def processed(self, name: str, value):
        process = self.processors.get(name)
        return process(value) if process else value

    def rows(self, values: dict) -> list[tuple]:
        parameters = dict(self.constants)
        for name, bind in self.computed.items():
            parameters[name] = self.processed(name, bind.effective_value)
        for name, value in values.items():
            parameters[name] = self.processed(name, value)
        with present_connection() as connection:
            cursor = connection.cursor(binary=True)
            return cursor.execute(self.text, parameters, prepare=True).fetchall()


@contextlib.contextmanager
def present_connection():
    """Lend the transaction's connection, or the autocommitting one where none has begun.

    Raises what SQLAlchemy would have raised. One that is lost is dropped, so that nothing is
    said to it at the end of the request.
    """
    dialect, connection = db.engine.dialect, None
    try:
        connection = lent_connection()
        yield connection
    except dialect.dbapi.Error as error:
        if connection is not None and connection.closed:
            g.pop("reading_connection", None)
            connection.invalidate(error)
        raise sa.exc.DBAPIError.instance(
            None, None, error, dialect.dbapi.Error, hide_parameters=True, dialect=dialect
        ) from error


def lent_connection():
    if database.is_only_reading() or not db.session().in_transaction():
        return reading_connection(db.engines["reading"])
    return db.session.connection().connection


def reading_connection(engine: Engine):
    """Return the connection of this request, which goes back to the pool at its end."""
    if "reading_connection" not in g:
        g.reading_connection = engine.raw_connection()
    return g.reading_connection


def init_app(app: Flask) -> None:
    app.teardown_appcontext(return_connection)


def return_connection(_error=None) -> None:
    connection = g.pop("reading_connection", None)
    if connection is not None:
        connection.close()
