"""Commands that say in a sentence what is wrong with the database."""

from functools import wraps

import click
import sqlalchemy as sa
from flask.cli import AppGroup

TO_UPGRADE = "The schema is not up to date. Bring it up to date first: flask --app wsgi db upgrade"
# undefined_table, undefined_column (PostgreSQL appendix A)
UNKNOWN = {"42P01", "42703"}
UNKNOWN_TO_SQLITE = ("no such table", "no such column", "has no column")


class Commands(AppGroup):
    """A group whose commands end with one line if the database does not serve them."""

    def command(self, *args, **kwargs):
        add = super().command(*args, **kwargs)
        return lambda deed: add(plainly(deed))


def plainly(deed):
    """Return the command, which tells refusals of the database in one sentence."""

    @wraps(deed)
    def plain(*args, **kwargs):
        try:
            return deed(*args, **kwargs)
        except sa.exc.DBAPIError as error:
            raise click.ClickException(sentence(error.orig)) from error

    return plain


def sentence(refused: BaseException) -> str:
    text = str(refused).strip().partition("\n")[0]
    if getattr(refused, "sqlstate", None) in UNKNOWN or text.startswith(UNKNOWN_TO_SQLITE):
        return TO_UPGRADE
    return f"The database refused: {text}"
