"""Migrations, for commands: Alembic is loaded when it is first asked for.

No request needs it, and it takes a tenth of the time in which the application starts.
"""

import functools
import importlib

import click
from flask import Flask
from werkzeug.local import LocalProxy

from raceapp.storage.columns import is_in_models, migration_type
from raceapp.storage.session import db

OPTIONS = {
    "render_as_batch": True,
    "render_item": migration_type,
    "compare_type": True,
    "include_object": is_in_models,
}


def init_app(app: Flask) -> None:
    """Put a proxy where `flask db` is, and where its commands look for the application."""
    app.cli.add_command(LocalProxy(commands), "db")
    app.extensions["migrate"] = LocalProxy(functools.partial(extension_of, app))


def commands() -> click.Group:
    return importlib.import_module("flask_migrate.cli").db


def extension_of(app: Flask):
    """Return what `flask db` asks for; it takes the place of the proxy."""
    importlib.import_module("flask_migrate").Migrate(app, db, **OPTIONS)
    return app.extensions["migrate"]
