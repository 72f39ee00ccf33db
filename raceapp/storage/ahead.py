"""Rows that go to the database along with the question who asks, in one round trip.

A view names what it reads ahead; whoever needs the rows asks for them by `rows_read_ahead()`.
"""

import functools
from collections.abc import Callable

import sqlalchemy as sa
from flask import g

from raceapp.storage.prepared import Prepared


class ReadAhead:
    """A read that goes to the database along with the question who asks, in one round trip.

    `make(is_admin)` returns the Prepared for either kind of caller, whose first column is never
    null; `values` are those known from path and query. `rows_read_ahead()` returns its rows once;
    after that it reads again.
    """

    def __init__(self, make: Callable[[bool], Prepared], values: dict):
        self.make, self.values = make, values
        self.prepared = self.rows = None

    def row_of(self, who: Prepared, *, is_admin: bool, **values) -> tuple | None:
        """Return the row of `who`, keeping what was read ahead for such a caller."""
        self.prepared = self.make(is_admin)
        self.values = {**self.values, "actor_id": values["who_user_id"]}
        found = joined(who, self.prepared).rows(**self.values, **values)
        if not found:
            return None
        width = len(who.statement.selected_columns)
        self.rows = [row[width:] for row in found if row[width] is not None]
        return found[0][:width]


@functools.lru_cache(maxsize=128)
def joined(who: Prepared, other: Prepared) -> Prepared:
    found = other.statement.subquery().lateral()
    both = who.statement.add_columns(*found.c)
    return Prepared(both.join(found, sa.true(), isouter=True))


def rows_read_ahead(prepared: Prepared, **values) -> list[tuple]:
    """Return the rows of `prepared` for these values, which may have been read ahead."""
    ahead = g.pop("read_ahead", None)
    if ahead is not None and ahead.prepared is prepared and values.items() <= ahead.values.items():
        return ahead.rows
    return prepared.rows(**values)
