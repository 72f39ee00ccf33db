"""Access tokens: how Flask-JWT-Extended is set up, and what it answers.

Tokens are HS256 (RFC 8725) with issuer, audience, the id of their session and when it began
(OpenID Connect's `auth_time`): ids are given again after a restored backup. The account's state is
read on every request, so rights follow it at once.
"""

import time
from datetime import timedelta

from flask import Flask, current_app
from flask.globals import app_ctx
from flask_jwt_extended import JWTManager, create_access_token
from jwt import InvalidTokenError

from raceapp.auth.actors import Actor, actor_of, whole_seconds
from raceapp.auth.models import AuthSession, User
from raceapp.permissions import Role
from raceapp.storage.columns import MAX_ID
from raceapp.web.secret_links import key_id

ISSUER, AUDIENCE = "raceapp", "raceapp-access"


def init_app(app: Flask) -> None:
    app.config.update(
        JWT_ALGORITHM="HS256",
        JWT_DECODE_ALGORITHMS=["HS256"],
        JWT_ENCODE_ISSUER=ISSUER,
        JWT_DECODE_ISSUER=ISSUER,
        JWT_ENCODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_AUDIENCE=AUDIENCE,
        JWT_DECODE_LEEWAY=10,
        JWT_TOKEN_LOCATION=["headers"],
        JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=app.config["ACCESS_TOKEN_MINUTES"]),
    )
    jwt = RememberingJWTManager(app)
    jwt.decode_key_loader(key_for)
    jwt.user_lookup_loader(look_up)
    jwt.token_verification_loader(has_every_claim)


def access_token(user: User, session: AuthSession) -> str:
    began = whole_seconds(session.created_at)
    return create_access_token(
        str(user.id),
        additional_claims={"role": user.role, "sid": session.id, "auth_time": began},
        additional_headers={"kid": key_id(current_app.config["JWT_SECRET_KEY"])},
    )


class RememberingJWTManager(JWTManager):
    """Remembers tokens it has verified: each comes many times in its quarter of an hour.

    It remembers the signature and the claims of a token only, never longer than the token lives;
    the state of the account is read every time.
    """

    CAPACITY = 10_000

    def __init__(self, app: Flask):
        super().__init__(app)
        self._remembered: dict[str, dict] = {}

    def _decode_jwt_from_config(self, encoded_token, csrf_value=None, allow_expired=False):
        claims = self._remembered.get(encoded_token)
        if claims is None or claims["exp"] <= time.time():
            claims = super()._decode_jwt_from_config(encoded_token, csrf_value, allow_expired)
            if len(self._remembered) >= self.CAPACITY:
                self._remembered.clear()
            if "exp" in claims:
                self._remembered[encoded_token] = claims
        return dict(claims)


def key_for(header: dict, claims: dict) -> str:
    """Return the secret a token names; while one is being replaced, two are accepted.

    The library takes a token without a type for an access token and adds the type later;
    here the claims are still those that were sent.
    """
    if claims.get("type") != "access":
        raise InvalidTokenError("This is not an access token.")
    previous = current_app.config["JWT_PREVIOUS_SECRET_KEY"]
    if previous and header.get("kid") == key_id(previous):
        return previous
    return current_app.config["JWT_SECRET_KEY"]


def has_every_claim(_header: dict, claims: dict) -> bool:
    """Tell whether a token expires, has an id and names its session and a person, as ours do."""
    is_person = str(claims.get("sub", "")).isdecimal()
    has_session = type(claims.get("sid")) is type(claims.get("auth_time")) is int
    return is_person and has_session and "exp" in claims and bool(claims["jti"])


def look_up(_header: dict, claims: dict) -> Actor | None:
    """Return the caller as the account is now, and bring the role claim up to date with it."""
    user_id, session_id, began = int(claims["sub"]), claims["sid"], claims["auth_time"]
    if not (0 < user_id <= MAX_ID and 0 < session_id <= MAX_ID):
        return None
    kept, is_admin = app_ctx.g, claims.get("role") == Role.ADMIN
    read_ahead = kept.get("read_ahead")
    actor = actor_of(session_id, user_id, began, is_admin=is_admin, read_ahead=read_ahead)
    if actor is not None:
        claims["role"] = actor.role
        kept.user_id = actor.id
    return actor
