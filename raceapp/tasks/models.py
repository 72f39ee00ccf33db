"""A task: one thing to do at a race weekend, and who signed for it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.database import Versioned, choice
from raceapp.extensions import db


class TaskStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


class Task(Versioned, db.Model):
    """One thing to do. `due_at` is an instant; `assigned_to` is nobody when null."""

    __tablename__ = "tasks"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    title: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str | None] = mapped_column(sa.Text)
    assigned_to: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    due_at: Mapped[datetime | None]
    is_critical: Mapped[bool] = mapped_column(default=False)
    status: Mapped[TaskStatus] = mapped_column(choice(TaskStatus), default=TaskStatus.OPEN)
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    done_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]

    @property
    def completed(self) -> bool:
        return self.status == TaskStatus.DONE

    @property
    def completed_at(self) -> datetime | None:
        return self.done_at if self.completed else None

    @property
    def completed_by(self) -> int | None:
        return self.done_by if self.completed else None
