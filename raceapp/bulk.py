"""How commands write to whole tables: one at a time, and without what is done row by row.

SQLite lets one writer in at a time by itself, and its indexes cost little beside the rest.
"""

from contextlib import contextmanager

import sqlalchemy as sa

# Any number, as long as all who take turns name the same.
TURN = 20_261_128
INDEXES = """
SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid = CAST(:name AS regclass) AND NOT EXISTS
    (SELECT FROM pg_constraint WHERE conrelid = indrelid AND conindid = indexrelid)
"""
KEYS = """
SELECT quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = CAST(:name AS regclass) AND contype = 'f'
"""
IS_OURS = "SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = CAST(:name AS regclass)"


def take_turn(connection: sa.Connection) -> None:
    """Wait until nobody else who takes turns is in a transaction; then go on as long as it takes.

    What is read after this is what the one before has left.
    """
    if connection.dialect.name != "postgresql":
        return
    connection.connection.driver_connection.patience = None
    for name, value in (("lock_timeout", 0), ("statement_timeout", 0)):
        connection.exec_driver_sql(f"SET LOCAL {name} = {value}")
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))


@contextmanager
def unindexed(connection: sa.Connection, table: sa.Table, rows: int):
    """Have `table` without its indexes and foreign keys while so many `rows` are added.

    Sorted and checked all at once at the end they take a small part of the time. Until the
    transaction ends nobody else reads the table. Where there are more rows already than come, or
    the table is somebody else's, it stays as it is.
    """
    count = sa.select(sa.func.count()).select_from(table)
    named = {"name": table.name}
    if connection.scalar(count) > rows or not connection.scalar(sa.text(IS_OURS), named):
        yield
        return
    indexes = connection.execute(sa.text(INDEXES), named).all()
    keys = connection.execute(sa.text(KEYS), named).all()
    dropped = ", ".join(f"DROP CONSTRAINT {name}" for name, _ in keys)
    connection.exec_driver_sql(f"ALTER TABLE {table.name} {dropped}")
    connection.exec_driver_sql(f"DROP INDEX {', '.join(name for name, _ in indexes)}")
    yield
    connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '256MB'")
    for _, definition in indexes:
        connection.exec_driver_sql(definition)
    added = ", ".join(f"ADD CONSTRAINT {name} {definition}" for name, definition in keys)
    connection.exec_driver_sql(f"ALTER TABLE {table.name} {added}")
