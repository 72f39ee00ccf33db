"""Statements that are run often: written in SQLAlchemy Core, compiled once, run prepared.

The interface is `Prepared(statement).rows(name=value, ...)`; the statement holds its values as
`placeholder(name)`.

A statement is compiled the first time it is needed; from then on its values go to `libpq`, which
has PostgreSQL prepare it. It runs in autocommit, so that a read is one round trip and not three, or
in the transaction that has begun. On SQLite it runs through the session like any other statement.

This saves building, caching and interpreting the statement and lending a connection for it, which
cost several times what PostgreSQL takes to answer.
"""

import functools
import hashlib
from collections.abc import Collection
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from flask import Flask, current_app

from raceapp.storage import engines, libpq
from raceapp.storage.session import db


def placeholder(name: str, kind=None) -> sa.BindParameter:
    """Return a placeholder for a value that comes with each run; `kind` is its column type."""
    return sa.bindparam(name, type_=kind, required=False)


# A statement for a few values has so many places; for more values one is built anew.
FEW = 8


def among_few(column, name: str) -> sa.ColumnElement:
    """Hold where `column` is one of the values that `few(name, …)` gives the statement."""
    return column.in_([placeholder(f"{name}_{number}", column.type) for number in range(FEW)])


def few(name: str, values: Collection) -> dict:
    """Return the values of `among_few()`; the last one fills the places that are left."""
    found = [*values]
    return {f"{name}_{number}": found[min(number, len(found) - 1)] for number in range(FEW)}


@dataclass(frozen=True)
class ActorPlaceholder:
    """A placeholder for the actor, so that one statement serves everybody."""

    is_admin: bool
    id = placeholder("actor_id", sa.BigInteger)


class Prepared:
    """A statement that is run often. `rows()` returns tuples in the order of its columns."""

    def __init__(self, statement: sa.Select):
        self.statement = statement
        self._compiled: Compiled | None = None

    def rows(self, **values) -> list[tuple]:
        idle = current_app.extensions["idle_connections"]
        if idle is None:
            return db.session.execute(self.statement, values).all()
        if self._compiled is None:
            self._compiled = Compiled(self.statement, idle.engine)
        return self._compiled.rows(values, idle)

    def row(self, **values) -> tuple | None:
        found = self.rows(**values)
        return found[0] if found else None


@functools.cache
def with_constants(compiler: type) -> type:
    """Return the compiler that writes out every value which is part of the statement.

    PostgreSQL makes one plan for all runs (see `libpq`), and makes another one for a rare status
    than for a common one. JSON and NaN cannot be written out.
    """

    class Writer(compiler):
        def visit_bindparam(self, bind, **options):
            if bind.value is not None and not bind.callable:
                options["literal_execute"] = True
            return super().visit_bindparam(bind, **options)

    return Writer


class Compiled:
    """A statement as PostgreSQL reads it, and what is done to values on their way in."""

    def __init__(self, statement: sa.Select, engine: sa.Engine):
        dialect = type(engine.dialect)(paramstyle="numeric_dollar")
        dialect.statement_compiler = with_constants(dialect.statement_compiler)
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.text = compiled.string
        self.name = hashlib.sha256(self.text.encode()).hexdigest()[:32]
        self.names = compiled.positiontup
        binds = compiled.bind_names
        self.computed = {name: bind for bind, name in binds.items() if bind.callable}
        processors = compiled._bind_processors
        self.to_process = {name: one for name in self.names if (one := processors.get(name))}

    def parameters(self, values: dict) -> list:
        """Return what the statement is sent, in the order of its places."""
        given = dict(values)
        for name, bind in self.computed.items():
            given[name] = bind.effective_value
        for name, process in self.to_process.items():
            given[name] = process(given[name])
        return [given[name] for name in self.names]

    def rows(self, values: dict, idle: libpq.IdleConnections) -> list[tuple]:
        """Run it in the transaction that has begun, otherwise on a connection of its own.

        Raises the error that SQLAlchemy would raise.
        """
        parameters = self.parameters(values)
        is_alone = engines.is_only_reading() or not has_begun()
        pooled = None
        try:
            pooled = idle.take() if is_alone else db.session.connection().connection
            return libpq.run(pooled.driver_connection, self, parameters)
        except psycopg.Error as error:
            if pooled is not None and pooled.driver_connection.closed:
                pooled.invalidate(error)  # Nothing is sent to it at the end of the request.
            raise as_sqlalchemy(error, idle.engine.dialect) from error
        finally:
            if is_alone and pooled is not None:
                idle.put_back(pooled)


def as_sqlalchemy(error: psycopg.Error, dialect: sa.Dialect) -> Exception:
    hidden = {"hide_parameters": True, "dialect": dialect}
    return sa.exc.DBAPIError.instance(None, None, error, psycopg.Error, **hidden)


def goes_past_the_session() -> bool:
    """Tell whether statements run prepared, as they do on PostgreSQL."""
    return current_app.extensions["idle_connections"] is not None


def has_begun() -> bool:
    return db.session.registry.has() and db.session().in_transaction()


def init_app(app: Flask) -> None:
    with app.app_context():
        reading = db.engines.get("reading")
    app.extensions["idle_connections"] = (
        libpq.IdleConnections(reading) if reading is not None else None
    )
