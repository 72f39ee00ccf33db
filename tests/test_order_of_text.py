"""Text is sorted the same on every database, whatever its locale: all test servers have none."""

from contextlib import contextmanager

import sqlalchemy as sa
from rights import RIGHTS
from sqlalchemy.sql import visitors
from statements import listening

from raceapp.storage.expressions import in_order

pytest_plugins = ["rights_fixtures"]


@contextmanager
def statements(app):
    """Gather what is sent while this lasts; on SQLite nothing goes past the session."""
    sent = []

    def gather(_connection, element, *_):
        sent.append(element)

    with listening(app, "before_execute", gather):
        yield sent


def sorted_by(statement):
    """Yield what the statement, or a part of it, sorts by."""
    for part in visitors.iterate(statement):
        if isinstance(part, sa.Select):
            yield from part._order_by_clauses


def by_locale(expression):
    """The expression if it is text in the database's own order; a choice is sorted as it may be."""
    while isinstance(expression, sa.UnaryExpression):
        expression = expression.element
    is_text = isinstance(expression.type, sa.String) and not isinstance(expression.type, sa.Enum)
    parts = [*visitors.iterate(expression)]
    return is_text and not any(isinstance(part, in_order) for part in parts)


def test_no_read_sorts_text_by_the_locale_of_the_database(app, people, make_world, ask):
    world = make_world("done")

    with statements(app) as sent:
        for call, body, *_ in RIGHTS:
            if call.startswith("GET"):
                ask(world, people["admin"], call, body)

    sorts = {str(key): key for statement in sent for key in sorted_by(statement)}
    assert len(sorts) > 10
    assert [name for name, key in sorts.items() if by_locale(key)] == []
