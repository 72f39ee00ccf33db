"""Lists by keyset: every page costs the same, and rows added meanwhile do not shift it.

A list declares its sort keys once; the query schema, the cursor and the ORDER BY follow from
that. The cursor is signed, so that only what this API handed out comes back.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, urlencode

import marshmallow as ma
import sqlalchemy as sa
from flask.globals import request_ctx

from raceapp.storage.columns import UTCDateTime
from raceapp.storage.expressions import in_order, undated_last
from raceapp.storage.prepared import Prepared, placeholder
from raceapp.storage.session import db
from raceapp.web import fields
from raceapp.web.cursors import read_cursor, write_cursor

DEFAULT_LIMIT, MAX_LIMIT = 50, 200
# With other limits there would be too many statements to keep.
USUAL_LIMITS = (20, DEFAULT_LIMIT, 100, MAX_LIMIT)
# The names of the sort columns in the statement of a page.
KEY_NAMES = ("place_0", "place_1", "place_2")


@dataclass(frozen=True)
class Keyset:
    """The columns that a list may be sorted by, the default one first. `id` breaks every tie."""

    columns: tuple[sa.orm.InstrumentedAttribute, ...]
    id: sa.orm.InstrumentedAttribute

    @property
    def names(self) -> list[str]:
        return [*(column.key for column in self.columns), "id"]

    @functools.cache  # noqa: B019 - there is one keyset for each list, for good
    def key(self, name: str, is_descending: bool) -> list:
        """Return the expressions that order the list, the last one unique.

        Undated rows count as infinitely late going up and infinitely early going down,
        so that they come last either way.
        """
        if name == "id":
            return [self.id]
        column = self.columns[self.names.index(name)]
        if column.nullable:
            return [*nothing_last(column, is_descending), self.id]
        return [in_order(column) if isinstance(column.type, sa.String) else column, self.id]


def nothing_last(column, is_descending: bool) -> list:
    """Return expressions that order by `column` with null last, up or down.

    For times one expression does, written so that an index can serve it.
    """
    if isinstance(column.type, UTCDateTime):
        return [undated_last(column, is_descending)]
    is_nothing = column.is_not(None) if is_descending else column.is_(None)
    return [sa.cast(is_nothing, sa.Integer), sa.func.coalesce(in_order(column), "")]


class SortField(fields.Word):
    """One of the keys of a keyset; `-` before it sorts descending."""

    default_error_messages = {"unknown": "Must be one of: {choices}; put - before it to descend."}

    def __init__(self, keyset: Keyset):
        self.keyset = keyset
        listed = [sign + name for name in keyset.names for sign in ("", "-")]
        super().__init__(
            f"{keyset.id.class_.__name__}Sort",
            listed,
            load_default=keyset.names[0],
            metadata={"description": "What to sort by; - before it descends"},
        )

    def make_error(self, key: str, **kwargs) -> ma.ValidationError:
        return super().make_error(key, choices=", ".join(self.keyset.names))


class ListQuery(ma.Schema):
    """The parameters every list takes; filters are added by subclasses."""

    keyset: Keyset
    limit = fields.QueryInt(
        1,
        MAX_LIMIT,
        load_default=DEFAULT_LIMIT,
        metadata={"description": "Rows on a page", "example": 20},
    )
    cursor = fields.Text(
        1000,
        metadata={
            "description": "Where to go on, from the Link header of the page before",
            "pattern": "^[A-Za-z0-9._-]+$",
        },
    )
    include_total = fields.QueryBool(
        load_default=False, metadata={"description": "Count all matching rows in X-Total-Count"}
    )

    @ma.post_load
    def gather_page(self, data, **kwargs):
        asked = {
            name: data.pop(name, None) for name in ("limit", "cursor", "include_total", "sort")
        }
        return {"page": PageRequest(self.keyset, **asked), **data}


def list_query(keyset: Keyset) -> type[ListQuery]:
    """Return the base of a list's query schema, sorted by `keyset`."""
    return type("SortedQuery", (ListQuery,), {"keyset": keyset, "sort": SortField(keyset)})


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the headers that lead on."""

    items: Sequence
    headers: dict[str, str]


@dataclass(frozen=True)
class PageRequest:
    keyset: Keyset
    limit: int
    cursor: str | None
    include_total: bool
    sort: str

    @property
    def is_descending(self) -> bool:
        return self.sort.startswith("-")

    @property
    def key(self) -> list:
        return self.keyset.key(self.sort.lstrip("-"), self.is_descending)

    def of(self, statement: sa.Select) -> Page:
        """Run `statement`, a select of one entity, for this page only.

        Raises Invalid when the cursor is not one of this list in this order.
        """
        place = self.place
        rows = db.session.execute(self.narrowed(statement), place).all()
        total = db.session.scalar(counted(statement)) if self.include_total else None
        return self.page([row[0] for row in rows], [row[1:] for row in rows], total)

    def of_prepared(self, rows, total, **values) -> Page:
        """Return this page of what two prepared statements answer to `values`.

        `rows` was made by `prepared()`, `total` of `counted()`, from the same select.
        """
        found = rows.rows(**values, **self.place)
        count = None
        if self.include_total:
            # Every row carries the total; an empty page has to ask for it.
            count = found[0][-1] if found else total.row(**values)[0]
        end = -1 if self.include_total else None
        places = slice(-len(self.key) + (end or 0), end)
        return self.page(found, [row[places] for row in found[: self.limit]], count)

    def page(self, items: list, places: list, total: int | None) -> Page:
        headers = {}
        if len(items) > self.limit:
            headers["Link"] = self.link_after(places[self.limit - 1])
        if total is not None:
            headers["X-Total-Count"] = str(total)
        return Page(items[: self.limit], headers)

    @property
    def is_usual(self) -> bool:
        """Tell whether many ask for pages of this size."""
        return self.limit in USUAL_LIMITS

    @property
    def shape(self) -> "PageRequest":
        """Return the part of this request that is the same for all that share its statement."""
        return replace(self, cursor=self.cursor and "")

    @property
    def place(self) -> dict:
        """Return the values of the placeholders that `narrowed()` leaves."""
        if self.cursor is None:
            return {}
        place = read_cursor(self.cursor, self.sort, self.key)
        return {f"place_{n}": value for n, value in enumerate(place)}

    def narrowed(self, statement: sa.Select) -> sa.Select:
        """Return `statement` from the cursor on, in order, with one row more than the page.

        The limit is written out: PostgreSQL takes a placeholder for a tenth of the rows.
        """
        key = self.key
        if self.cursor is not None:
            place = sa.tuple_(
                *(placeholder(f"place_{n}", column.type) for n, column in enumerate(key))
            )
            after = sa.tuple_(*key)
            statement = statement.where(after < place if self.is_descending else after > place)
        order = [column.desc() if self.is_descending else column for column in key]
        size = sa.literal(self.limit + 1, sa.Integer, literal_execute=True)
        labelled = (column.label(name) for column, name in zip(key, KEY_NAMES, strict=False))
        return statement.add_columns(*labelled).order_by(*order).limit(size)

    def prepared(self, statement: sa.Select) -> Prepared:
        """Return `narrowed(statement)` with the total in each row if that is asked for."""
        found = self.narrowed(statement)
        if self.include_total:
            found = found.add_columns(counted(statement).correlate(None).scalar_subquery())
        return Prepared(found)

    def link_after(self, place) -> str:
        """Return the Link header of the page after `place`, keeping the other parameters."""
        asked = request_ctx.request
        cursor = write_cursor(self.sort, list(place), asked.path)
        return f'<{asked.path}?{others(asked.query_string)}cursor={cursor}>; rel="next"'


def counted(statement: sa.Select) -> sa.Select:
    """Return a count of the rows that `statement` would select without a page."""
    return statement.with_only_columns(sa.func.count(), maintain_column_froms=True)


@functools.lru_cache(maxsize=128)
def others(query: bytes) -> str:
    """Return all parameters of a query but the cursor, ready for another cursor."""
    given = parse_qsl(query.decode(), keep_blank_values=True)
    kept = urlencode([(name, value) for name, value in given if name != "cursor"])
    return f"{kept}&" if kept else ""
