"""A race weekend."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.database import Versioned
from raceapp.extensions import db


class Event(Versioned, db.Model):
    """A race weekend at one track. Dates are local days in `timezone`, an IANA name."""

    __tablename__ = "events"

    name: Mapped[str] = mapped_column(sa.String(100))
    track: Mapped[str] = mapped_column(sa.String(120))
    location: Mapped[str] = mapped_column(sa.String(120))
    event_date: Mapped[date] = mapped_column(sa.Date)
    end_date: Mapped[date] = mapped_column(sa.Date)
    timezone: Mapped[str] = mapped_column(sa.String(64), default="UTC")
    notes: Mapped[str | None] = mapped_column(sa.Text)
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    deleted_at: Mapped[datetime | None]
