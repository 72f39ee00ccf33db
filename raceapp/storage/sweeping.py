"""Deleting rows that nobody needs any more, a few at a time."""

import sqlalchemy as sa

from raceapp.storage.session import db

FEW = 20


def sweep(model, is_old: sa.ColumnElement[bool], at_most: int = FEW) -> int:
    """Delete so many old rows of a model; returns how many there were.

    It leaves rows that somebody else is deleting to them: nobody waits here.
    """
    some = sa.select(model.id).where(is_old).limit(at_most).with_for_update(skip_locked=True)
    deleted = sa.delete(model).where(model.id.in_(some))
    return db.session.execute(deleted.execution_options(synchronize_session=False)).rowcount
