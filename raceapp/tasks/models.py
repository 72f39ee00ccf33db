"""A task: one thing to do at a race weekend, and who signed for it."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from raceapp.events.models import Event
from raceapp.permissions import CrewRole
from raceapp.storage.columns import Identified, Json, Versioned, choice
from raceapp.storage.session import db


class TaskStatus(StrEnum):
    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


TO_DO = frozenset({TaskStatus.OPEN, TaskStatus.FAILED})


class Act(StrEnum):
    """What a person may sign a task as."""

    DONE = "done"
    CHECK = "check"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    REOPEN = "reopen"


class Anchor(StrEnum):
    """What the due time of a checklist item hangs on."""

    EVENT_START = "event_start"
    EVENT_END = "event_end"
    SESSION_START = "session_start"
    SESSION_END = "session_end"
    CRASH = "crash"
    WET = "wet"


class Task(Versioned, db.Model):
    """One thing to do.

    `due_at` is an instant; nobody holds the task while `assigned_to` is null. An anchored task is
    due `offset_minutes` after its anchor (before it when negative) unless the time is pinned.
    `measurement` is `{label, kind, unit?, min?, max?}`, `value` the number or text measured.
    """

    __tablename__ = "tasks"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"))
    title: Mapped[str] = mapped_column(sa.String(200))
    description: Mapped[str | None] = mapped_column(sa.Text)
    assigned_to: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    due_at: Mapped[datetime | None]
    is_critical: Mapped[bool] = mapped_column(default=False)
    status: Mapped[TaskStatus] = mapped_column(choice(TaskStatus), default=TaskStatus.OPEN)
    deleted_at: Mapped[datetime | None]

    section: Mapped[str | None] = mapped_column(sa.String(100))
    crew_role: Mapped[CrewRole | None] = mapped_column(choice(CrewRole))
    bike_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bikes.id"), index=True)
    rider_name: Mapped[str | None] = mapped_column(sa.String(100))
    session_id: Mapped[int | None] = mapped_column(sa.ForeignKey("track_sessions.id"), index=True)
    template_id: Mapped[int | None] = mapped_column(sa.ForeignKey("templates.id"))
    item_key: Mapped[str | None] = mapped_column(sa.String(40))
    incident_id: Mapped[int | None] = mapped_column(sa.ForeignKey("incidents.id"))
    anchor: Mapped[Anchor | None] = mapped_column(choice(Anchor))
    offset_minutes: Mapped[int | None] = mapped_column(sa.Integer)
    is_due_pinned: Mapped[bool] = mapped_column(default=False)
    needs_check: Mapped[bool] = mapped_column(default=False)
    measurement: Mapped[dict | None] = mapped_column(Json)
    value: Mapped[object | None] = mapped_column(Json)
    # Set exactly while the task is done.
    done_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    done_at: Mapped[datetime | None]
    checked_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    checked_at: Mapped[datetime | None]
    note: Mapped[str | None] = mapped_column(sa.String(2000))
    # Set while the task is not applicable because its session, bike or rider fell away.
    is_struck: Mapped[bool] = mapped_column(default=False)

    event: Mapped[Event] = relationship()
    # The timetable is above this package, which knows its model by name only.
    session = relationship("TrackSession")

    # Each works on a task and, for statements, on the class.
    @hybrid_property
    def completed(self) -> bool:
        return self.status == TaskStatus.DONE

    @hybrid_property
    def completed_at(self) -> datetime | None:
        return self.done_at

    @hybrid_property
    def completed_by(self) -> int | None:
        return self.done_by


class SignOff(Identified, db.Model):
    """One signature. Rows are only ever added; the database refuses anything else.

    `at` is the server's time, `device_time` what the signer's device said.
    """

    __tablename__ = "sign_offs"

    task_id: Mapped[int] = mapped_column(sa.ForeignKey("tasks.id"), index=True)
    act: Mapped[Act] = mapped_column(choice(Act))
    signed_by: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]
    device_time: Mapped[datetime | None]
    value: Mapped[object | None] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(sa.String(2000))
    is_self_check: Mapped[bool] = mapped_column(default=False)
