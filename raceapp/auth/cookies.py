"""The refresh token in a cookie that no script can read, for browsers that ask for it.

They ask by a header that a page of another site cannot send unless it is allowed to. Browsers
send a cookie by themselves, so a request with one has to come from a page of ours (OWASP, fetch
metadata).
"""

import ipaddress
from functools import wraps

from flask import current_app, request
from werkzeug.http import dump_cookie

from raceapp import errors
from raceapp.auth.sessions import TokenRefused

HEADER, NAME, PATH = "X-Refresh-Cookie", "refresh_token", "/v1/auth"
OWN_SITES = (None, "same-origin", "none")
DAY_SECONDS = 24 * 60 * 60
DOCUMENTED = {
    "in": "header",
    "name": HEADER,
    "description": "`1`: the refresh token is in a cookie, where no script reads it",
    "schema": {"type": "string", "maxLength": 1, "pattern": "^[01]$"},
}


def is_asked_for() -> bool:
    """Tell whether the token is to be in a cookie; raises Invalid for neither yes nor no."""
    asked = request.headers.get(HEADER, "0")
    if asked not in ("0", "1"):
        raise errors.Invalid.field(HEADER, "Must be 1, or left out.", location="headers")
    return asked == "1"


def asked_first(view):
    """Refuse a header that says neither yes nor no before anything is done."""

    @wraps(view)
    def answer(*args, **kwargs):
        is_asked_for()
        return view(*args, **kwargs)

    return answer


def check_origin() -> None:
    """Raise Forbidden for a request that a page of another origin has made."""
    origin = request.headers.get("Origin")
    is_own = origin is None or origin == request.host_url.rstrip("/")
    if not is_own or request.headers.get("Sec-Fetch-Site") not in OWN_SITES:
        raise errors.Forbidden("This comes from a page of another site.")


def token_from(body: dict) -> str:
    """Return the refresh token from where the caller keeps it; raises Invalid or TokenRefused."""
    if not is_asked_for():
        if "refresh_token" not in body:
            raise errors.Invalid.field("refresh_token", "This is required.")
        return body["refresh_token"]
    token = token_sent()
    if body:
        raise errors.Invalid.field("refresh_token", "Is in the cookie: leave it out here.")
    if not token:
        raise TokenRefused()
    return token


def token_sent() -> str | None:
    """Return the refresh token of the cookie if the caller asks by one; raises Forbidden."""
    if not is_asked_for():
        return None
    check_origin()
    return request.cookies.get(NAME)


def answer(tokens: dict):
    """Return what a view answers: the tokens, the refresh token in a cookie if it is asked for."""
    if not is_asked_for():
        return tokens
    body = {name: value for name, value in tokens.items() if name != "refresh_token"}
    lasts = current_app.config["REFRESH_TOKEN_DAYS"] * DAY_SECONDS
    return body, {"Set-Cookie": cookie(tokens["refresh_token"], max_age=lasts)}


def cookie(value: str, *, max_age: int) -> str:
    return dump_cookie(
        NAME,
        value,
        max_age=max_age,
        path=PATH,
        secure=not is_loopback(),
        httponly=True,
        samesite="Strict",
    )


def forget() -> dict:
    """Return the header that makes a browser drop its cookie, if it has one."""
    return {"Set-Cookie": cookie("", max_age=0)} if is_asked_for() else {}


def is_loopback() -> bool:
    """Tell whether browser and server are on one machine, where there is no TLS."""
    name = request.host.rpartition("@")[2]
    name = name[1:].partition("]")[0] if name.startswith("[") else name.partition(":")[0]
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
