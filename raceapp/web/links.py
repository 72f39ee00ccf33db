"""Addresses of the board, for people."""

from flask import current_app, has_request_context, request


def root() -> str:
    """Return where people reach the board: PUBLIC_URL, otherwise the host of the request."""
    if public := current_app.config["PUBLIC_URL"]:
        return public.rstrip("/")
    if has_request_context():
        return request.host_url.rstrip("/")
    return f"http://localhost:{current_app.config['PORT']}"


def link_to(page: str, token: str) -> str:
    """Return the address of a page of the board that takes a token."""
    return f"{root()}/{page}/{token}"
