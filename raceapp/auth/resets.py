"""Links by which a person sets a password: good once, for a day, and only the latest of them."""

from datetime import timedelta

import sqlalchemy as sa

from raceapp import clock, errors
from raceapp.auth import entries, passwords, sweeping
from raceapp.auth import service as accounts
from raceapp.auth.models import PasswordReset, User
from raceapp.auth.sessions import hash_token
from raceapp.storage.session import db
from raceapp.web.secret_links import new_seed

LASTS = timedelta(hours=24)
# The same words whatever is wrong, so that nobody learns which links there were.
NOT_GOOD = "This link is not good any more. Ask your team manager for another."


def make(user: User, *, actor) -> PasswordReset:
    """Add a link and end those before it. Its `token` is told only now."""
    token, now = new_seed().secret, clock.utcnow()
    sweeping.sweep_resets()
    accounts.end_resets(user.id)
    reset = PasswordReset(
        user_id=user.id, token_hash=hash_token(token), created_at=now, expires_at=now + LASTS
    )
    reset.token = token
    db.session.add(reset)
    entries.note(user, "password.reset_made", actor=actor)
    return reset


def is_good(token: str) -> sa.ColumnElement:
    return sa.and_(
        PasswordReset.token_hash == hash_token(token),
        PasswordReset.used_at.is_(None),
        PasswordReset.expires_at > clock.utcnow(),
    )


def use(token: str, new_password: str) -> None:
    """Set the password by a link and end sessions and lock; raises NotFound and Invalid."""
    find = sa.select(User.id, User.email).join(PasswordReset, PasswordReset.user_id == User.id)
    found = db.session.execute(find.where(is_good(token), User.is_active)).first()
    db.session.rollback()
    if found is None:
        raise errors.NotFound(NOT_GOOD)
    accounts.check_password(new_password, email=found.email, field="new_password")
    password_hash = passwords.hash_password(new_password)
    # The account is held first, as when a link is made: both take turns.
    user = accounts.get(found.id, for_update=True)
    used = sa.update(PasswordReset).where(is_good(token)).values(used_at=clock.utcnow())
    if not db.session.execute(used).rowcount:
        raise errors.NotFound(NOT_GOOD)
    accounts.set_password(user, password_hash, action="password.reset_used")
