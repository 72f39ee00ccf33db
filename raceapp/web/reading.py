"""Reading requests strictly.

This refuses what webargs would let pass: other media types, bodies that are cut short or too long,
unknown or repeated query parameters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, unquote_to_bytes

from flask import g
from flask.globals import request_ctx
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, ValidationError

from raceapp import errors
from raceapp.storage import columns
from raceapp.web.strict_json import parse_json

BODY_LIMIT = 64 * 1024


class IdConverter(BaseConverter):
    """A path id: plain digits without leading zeros that fit the column, otherwise 404."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if not value.isascii() or number > columns.MAX_ID:
            raise ValidationError()
        return number


SENT = "raceapp.body"  # in a request's environ: the body, or the error in reading it


def fetch_body(req) -> None:
    """Wait for the body; if something is wrong with it, `read_body()` says so in its turn.

    So a slow sender keeps no transaction open, and acts by no rights that have ended meanwhile.
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
        # A chunked body states no length and is cut at the limit, so ask whether there is more.
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
        """Parse a query once: it always means the same, and phones repeat theirs."""
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
        refuse_coding(req)
        found = parse_json(read_body(req))
        if not isinstance(found, list if schema.many else dict):
            message = MUST_BE_LIST if schema.many else MUST_BE_OBJECT
            raise errors.Invalid.field("_schema", message)
        return found

    def load_querystring(self, req, schema):
        repeated = [name for name, values in req.args.lists() if len(values) > 1]
        if repeated:
            faults = {name: ["Give this parameter once."] for name in repeated}
            raise errors.Invalid(errors={"query": faults})
        refuse_garbled(req)
        return super().load_querystring(req, schema)

    def handle_error(self, error, req, schema, *, error_status_code, error_headers):
        raise errors.Invalid(errors=in_our_words(error.messages)) from error


MUST_BE_OBJECT, MUST_BE_LIST = "Must be an object.", "Must be a list."
# marshmallow's own words, where no field of ours has better ones.
OUR_WORDS = {
    "Invalid input type.": MUST_BE_OBJECT,
    "Not a valid string.": "Must be text.",
    "Not a valid list.": MUST_BE_LIST,
    "Invalid type.": MUST_BE_OBJECT,
    "Missing data for required field.": "This is required.",
    "Field may not be null.": "Must not be null.",
}


def in_our_words(messages):
    """Return the messages of marshmallow, at whatever depth, as this API says them."""
    if isinstance(messages, Mapping):
        return {name: in_our_words(inner) for name, inner in messages.items()}
    if isinstance(messages, list):
        return [in_our_words(inner) for inner in messages]
    return OUR_WORDS.get(messages, messages)


def refuse_garbled(req) -> None:
    """Refuse a query whose bytes are no UTF-8: it could find nothing."""
    pairs = (pair.partition(b"=") for pair in req.query_string.split(b"&"))
    garbled = [name for name, _, value in pairs if not (is_utf8(name) and is_utf8(value))]
    if garbled:
        faults = {unquote(name.decode("ascii", "replace")): ["Is not UTF-8."] for name in garbled}
        raise errors.Invalid(errors={"query": faults})


def is_utf8(quoted: bytes) -> bool:
    try:
        unquote_to_bytes(quoted).decode()
    except UnicodeDecodeError:
        return False
    return True


def refuse_coding(req) -> None:
    """Refuse a body with a Content-Encoding, such as a compressed one."""
    coding = req.headers.get("Content-Encoding", "identity")
    if coding.strip().lower() != "identity":
        raise errors.UnsupportedMediaType("Send the body as it is, without Content-Encoding.")


@dataclass(frozen=True)
class Upload:
    """A body that is a file: its bytes, and its type and charset by the caller's word."""

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
    refuse_coding(asked)
    return Upload(read_body(asked), asked.mimetype, asked.mimetype_params.get("charset"))


def refuse_query(asked) -> None:
    """Refuse any parameter where a view takes none."""
    if asked.query_string and asked.args:
        raise errors.Invalid(errors={"query": {name: ["Unknown field."] for name in asked.args}})
