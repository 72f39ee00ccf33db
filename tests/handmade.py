"""What the tests of unforeseen share."""

from datetime import UTC, datetime

EIGHT = datetime(2026, 6, 12, 8, tzinfo=UTC)
