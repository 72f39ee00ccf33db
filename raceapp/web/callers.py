"""Who is calling: the bearer token, the person behind it, and decorators on their role claim."""

import re
from copy import deepcopy
from functools import wraps

from flask.globals import app_ctx, request_ctx
from flask_jwt_extended import decode_token, get_jwt
from flask_jwt_extended.exceptions import JWTExtendedException
from flask_jwt_extended.internal_utils import custom_verification_for_token, user_lookup
from jwt import ExpiredSignatureError, PyJWTError

from raceapp import errors
from raceapp.permissions import Role

# A token is any bytes of the caller: beside the libraries' errors, decoding can raise these.
JUNK = (PyJWTError, JWTExtendedException, ValueError, TypeError, AttributeError, RecursionError)


# RFC 6750, section 2.1; the scheme in any case, then spaces: RFC 9110, section 11.
BEARER = re.compile(r"(?i:bearer) +([A-Za-z0-9._~+/=-]+)", re.ASCII)


def bearer_token() -> str | None:
    """Return the token sent, if the header is just as RFC 6750 wants it."""
    found = BEARER.fullmatch(request_ctx.request.environ.get("HTTP_AUTHORIZATION", ""))
    return found and found[1]


def has_genuine_token() -> bool:
    """Tell whether the token is one of ours, without asking whether its session still lasts."""
    token = bearer_token()
    if token is None:
        return False
    try:
        return bool(decode_token(token))
    except JUNK:
        return False


def authenticate() -> None:
    """Set `g.actor` to the person who is calling; raises Unauthorized, whatever is wrong.

    This is `verify_jwt_in_request()` without its second and third reading of the same token,
    which would take an eighth of the time of a short request.
    """
    token = bearer_token()
    if token is None:
        raise errors.Unauthorized()
    try:
        claims = decode_token(token)
        custom_verification_for_token({}, claims)
        actor = user_lookup({}, claims)
    except ExpiredSignatureError as error:
        raise invalid_token("This access token has expired: refresh it.") from error
    except JUNK as error:
        raise invalid_token(None) from error
    if actor is None:
        raise invalid_token(None)
    kept = app_ctx.g
    kept.actor, kept._jwt_extended_jwt = actor, claims


def invalid_token(detail: str | None) -> errors.Unauthorized:
    return errors.Unauthorized(detail, challenge='Bearer realm="raceapp", error="invalid_token"')


def check_role(roles) -> None:
    if get_jwt()["role"] not in roles:
        raise errors.Forbidden("Only a team manager may do this.")


def role_required(*roles: Role):
    """Let only callers pass whose token holds one of these role claims.

    The claim was brought up to date from the account when the token was verified.
    """

    def decorator(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            check_role(roles)
            return view(*args, **kwargs)

        guarded._apidoc = deepcopy(getattr(view, "_apidoc", {}))
        guarded._apidoc["roles"] = sorted(roles)
        return guarded

    return decorator


admin_only = role_required(Role.ADMIN)
