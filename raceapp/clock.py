"""The only reader of the wall clock. Call it as `clock.utcnow()`, so that tests can set it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

YEARS = range(1970, 2100)  # Those in which a moment of this API may lie.
stated: ContextVar[datetime | None] = ContextVar("stated", default=None)


def utcnow() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return stated.get() or datetime.now(UTC)


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Set the clock to `moment` within the block: the demo team did its work when it was due."""
    token = stated.set(moment)
    try:
        yield
    finally:
        stated.reset(token)
