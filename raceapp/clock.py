"""The only reader of the wall clock. Call it as `clock.utcnow()`, so that tests can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

told: ContextVar[datetime | None] = ContextVar("told", default=None)


def utcnow() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return told.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Have it be `moment` within the block: the demo team did its work when it was due."""
    token = told.set(moment)
    try:
        yield
    finally:
        told.reset(token)
