"""The only reader of the wall clock. Call it as `clock.utcnow()`, so that tests can set it."""

from datetime import UTC, datetime


def utcnow() -> datetime:
    """Return the present moment as an aware UTC datetime."""
    return datetime.now(UTC)
