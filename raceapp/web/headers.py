"""Headers that every answer gets as it leaves: those that tell browsers to be careful (OWASP
ASVS 5, V3.4), and others, `headers_to_add()`."""

from flask import Flask
from flask.globals import request_ctx

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# No inline script or style, and nothing from anywhere else.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


COMMON = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
]
HTTPS_ONLY = ("Strict-Transport-Security", "max-age=31536000")


ADDED = "raceapp.headers"


class SecureHeaders:
    """Add the headers as an answer leaves, so that every answer has them, whoever made it."""

    def __init__(self, wsgi_app):
        self.wsgi_app = wsgi_app

    def __call__(self, environ, start_response):
        added = environ[ADDED] = []

        def start_securely(status, headers, *error):
            return start_response(status, headers + added + missing(headers, environ), *error)

        return self.wsgi_app(environ, start_securely)


def headers_to_add() -> list[tuple[str, str]]:
    """Return the headers, names and values, that the present answer gets as it leaves."""
    return request_ctx.request.environ[ADDED]


def missing(headers: list[tuple[str, str]], environ: dict) -> list[tuple[str, str]]:
    """Return the headers that an answer lacks."""
    present = {name.lower(): value for name, value in headers}
    added = list(COMMON)
    if "content-security-policy" not in present:
        is_html = present.get("content-type", "").startswith("text/html")
        is_page = is_html and not environ["PATH_INFO"].startswith("/v1")
        added.append(("Content-Security-Policy", PAGE_POLICY if is_page else API_POLICY))
    if "cache-control" not in present:
        added.append(("Cache-Control", "no-store"))
    if environ["wsgi.url_scheme"] == "https":
        added.append(HTTPS_ONLY)
    return added


def init_app(app: Flask) -> None:
    app.wsgi_app = SecureHeaders(app.wsgi_app)
