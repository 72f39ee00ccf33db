"""Commands that write to whole tables do so one at a time.

SQLite lets one writer in at a time by itself.
"""

import sqlalchemy as sa

# Any number, as long as all who take turns name the same.
TURN = 20_261_128


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
