"""Headers on every answer that tell browsers to be careful (OWASP ASVS 5, V3.4)."""

from flask import Flask, request

API_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
# No inline script or style, and nothing from anywhere else.
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def init_app(app: Flask) -> None:
    app.after_request(add_headers)


COMMON = [
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "no-referrer"),
]


def add_headers(response):
    headers = response.headers
    headers.extend(COMMON)
    if "Content-Security-Policy" not in headers:
        is_page = response.mimetype == "text/html" and not request.path.startswith("/v1")
        headers.add("Content-Security-Policy", PAGE_POLICY if is_page else API_POLICY)
    if "Cache-Control" not in headers:
        headers.add("Cache-Control", "no-store")
    if request.is_secure:
        headers.add("Strict-Transport-Security", "max-age=31536000")
    return response
