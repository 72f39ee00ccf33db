"""Hot statements: written in SQLAlchemy Core, compiled once, run prepared.

What this buys: building, caching and interpreting a statement, and lending a connection for it,
costs several times what PostgreSQL takes to answer. Here a statement is compiled the first time
it is needed; from then on its values go to `wire`, which has it prepared, in autocommit, so
that a read is one round trip and not three; inside a transaction that writes it runs there. On
SQLite the same statement runs through the session as any other.

The interface is `Prepared(statement).rows(name=value, ...)`; the statement holds its values as
`placeholder(name)`.
"""

import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import psycopg
import sqlalchemy as sa
from flask import Flask, current_app, g

from raceapp.storage import engines, libpq
from raceapp.storage.session import db


def placeholder(name: str, kind=None) -> sa.BindParameter:
    """Return the place of a value that comes with each run; `kind` is its column type."""
    return sa.bindparam(name, type_=kind, required=False)


@dataclass(frozen=True)
class AnyActor:
    """Stands for whoever asks in a statement that is kept for all of them."""

    is_admin: bool
    id = placeholder("actor_id", sa.BigInteger)


@dataclass(frozen=True)
class UnknownActor:
    """AnyActor for a statement whose plan is to be the same whoever asks.

    PostgreSQL plans a prepared statement anew for each run, which can take longer than the run,
    as long as plans made for known values promise to be cheaper. It cannot look into a subquery.
    """

    is_admin: bool
    id = sa.select(placeholder("actor_id", sa.BigInteger)).scalar_subquery()


class Prepared:
    """A statement that is run often. `rows()` returns tuples in the order of its columns."""

    def __init__(self, statement: sa.Select):
        self.statement = statement
        self._compiled: Compiled | None = None

    def rows(self, **values) -> list[tuple]:
        spares = current_app.extensions["spare_connections"]
        if spares is None:
            return db.session.execute(self.statement, values).all()
        if self._compiled is None:
            self._compiled = Compiled(self.statement, spares.engine)
        return self._compiled.rows(values, spares)

    def row(self, **values) -> tuple | None:
        found = self.rows(**values)
        return found[0] if found else None


class Along:
    """A read that goes to the database along with the question who asks, in one round trip.

    `make(is_admin)` returns the Prepared for either kind of caller, whose first column is never
    null; `values` are those known from path and query. It serves `rows_along()` once; whoever
    asks again reads again.
    """

    def __init__(self, make: Callable[[bool], Prepared], values: dict):
        self.make, self.values = make, values
        self.prepared = self.rows = None

    def row_of(self, who: Prepared, *, is_admin: bool, **values) -> tuple | None:
        """Return the row of `who`, keeping what was read along for such a caller."""
        self.prepared = self.make(is_admin)
        statement = joined(who, self.prepared)
        self.values = {**self.values, "actor_id": values["who_user_id"]}
        found = statement.rows(**self.values, **values)
        if not found:
            return None
        width = len(who.statement.selected_columns)
        self.rows = [row[width:] for row in found if row[width] is not None]
        return found[0][:width]


@functools.lru_cache(maxsize=128)
def joined(who: Prepared, other: Prepared) -> Prepared:
    found = other.statement.subquery().lateral()
    both = who.statement.add_columns(*found.c)
    return Prepared(both.join(found, sa.true(), isouter=True))


def rows_along(prepared: Prepared, **values) -> list[tuple]:
    """Return the rows of `prepared` for these values, which may have been read along already."""
    along = g.pop("along", None)
    if along is not None and along.prepared is prepared and values.items() <= along.values.items():
        return along.rows
    return prepared.rows(**values)


class Compiled:
    """A statement as PostgreSQL reads it, and what is done to values on their way in."""

    def __init__(self, statement: sa.Select, engine: sa.Engine):
        dialect = type(engine.dialect)(paramstyle="numeric_dollar")
        compiled = statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.text = compiled.string
        self.name = hashlib.sha256(self.text.encode()).hexdigest()[:32]
        self.names = compiled.positiontup
        # The values of an IN have names and processors of their own, made as it is written out.
        written_out = compiled._post_compile_expanded_state
        own = written_out.processors if written_out else {}
        processors = {**compiled._bind_processors, **own}
        self.processors = {name: one for name, one in processors.items() if one is not None}
        binds = compiled.bind_names
        self.computed = {name: bind for bind, name in binds.items() if bind.callable}
        self.constants = {
            name: self.processed(name, value)
            for name, value in compiled.params.items()
            if value is not None and name not in self.computed
        }
        given = set(self.names) - self.constants.keys()
        self.to_process = {name: self.processors[name] for name in given & self.processors.keys()}

    def processed(self, name: str, value):
        process = self.processors.get(name)
        return process(value) if process else value

    def parameters(self, values: dict) -> list:
        """Return what the statement is sent, in the order of its places."""
        given = {**self.constants, **values}
        for name, bind in self.computed.items():
            given[name] = bind.effective_value
        for name, process in self.to_process.items():
            given[name] = process(given[name])
        return [given[name] for name in self.names]

    def rows(self, values: dict, spares: libpq.Spares) -> list[tuple]:
        """Run it in the transaction that has begun, else on a connection of its own.

        Raises what SQLAlchemy would have raised.
        """
        parameters = self.parameters(values)
        is_alone = engines.is_only_reading() or not has_begun()
        lent = None
        try:
            lent = spares.take() if is_alone else db.session.connection().connection
            return libpq.run(lent.driver_connection, self, parameters)
        except psycopg.Error as error:
            if lent is not None and lent.driver_connection.closed:
                lent.invalidate(error)  # So that nothing is said to it at the end of the request.
            raise sa.exc.DBAPIError.instance(
                None,
                None,
                error,
                psycopg.Error,
                hide_parameters=True,
                dialect=spares.engine.dialect,
            ) from error
        finally:
            if is_alone and lent is not None:
                spares.keep(lent)


def goes_past_the_session() -> bool:
    """Tell whether statements are run prepared here, as they are on PostgreSQL."""
    return current_app.extensions["spare_connections"] is not None


def has_begun() -> bool:
    return db.session.registry.has() and db.session().in_transaction()


def init_app(app: Flask) -> None:
    with app.app_context():
        reading = db.engines.get("reading")
    app.extensions["spare_connections"] = libpq.Spares(reading) if reading is not None else None
