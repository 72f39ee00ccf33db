"""Extensions, created unbound; `create_app()` binds them."""

import logging
from collections.abc import Callable
from contextlib import contextmanager

import sqlalchemy as sa
from flask import g
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session

from raceapp.storage.columns import Base
from raceapp.storage.engines import OnlyReading, is_only_reading

log = logging.getLogger(__name__)


class RoutedSession(Session):
    """Sends requests that only read to the engine for reading.

    While commits are held back, see `commits_held_back()`, a commit flushes and no more.
    `postponed` is a function that then runs the one statement of the transaction; it is called
    with the values that the transaction has to write besides.
    """

    is_held_back = False
    postponed: Callable[[dict], None] | None = None

    def take_postponed(self):
        taken, self.postponed = self.postponed, None
        return taken

    def commit(self):
        if self.is_held_back:
            self.flush()
        else:
            super().commit()

    def close(self):
        """End the transaction, whether or not the database still hears it.

        This runs once the answer is made, so an error would replace the answer by a 500. The
        server itself rolls back what a lost connection had begun.
        """
        try:
            super().close()
        except sa.exc.DBAPIError as error:
            log.warning("connection lost at the end: %s", type(error.orig).__name__)
            self.invalidate()

    def get_bind(self, mapper=None, clause=None, bind=None, **kwargs):
        engines = self._db.engines
        if bind is None and is_only_reading() and "reading" in engines:
            return engines["reading"]
        return super().get_bind(mapper, clause, bind, **kwargs)


# The answer is written after the commit; reading the models again would tell nothing new.
SESSION = {"class_": RoutedSession, "expire_on_commit": False}
db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options=SESSION)


def commit_if_begun() -> None:
    """Commit the transaction of this request, if there is one.

    A statement that ran alone has begun none, and a session made only to commit nothing takes a
    tenth of the time of the request.
    """
    if db.session.registry.has():
        db.session.commit()


# A transaction of SQLite reads as of one moment by itself.
OF_ONE_MOMENT = {
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    "sqlite": {},
}


def begin_snapshot() -> None:
    """Begin a transaction that only reads, everything as of one moment, and blocks nobody."""
    db.session.rollback()
    options = OF_ONE_MOMENT[db.engine.dialect.name]
    db.session.connection(execution_options=options)


@contextmanager
def one_moment():
    """Read what this block reads as of one moment."""
    with OnlyReading(True):
        begin_snapshot()
        try:
            yield
        finally:
            db.session.rollback()


def note_lost_race() -> None:
    """Remember that somebody was first: the next try of this request holds what it reads."""
    g.has_lost_race = True


def has_lost_race() -> bool:
    return g.get("has_lost_race", False)


def is_held_back() -> bool:
    """Tell whether a caller commits what is written now, together with more."""
    return db.session.registry.has() and db.session().is_held_back


@contextmanager
def commits_held_back():
    """Make the work of this block part of a transaction that its caller commits."""
    session = db.session()
    session.is_held_back, session.postponed = True, None
    try:
        yield
    finally:
        session.is_held_back = False
