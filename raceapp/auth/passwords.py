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

from raceapp import errors
from raceapp.web.process import setting, stand_in

MAX_BYTES = 72  # bcrypt reads no further and, from version 5, refuses to.
# A check costs a quarter of a second of one core, so one thread of each process makes them one
# after the other. A crew that logs in at once waits for that thread, while other threads serve;
# people who would wait longer than this are asked to come again.
# With a lower priority for that thread the others waited longer, not shorter: it may hold the
# interpreter's lock while it does not run.
PATIENCE_SECONDS = 5
SECONDS_AT_12_ROUNDS = 0.25


@functools.cache
def common_passwords() -> frozenset[str]:
    text = resources.files("raceapp.auth").joinpath("common_passwords.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if not line.startswith("#"))


def fault_in(password: str, *, email: str) -> str | None:
    """Return what is wrong with a new password as a sentence, or None."""
    shortest = setting("PASSWORD_MIN_LENGTH")
    size = len(password.encode())
    if size < shortest:
        return f"Must have at least {shortest} characters."
    if size > MAX_BYTES:
        return f"Must have at most {MAX_BYTES} characters; accents and emoji count for more."
    if password.casefold() == email.casefold():
        return "Must not be the email address."
    if password.casefold() in common_passwords():
        return "Is one of the most common passwords. Choose another."
    return None


def hash_password(password: str) -> str:
    """Return the bcrypt hash at the configured cost. Call it outside of any transaction."""
    salt = bcrypt.gensalt(setting("BCRYPT_ROUNDS"))
    return in_turn(bcrypt.hashpw, password.encode(), salt).decode()


def is_correct(password: str, password_hash: str | None) -> bool:
    """Compare, with the same work when there is no password or none can be that long.

    Call it outside of any transaction: it takes as long as bcrypt is meant to.
    """
    secret = password.encode()
    is_set = password_hash not in (None, NONE)
    known = password_hash if is_set else dummy_hash(setting("BCRYPT_ROUNDS"))
    matches = in_turn(bcrypt.checkpw, secret[:MAX_BYTES], known.encode())
    return matches and is_set and len(secret) <= MAX_BYTES


def dummy_hash(rounds: int) -> str:
    """Return a well-formed hash of the configured cost that no known password matches."""
    return f"$2b${rounds:02}$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ01234"


# In place of the hash of an account that has no password yet. It is never compared: that would take
# the time of its 12 rounds, and tell who has been invited where the setting is another.
NONE = dummy_hash(12)


class Turns:
    """One worker, and a queue as long as can be served in PATIENCE_SECONDS."""

    def __init__(self):
        self.worker = ThreadPoolExecutor(1, thread_name_prefix="bcrypt")
        self.lock = threading.Lock()
        self.waiting = 0
        self.takes: float | None = None

    def enter(self) -> None:
        """Take a place in the queue; raises Unavailable when the queue is too long."""
        with self.lock:
            takes = self.takes or expected_seconds()
            if (self.waiting + 1) * takes > PATIENCE_SECONDS and self.waiting:
                raise busy()
            self.waiting += 1

    def leave(self, _done=None) -> None:
        with self.lock:
            self.waiting -= 1

    def timed(self, work, *args):
        """Do the work and keep a mean of how long it takes, since a single check may be held up."""
        started = time.perf_counter()
        result = work(*args)
        took = time.perf_counter() - started
        self.takes = took if self.takes is None else 0.7 * self.takes + 0.3 * took
        return result


def expected_seconds() -> float:
    """Return the seconds a check may take, before any has been timed; each round doubles it."""
    return SECONDS_AT_12_ROUNDS * 2.0 ** (setting("BCRYPT_ROUNDS") - 12)


TURNS = Turns()


def in_turn(work, *args):
    """Return what `work` does once its turn comes; raises Unavailable if it does not in time."""
    TURNS.enter()
    try:
        turn = TURNS.worker.submit(TURNS.timed, work, *args)
    except RuntimeError as error:  # The system has no thread left.
        TURNS.leave()
        raise busy() from error
    # A thread that gives up leaves the queue only once its work has been done or dropped.
    turn.add_done_callback(TURNS.leave)
    try:
        with stand_in():
            return turn.result(PATIENCE_SECONDS)
    except TimeoutError as error:
        turn.cancel()
        raise busy() from error


def busy() -> errors.Unavailable:
    """Ask people to come again, but not all in the same second."""
    seconds = random.randint(2, 5)
    return errors.Unavailable(
        "Many people are logging in. Try again in a moment.", retry_after=seconds
    )
