"""A comment on a task."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.storage.columns import Versioned
from raceapp.storage.session import db


class Comment(Versioned, db.Model):
    """What somebody said about a task. Deleting hides it."""

    __tablename__ = "comments"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"), index=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("tasks.id"), index=True)
    text: Mapped[str] = mapped_column(sa.String(10_000))
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    deleted_at: Mapped[datetime | None]
