"""Conditional requests (RFC 9110, section 13): the ETag of a resource is its version."""

import re

from flask import Response, request
from flask.globals import request_ctx
from werkzeug.http import quote_etag

from raceapp import errors

# A list of entity tags, or any. Werkzeug's parser takes tags without their quotes too.
LONGEST = 1000  # Room for more than a hundred tags.
TAGS = re.compile(r'\s*(\*|(W/)?"[^"]*"(\s*,\s*(W/)?"[^"]*")*)\s*')


def version_of(resource) -> int | str | None:
    """Return the version of a model, or of a row as it is answered; None if it has none."""
    if isinstance(resource, dict):
        return resource.get("version")
    return getattr(resource, "version", None)


def etag(resource) -> str:
    return str(version_of(resource))


def header(resource) -> dict[str, str]:
    return {"ETag": quote_etag(etag(resource))}


def check_if_match(resource) -> None:
    """Raise PreconditionFailed unless If-Match is absent, `*`, or names the present version.

    The comparison is strong: a weak tag never matches. A value that is no list of tags, or far too
    long, matches nothing.
    """
    if "If-Match" not in request.headers:
        return
    sent = request.headers["If-Match"]
    if len(sent) > LONGEST or not TAGS.fullmatch(sent):
        raise errors.PreconditionFailed(
            'If-Match cannot be read: send the ETag with its quotes, such as "3".'
        )
    wanted = request.if_match
    if wanted.star_tag or etag(resource) in wanted.as_set(include_weak=False):
        return
    if wanted.contains_weak(etag(resource)):
        raise errors.PreconditionFailed("A weak ETag never matches: send it without W/.")
    raise errors.PreconditionFailed()


def names_a_version() -> bool:
    """Tell whether the caller wants to change one version only; `*` takes any."""
    return "If-Match" in request.headers and not request.if_match.star_tag


def is_known_to_caller(resource) -> bool:
    """Tell whether If-None-Match of a read names the present version, weakly or strongly.

    Raises Invalid when it is far too long.
    """
    asked = request_ctx.request
    if "HTTP_IF_NONE_MATCH" not in asked.environ or asked.method not in ("GET", "HEAD"):
        return False
    if len(asked.environ["HTTP_IF_NONE_MATCH"]) > LONGEST:
        message = f"Must not be longer than {LONGEST} characters."
        raise errors.Invalid.field("If-None-Match", message, location="headers")
    return asked.if_none_match.contains_weak(etag(resource))


def not_modified(resource) -> Response:
    return Response(status=304, headers=header(resource))
