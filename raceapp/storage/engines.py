"""Engines: their options, settings of SQLite and PostgreSQL, and requests that only read."""

import contextvars

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine, make_url

from raceapp.storage import deadline
from raceapp.storage.expressions import fold

_reading = contextvars.ContextVar("reading", default=False)


def is_only_reading() -> bool:
    return _reading.get()


class OnlyReading:
    """Say whether the transactions begun in this block only read.

    Otherwise SQLite takes the write lock at BEGIN, as two writers that both started by reading
    would overwrite each other or fail half way. PostgreSQL reads in autocommit: one round trip for
    each statement and none for BEGIN and ROLLBACK.
    """

    def __init__(self, is_reading: bool):
        self.is_reading = is_reading

    def __enter__(self):
        self.before = _reading.set(self.is_reading)

    def __exit__(self, *_):
        _reading.reset(self.before)


POSTGRESQL_OPTIONS = "-c lock_timeout=3000 -c statement_timeout=5000 -c timezone=UTC"


def engine_options(url: str, *, has_pooler: bool = False) -> dict[str, object]:
    """Return Flask-SQLAlchemy's engine options for the database at `url`.

    A pooler that lends a server connection for one transaction keeps neither a client's start-up
    options nor its prepared statements; docs/deployment.md says where to set the time-outs then.
    """
    options = {"hide_parameters": True}
    if make_url(url).get_backend_name() == "sqlite":
        return {**options, "connect_args": {"timeout": 5, "check_same_thread": False}}
    own = {"prepare_threshold": None} if has_pooler else {"options": POSTGRESQL_OPTIONS}
    return {
        **options,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_timeout": 3,
        "pool_recycle": 1800,
        "connect_args": {"connect_timeout": 2, **own},
    }


def reading_bind(url: str, *, has_pooler: bool = False) -> dict[str, dict]:
    """Return the engine for requests that only read, if it differs from the other."""
    if make_url(url).get_backend_name() == "sqlite":
        return {}
    own = {"url": url, "isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
    return {"reading": {**engine_options(url, has_pooler=has_pooler), **own}}


def set_up_engine(engine: Engine) -> None:
    """Give SQLite foreign keys and honest transactions, PostgreSQL a cheap liveness check."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "checkout", _refuse_dead)
        event.listen(engine, "do_connect", _connect_with_deadline)


def _connect_with_deadline(_dialect, _record, args, kwargs):
    return deadline.connect(*args, **kwargs)


def _refuse_dead(connection, record, _proxy):
    """Have the pool replace a connection that the server has closed.

    `pool_pre_ping` would take a round trip for each request. If the server closes the new
    connection at once too, it is going away, and that is no fault of ours.
    """
    if not connection.has_hung_up():
        record.record_info.pop("was_dead", None)
    elif record.record_info.pop("was_dead", False):
        raise psycopg.OperationalError(CLOSED)
    else:
        record.record_info["was_dead"] = True
        raise sa.exc.DisconnectionError(CLOSED)


CLOSED = "The server closed this connection."


def _set_up_sqlite(connection, _record):
    # The driver would begin transactions by a rule of its own, and too late.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.create_function("lower", 1, _lower, deterministic=True)
    connection.create_function("folded", 1, _folded, deterministic=True)


def _lower(text):
    return text.lower() if isinstance(text, str) else text


def _folded(text):
    return fold(text) if isinstance(text, str) else text


def _begin_sqlite(connection):
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")
