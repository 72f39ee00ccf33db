"""Passwords: which are accepted, and the bcrypt work, bounded per process.

The rules follow NIST SP 800-63B-4: length and a list of common ones, no composition rules.
"""

import functools
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from importlib import resources

import bcrypt
from flask import current_app, has_request_context, request

from raceapp import errors

MAX_BYTES = 72  # bcrypt reads no further and, from version 5, refuses to.
# A check costs a quarter of a second of one core, so one thread of each process makes them one
# after the other. A crew that logs in at once waits for that, while other threads serve; whoever
# would wait longer than this is asked to come again.
# A lower priority of that thread made the others wait longer, not shorter: it may hold the
# interpreter's lock while it is not run.
PATIENCE_SECONDS = 5
SECONDS_AT_12_ROUNDS = 0.25


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


# In place of a hash, for an account that has no password yet: well-formed, and matched by none.
NONE = dummy_hash(12)


class Turns:
    """One worker, and a queue as long as can be served in PATIENCE_SECONDS."""

    def __init__(self):
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="bcrypt")
        self.lock = threading.Lock()
        self.waiting = 0
        self.takes: float | None = None

    def enter(self) -> None:
        """Take a place in the queue; raises Unavailable where it is too long."""
        with self.lock:
            takes = self.takes or expected_seconds()
            if (self.waiting + 1) * takes > PATIENCE_SECONDS and self.waiting:
                raise busy()
            self.waiting += 1

    def leave(self, _done=None) -> None:
        with self.lock:
            self.waiting -= 1

    def timed(self, work, *args):
        """Do the work; how long it takes is a mean, as one alone may have been held up."""
        started = time.perf_counter()
        result = work(*args)
        took = time.perf_counter() - started
        self.takes = took if self.takes is None else 0.7 * self.takes + 0.3 * took
        return result


def expected_seconds() -> float:
    """Return what a check may take before one has been timed; each round doubles it."""
    return SECONDS_AT_12_ROUNDS * 2.0 ** (current_app.config["BCRYPT_ROUNDS"] - 12)


TURNS = Turns()


def in_turn(work, *args):
    """Return what `work` does once its turn comes; raises Unavailable if it does not in time."""
    TURNS.enter()
    turn = TURNS.worker.submit(TURNS.timed, work, *args)
    # Whoever gives up leaves the queue only with the work that was theirs.
    turn.add_done_callback(TURNS.leave)
    try:
        with stand_in():
            return turn.result(PATIENCE_SECONDS)
    except TimeoutError as error:
        turn.cancel()
        raise busy() from error


def stand_in() -> AbstractContextManager:
    """Return what has the server serve others in this thread's place, where it knows how."""
    known = request.environ.get("raceapp.stand_in") if has_request_context() else None
    return known() if known else nullcontext()


def busy() -> errors.Unavailable:
    """Ask to come again, not all in the same second."""
    seconds = random.randint(2, 5)
    return errors.Unavailable(
        "Many people are logging in. Try again in a moment.", retry_after=seconds
    )
