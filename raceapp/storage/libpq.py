"""Prepared statements sent to PostgreSQL as such, over connections that are kept at hand.

A statement goes to libpq with its values as text, from its second use on by its name. PostgreSQL
finds out the types of the values, and psycopg turns the answer into Python values. `run()` runs one
statement; `IdleConnections` lends the connections for it.

This saves the work of psycopg's cursors and SQLAlchemy's pool, which take three times as long over
a short statement as the server does.
"""

import functools
import time
from collections import deque

import psycopg
import sqlalchemy as sa
from psycopg import OperationalError
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus

ANSWERS = (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK)
STALE = (FeatureNotSupported, InvalidSqlStatementName)
SECONDS_KEPT = 1800
MOST_PREPARED = 100  # on each connection, as with psycopg's own


def run(connection, statement, values: list) -> list[tuple]:
    """Return the rows that `statement`, with `name` and `text`, answers to `values`.

    `connection` is a `deadline.Connection`; unless it is in autocommit a transaction is begun
    first, as psycopg's cursors do. Raises psycopg's errors.
    """
    pgconn = connection.pgconn
    if not connection.autocommit and pgconn.transaction_status == TransactionStatus.IDLE:
        connection.execute("SELECT")
    transformer = prepared_or_none(connection, statement)
    if transformer is None:
        transformer = Transformer(connection)
        ask, what = functools.partial(pgconn.exec_params, param_types=None), statement.text
    else:
        ask, what = pgconn.exec_prepared, statement.name
    texts = transformer.dump_sequence(values, [PyFormat.TEXT] * len(values))
    result = connection.watched(ask, what.encode(), texts, result_format=Format.BINARY)
    try:
        check(pgconn, result)
    except STALE as error:
        # The schema has changed since, or the prepared statement was dropped: prepare anew.
        connection.close()
        raise OperationalError("The prepared statement is no longer valid.") from error
    transformer.set_pgresult(result)
    return transformer.load_rows(0, result.ntuples, tuple)


def prepared_or_none(connection, statement) -> Transformer | None:
    """Return what turns the values of a prepared statement into Python's; None if it is not.

    A statement is prepared when it comes for the second time: callers can make as many statements
    as there are combinations of filters, and PostgreSQL keeps 300 kB for each. Behind a pooler no
    statement is prepared.
    """
    known = connection.transformers
    if statement.name in known:
        known.move_to_end(statement.name)
        return known[statement.name]
    if connection.prepare_threshold is None:
        return None
    if statement.name not in connection.seen:
        if len(connection.seen) >= MOST_PREPARED:
            connection.seen.clear()
        connection.seen.add(statement.name)
        return None
    return prepare(connection, statement)


def prepare(connection, statement) -> Transformer:
    """Have the server prepare a statement, and forget the one that was not used for longest."""
    pgconn, known = connection.pgconn, connection.transformers
    if len(known) >= MOST_PREPARED:
        name, _ = known.popitem(last=False)
        check(pgconn, connection.watched(pgconn.exec_, f'DEALLOCATE "{name}"'.encode()))
    text = statement.text.encode()
    check(pgconn, connection.watched(pgconn.prepare, statement.name.encode(), text))
    known[statement.name] = Transformer(connection)
    return known[statement.name]


def check(pgconn, result) -> None:
    """Raise psycopg's error unless the server answered."""
    if result.status in ANSWERS:
        return
    if pgconn.status == ConnStatus.BAD:
        raise OperationalError("The connection is lost.")
    raise error_from_result(result)


def keep_first_plan(connection) -> None:
    """Have the server keep the generic plan that it makes of a statement at first.

    Left to itself it compares the cost of that plan with the average cost of the custom plans so
    far, which were cheap while the table was small: then it plans for each of thousands of runs,
    which takes up to four times as long as the run. Behind a pooler the connection is others' too.
    """
    if connection.prepare_threshold is not None:
        connection.execute("SET plan_cache_mode = force_generic_plan")


class IdleConnections:
    """Connections in autocommit, handed out and taken back without the pool's formalities.

    They come from the pool, which counts them as checked out until they are lost or old.
    """

    def __init__(self, engine: sa.Engine):
        self.engine = engine
        self.kept = deque()
        # Called with 1 when a connection is taken, with -1 when it is put back.
        self.watcher = lambda change: None
        sa.event.listen(engine, "engine_disposed", lambda _engine: self.close())

    def take(self):
        """Return a pooled connection whose server has not hung up; raises SQLAlchemy's errors."""
        now = time.monotonic()
        while pooled := self.pop():
            connection = pooled.driver_connection
            if connection.has_hung_up():
                pooled.invalidate()
            elif now > connection.made_at + SECONDS_KEPT:
                pooled.close()
            else:
                return pooled
        return self.made()

    def made(self):
        pooled = self.engine.raw_connection()
        try:
            keep_first_plan(pooled.driver_connection)
        except psycopg.Error:
            pooled.invalidate()
            raise
        return pooled

    def pop(self):
        """Return the connection that was used last, or None."""
        try:
            pooled = self.kept.pop()
        except IndexError:
            return None
        self.watcher(1)
        return pooled

    def put_back(self, pooled) -> None:
        if pooled.is_valid:
            self.watcher(-1)
            self.kept.append(pooled)

    def close(self) -> None:
        while pooled := self.pop():
            pooled.invalidate()
