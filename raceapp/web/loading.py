"""Good bodies read by a function made of their marshmallow schema.

What this buys: `Schema.load()` keeps a ledger of errors and asks about hooks, partial loading and
nested names for every field it has, sent or not. A body with nothing wrong needs none of that,
and is read in less than half the time. The schema stays the one source of what a body may hold,
and of every word about what is wrong with one: any body that is not good goes to `load()`.
"""

import functools
from collections.abc import Callable

import marshmallow as ma

HOOKS = ("pre_load", "post_load", "validates", "validates_schema")


def is_plain(schema: ma.Schema) -> bool:
    """Tell whether all that `schema` does with a body is to read each of its fields."""
    has_hooks = any(schema._hooks.get(hook) for hook in HOOKS)
    is_computed = any(callable(field.load_default) for field in schema.load_fields.values())
    return not (has_hooks or is_computed or schema.many or schema.partial)


@functools.lru_cache(maxsize=256)
def quick_loader(schema: ma.Schema) -> Callable[[object], dict | None] | None:
    """Return a function that does for a good body what `schema.load()` does, if there can be one.

    It returns None for any other body.
    """
    if not is_plain(schema):
        return None
    places = [
        (field.data_key or name, field.attribute or name, field)
        for name, field in schema.load_fields.items()
    ]

    def load(body: object) -> dict | None:
        try:
            return read(body, places) if type(body) is dict else None
        except ma.ValidationError:
            return None

    return load


def read(body: dict, places: list[tuple[str, str, ma.fields.Field]]) -> dict | None:
    """Return what the fields make of their values, in the order of the schema whatever that of
    the body: statements are kept by their columns. None where one is missing or unknown."""
    found, left = {}, len(body)
    for key, name, field in places:
        if key in body:
            found[name] = field.deserialize(body[key], key, body)
            left -= 1
        elif field.required:
            return None
        elif field.load_default is not ma.missing:
            found[name] = field.load_default
    return None if left else found
