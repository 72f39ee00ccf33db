"""When commits reach the disk: each before it is answered, or many of them together.

PostgreSQL answers a commit once it is on disk. Where many commits have one answer, they need to be
there only before that: the context of each says `later()`, and `prepared.flush()` sees to it in the
end. A crash before takes away what nobody was told of; whoever has read it meanwhile holds a cursor
that is found to lead nowhere (`feed.cursors`).
"""

import contextvars

from raceapp.storage import deadline

_is_later = contextvars.ContextVar("is_later", default=False)


def later() -> None:
    """Have the commits of this context reach the disk with the next flush."""
    _is_later.set(True)


def settle(connection: deadline.Connection) -> None:
    """Set a connection, which another context may have had before, as this context wants it.

    A pooler does not keep settings, so behind one every commit is flushed.
    """
    is_later = _is_later.get()
    if is_later == connection.flushes_later or connection.prepare_threshold is None:
        return
    connection.execute("SET synchronous_commit = off" if is_later else "RESET synchronous_commit")
    connection.flushes_later = is_later
