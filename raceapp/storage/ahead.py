"""Rows that go to the database along with the question who asks, in one round trip.

A view names what it reads ahead; whoever needs the rows asks for them by `rows_read_ahead()`.
"""

import functools
import time
from collections.abc import Callable, Sequence

import sqlalchemy as sa
from flask import g

from raceapp.storage.prepared import Prepared, few


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
        statement = joined(who, self.make(is_admin))
        found = statement.rows(**self.values, actor_id=values["who_user_id"], **values)
        if not found:
            return None
        width = len(who.statement.selected_columns)
        self.keep([row[width:] for row in found if row[width] is not None], is_admin, **values)
        return found[0][:width]

    def keep(self, rows: list[tuple], is_admin: bool, *, who_user_id: int, **_) -> None:
        self.prepared, self.rows = self.make(is_admin), rows
        self.values = {**self.values, "actor_id": who_user_id}


class ReadTogether:
    """A read for requests of one caller that follow each other, such as those of a batch.

    The first of them reads for all, by what `make(is_admin)` returns for the values
    `few(name, ids, MOST)`: the id, then the columns that each would read by itself. Each row is
    given away once, and none that is older than `SECONDS`: then each request reads for itself.
    """

    MOST = 20
    SECONDS = 0.1

    def __init__(self, make: Callable[[bool], Prepared], name: str, ids: Sequence[int]):
        self.make, self.name, self.ids = make, name, ids
        self.rows: dict[int, tuple] | None = None
        self.until, self.asked = 0.0, None

    def for_one(self, ahead: ReadAhead) -> "OneOfSeveral":
        return OneOfSeveral(ahead.make, ahead.values, self)

    def take(self, of: int, who: Prepared, is_admin: bool, values: dict) -> tuple | None:
        """Return the row for this id behind that of `who`, or None if there is none to give."""
        asked = (is_admin, values)
        if self.rows is None:
            statement = joined(who, self.make(is_admin))
            self.until, self.asked = time.monotonic() + self.SECONDS, asked
            ids = few(self.name, self.ids, self.MOST)
            found = statement.rows(**ids, actor_id=values["who_user_id"], **values)
            width = len(who.statement.selected_columns)
            self.rows = {row[width]: row for row in found}
        is_good = self.asked == asked and time.monotonic() < self.until
        return self.rows.pop(of, None) if is_good else None


class OneOfSeveral(ReadAhead):
    """The read of one request among several, which may have been done for it."""

    def __init__(self, make, values: dict, together: ReadTogether):
        super().__init__(make, values)
        self.together = together

    def row_of(self, who: Prepared, *, is_admin: bool, **values) -> tuple | None:
        found = self.together.take(self.values[self.together.name], who, is_admin, values)
        if found is None:
            return super().row_of(who, is_admin=is_admin, **values)
        width = len(who.statement.selected_columns)
        self.keep([found[width + 1 :]], is_admin, **values)
        return found[:width]


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
