"""Column types, the base class of all models, and the names of constraints.

Times are aware UTC datetimes in Python, `timestamptz` in PostgreSQL and UTC text in SQLite.
"""

from datetime import UTC, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.types import TypeDecorator

from raceapp import clock

CONSTRAINT_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
MAX_ID = 2**63 - 1

# SQLite makes an autoincrementing key of exactly INTEGER only; there that has 64 bits too.
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
    """A row that counts its changes in `version`, which is its ETag."""

    created_at: orm.Mapped[datetime] = orm.mapped_column(default=lambda: clock.utcnow())
    updated_at: orm.Mapped[datetime] = orm.mapped_column(
        default=lambda: clock.utcnow(), onupdate=lambda: clock.utcnow()
    )
    version: orm.Mapped[int] = orm.mapped_column(sa.Integer)

    @orm.declared_attr.directive
    def __mapper_args__(cls):
        # eager_defaults reads nothing back: every default is made in Python.
        return {"version_id_col": cls.__table__.c.version, "eager_defaults": False}


# --- migrations --------------------------------------------------------------------------


def is_in_models(_item: object, name: str | None, kind: str, *_) -> bool:
    """Tell Alembic what to compare: not the indexes `path_…`, which only migrations know."""
    return not (kind == "index" and (name or "").startswith("path_"))


def migration_type(kind: str, item: object, _context) -> str | bool:
    """Write our column types in migrations as the plain ones they are stored as."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Json):
        return "sa.JSON(none_as_null=True)"
    return False
