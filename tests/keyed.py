"""Writes with an `Idempotency-Key`, and what is kept of them."""

from helpers import created

from raceapp.storage.answers import IdempotencyKey
from raceapp.storage.session import db

KEY = "3f0c1d9e-7f9f-4a53-a5c0-58f2f0c6d6c1"


def keyed(key=KEY, **others):
    return {"Idempotency-Key": key, **others}


def kept(app):
    with app.app_context():
        return db.session.scalars(db.select(IdempotencyKey)).all()


def titles(admin):
    return [task["title"] for task in created(admin.get("/v1/tasks"), status=200)]
