"""Where a list goes on, as signed text: only cursors of this API are accepted."""

import functools
from datetime import date

import orjson
from flask import current_app, request
from itsdangerous import BadData, Signer
from itsdangerous.encoding import base64_decode, base64_encode

from raceapp import errors


def signer(path: str) -> Signer:
    """Return the signer of the cursors of one list; a cursor is good for its own list only.

    While the secret is being replaced, cursors signed with the previous one are good too.
    """
    settings = current_app.config
    return signer_of(settings["JWT_PREVIOUS_SECRET_KEY"], settings["JWT_SECRET_KEY"], path)


@functools.lru_cache(maxsize=128)
def signer_of(previous: str | None, present: str, path: str) -> Signer:
    return Signer([key for key in (previous, present) if key], salt=f"cursor {path}")


def write_cursor(sort: str, place: list, path: str) -> str:
    """Return where a list goes on, as text that needs no escaping in an address."""
    text = base64_encode(orjson.dumps([sort, *place], option=orjson.OPT_UTC_Z))
    return signer(path).sign(text).decode()


def read_cursor(cursor: str, sort: str, key: list) -> list:
    """Return the values of `key` at the cursor."""
    try:
        text = base64_decode(signer(request.path).unsign(cursor))
        made_for, *texts = orjson.loads(text)
    except (BadData, ValueError) as error:
        raise bad_cursor() from error
    if made_for != sort or len(texts) != len(key):
        raise bad_cursor()
    return [from_text(text, column) for text, column in zip(texts, key, strict=True)]


def from_text(text, column):
    """Read a value back from its JSON form, by the type of its column."""
    python_type = column.type.python_type
    return python_type.fromisoformat(text) if issubclass(python_type, date) else text


def bad_cursor() -> errors.Invalid:
    message = "Use the cursor of the Link header of the page before, with the same sort."
    return errors.Invalid.field("cursor", message, location="query")
