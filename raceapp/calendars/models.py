"""The address under which a person's calendar is read without logging in."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.storage.session import db


class CalendarLink(db.Model):
    """One person's secret address, known only by its hash. A person has one at a time."""

    __tablename__ = "calendar_links"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), primary_key=True)
    secret_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
