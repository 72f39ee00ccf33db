"""Logging in, staying in, logging out.

A session is a row; its access tokens are JWTs that name it, its refresh tokens are random
strings stored by their hash and used up one by one. The sender of a used one may be a thief or
the robbed: the session ends for both (RFC 9700, section 4.14). Once, right after its use, a used
token is accepted: its answer may have been lost.
"""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from raceapp import clock, errors
from raceapp.auth import entries, passwords, proof, sweeping, tokens
from raceapp.auth import service as accounts
from raceapp.auth.actors import Actor
from raceapp.auth.models import AuthSession, RefreshToken, User
from raceapp.storage.session import db
from raceapp.telemetry import metrics
from raceapp.web.process import setting

log = logging.getLogger(__name__)


class LoginRefused(errors.Unauthorized):
    """The same words whatever is wrong, so that nobody learns which emails have accounts."""

    detail = "Email or password is wrong, or the account is locked for now."
    is_recorded = True


class WrongPassword(errors.Forbidden):
    detail = "The current password is wrong."
    is_recorded = True


class TokenRefused(errors.Unauthorized):
    detail = "This refresh token is not valid any more. Log in again."
    is_recorded = True

    def __init__(self):
        super().__init__(challenge='Bearer realm="raceapp", error="invalid_token"')


def log_in(email: str, password: str) -> dict:
    """Open a session; returns the tokens. Raises LoginRefused."""
    user = proof.given(User.email == email, password)
    if user is None:
        metrics.logins_failed.inc()
        raise LoginRefused()
    return open_for(user)


def open_for(user: User) -> dict:
    """Open a session for somebody who has proved who they are; returns the tokens."""
    session = AuthSession(user_id=user.id, created_at=clock.utcnow())
    db.session.add(session)
    db.session.flush()
    return issue_tokens(user, session)


def issue_tokens(user: User, session: AuthSession) -> dict:
    """Return a fresh access token and a fresh refresh token of `session`."""
    sweeping.sweep_sessions()
    token = secrets.token_urlsafe(32)
    days = setting("REFRESH_TOKEN_DAYS")
    expires_at = clock.utcnow() + timedelta(days=days)
    db.session.add(
        RefreshToken(session_id=session.id, token_hash=hash_token(token), expires_at=expires_at)
    )
    return {
        "access_token": tokens.access_token(user, session),
        "refresh_token": token,
        "token_type": "Bearer",
        "expires_in": setting("ACCESS_TOKEN_MINUTES") * 60,
        "user": user,
    }


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def refresh(token: str) -> dict:
    """Trade a refresh token for new tokens.

    Raises TokenRefused; a token that is used again ends its session.
    """
    found = use(token) or forgive(token)
    if found is None:
        end_session_of_reused(token)
        raise TokenRefused()
    session_id, expires_at = found
    session = db.session.get(AuthSession, session_id, with_for_update=True)
    user = accounts.get(session.user_id)
    if session.revoked_at or expires_at <= clock.utcnow() or not user.is_active:
        raise TokenRefused()
    return issue_tokens(user, session)


def use(token: str) -> tuple[int, datetime] | None:
    """Use a refresh token up; returns its session and its end, or None if it is not good."""
    return mark(token, {"used_at": clock.utcnow()}, RefreshToken.used_at.is_(None))


def forgive(token: str) -> tuple[int, datetime] | None:
    """Use a token once more, soon after its first use: the answer was lost on the way.

    A phone at the end of the pit lane asks again, and is not logged out for that.
    """
    now = clock.utcnow()
    since = now - timedelta(seconds=setting("REFRESH_GRACE_SECONDS"))
    is_just_used = RefreshToken.used_at > since
    return mark(token, {"forgiven_at": now}, is_just_used, RefreshToken.forgiven_at.is_(None))


def mark(token: str, values: dict, *which) -> tuple[int, datetime] | None:
    """Set `values` on a token that meets the conditions; of several at once one succeeds."""
    marked = (
        sa.update(RefreshToken)
        .where(RefreshToken.token_hash == hash_token(token), *which)
        .values(values)
        .returning(RefreshToken.session_id, RefreshToken.expires_at)
    )
    return db.session.execute(marked).first()


def renew(actor: Actor) -> dict:
    """Return fresh tokens of the session of somebody who is logged in."""
    session = db.session.get(AuthSession, actor.session_id, with_for_update=True)
    return issue_tokens(accounts.get(actor.id), session)


def session_of(token: str) -> int | None:
    """Return the id of the session that a refresh token belongs to, used or not."""
    find = sa.select(RefreshToken.session_id).where(RefreshToken.token_hash == hash_token(token))
    return db.session.scalar(find)


def end_session_of_reused(token: str) -> None:
    session_id = session_of(token)
    if session_id is not None:
        end(session_id)
        log.warning("refresh token reused", extra={"session_id": session_id})


def end(session_id: int) -> None:
    """Revoke a session: none of its tokens works from now on."""
    accounts.revoke_sessions(AuthSession.id == session_id)


def change_password(actor: Actor, *, current_password: str, new_password: str) -> None:
    """Set a new password and end every other session of `actor`.

    Raises WrongPassword, which counts towards the lock, and Invalid. Of several changes made
    at once the first wins: the password that the others send is not the current one any more.
    """
    accounts.check_password(new_password, email=actor.email, field="new_password")
    guess = proof.compare(User.id == actor.id, current_password)
    new_hash = passwords.hash_password(new_password) if guess and guess.is_correct else None
    user = accounts.get(actor.id, for_update=True)
    session = db.session.get(AuthSession, actor.session_id, with_for_update=True)
    if not proof.opens(user, guess):
        raise WrongPassword(count_wrong(session, guess))
    user.password_hash = new_hash
    session.failed_passwords = 0
    accounts.end_resets(user.id)
    entries.note(user, "password.changed", actor=actor)
    accounts.revoke_sessions(AuthSession.user_id == actor.id, AuthSession.id != actor.session_id)


def count_wrong(session: AuthSession, guess: proof.Guess) -> str | None:
    """Count a wrong current password; somebody who sends many in a row is not the person logged in.

    Returns what to say beyond that it was wrong.
    """
    if guess.is_correct:
        return None  # It was the password until somebody else changed it just now.
    session.failed_passwords += 1
    if session.failed_passwords < setting("LOCKOUT_FAILURES"):
        return None
    end(session.id)
    return "The current password is wrong, as it was too often: log in again."
