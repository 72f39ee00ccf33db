"""Templates of checklists in versions, and which version a weekend was built with."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from raceapp.storage.columns import Identified, Json, Versioned, choice
from raceapp.storage.session import db


class Scope(StrEnum):
    """What a checklist item is repeated for."""

    EVENT = "event"
    SESSION = "session"
    BIKE = "bike"
    BIKE_SESSION = "bike_session"
    RIDER = "rider"
    RIDER_SESSION = "rider_session"

    @property
    def has_session(self) -> bool:
        return self in (Scope.SESSION, Scope.BIKE_SESSION, Scope.RIDER_SESSION)


class Tier(StrEnum):
    """How much of a template a team uses: a club team part of it, a national team all."""

    CLUB = "club"
    NATIONAL = "national"


class Template(Versioned, db.Model):
    """A checklist to build weekends from. Its items are those of the newest version.

    The version of the resource, which is its ETag, is also the number of its newest items.
    """

    __tablename__ = "templates"

    name: Mapped[str] = mapped_column(sa.String(100))
    description: Mapped[str | None] = mapped_column(sa.Text)
    deleted_at: Mapped[datetime | None]
    newest: Mapped["TemplateVersion"] = relationship(
        primaryjoin="and_(Template.id == foreign(TemplateVersion.template_id),"
        " Template.version == foreign(TemplateVersion.number))",
        viewonly=True,
    )

    @property
    def items(self) -> list[dict]:
        return self.newest.items


class TemplateVersion(Identified, db.Model):
    """The items as they were at one version; never changed.

    `items` is a list of `{key, section, title, scope, crew_role, anchor, offset_minutes,
    session_kinds, is_critical, needs_check, measurement, tier}`.
    """

    __tablename__ = "template_versions"
    __table_args__ = (
        sa.UniqueConstraint("template_id", "number"),
        {"sqlite_autoincrement": True},
    )

    template_id: Mapped[int] = mapped_column(sa.ForeignKey("templates.id"))
    number: Mapped[int] = mapped_column(sa.Integer)
    items: Mapped[list] = mapped_column(Json)


class EventChecklist(db.Model):
    """Which version of a template a weekend was built with, and how much of it."""

    __tablename__ = "event_checklists"

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"), primary_key=True)
    template_id: Mapped[int] = mapped_column(sa.ForeignKey("templates.id"), primary_key=True)
    template_version_id: Mapped[int] = mapped_column(sa.ForeignKey("template_versions.id"))
    tier: Mapped[Tier] = mapped_column(choice(Tier))
