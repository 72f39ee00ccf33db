"""SQL that PostgreSQL and SQLite write differently, or that has to match an index."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

FAR_PAST = datetime(1900, 1, 1, tzinfo=UTC)
FAR_FUTURE = datetime(9999, 1, 1, tzinfo=UTC)


def undated_last(column, is_descending: bool = False):
    """Return an expression that orders by a time with null last, up or down. An index serves it,
    since the literal is part of both the statement and the index."""
    last = FAR_PAST if is_descending else FAR_FUTURE
    return sa.func.coalesce(column, sa.literal(last, column.type, literal_execute=True))


class is_among(FunctionElement):
    """`is_among(column, subquery)` is IN, which an index can serve inside an OR as well.

    PostgreSQL runs such a subquery row by row; as an array it is found beforehand.
    """

    name = "is_among"
    type = sa.Boolean()
    inherit_cache = True


@compiles(is_among)
def write_in(element, compiler, **options):
    column, subquery = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} IN {subquery}"


@compiles(is_among, "postgresql")
def write_array(element, compiler, **options):
    column, subquery = (compiler.process(part, **options) for part in element.clauses)
    return f"{column} = ANY (ARRAY{subquery})"


class list_of(FunctionElement):
    """`list_of(column, condition)` gathers a column of those rows of a group that meet the
    condition: an array, null if there are none; JSON on SQLite."""

    inherit_cache = True
    name = "list_of"

    def __init__(self, column, condition):
        super().__init__(column, condition)


@compiles(list_of, "sqlite")
def write_json_list(element, compiler, **options):
    column, condition = (compiler.process(part, **options) for part in element.clauses)
    return f"json_group_array({column}) FILTER (WHERE {condition})"


@compiles(list_of, "postgresql")
def write_array_list(element, compiler, **options):
    column, condition = (compiler.process(part, **options) for part in element.clauses)
    return f"array_agg({column}) FILTER (WHERE {condition})"


# --- text, whatever the case and the accents -------------------------------------------------

ACCENTS = re.compile("[\u0300-\u036f]")
# Letters with a stroke, which Unicode does not decompose, and the sigma at the end of a word.
ALIKE = str.maketrans("đøłς", "dolσ")


def fold(text: str) -> str:
    """Return `text` without case and accents, as PostgreSQL's `folded()` of the migrations does."""
    return ACCENTS.sub("", unicodedata.normalize("NFKD", text)).lower().translate(ALIKE)


def mentions(columns: Iterable, text: str) -> sa.ColumnElement[bool]:
    """Hold where one of the columns contains `text`, whatever the case and the accents."""
    wanted = fold(text)
    found = (sa.func.folded(column, type_=sa.String) for column in columns)
    return sa.or_(*(column.contains(wanted, autoescape=True) for column in found))


class in_order(FunctionElement):
    """`in_order(column)` sorts text without case and accents, the same on every database."""

    name = "in_order"
    type = sa.String()
    inherit_cache = True


@compiles(in_order)
def write_folded(element, compiler, **options):
    return f"folded({compiler.process(element.clauses, **options)})"


@compiles(in_order, "postgresql")
def write_folded_by_code(element, compiler, **options):
    return f'folded({compiler.process(element.clauses, **options)}) COLLATE "C"'
