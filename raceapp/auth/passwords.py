"""Passwords: which are accepted, and the bcrypt work, bounded per process.

The rules follow NIST SP 800-63B-4: length and a list of common ones, no composition rules.
"""

import functools
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from importlib import resources

import bcrypt
from flask import current_app

from raceapp import errors

MAX_BYTES = 72  # bcrypt reads no further and, from version 5, refuses to.
# A check costs a quarter of a second of one core, so one thread of each process makes them one
# after the other. Whoever waits keeps a thread of the server, and most of the six are for the
# pit wall: who would wait longer than this is asked to come again at once.
# A lower priority of that thread made the others wait longer, not shorter: it may hold the
# interpreter's lock while it is not run.
LONGEST_WAIT_SECONDS = 0.6
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
    salt = bcrypt.gensalt(current_app.config["BCRYPT_ROUNDS"])
    return in_turn(bcrypt.hashpw, password.encode(), salt).decode()


def is_correct(password: str, password_hash: str | None) -> bool:
    """Compare, with the same work when there is no hash or the password cannot be one.

    Call it outside of any transaction: it takes as long as bcrypt is meant to.
    """
    secret = password.encode()
    can_match = password_hash is not None and len(secret) <= MAX_BYTES
    stand_in = dummy_hash(current_app.config["BCRYPT_ROUNDS"])
    known = (password_hash or stand_in).encode()
    matches = in_turn(bcrypt.checkpw, secret[:MAX_BYTES], known)
    return matches and can_match


def dummy_hash(rounds: int) -> str:
    """Return a well-formed hash of the configured cost that no known password matches."""
    return f"$2b${rounds:02}$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"


class Turns:
    """One worker, and a queue as long as can be served in LONGEST_WAIT_SECONDS."""

    def __init__(self):
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="bcrypt")
        self.lock = threading.Lock()
        self.waiting = 0
        self.last_took = 0.0

    def __enter__(self):
        with self.lock:
            if self.waiting * self.last_took > LONGEST_WAIT_SECONDS:
                raise busy()
            self.waiting += 1

    def __exit__(self, *_):
        with self.lock:
            self.waiting -= 1

    def timed(self, work, *args):
        started = time.perf_counter()
        result = work(*args)
        self.last_took = time.perf_counter() - started
        return result


TURNS = Turns()


def in_turn(work, *args):
    """Return what `work` does once its turn comes; raises Unavailable if it does not in time."""
    with TURNS:
        turn = TURNS.worker.submit(TURNS.timed, work, *args)
        try:
            return turn.result(PATIENCE_SECONDS)
        except TimeoutError as error:
            turn.cancel()
            raise busy() from error


def busy() -> errors.Unavailable:
    """Ask to come again, not all in the same second."""
    seconds = random.randint(2, 5)
    return errors.Unavailable(
        "Many people are logging in. Try again in a moment.", retry_after=seconds
    )
