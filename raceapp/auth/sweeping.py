"""Deleting sessions, refresh tokens and links that have expired."""

from datetime import timedelta

import sqlalchemy as sa

from raceapp import clock
from raceapp.auth.models import AuthSession, PasswordReset, RefreshToken
from raceapp.storage.session import db
from raceapp.storage.sweeping import FEW, sweep
from raceapp.web.process import setting

# An access token outlives the refresh token that came with it by no more than this.
MARGIN = timedelta(days=1)


def sweep_resets(at_most: int = FEW) -> int:
    """Delete so many expired links to set a password, used ones too; returns how many."""
    return sweep(PasswordReset, PasswordReset.expires_at < clock.utcnow() - MARGIN, at_most)


def sweep_sessions(at_most: int = FEW) -> int:
    """Delete so many expired refresh tokens, and the sessions that have no other; returns how many.

    It leaves rows that somebody else is deleting to them: nobody waits here.
    """
    deleted = (
        sa.delete(RefreshToken)
        .where(RefreshToken.id.in_(expired_tokens(at_most)))
        .returning(RefreshToken.session_id)
        .execution_options(synchronize_session=False)
    )
    session_ids = db.session.scalars(deleted).all()
    if session_ids:
        db.session.execute(
            sa.delete(AuthSession)
            .where(AuthSession.id.in_(set(session_ids)), ~has_tokens())
            .execution_options(synchronize_session=False)
        )
    return len(session_ids)


def sweep_left_behind(at_most: int = FEW) -> int:
    """Delete so many sessions whose tokens have all expired and are gone; returns how many.

    Two that delete the last tokens of a session at once both leave it: each sees that of the other.
    """
    lasts = timedelta(days=setting("REFRESH_TOKEN_DAYS")) + MARGIN
    is_old = AuthSession.created_at < clock.utcnow() - lasts
    return sweep(AuthSession, sa.and_(is_old, ~has_tokens()), at_most)


def has_tokens() -> sa.Exists:
    return sa.exists().where(RefreshToken.session_id == AuthSession.id)


def expired_tokens(at_most: int) -> sa.Select:
    return (
        sa.select(RefreshToken.id)
        .where(RefreshToken.expires_at < clock.utcnow() - MARGIN)
        .order_by(RefreshToken.expires_at)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
