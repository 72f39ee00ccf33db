"""Components that all operations of the OpenAPI document share: refusals, headers, parameters."""

import marshmallow as ma
from werkzeug.http import HTTP_STATUS_CODES

from raceapp import errors
from raceapp.errors import BODY_LIMIT, MAX_BLOCKING, MAX_FIELDS, MAX_ROWS
from raceapp.storage.columns import MAX_ID
from raceapp.web import etags, fields
from raceapp.web.fields.numbers import MAX_INT32
from raceapp.web.fields.texts import REQUEST_ID

PROBLEM_JSON = "application/problem+json"
LONGEST_LINE = 8190  # of a header, where gunicorn has its default
REFUSALS = (400, 401, 403, 404, 409, 412, 413, 414, 415, 422, 429, 503)

# Sentences for a mechanic in a hurry, when the refusal is not one of our own.
SENTENCES = {
    405: "This address does not take that method. See the Allow header.",
    414: "The address is too long.",
    429: "Too many requests. Wait as long as Retry-After says, then go on.",
    500: "Something went wrong on our side. Quote the request id when you report it.",
    **{refusal.status: refusal.detail for refusal in errors.Refusal.__subclasses__()},
}
UNKNOWN_HOST = "Unknown host: this service answers to other names than the one you asked for."


class ProblemSchema(ma.Schema):
    """Why a request was refused (RFC 9457)."""

    type = fields.Text(100, required=True, metadata={"example": "about:blank"})
    title = fields.Text(100, required=True, metadata={"example": "Unprocessable Entity"})
    status = fields.Int(400, 599, required=True, metadata={"example": 422})
    detail = fields.Text(BODY_LIMIT, required=True, metadata={"example": SENTENCES[422]})
    request_id = fields.RequestId(required=True)
    errors = ma.fields.Dict(
        values=ma.fields.Dict(metadata={"maxProperties": MAX_ROWS}),
        metadata={
            "description": "For 422: messages by part of the request and field",
            "maxProperties": MAX_FIELDS,
            "example": {"json": {"due_at": ["Must be a time with an offset."]}},
        },
    )
    blocking = fields.Many(
        fields.Id(),
        MAX_BLOCKING,
        metadata={
            "description": "For 409 of a release: the ids of the tasks that stand against it",
            "example": [412, 415],
        },
    )


def header(description: str, example: str, longest: int = 200, pattern: str = "^[ -~]*$") -> dict:
    schema = {"type": "string", "maxLength": longest, "pattern": pattern}
    return {"description": description, "schema": schema, "example": example}


def number(description: str, example: int, most: int = MAX_INT32) -> dict:
    size = "int32" if most == MAX_INT32 else "int64"
    schema = {"type": "integer", "format": size, "minimum": 0, "maximum": most}
    return {"description": description, "schema": schema, "example": example}


HEADERS = {
    "X-Request-ID": header(
        "The caller's own id, or a new one; it is in the log", "pit-wall-17", 128, REQUEST_ID
    ),
    "X-RateLimit-Limit": number("Requests allowed per window", 120),
    "X-RateLimit-Remaining": number("Requests left in this window", 117),
    "X-RateLimit-Reset": number(
        "When the window is free again, in epoch seconds", 1781249400, MAX_ID
    ),
    "Retry-After": number("Seconds to wait", 1),
    "WWW-Authenticate": header("How to authenticate", 'Bearer realm="raceapp"'),
    "ETag": header("The version of the resource, for If-Match and If-None-Match", '"3"'),
    "Location": header("Where the new resource is", "/v1/tasks/7"),
    "Idempotent-Replayed": header("The request was done before: this is its answer", "true"),
    "Link": header(
        "The next page, if there is one", '</v1/tasks?cursor=abc>; rel="next"', LONGEST_LINE
    ),
    "X-Total-Count": number("All matching rows, when include_total=true", 790),
}
PAGE_HEADERS = ("Link", "X-Total-Count")
RATE_HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")
WAITING = ("Retry-After",)
OWN_HEADERS = {401: ("WWW-Authenticate",), 409: WAITING, 429: WAITING, 503: WAITING}

# The characters of a header's value (RFC 9110, 5.5).
FIELD_VALUE = r"^[\t\x20-\x7E\x80-\xFF]*$"
# Bare, or a quoted string of RFC 9651.
KEY = r'^([!-~]{1,255}|"([!#-\[\]-~]|\\["\\]){1,255}")$'
PARAMETERS = {
    "If-Match": header(
        'Change only this version: a strong ETag such as `"3"`, a list of them, or `*`',
        '"3"',
        etags.LONGEST,
        FIELD_VALUE,
    ),
    "Idempotency-Key": header(
        "A name for this request, such as a UUID: sent again with it within 24 hours the request"
        " is answered as the first time, and nothing is done again",
        "0b5c7e3a-2f7e-4d0a-9a51-6d1f2f6c8e11",
        2 * 255 + 2,
        KEY,
    ),
    "If-None-Match": header(
        'Answer 304 when this is still the version: ETags such as `"3"`, or `*`',
        '"3"',
        etags.LONGEST,
        FIELD_VALUE,
    ),
}


def refs(names) -> dict:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def register_headers(spec) -> None:
    for name, described in HEADERS.items():
        spec.components.header(name, described)


def register_parameters(spec) -> None:
    for name, described in PARAMETERS.items():
        asked = {member: described[member] for member in ("description", "schema")}
        spec.components.parameter(name, "header", {"name": name, **asked})


def register_responses(spec) -> None:
    """Register each refusal twice: for operations with a rate limit and for those without."""
    for status in REFUSALS:
        for prefix, rate_headers in (("Status", ()), ("Limited", RATE_HEADERS)):
            names = ("X-Request-ID", *rate_headers, *OWN_HEADERS.get(status, ()))
            spec.components.response(f"{prefix}{status}", refusal(status, names), lazy=True)


def refusal(status: int, header_names, description: str | None = None) -> dict:
    title = HTTP_STATUS_CODES[status]
    example = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": description or SENTENCES[status],
        "request_id": "5f0c4b1f8a0e4c61b4b7f8b2c1d0e9aa",
    }
    return {
        "description": description or SENTENCES[status],
        "headers": refs(header_names),
        "content": {PROBLEM_JSON: {"schema": ProblemSchema, "example": example}},
    }


def describe_id(converter) -> dict:
    limits = {"minimum": 1, "maximum": MAX_ID}
    return {"type": "integer", "format": "int64", **limits, "example": 1}
