"""What is wrong with one process of a test, from the first line it runs: on its PYTHONPATH.

FAULT_CLOCK_SHIFT shifts the wall clock by so many seconds; the monotonic clock goes on as it
does when an operator's clock is wrong. FAULT_MAX_PAGES is the size in pages that no SQLite file
may exceed, so that the disk is full from there.
"""

import datetime
import functools
import os
import sqlite3
import time

SHIFT = float(os.environ.get("FAULT_CLOCK_SHIFT", "0"))
MAX_PAGES = int(os.environ.get("FAULT_MAX_PAGES", "0"))

real = datetime.datetime
real_time, real_time_ns, real_connect = time.time, time.time_ns, sqlite3.connect


class AnyDatetime(type):
    def __instancecheck__(cls, value):
        return isinstance(value, real)


class Shifted(real, metaclass=AnyDatetime):
    """Makes real datetimes, and takes them for its own; only its present differs."""

    def __new__(cls, *args, **kwargs):
        return real(*args, **kwargs)

    @classmethod
    def now(cls, tz=None):
        return real.fromtimestamp(time.time(), tz)

    @classmethod
    def utcnow(cls):
        return cls.now(datetime.UTC).replace(tzinfo=None)


@functools.wraps(real_connect)
def connect_to_full_disk(*args, **kwargs):
    connection = real_connect(*args, **kwargs)
    connection.execute(f"PRAGMA max_page_count={MAX_PAGES}")
    return connection


if SHIFT:
    time.time = lambda: real_time() + SHIFT
    time.time_ns = lambda: real_time_ns() + int(SHIFT * 1e9)
    datetime.datetime = Shifted
if MAX_PAGES:
    sqlite3.connect = sqlite3.dbapi2.connect = connect_to_full_disk
