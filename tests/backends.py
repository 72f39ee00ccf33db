"""The two places the application runs on in tests, migrated once and emptied before each test."""

import shutil
import sqlite3
from functools import cached_property
from pathlib import Path

import fakeredis
import flask_migrate
from flask import Flask
from servers import Postgres, Valkey

from raceapp import create_app
from raceapp.extensions import db

ENOUGH = "100000/minute"
SETTINGS = {
    "RACEAPP_ENV": "development",
    "JWT_SECRET_KEY": "only-the-tests-ever-sign-with-this-0123456789",
    "BCRYPT_ROUNDS": "4",
    "LOG_LEVEL": "WARNING",
    "RATELIMIT_TASKS": ENOUGH,
    "RATELIMIT_SIGN_OFFS": ENOUGH,
    "RATELIMIT_LOGIN": ENOUGH,
    "RATELIMIT_REGISTER": ENOUGH,
    "RATELIMIT_REFRESH": ENOUGH,
}


def forget_connections(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


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


class Light(Backend):
    """An SQLite file and a Redis in Python: no other process."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.file = place / "raceapp.db"
        self.migrated = place / "migrated.db"
        self.settings = {"DATABASE_URL": self.new_database("raceapp")}
        self.redis = fakeredis.FakeRedis(server=fakeredis.FakeServer(), decode_responses=True)
        self.migrate()
        with sqlite3.connect(self.file) as source, sqlite3.connect(self.migrated) as target:
            source.backup(target)
        source.close()
        target.close()

    def new_database(self, name: str) -> str:
        return f"sqlite:///{self.place / name}.db"

    def empty(self) -> None:
        forget_connections(self.app)
        for leftover in self.place.glob("raceapp.db*"):
            leftover.unlink()
        shutil.copyfile(self.migrated, self.file)
        self.redis.flushall()

    def close(self) -> None:
        forget_connections(self.app)
        self.redis.close()


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
        self.valkey = Valkey()
        self.postgres = Postgres()
        url = self.new_database("raceapp")
        self.settings = {"DATABASE_URL": url, "REDIS_URL": self.valkey.url}
        self.migrate()
        self.connection = self.postgres.connect("raceapp")
        # A replica runs no triggers, so it can empty tables in any order, append-only ones too.
        self.connection.execute("SET session_replication_role = replica")
        self.emptying = "; ".join(row[0] for row in self.connection.execute(HOW_TO_EMPTY))

    def new_database(self, name: str) -> str:
        return self.postgres.create(name)

    def empty(self) -> None:
        self.connection.execute(END_FORGOTTEN_TRANSACTIONS)
        self.connection.execute(self.emptying)
        self.valkey.client.flushall()

    def close(self) -> None:
        self.connection.close()
        forget_connections(self.app)
        self.postgres.close()
        self.valkey.close()
