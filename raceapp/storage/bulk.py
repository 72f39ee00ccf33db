"""Many rows in one statement of PostgreSQL, however many they are."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from raceapp import clock
from raceapp.storage.session import db

# SQLite takes 32,766 parameters in one statement, PostgreSQL 65,535.
MAX_PARAMETERS = 30_000


def insert(table: sa.Table, rows: Sequence[dict]) -> list[int]:
    """Insert rows that all name the same columns; returns their ids in that order."""
    if not rows:
        return []
    if not reads_json():
        # SQLite lets one transaction write at a time, so their ids follow each other.
        db.session.execute(sa.insert(table), rows)
        last = db.session.scalar(sa.select(sa.func.max(table.c.id)))
        return list(range(last - len(rows) + 1, last + 1))
    names = list(rows[0])
    added = sa.insert(table).from_select(names, sa.select(*document(table, names, rows).c))
    return sorted(db.session.scalars(added.returning(table.c.id)))


def rewrite(
    table: sa.Table, names: Sequence[str], rows: Sequence[tuple], *, at: datetime | None = None
) -> None:
    """Set the columns `names` of many rows, `(id, *values)` each, and count their versions up."""
    names = ("id", *names)
    at_once = len(rows) if reads_json() else MAX_PARAMETERS // len(names)
    for first in range(0, len(rows), at_once or 1):
        some = rows[first : first + at_once]
        given = document(table, names, some) if reads_json() else values(table, names, some)
        changes = {name: given.c[name] for name in names[1:]}
        db.session.execute(
            sa.update(table)
            .where(table.c.id == given.c.id)
            .values(**changes, version=table.c.version + 1, updated_at=at or clock.utcnow())
        )


def reads_json() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def document(table: sa.Table, names: Sequence[str], rows: Sequence) -> sa.TableValuedAlias:
    """Return rows, dicts or tuples, as one JSON document for PostgreSQL to read.

    Rows sent one by one, or a few at a time, would be as many statements.
    """
    columns = [sa.column(name, table.c[name].type) for name in names]
    dicts = (row if isinstance(row, dict) else dict(zip(names, row, strict=True)) for row in rows)
    given = sa.literal([as_json(row) for row in dicts], sa.JSON())
    read = sa.func.json_to_recordset(given).table_valued(*columns, name="given")
    return read.render_derived(with_types=True)


def as_json(row: dict) -> dict:
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in row.items()
    }


def values(table: sa.Table, names: Sequence[str], rows: Sequence[tuple]) -> sa.CTE:
    columns = [sa.column(name, table.c[name].type) for name in names]
    return sa.values(*columns, name="given").data(rows).cte("given")
