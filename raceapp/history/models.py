"""Entries of the record, and the head of each weekend's chain."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from raceapp.auth.models import User
from raceapp.storage.columns import Identified, Json
from raceapp.storage.session import db


class HistoryEntry(Identified, db.Model):
    """One real change. `position` counts from 1 in its weekend; `hash` covers the one before.

    `subject` is what changed, such as "task:7"; `changes` is `{field: [old, new]}` or, for a
    bulk deed, what it did. No foreign keys: an entry is linked to the head of a weekend that
    exists, by somebody whose account has just been read, and neither is ever deleted.
    """

    __tablename__ = "history_entries"
    __table_args__ = (
        sa.UniqueConstraint("event_id", "position"),
        sa.Index("ix_history_entries_subject", "subject", "id"),
        {"sqlite_autoincrement": True},
    )

    event_id: Mapped[int]
    position: Mapped[int] = mapped_column(sa.Integer)
    at: Mapped[datetime]
    actor: Mapped[int | None]
    action: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(40))
    changes: Mapped[dict] = mapped_column(Json)
    request_id: Mapped[str] = mapped_column(sa.String(128))
    hash: Mapped[str] = mapped_column(sa.String(64))
    person: Mapped[User | None] = relationship(
        primaryjoin=lambda: User.id == orm.foreign(HistoryEntry.actor), viewonly=True
    )

    @property
    def actor_name(self) -> str | None:
        return self.person and self.person.known_as


class HistoryHead(db.Model):
    """How many entries a weekend has and the hash of the last, kept beside them."""

    __tablename__ = "history_heads"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"), primary_key=True)
    count: Mapped[int] = mapped_column(sa.Integer)
    last_hash: Mapped[str] = mapped_column(sa.String(64))
