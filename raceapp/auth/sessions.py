"""Logging in, staying in, logging out.

A session is a row; its access tokens are JWTs that name it, its refresh tokens are random
strings stored by their hash and used up one by one. Whoever presents a used one may be a
thief or the robbed: the session ends for both (RFC 9700, section 4.14).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from flask_jwt_extended import create_access_token

from raceapp import clock, errors
from raceapp.auth import passwords
from raceapp.auth import service as accounts
from raceapp.auth.models import AuthSession, RefreshToken, User
from raceapp.permissions import Role
from raceapp.storage.prepared import Prepared, placeholder
from raceapp.storage.session import db
from raceapp.telemetry import metrics


@dataclass(frozen=True)
class Actor:
    """The person a request acts for: `is_admin` is a team manager."""

    id: int
    email: str
    role: Role
    session_id: int

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN


class LoginRefused(errors.Unauthorized):
    """The same words whatever was wrong: they tell nobody which emails have accounts."""

    detail = "Email or password is wrong, or the account is locked for now."
    is_recorded = True


class TokenRefused(errors.Unauthorized):
    detail = "This refresh token is not valid any more. Log in again."
    is_recorded = True

    def __init__(self):
        super().__init__(challenge='Bearer realm="raceapp", error="invalid_token"')


class WrongPassword(errors.Forbidden):
    detail = "The current password is wrong."
    is_recorded = True


def log_in(email: str, password: str) -> dict:
    """Open a session; returns the tokens. Raises LoginRefused."""
    user_id = prove(email, password)
    user = accounts.get(user_id) if user_id else None
    if user is None:
        metrics.logins_failed.inc()
        raise LoginRefused()
    session = AuthSession(user_id=user.id, created_at=clock.utcnow())
    db.session.add(session)
    db.session.flush()
    return issue_tokens(user, session)


def prove(email: str, password: str, *, heeds_lock: bool = True) -> int | None:
    """Return the id of the account that `password` opens, counting a failure.

    A lock stops log-ins only: whoever is logged in already proves themselves without it.

    The bcrypt work comes first and holds no transaction; the verdict is then given with the
    row held. So guesses made at once are judged one after the other, as if they had been.
    """
    known = db.session.execute(
        sa.select(User.id, User.password_hash).where(User.email == email)
    ).first()
    db.session.rollback()
    is_correct = passwords.is_correct(password, known.password_hash if known else None)
    if known is None:
        return None
    user = accounts.get(known.id, for_update=True)
    is_same = user.password_hash == known.password_hash
    if heeds_lock and is_locked(user):
        return None
    return user.id if judge(user, is_correct and is_same) else None


def is_locked(user: User) -> bool:
    return user.locked_until is not None and user.locked_until > clock.utcnow()


def judge(user: User, is_correct: bool) -> bool:
    """Count the attempt and tell whether it opens the account."""
    if not user.is_active:
        return False
    if is_correct:
        if user.failed_logins or user.locked_until:
            note_failures(user, 0, None)
        return True
    failures = user.failed_logins + 1
    if failures >= current_app.config["LOCKOUT_FAILURES"]:
        until = clock.utcnow() + timedelta(minutes=current_app.config["LOCKOUT_MINUTES"])
        note_failures(user, 0, until)
        metrics.accounts_locked.inc()
        current_app.logger.warning("account locked", extra={"user_id": user.id})
    else:
        note_failures(user, failures, None)
    return False


def note_failures(user: User, failures: int, locked_until) -> None:
    """Write the counters past the version: they are not part of the resource."""
    db.session.execute(
        sa.update(User)
        .where(User.id == user.id)
        .values(failed_logins=failures, locked_until=locked_until, updated_at=User.updated_at)
        .execution_options(synchronize_session=False)
    )


def issue_tokens(user: User, session: AuthSession) -> dict:
    """Return a fresh access token and a fresh refresh token of `session`."""
    token = secrets.token_urlsafe(32)
    days = current_app.config["REFRESH_TOKEN_DAYS"]
    expires_at = clock.utcnow() + timedelta(days=days)
    db.session.add(
        RefreshToken(session_id=session.id, token_hash=hash_token(token), expires_at=expires_at)
    )
    return {
        "access_token": access_token(user, session),
        "refresh_token": token,
        "token_type": "Bearer",
        "expires_in": current_app.config["ACCESS_TOKEN_MINUTES"] * 60,
        "user": user,
    }


def access_token(user: User, session: AuthSession) -> str:
    return create_access_token(
        str(user.id),
        additional_claims={"role": user.role, "sid": session.id},
        additional_headers={"kid": key_id(current_app.config["JWT_SECRET_KEY"])},
    )


def key_id(secret: str) -> str:
    """Return a name for a signing key that does not give it away."""
    return hashlib.sha256(b"key id:" + secret.encode()).hexdigest()[:8]


def hash_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def refresh(token: str) -> dict:
    """Trade a refresh token for new tokens. Raises TokenRefused, ending a reused one's session."""
    now = clock.utcnow()
    used = (
        sa.update(RefreshToken)
        .where(RefreshToken.token_hash == hash_token(token), RefreshToken.used_at.is_(None))
        .values(used_at=now)
        .returning(RefreshToken.session_id, RefreshToken.expires_at)
    )
    row = db.session.execute(used).first()
    if row is None:
        end_session_of_reused(token)
        raise TokenRefused()
    session = db.session.get(AuthSession, row.session_id, with_for_update=True)
    user = accounts.get(session.user_id)
    if session.revoked_at or row.expires_at <= now or not user.is_active:
        raise TokenRefused()
    return issue_tokens(user, session)


def end_session_of_reused(token: str) -> None:
    find = sa.select(RefreshToken.session_id).where(RefreshToken.token_hash == hash_token(token))
    session_id = db.session.scalar(find)
    if session_id is not None:
        end(session_id)
        current_app.logger.warning("refresh token reused", extra={"session_id": session_id})


def end(session_id: int) -> None:
    """Revoke a session: none of its tokens works from now on."""
    accounts.revoke_sessions(AuthSession.id == session_id)


def change_password(actor: Actor, *, current_password: str, new_password: str) -> None:
    """Set a new password and end every other session of `actor`.

    Raises WrongPassword, which counts towards the lock, and Invalid.
    """
    accounts.check_password(new_password, email=actor.email, field="new_password")
    user_id = prove(actor.email, current_password, heeds_lock=False)
    if user_id is None:
        raise WrongPassword()
    db.session.rollback()
    password_hash = passwords.hash_password(new_password)
    user = accounts.get(actor.id, for_update=True)
    user.password_hash = password_hash
    accounts.revoke_sessions(AuthSession.user_id == actor.id, AuthSession.id != actor.session_id)


# Its values have names that no filter has: it is asked together with other statements.
WHO = Prepared(
    sa.select(User.id, User.email, User.role)
    .join(AuthSession, AuthSession.user_id == User.id)
    .where(AuthSession.id == placeholder("who_session_id", sa.BigInteger))
    .where(User.id == placeholder("who_user_id", sa.BigInteger))
    .where(AuthSession.revoked_at.is_(None), User.is_active)
)


def actor_of(session_id: int, user_id: int, *, is_admin: bool, along=None) -> Actor | None:
    """Return the caller as the account is now, or None when the session or it has ended.

    `along` is a `hot.Along` that reads for the caller, who claims to be `is_admin`.
    """
    values = {"who_session_id": session_id, "who_user_id": user_id}
    row = along.row_of(WHO, is_admin=is_admin, **values) if along else WHO.row(**values)
    return Actor(*row, session_id=session_id) if row else None
