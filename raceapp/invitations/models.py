"""An invitation to the crew of a race weekend."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.storage.columns import Identified, Json
from raceapp.storage.session import db


class InvitationStatus(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Invitation(Identified, db.Model):
    """A link that puts one person on the crew, good once.

    The secret in the link follows from `nonce` and the key of the application that `key_id` names;
    only its hash is kept. `created_by` is null for the operator. `service.mark_open` sets
    `is_open`.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        sa.Index(
            "ix_invitations_expires_at",
            "expires_at",
            postgresql_where=sa.text("accepted_at IS NULL"),
            sqlite_where=sa.text("accepted_at IS NULL"),
        ),
    )

    event_id: Mapped[int] = mapped_column(sa.ForeignKey("events.id"), index=True)
    crew_roles: Mapped[list] = mapped_column(Json)
    email: Mapped[str | None] = mapped_column(sa.String(254))
    nonce: Mapped[str] = mapped_column(sa.String(43))
    key_id: Mapped[str] = mapped_column(sa.String(8))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    is_open = False

    @property
    def status(self) -> InvitationStatus:
        if self.accepted_at is not None:
            return InvitationStatus.ACCEPTED
        if self.revoked_at is not None:
            return InvitationStatus.REVOKED
        return InvitationStatus.OPEN if self.is_open else InvitationStatus.EXPIRED
