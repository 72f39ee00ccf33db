"""A race weekend, its crew and its bikes."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from raceapp.bikes.models import Bike
from raceapp.permissions import CrewRole
from raceapp.storage.columns import Versioned, choice
from raceapp.storage.session import db

MAX_CREW = 200

event_bikes = sa.Table(
    "event_bikes",
    db.metadata,
    sa.Column("event_id", sa.ForeignKey("events.id"), primary_key=True),
    sa.Column("bike_id", sa.ForeignKey("bikes.id"), primary_key=True, index=True),
)


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
    allow_self_check: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    deleted_at: Mapped[datetime | None]
    bikes: Mapped[list[Bike]] = relationship(
        secondary=event_bikes, order_by=Bike.id, lazy="selectin"
    )

    @property
    def bike_ids(self) -> list[int]:
        return [bike.id for bike in self.bikes]


class CrewMember(db.Model):
    """One crew role of one person at one weekend; `position` is its place in the crew list."""

    __tablename__ = "crew_members"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True, index=True)
    crew_role: Mapped[CrewRole] = mapped_column(choice(CrewRole), primary_key=True)
    position: Mapped[int] = mapped_column(sa.Integer, default=0)
