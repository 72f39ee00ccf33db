"""A session on track, or another fixed point of the weekend."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.storage.columns import Versioned, choice
from raceapp.storage.session import db


class SessionKind(StrEnum):
    SETUP = "setup"
    TECH_CONTROL = "tech_control"
    PRACTICE = "practice"
    QUALIFYING = "qualifying"
    WARM_UP = "warm_up"
    RACE = "race"
    PACK_DOWN = "pack_down"


class SessionStatus(StrEnum):
    SCHEDULED = "scheduled"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


class TrackSession(Versioned, db.Model):
    """One line of the timetable. The planned times are those of its first entry."""

    __tablename__ = "track_sessions"
    noun = "session"
    __table_args__ = (
        sa.Index("ix_track_sessions_event_id", "event_id", "starts_at", "id"),
        {"sqlite_autoincrement": True},
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    name: Mapped[str] = mapped_column(sa.String(100))
    kind: Mapped[SessionKind] = mapped_column(choice(SessionKind))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    planned_starts_at: Mapped[datetime]
    planned_ends_at: Mapped[datetime]
    status: Mapped[SessionStatus] = mapped_column(
        choice(SessionStatus), default=SessionStatus.SCHEDULED
    )
    is_wet: Mapped[bool] = mapped_column(default=False)
    deleted_at: Mapped[datetime | None]

    @property
    def state(self) -> SessionStatus | None:
        """Its status on the timetable; None once it has been taken off."""
        return None if self.deleted_at else self.status

    @property
    def is_over(self) -> bool:
        return self.status in (SessionStatus.FINISHED, SessionStatus.CANCELLED)
