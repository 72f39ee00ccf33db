"""A bike released for a session."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.storage.columns import Identified, Json
from raceapp.storage.session import db

IS_VALID = sa.text("voided_at IS NULL")


class Release(Identified, db.Model):
    """Somebody let a bike go out. `readiness` is what they saw at that moment.

    At most one release of a bike for a session is valid; a unique index ensures that.
    """

    __tablename__ = "releases"
    __table_args__ = (
        sa.Index(
            "uq_releases_valid",
            "session_id",
            "bike_id",
            unique=True,
            postgresql_where=IS_VALID,
            sqlite_where=IS_VALID,
        ),
        sa.Index("ix_releases_event_id", "event_id"),
        {"sqlite_autoincrement": True},
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    session_id: Mapped[int] = mapped_column(sa.ForeignKey("track_sessions.id"))
    bike_id: Mapped[int] = mapped_column(sa.ForeignKey("bikes.id"))
    released_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    released_at: Mapped[datetime]
    override_reason: Mapped[str | None] = mapped_column(sa.String(2000))
    readiness: Mapped[dict] = mapped_column(Json)
    voided_at: Mapped[datetime | None]
    void_reason: Mapped[str | None] = mapped_column(sa.String(2000))
