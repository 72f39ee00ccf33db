"""Plain calls, made from within a request in the name of its sender."""

import io
import json

import orjson
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


class Sender:
    """Makes calls from within the present request."""

    def __init__(self):
        self.app, given = current_app._get_current_object(), request.environ
        self.around = {name: given[name] for name in SHARED if name in given}
        self.around["HTTP_X_REQUEST_ID"] = g.request_id

    def send(self, call: Call) -> Answer:
        """Make the call, with all its rules but the rate limit, and return its answer."""
        response = self.app.answer_inside({**self.around, **own_environ(call)})
        is_replay = idempotency.REPLAYED in response.headers
        body = orjson.loads(response.get_data()) if response.content_length else None
        etag, refusal = response.headers.get("ETag"), response.refusal
        return Answer(response.status_code, body, etag, is_replay, refusal)


def own_environ(call: Call) -> dict:
    """Return what the environ of a call holds beside what it takes over."""
    body = b"" if call.body is None else json.dumps(call.body).encode()
    conditional = {} if call.if_match is None else {"HTTP_IF_MATCH": call.if_match}
    return {
        **conditional,
        "REQUEST_METHOD": call.method,
        "PATH_INFO": call.path,
        "QUERY_STRING": "",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        headers.ADDED: [],
        idempotency.GIVEN: call.key,
        DEVICE_TIME: call.device_time,
        budgets.INSIDE: True,
    }
