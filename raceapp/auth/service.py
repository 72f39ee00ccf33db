"""Accounts: making, finding, changing. Sessions are in `sessions`, bcrypt in `passwords`."""

from contextlib import contextmanager

import sqlalchemy as sa
from blinker import Signal

from raceapp import clock, errors
from raceapp.auth import entries, passwords
from raceapp.auth.models import AuthSession, PasswordReset, User
from raceapp.permissions import Role
from raceapp.storage.expressions import mentions
from raceapp.storage.session import db

# Sent with an account once it has been disabled, before the commit. Tasks, which people hold,
# are above this package, so they connect to it.
disabled = Signal()


def create_user(
    *, email: str, password: str, name: str | None = None, role=Role.USER, actor=None
) -> User:
    """Add an account. `email` is already in lower case.

    Raises Invalid when the password is refused, Conflict when the email is taken.
    """
    check_password(password, email=email)
    password_hash = passwords.hash_password(password)
    return add(email=email, name=name, role=role, password_hash=password_hash, actor=actor)


def add(
    *,
    email: str,
    name: str | None,
    role=Role.USER,
    password_hash: str,
    actor=None,
    refusal="This email has an account already. Log in instead.",
) -> User:
    """Add an account whose password has been hashed.

    Raises Conflict, with the sentence `refusal`, when the email is taken.
    """
    user = User(email=email, name=name, role=Role(role), password_hash=password_hash)
    with unique_email(refusal):
        db.session.add(user)
    entries.note(user, "account.created", actor=actor, changes={"role": user.role})
    return user


def add_without_password(*, email: str, name: str | None, role=Role.USER, actor) -> User:
    """Add an account that nobody can log in to until a password has been set by a link."""
    return add(
        email=email,
        name=name,
        role=role,
        password_hash=passwords.NONE,
        actor=actor,
        refusal="This email has an account already.",
    )


@contextmanager
def unique_email(refusal: str):
    """Flush the changes of this block; raises Conflict when somebody else has the email."""
    try:
        with db.session.begin_nested():
            yield
    except sa.exc.IntegrityError as error:
        raise errors.Conflict(refusal) from error


def check_password(password: str, *, email: str, field: str = "password") -> None:
    fault = passwords.fault_in(password, email=email)
    if fault:
        raise errors.Invalid.field(field, fault)


def get(user_id: int, *, for_update: bool = False) -> User:
    """Return the account, or raise NotFound."""
    statement = sa.select(User).where(User.id == user_id)
    if for_update:
        statement = statement.with_for_update()
    user = db.session.scalar(statement)
    if user is None:
        raise errors.NotFound("There is no such person.")
    return user


def by_email(email: str) -> User:
    """Return the account with this email, held for a change, or raise NotFound."""
    user = db.session.scalar(sa.select(User).where(User.email == email.lower()).with_for_update())
    if user is None:
        raise errors.NotFound(f"Nobody has an account as {email}.")
    return user


def search(*, q: str = "", role: Role | None = None, is_active: bool | None = None) -> sa.Select:
    """Return the accounts that match every filter given."""
    statement = sa.select(User)
    if q:
        statement = statement.where(mentions((User.email, User.name), q))
    if role is not None:
        statement = statement.where(User.role == role)
    if is_active is not None:
        statement = statement.where(User.is_active == is_active)
    return statement


def update(user: User, changes: dict, *, actor=None) -> None:
    """Change name, email, role or is_active; without an `actor` the operator does it.

    Raises Conflict when no active admin would be left, or when the email is taken.
    """
    was_admin, before = is_active_admin(user), entries.rights_of(user)
    with unique_email("Somebody else has an account with this email."):
        for name, value in changes.items():
            setattr(user, name, value)
    if was_admin and not is_active_admin(user) and not other_active_admins(user):
        raise errors.Conflict("This is the last active team manager: name another one first.")
    entries.note_rights(user, before, actor=actor)
    if before["is_active"] and not user.is_active:
        revoke_sessions(AuthSession.user_id == user.id)
        end_resets(user.id)
        disabled.send(user, actor=actor)


def replace_password(email: str, password: str) -> User:
    """Give somebody a new password, ending their sessions and any lock.

    Raises Invalid for the password and NotFound for the email. The bcrypt work comes first,
    so that no transaction waits for it.
    """
    check_password(password, email=email)
    password_hash = passwords.hash_password(password)
    user = by_email(email)
    set_password(user, password_hash, action="password.replaced")
    return user


def set_password(user: User, password_hash: str, *, action: str) -> None:
    """Set a new password in place of a lost one; sessions, a lock and links to set one end."""
    user.password_hash, user.failed_logins, user.locked_until = password_hash, 0, None
    revoke_sessions(AuthSession.user_id == user.id)
    end_resets(user.id)
    entries.note(user, action)


def end_resets(user_id: int) -> None:
    """End every link by which a person could set their password."""
    db.session.execute(
        sa.update(PasswordReset)
        .where(PasswordReset.user_id == user_id, PasswordReset.used_at.is_(None))
        .values(used_at=clock.utcnow())
    )


def is_active_admin(user: User) -> bool:
    return user.is_active and user.role == Role.ADMIN


def other_active_admins(user: User) -> int:
    """Count the other admins and hold their rows: two who demote each other take turns."""
    statement = (
        sa.select(User.id)
        .where(User.id != user.id, User.is_active, User.role == Role.ADMIN)
        .order_by(User.id)
        .with_for_update()
    )
    with db.session.no_autoflush:
        return len(db.session.scalars(statement).all())


def revoke_sessions(*which) -> None:
    """End the sessions that meet these conditions, with all their tokens."""
    db.session.execute(
        sa.update(AuthSession)
        .where(AuthSession.revoked_at.is_(None), *which)
        .values(revoked_at=clock.utcnow())
    )
