"""Answers written by a function that is made of their marshmallow schema.

The schema stays the one source of what an answer holds. Where none of its fields does more
than hand its value to JSON, reading the attributes and leaving times to orjson gives the very
same text as `dump()`, in a tenth of the time; any other schema is dumped as ever.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import attrgetter

import marshmallow as ma
import orjson

from raceapp.web import fields

# These write a value as it stands, once orjson writes times in UTC with Z.
AS_THEY_STAND = (
    ma.fields.String,
    ma.fields.Integer,
    ma.fields.Boolean,
    ma.fields.Enum,
    ma.fields.Dict,
    fields.UTCDateTime,
    fields.Date,
    fields.Number,
)
TIMES = orjson.OPT_UTC_Z
# The schema of an answer that is no JSON, for the document.
TEXT = {"type": "string", "maxLength": 2**26}


@dataclass(frozen=True)
class Document:
    """An answer that is no JSON, such as a calendar, a table or a page for the printer.

    `write()` makes it, and is called only where it is sent: whoever has this `version` already,
    which becomes the ETag, is told so instead.
    """

    content_type: str
    write: Callable[[], str | bytes]
    version: str | None = None
    headers: Sequence[tuple[str, str]] = ()


def to_json(value: object) -> bytes:
    return orjson.dumps(value, option=TIMES)


def is_as_it_stands(field: ma.fields.Field) -> bool:
    if isinstance(field, ma.fields.List):
        return is_as_it_stands(field.inner)
    return isinstance(field, AS_THEY_STAND) or type(field) in (fields.Object, fields.Measured)


def has_hooks(schema: ma.Schema) -> bool:
    return any(schema._hooks.get(hook) for hook in ("pre_dump", "post_dump"))


def writer_of(schema: ma.Schema) -> Callable[[object], object]:
    """Return a function that does for one object what `schema.dump()` does, for `to_json`."""
    names = list(schema.dump_fields)
    nested = {name: writer_of_nested(field) for name, field in nested_fields(schema)}
    others = (field for name, field in schema.dump_fields.items() if name not in nested)
    if has_hooks(schema) or not names or not all(is_as_it_stands(field) for field in others):
        return lambda item: schema.dump(item, many=False)
    return writer(names, nested)


def nested_fields(schema: ma.Schema):
    for name, field in schema.dump_fields.items():
        if isinstance(field, ma.fields.Nested):
            yield name, field


def writer_of_nested(field: ma.fields.Nested) -> Callable[[object], object]:
    """Return what `writer_of()` does for the value of a field: one object, or a list of them."""
    write = writer_of(field.schema)
    return (lambda items: [write(item) for item in items]) if field.many else write


def writer(names: list[str], nested: dict[str, Callable]) -> Callable[[object], dict]:
    """Return a function from an object or a mapping to `{name: value}`."""

    def write(item) -> dict:
        if type(item) is Written:
            return item
        if isinstance(item, dict):
            found = {name: item[name] for name in names if name in item}
        else:
            found = dict(zip(names, get(item), strict=True))
        for name, write_nested in nested.items():
            if found.get(name) is not None:
                found[name] = write_nested(found[name])
        return found

    get = attrgetter(*names) if len(names) > 1 else lambda item: (getattr(item, names[0]),)
    return write


class Written(dict):
    """An answer as its schema writes it: `writer_of()` has nothing more to do with it."""


def row_writer(schema: ma.Schema) -> Callable[[tuple], Written]:
    """Return a function that does for a row what `writer_of()` does for an object.

    The row has the fields of the schema in their order; it may go on behind them.
    """
    names = list(schema.dump_fields)
    nested = {name: writer_of_nested(field) for name, field in nested_fields(schema)}

    def write(row: tuple) -> Written:
        found = Written(zip(names, row, strict=False))
        for name, write_nested in nested.items():
            if found[name] is not None:
                found[name] = write_nested(found[name])
        return found

    return write
