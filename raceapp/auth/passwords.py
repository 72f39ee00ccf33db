"""Passwords: which are accepted, and the bcrypt work, bounded per process.

The rules follow NIST SP 800-63B-4: length and a list of common ones, no composition rules.
"""

import functools
import threading
from importlib import resources

import bcrypt
from flask import current_app

from raceapp import errors

MAX_BYTES = 72  # bcrypt reads no further and, from version 5, refuses to.
# A check costs a quarter of a second of one core. Two at once per process leave the other
# threads enough of the machine; whoever waits longer than this is asked to come again.
AT_ONCE = threading.BoundedSemaphore(2)
PATIENCE_SECONDS = 5


@functools.cache
def common_passwords() -> frozenset[str]:
    text = resources.files("raceapp.auth").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def fault_in(password: str, *, email: str) -> str | None:
    """Return what is wrong with a new password as a sentence, or None."""
    shortest = current_app.config["PASSWORD_MIN_LENGTH"]
    size = len(password.encode())
    if not shortest <= size <= MAX_BYTES:
        return f"Must be {shortest} to {MAX_BYTES} bytes long."
    if password.casefold() == email.casefold():
        return "Must not be the email address."
    if password.casefold() in common_passwords():
        return "Is one of the most common passwords. Choose another."
    return None


def hash_password(password: str) -> str:
    """Return the bcrypt hash at the configured cost. Call it outside of any transaction."""
    with worker():
        salt = bcrypt.gensalt(current_app.config["BCRYPT_ROUNDS"])
        return bcrypt.hashpw(password.encode(), salt).decode()


def is_correct(password: str, password_hash: str | None) -> bool:
    """Compare, with the same work when there is no hash or the password cannot be one.

    Call it outside of any transaction: it takes as long as bcrypt is meant to.
    """
    secret = password.encode()
    can_match = password_hash is not None and len(secret) <= MAX_BYTES
    stand_in = dummy_hash(current_app.config["BCRYPT_ROUNDS"])
    with worker():
        matches = bcrypt.checkpw(secret[:MAX_BYTES], (password_hash or stand_in).encode())
    return matches and can_match


def dummy_hash(rounds: int) -> str:
    """Return a well-formed hash of the configured cost that no known password matches."""
    return f"$2b${rounds:02}$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"


class worker:
    """A turn at bcrypt; raises Unavailable when none comes up in time."""

    def __enter__(self):
        if not AT_ONCE.acquire(timeout=PATIENCE_SECONDS):
            raise errors.Unavailable("Many people are logging in. Try again in a moment.")

    def __exit__(self, *_):
        AT_ONCE.release()
