"""Accounts, the sessions opened by logging in, and their refresh tokens."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column

from raceapp.permissions import Role
from raceapp.storage.columns import Identified, Json, Versioned, choice
from raceapp.storage.session import db


class User(Versioned, db.Model):
    """A person with an account. The email is stored in lower case."""

    __tablename__ = "users"

    email: Mapped[str] = mapped_column(sa.String(254), unique=True)
    name: Mapped[str | None] = mapped_column(sa.String(100))
    role: Mapped[Role] = mapped_column(choice(Role), default=Role.USER)
    is_active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str] = mapped_column(sa.String(60))
    failed_logins: Mapped[int] = mapped_column(sa.Integer, default=0)
    locked_until: Mapped[datetime | None]

    # What others call the person: works on one and, for statements, on the class.
    @hybrid_property
    def known_as(self) -> str:
        return self.name or self.email

    @known_as.inplace.expression
    @classmethod
    def _known_as(cls) -> sa.ColumnElement[str]:
        return sa.func.coalesce(cls.name, cls.email)


class AuthSession(Identified, db.Model):
    """One log-in on one device: the family of all tokens that came from it."""

    __tablename__ = "auth_sessions"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    failed_passwords: Mapped[int] = mapped_column(sa.Integer, default=0)


class RefreshToken(Identified, db.Model):
    """A refresh token, known only by its hash, used up by the first refresh.

    `forgiven_at` is when it was used once more, since the first answer had been lost.
    """

    __tablename__ = "refresh_tokens"

    session_id: Mapped[int] = mapped_column(sa.ForeignKey("auth_sessions.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]
    forgiven_at: Mapped[datetime | None]


class PasswordReset(Identified, db.Model):
    """A link by which a person sets a new password, known only by its hash, good once."""

    __tablename__ = "password_resets"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"), index=True)
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


class AccountEntry(Identified, db.Model):
    """A change of somebody's rights or password. `actor` is null for the operator and for
    the holder of a link."""

    __tablename__ = "account_entries"
    __table_args__ = (
        sa.Index("ix_account_entries_user_id", "user_id", "id"),
        {"sqlite_autoincrement": True},
    )

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("users.id"))
    at: Mapped[datetime]
    actor: Mapped[int | None] = mapped_column(sa.ForeignKey("users.id"))
    action: Mapped[str] = mapped_column(sa.String(40))
    changes: Mapped[dict] = mapped_column(Json)
    request_id: Mapped[str] = mapped_column(sa.String(128))
