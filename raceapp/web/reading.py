"""Reading requests strictly: JSON as RFC 8259 has it, and no parameter that nobody asked for.

Refused here is what webargs and the standard library would let pass: other media types,
duplicate names, NaN, bodies cut short or too long, unknown or repeated query parameters.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from flask import g
from flask.globals import request_ctx
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, ValidationError

from raceapp import errors
from raceapp.storage import columns

BODY_LIMIT = 64 * 1024
MAX_DEPTH = 100


class IdConverter(BaseConverter):
    """A path id: plain digits without leading zeros that fit the column, else 404."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if not value.isascii() or number > columns.MAX_ID:
            raise ValidationError()
        return number


def unique_keys(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("A name appears twice.")
    return found


def refuse_constant(name):
    raise ValueError(f"{name} is not JSON.")


def finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("A number is too large.")
    return number


DECODER = json.JSONDecoder(
    object_pairs_hook=unique_keys, parse_constant=refuse_constant, parse_float=finite
)


def parse_json(body: bytes) -> object:
    """Read RFC 8259 JSON in UTF-8 and nothing looser; raises BadRequest."""
    try:
        found = DECODER.decode(body.decode())
    except (ValueError, RecursionError) as error:
        raise errors.BadRequest("The body is not valid JSON.") from error
    if body.count(b"[") + body.count(b"{") > MAX_DEPTH and is_deep(found):
        raise errors.BadRequest("The body is nested too deeply.")
    return found


def is_deep(value: object) -> bool:
    """Tell whether lists and objects stand inside each other more than MAX_DEPTH times.

    How deep the decoder itself goes differs from one Python to the next.
    """
    level = [value]
    for _ in range(MAX_DEPTH):
        containers = (item for item in level if isinstance(item, (list, dict)))
        level = [
            child
            for item in containers
            for child in (item.values() if isinstance(item, dict) else item)
        ]
        if not level:
            return False
    return True


SENT = "raceapp.body"  # of a request's environ: the body, or what is wrong with it


def fetch_body(req) -> None:
    """Wait for the body, whatever is wrong with it: that is said in its turn, by `read_body()`.

    So whoever sends slowly keeps no transaction open, and no rights that have ended meanwhile.
    """
    try:
        req.environ[SENT] = received(req)
    except (HTTPException, errors.Refusal) as error:
        req.environ[SENT] = error


def read_body(req) -> bytes:
    """Return the body as sent; raises TooLarge, or BadRequest when its framing is broken."""
    if SENT not in req.environ:
        fetch_body(req)
    sent = req.environ[SENT]
    if isinstance(sent, Exception):
        raise sent
    return sent


def received(req) -> bytes:
    try:
        body = req.get_data()
        # A chunked body says no length: it is cut at the limit, so ask whether there was more.
        is_cut = req.content_length is None and len(body) >= req.max_content_length
        if is_cut and req.environ["wsgi.input"].read(1):
            raise errors.TooLarge()
    except (HTTPException, errors.Refusal):
        raise
    except Exception as error:  # Each server has its own exception for a broken chunk.
        raise errors.BadRequest("The request ended before its body was complete.") from error
    return body


class StrictParser(FlaskParser):
    """Refuse what webargs would let pass: other media types, unknown or repeated parameters."""

    DEFAULT_UNKNOWN_BY_LOCATION = {"json": "raise", "query": "raise"}
    REMEMBERED_QUERIES = 128

    def __init__(self):
        super().__init__()
        self._understood: dict[tuple, dict] = {}

    def parse(self, argmap, req=None, *, location=None, **kwargs):
        """Remember what a query means: it is a matter of its text alone, and phones repeat it."""
        asked = req or request_ctx.request
        if location != "query":
            return super().parse(argmap, asked, location=location, **kwargs)
        g.query_is_read = True
        key = (argmap, asked.query_string)
        found = self._understood.get(key)
        if found is None:
            found = super().parse(argmap, asked, location=location, **kwargs)
            if len(self._understood) >= self.REMEMBERED_QUERIES:
                self._understood.clear()
            self._understood[key] = found
        return dict(found)

    def load_json(self, req, schema):
        if req.content_length is not None and req.content_length > req.max_content_length:
            raise errors.TooLarge()
        if req.mimetype != "application/json":
            raise errors.UnsupportedMediaType()
        return parse_json(read_body(req))

    def load_querystring(self, req, schema):
        repeated = [name for name, values in req.args.lists() if len(values) > 1]
        if repeated:
            faults = {name: ["Give this parameter once."] for name in repeated}
            raise errors.Invalid(errors={"query": faults})
        return super().load_querystring(req, schema)

    def handle_error(self, error, req, schema, *, error_status_code, error_headers):
        raise errors.Invalid(errors=error.messages) from error


@dataclass(frozen=True)
class Upload:
    """A body that is a file: its bytes, and what the caller says it is."""

    data: bytes
    media_type: str
    charset: str | None


def read_upload(media_types: Sequence[str]) -> Upload:
    """Return the body, which has to be of one of these types; raises TooLarge or
    UnsupportedMediaType."""
    asked = request_ctx.request
    if asked.content_length is not None and asked.content_length > asked.max_content_length:
        raise errors.TooLarge()
    if asked.mimetype not in media_types:
        raise errors.UnsupportedMediaType(f"Send the file as {' or '.join(media_types)}.")
    return Upload(read_body(asked), asked.mimetype, asked.mimetype_params.get("charset"))


def refuse_query(asked) -> None:
    """Refuse any parameter where a view takes none."""
    if asked.query_string and asked.args:
        raise errors.Invalid(errors={"query": {name: ["Unknown field."] for name in asked.args}})
