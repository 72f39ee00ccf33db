"""A crash, or rain."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.storage.columns import Identified, Json, choice
from raceapp.storage.session import db


class IncidentKind(StrEnum):
    CRASH = "crash"
    WET = "wet"


class Incident(Identified, db.Model):
    """What happened, and which tasks it added and reopened, by id."""

    __tablename__ = "incidents"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"), index=True)
    kind: Mapped[IncidentKind] = mapped_column(choice(IncidentKind))
    bike_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bikes.id"))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("track_sessions.id"))
    note: Mapped[str | None] = mapped_column(sa.String(2000))
    reported_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]
    created: Mapped[list] = mapped_column(Json, default=list)
    reopened: Mapped[list] = mapped_column(Json, default=list)
