"""Changes of accounts, append-only: who gave or took rights or a password, and when."""

import sqlalchemy as sa

from raceapp import clock
from raceapp.auth.models import AccountEntry, User
from raceapp.storage.session import db
from raceapp.telemetry import logs

TOLD = ("email", "role", "is_active")


def note(user: User, action: str, *, actor=None, changes: dict | None = None) -> None:
    """Write a line about an account that has an id, in the transaction of the change."""
    db.session.add(
        AccountEntry(
            user_id=user.id,
            at=clock.utcnow(),
            actor=actor and actor.id,
            action=action,
            changes=changes or {},
            request_id=logs.request_id(),
        )
    )


def rights_of(user: User) -> dict:
    return {name: getattr(user, name) for name in TOLD}


def note_rights(user: User, before: dict, *, actor) -> None:
    """Write what has changed of the rights since `before`, if anything has."""
    now = rights_of(user)
    changed = {name: [old, now[name]] for name, old in before.items() if now[name] != old}
    if changed:
        note(user, "account.updated", actor=actor, changes=changed)


def of_user(user_id: int) -> sa.Select:
    return sa.select(AccountEntry).where(AccountEntry.user_id == user_id)
