"""The database's own words: base class, column types, constraint names, engines.

Times are aware UTC datetimes in Python, `timestamptz` in PostgreSQL and UTC text in SQLite.
"""

import contextvars
from datetime import UTC, datetime
from enum import StrEnum

import psycopg
import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from raceapp import clock, deadline

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
MAX_ID = 2**63 - 1

# SQLite only makes an autoincrementing key of exactly INTEGER; there that is 64 bits too.
BigId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class UTCDateTime(TypeDecorator):
    """An aware datetime in, the same instant in UTC out, on every database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True
    python_type = datetime

    def process_bind_param(self, value, dialect):
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without an offset was about to be stored.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    process_literal_param = process_bind_param

    def process_result_value(self, value, dialect):
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator):
    """A JSON document; None is SQL NULL."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True


def choice(enum: type[StrEnum]) -> sa.Enum:
    """Return a text column type that holds the values of `enum` and nothing else."""
    return sa.Enum(
        enum,
        native_enum=False,
        length=20,
        create_constraint=True,
        name=enum.__name__.lower(),
        values_callable=lambda members: [member.value for member in members],
    )


class Base(orm.DeclarativeBase):
    registry = orm.registry(
        metadata=sa.MetaData(naming_convention=CONSTRAINT_NAMES),
        type_annotation_map={datetime: UTCDateTime(), int: BigId},
    )


class Identified:
    """A row with a positive id which is never given to another row."""

    __table_args__ = {"sqlite_autoincrement": True}
    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)


class Versioned(Identified):
    """A row whose every change is counted. Its ETag is the version."""

    created_at: orm.Mapped[datetime] = orm.mapped_column(default=lambda: clock.utcnow())
    updated_at: orm.Mapped[datetime] = orm.mapped_column(
        default=lambda: clock.utcnow(), onupdate=lambda: clock.utcnow()
    )
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer)

    @orm.declared_attr.directive
    def __mapper_args__(cls):
        # eager_defaults reads nothing back: every default is made in Python.
        return {"version_id_col": cls.__table__.c.version, "eager_defaults": False}


# --- expressions -------------------------------------------------------------------------

FAR_PAST = datetime(1900, 1, 1, tzinfo=UTC)
FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)


def undated_last(column, is_descending: bool = False):
    """Return what orders by a time with null last, up or down, written so that an index serves
    it: the literal is part of the statement and of the index."""
    last = FAR_PAST if is_descending else FAR_FUTURE
    return sa.func.coalesce(column, sa.literal(last, column.type, literal_execute=True))


class is_among(FunctionElement):
    """`is_among(column, subquery)` is IN, which an index can serve inside an OR as well.

    PostgreSQL asks such a subquery row by row; as an array it is found out beforehand.
    """

    name = "is_among"
    type = sa.Boolean()
    inherit_cache = True


@compiles(is_among)
def write_in(element, compiler, **options):
    column, subquery = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN {subquery}"


@compiles(is_among, "postgresql")
def write_array(element, compiler, **options):
    column, subquery = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY (ARRAY{subquery})"


class list_of(FunctionElement):
    """`list_of(column, condition)` gathers a column of the rows of a group that meet it: an
    array, null where there are none; JSON on SQLite."""

    inherit_cache = True
    name = "list_of"

    def __init__(self, column, condition):
        super().__init__(column, condition)


@compiles(list_of, "sqlite")
def write_json_list(element, compiler, **options):
    column, condition = (compiler.process(part, **options) for part in element.clauses)
    return f"json_group_array({column}) FILTER (WHERE {condition})"


@compiles(list_of, "postgresql")
def write_array_list(element, compiler, **options):
    column, condition = (compiler.process(part, **options) for part in element.clauses)
    return f"array_agg({column}) FILTER (WHERE {condition})"


# --- engines -----------------------------------------------------------------------------

_reading = contextvars.ContextVar("reading", default=False)


def is_only_reading() -> bool:
    return _reading.get()


class OnlyReading:
    """Say whether the transactions begun in this block only read.

    SQLite takes the write lock at BEGIN unless they do: two writers that both started by
    reading would otherwise overwrite each other or fail half way. PostgreSQL reads in autocommit,
    one round trip for each statement and none for BEGIN and ROLLBACK.
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

    A pooler that lends a server connection for one transaction keeps neither what a client
    asked for when it connected nor what it prepared; docs/deployment.md says where the
    time-outs are set then.
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
    """Return the engine that requests which only read go to, where it differs from the other."""
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
    """Have the pool replace a connection whose server has closed it.

    `pool_pre_ping` would take a round trip for each request. If the one made in its place is
    closed at once too, the server is going away, and that is no fault of ours.
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
    # The driver would begin transactions by its own, late, rule.
    connection.isolation_level = None
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.create_function("lower", 1, _lower, deterministic=True)


def _lower(text):
    return text.lower() if isinstance(text, str) else text


def _begin_sqlite(connection):
    connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


def is_in_models(_item: object, name: str | None, kind: str, *_) -> bool:
    """Tell Alembic what to compare: not the indexes that migrations alone know, `path_…`."""
    return not (kind == "index" and (name or "").startswith("path_"))


def migration_type(kind: str, item: object, _context) -> str | bool:
    """Write our column types in migrations as the plain ones they are stored as."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Json):
        return "sa.JSON(none_as_null=True)"
    return False
