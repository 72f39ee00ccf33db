"""What a caller gets whose request cannot be read: the form of every other refusal (RFC 9457).

The stock worker finds the status, and answers in HTML.
"""

import json
import uuid
from http import HTTPStatus

SENTENCES = {
    400: "This cannot be read as a request.",
    414: "The address is too long.",
    431: "The headers of the request are too large.",
}
ANSWER = """HTTP/1.1 {status} {title}\r
Connection: close\r
Content-Type: application/problem+json\r
X-Request-ID: {request_id}\r
Content-Length: {length}\r
\r
{body}"""


class InProblems:
    """A worker that answers so."""

    def handle_error(self, req, client, addr, exc):
        super().handle_error(req, Caller(client), addr, exc)


class Caller:
    """The socket of such a caller, to whom HTML is sent as a problem."""

    def __init__(self, sock):
        self.sock = sock

    def __getattr__(self, name: str):
        return getattr(self.sock, name)

    def sendall(self, html: bytes) -> None:
        self.sock.sendall(problem(HTTPStatus(int(html.split()[1]))))


def problem(status: HTTPStatus) -> bytes:
    """Return the whole answer to a request that cannot be read."""
    detail = SENTENCES.get(status, f"{status.phrase}.")
    named = {"status": status.value, "title": status.phrase, "request_id": uuid.uuid4().hex}
    body = json.dumps({"type": "about:blank", "detail": detail, **named})
    return ANSWER.format(**named, length=len(body), body=body).encode()
