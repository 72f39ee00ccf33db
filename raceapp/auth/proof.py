"""Proving who one is by a password: the verdict, and the lock after failures.

The bcrypt work comes first and holds no transaction; the verdict comes with the row held. So
guesses that are made at once are judged one after the other.
"""

import logging
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from raceapp import clock
from raceapp.auth import passwords
from raceapp.auth import service as accounts
from raceapp.auth.models import User
from raceapp.storage.session import db
from raceapp.telemetry import metrics
from raceapp.web.process import setting

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Guess:
    """Whether a password matched the hash that an account had at that time."""

    user_id: int
    password_hash: str
    is_correct: bool


def compare(which: sa.ColumnElement, password: str) -> Guess | None:
    """Compare a password outside of any transaction, with the same work if there is no account."""
    known = db.session.execute(sa.select(User.id, User.password_hash).where(which)).first()
    db.session.rollback()
    is_correct = passwords.is_correct(password, known.password_hash if known else None)
    return Guess(*known, is_correct) if known else None


def given(which: sa.ColumnElement, password: str) -> User | None:
    """Return the account that `password` opens, unless it is locked; counts a failure."""
    guess = compare(which, password)
    user = guess and accounts.get(guess.user_id, for_update=True)
    if user is None or is_locked(user):
        return None
    return user if opens(user, guess) else None


def is_locked(user: User) -> bool:
    return user.locked_until is not None and user.locked_until > clock.utcnow()


def opens(user: User, guess: Guess) -> bool:
    """Count the guess and tell whether it opens the account, whose row is held.

    A lock stops log-ins only: somebody who is logged in can still prove who they are. But nothing
    that they do shortens the lock.
    """
    if not user.is_active:
        return False
    if not guess.is_correct:
        if not is_locked(user):
            count_failure(user)
        return False
    # The password that was valid until just now is no guess, and opens nothing.
    is_current = user.password_hash == guess.password_hash
    if is_current and not is_locked(user) and (user.failed_logins or user.locked_until):
        note_failures(user, 0, None)
    return is_current


def count_failure(user: User) -> None:
    """Count a wrong password; the last of many in a row locks the account."""
    failures = user.failed_logins + 1
    if failures < setting("LOCKOUT_FAILURES"):
        note_failures(user, failures, None)
        return
    until = clock.utcnow() + timedelta(minutes=setting("LOCKOUT_MINUTES"))
    note_failures(user, 0, until)
    metrics.accounts_locked.inc()
    log.warning("account locked", extra={"user_id": user.id})


def note_failures(user: User, failures: int, locked_until) -> None:
    """Write the counters past the version: they are not part of the resource."""
    db.session.execute(
        sa.update(User)
        .where(User.id == user.id)
        .values(failed_logins=failures, locked_until=locked_until, updated_at=User.updated_at)
        .execution_options(synchronize_session=False)
    )
