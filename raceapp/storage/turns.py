"""Commands that write to whole tables do so one at a time.

SQLite lets one writer in at a time by itself.
"""

import sqlalchemy as sa

# Any number, as long as all commands that take turns use it.
TURN = 20_261_128


def take_turn(connection: sa.Connection) -> None:
    """Wait until no other command that takes turns is in a transaction, and keep them waiting.

    What is read after this is what the command before has left.
    """
    if connection.dialect.name != "postgresql":
        return
    connection.connection.driver_connection.patience = None
    for name, value in (("lock_timeout", 0), ("statement_timeout", 0)):
        connection.exec_driver_sql(f"SET LOCAL {name} = {value}")
    connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TURN)))
