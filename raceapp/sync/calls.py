"""Plain calls, made from within a request in the name of its sender."""

import io
import json

from flask import current_app, g, request

from raceapp.limits import budgets
from raceapp.sync.service import Answer, Call
from raceapp.tasks.signing import DEVICE_TIME
from raceapp.web import headers, idempotency

# What a call takes over from the request around it: who asks, from where, of which host.
SHARED = (
    "SCRIPT_NAME",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "REMOTE_ADDR",
    "HTTP_HOST",
    "HTTP_AUTHORIZATION",
    "wsgi.version",
    "wsgi.url_scheme",
    "wsgi.errors",
    "wsgi.multithread",
    "wsgi.multiprocess",
    "wsgi.run_once",
)


def send(call: Call) -> Answer:
    """Make the call, with all its rules but the rate limit, and return its answer."""
    response = current_app.answer_inside(environ_of(call))
    is_replay = idempotency.REPLAYED in response.headers
    body = json.loads(response.get_data()) if response.content_length else None
    etag, refusal = response.headers.get("ETag"), response.refusal
    return Answer(response.status_code, body, etag, is_replay, refusal)


def environ_of(call: Call) -> dict:
    body = b"" if call.body is None else json.dumps(call.body).encode()
    around = {name: request.environ[name] for name in SHARED if name in request.environ}
    conditional = {} if call.if_match is None else {"HTTP_IF_MATCH": call.if_match}
    return {
        **around,
        **conditional,
        "REQUEST_METHOD": call.method,
        "PATH_INFO": call.path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_X_REQUEST_ID": g.request_id,
        "wsgi.input": io.BytesIO(body),
        headers.ADDED: [],
        idempotency.GIVEN: call.key,
        DEVICE_TIME: call.device_time,
        budgets.INSIDE: True,
    }
