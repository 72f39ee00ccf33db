"""Migrations, for commands: they load Alembic when they first need it.

No request needs Alembic, and loading it takes a tenth of the time in which the application starts.
"""

import functools
import importlib

import click
from flask import Flask
from werkzeug.local import LocalProxy

from raceapp.storage.columns import is_in_models, migration_type
from raceapp.storage.session import db

# Two hosts that deploy at once take turns. Any number, as long as it is not that of `turns`.
TURN = 7_211_993
# So long an upgrade waits for its turn, and for a table that somebody holds.
LOCK_TIMEOUT = "30s"
OPTIONS = {
    "render_as_batch": True,
    "render_item": migration_type,
    "compare_type": True,
    "include_object": is_in_models,
}


def init_app(app: Flask) -> None:
    """Put a proxy in the places of `flask db` and of the extension that its commands look up."""
    app.cli.add_command(LocalProxy(commands), "db")
    app.extensions["migrate"] = LocalProxy(functools.partial(extension_of, app))


def commands() -> click.Group:
    return importlib.import_module("flask_migrate.cli").db


def extension_of(app: Flask):
    """Return the extension that `flask db` asks for; it replaces the proxy."""
    importlib.import_module("flask_migrate").Migrate(app, db, **OPTIONS)
    return app.extensions["migrate"]
