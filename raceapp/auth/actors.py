"""The person a request acts for, read from the account anew for every request."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from raceapp.auth.models import AuthSession, User
from raceapp.permissions import Role
from raceapp.storage.prepared import Prepared, placeholder


@dataclass(frozen=True)
class Actor:
    """The person a request acts for: `is_admin` is a team manager."""

    id: int
    email: str
    role: Role
    session_id: int

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN


# Its placeholders have names of their own, because it is joined to other statements.
WHO = Prepared(
    sa.select(User.id, User.email, User.role, AuthSession.created_at)
    .join(AuthSession, AuthSession.user_id == User.id)
    .where(AuthSession.id == placeholder("who_session_id", sa.BigInteger))
    .where(User.id == placeholder("who_user_id", sa.BigInteger))
    .where(AuthSession.revoked_at.is_(None), User.is_active)
)


def whole_seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def actor_of(
    session_id: int, user_id: int, began: int, *, is_admin: bool, read_ahead=None
) -> Actor | None:
    """Return the caller as the account is now, or None when session or account has ended.

    None too if the session of that id did not begin at `began`, in seconds since 1970: then it is
    not the one that the token was made for. `read_ahead` is an `ahead.ReadAhead` that reads for
    the caller, who claims to be `is_admin`.
    """
    values = {"who_session_id": session_id, "who_user_id": user_id}
    row = read_ahead.row_of(WHO, is_admin=is_admin, **values) if read_ahead else WHO.row(**values)
    if row is None or whole_seconds(row[-1]) != began:
        return None
    return Actor(*row[:-1], session_id=session_id)
