"""The two places the application runs on in tests, migrated once and emptied before each test."""

import shutil
import sqlite3
import tempfile
from contextlib import ExitStack, closing
from functools import cached_property
from pathlib import Path

import fakeredis
import flask_migrate
from flask import Flask
from memory import in_memory
from servers import Postgres, Valkey

from raceapp import create_app
from raceapp.storage.session import db

ENOUGH = "100000/minute"
SETTINGS = {
    "RACEAPP_ENV": "development",
    "JWT_SECRET_KEY": "only-the-tests-ever-sign-with-this-0123456789",
    "BCRYPT_ROUNDS": "4",
    "LOG_LEVEL": "WARNING",
    "RATELIMIT_TASKS": ENOUGH,
    "RATELIMIT_SIGN_OFFS": ENOUGH,
    "RATELIMIT_SYNC": ENOUGH,
    "RATELIMIT_LOGIN": ENOUGH,
    "RATELIMIT_LOGIN_ADDRESS": ENOUGH,
    "RATELIMIT_REGISTER": ENOUGH,
    "RATELIMIT_REFRESH": ENOUGH,
}


def forget_connections(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


class Backend:
    """A database and a Redis. `settings` are what an application needs to use them."""

    settings: dict[str, str]
    redis = None

    def make_app(self, **settings) -> Flask:
        return create_app({**SETTINGS, **self.settings, **settings}, redis=self.redis)

    def migrate(self) -> None:
        app = self.make_app()
        with app.app_context():
            flask_migrate.upgrade()
        forget_connections(app)

    @cached_property
    def app(self) -> Flask:
        return self.make_app()

    def close(self) -> None:
        if "app" in vars(self):
            forget_connections(self.app)


class Light(Backend):
    """An SQLite file and a Redis in Python: no other process."""

    def __init__(self) -> None:
        self.place = Path(tempfile.mkdtemp(prefix="raceapp-", dir=in_memory()))
        self.file = self.place / "raceapp.db"
        self.settings = {"DATABASE_URL": self.new_database("raceapp")}
        self.redis = fakeredis.FakeRedis(server=fakeredis.FakeServer(), decode_responses=True)

    def new_database(self, name: str) -> str:
        return f"sqlite:///{self.place / name}.db"

    @cached_property
    def migrated(self) -> Path:
        """A copy of the database, made before anything was written to it."""
        self.migrate()
        copy = self.place / "migrated.db"
        source, target = sqlite3.connect(self.file), sqlite3.connect(copy)
        with closing(source), closing(target):
            source.backup(target)
        return copy

    def empty(self) -> None:
        migrated = self.migrated
        forget_connections(self.app)
        for leftover in self.place.glob("raceapp.db*"):
            leftover.unlink()
        shutil.copyfile(migrated, self.file)
        self.redis.flushall()

    def close(self) -> None:
        super().close()
        self.redis.close()
        shutil.rmtree(self.place)


# DELETE takes a tenth of the time of TRUNCATE, which makes new files for every table and index.
HOW_TO_EMPTY = """
SELECT format('DELETE FROM %I', tablename) FROM pg_tables
WHERE schemaname = 'public' AND tablename <> 'alembic_version'
UNION ALL
SELECT format('SELECT setval(%L, 1, false)', format('%I', sequencename)) FROM pg_sequences
WHERE schemaname = 'public'
"""
END_FORGOTTEN_TRANSACTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""


class Real(Backend):
    """PostgreSQL and Valkey."""

    def __init__(self) -> None:
        with ExitStack() as opened:
            self.valkey = opened.enter_context(closing(Valkey()))
            self.postgres = opened.enter_context(closing(Postgres()))
            url = self.new_database("raceapp")
            self.connection = opened.enter_context(self.postgres.connect("raceapp"))
            self.opened = opened.pop_all()
        self.settings = {"DATABASE_URL": url, "REDIS_URL": self.valkey.url}

    def new_database(self, name: str) -> str:
        return self.postgres.create(name)

    @cached_property
    def emptying(self) -> str:
        self.migrate()
        # A replica runs no triggers, so it can empty tables in any order, append-only ones too.
        self.connection.execute("SET session_replication_role = replica")
        return "; ".join(row[0] for row in self.connection.execute(HOW_TO_EMPTY))

    def empty(self) -> None:
        emptying = self.emptying
        self.connection.execute(END_FORGOTTEN_TRANSACTIONS)
        self.connection.execute(emptying)
        self.valkey.client.flushall()

    def close(self) -> None:
        super().close()
        self.opened.close()
