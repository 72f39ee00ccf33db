"""What the tests of task_tables share."""

import csv
import io
from datetime import UTC, datetime

MORNING = datetime(2026, 6, 12, 6, 30, tzinfo=UTC)  # 08:30 at Misano.


def parsed(data):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def table(*rows, delimiter=","):
    """A table of these rows, dicts with the same keys."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0].keys(), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()
