"""Inviting people to the crew of a weekend, and what becomes of an invitation.

A change of an invitation holds the weekend first, as a change of the crew does: they take turns.
"""

from collections.abc import Iterable
from datetime import timedelta

import sqlalchemy as sa

from raceapp import clock, errors, permissions
from raceapp.auth import entries, passwords
from raceapp.auth import service as accounts
from raceapp.auth.models import User
from raceapp.events import crew
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.invitations import links
from raceapp.invitations.models import Invitation
from raceapp.storage.session import db
from raceapp.storage.sweeping import FEW, sweep

KEPT = timedelta(days=30)

# The same words whatever is wrong, so that nobody learns which links there were.
NOT_GOOD = "This invitation is not good any more. Ask your crew chief for another."
NO_SUCH_INVITATION = "There is no such invitation, or not any more."


def get_event(event_id: int, *, actor, for_update: bool = False) -> Event:
    """Return the weekend for those who may invite to it; raises NotFound and Forbidden."""
    event = events.get_for_crew(event_id, actor=actor, for_update=for_update)
    if not permissions.can_invite(actor, events.crew_roles(event_id, actor)):
        raise errors.Forbidden("Only a crew chief or a team manager may invite people.")
    return event


def create(
    event: Event, *, actor, crew_roles: list, email: str | None = None, expires_in_days: int = 7
) -> Invitation:
    """Add an invitation; without an `actor` the operator invites."""
    sweep_expired()
    now = clock.utcnow()
    invitation = Invitation(
        event_id=event.id,
        crew_roles=[str(role) for role in crew_roles],
        email=email,
        created_by=actor and actor.id,
        created_at=now,
        expires_at=now + timedelta(days=expires_in_days),
    )
    links.give_secret(invitation)
    db.session.add(invitation)
    db.session.flush()
    changes = {"crew_roles": invitation.crew_roles, "expires_in_days": expires_in_days}
    history.record(event.id, "invitation.created", invitation, actor=actor, changes=changes)
    return invitation


def sweep_expired(at_most: int = FEW) -> int:
    """Delete so many invitations that nobody accepted, long after they expired; returns how many.

    The record tells that they were made and revoked; accepted ones are kept.
    """
    is_old = Invitation.expires_at < clock.utcnow() - KEPT
    return sweep(Invitation, is_old & Invitation.accepted_at.is_(None), at_most)


def of_event(event: Event) -> sa.Select:
    return sa.select(Invitation).where(Invitation.event_id == event.id)


def mark_open(invitations: Iterable[Invitation]) -> None:
    """Mark which of these invitations may still be accepted."""
    ids = [invitation.id for invitation in invitations]
    find = sa.select(Invitation.id).where(Invitation.id.in_(ids), links.is_good())
    good = set(db.session.scalars(find))
    for invitation in invitations:
        invitation.is_open = invitation.id in good


def get(invitation_id: int, *, actor, for_update: bool = False) -> Invitation:
    """Return an invitation that has not been revoked, for those who may invite to its weekend.

    Raises NotFound and Forbidden.
    """
    find = sa.select(Invitation.event_id).where(Invitation.id == invitation_id)
    event_id = db.session.scalar(find)
    if event_id is None:
        raise errors.NotFound(NO_SUCH_INVITATION)
    get_event(event_id, actor=actor, for_update=for_update)
    is_wanted = (Invitation.id == invitation_id, Invitation.revoked_at.is_(None))
    invitation = db.session.scalar(sa.select(Invitation).where(*is_wanted))
    if invitation is None:
        raise errors.NotFound(NO_SUCH_INVITATION)
    mark_open([invitation])
    return invitation


def secret_of(invitation: Invitation) -> str:
    """Return the secret of an invitation that may be accepted; raises NotFound for any other."""
    if not invitation.is_open:
        raise errors.NotFound(NO_SUCH_INVITATION)
    return links.secret_of(invitation)


def revoke(invitation: Invitation, *, actor) -> None:
    """End an invitation; raises Conflict for one that has been accepted."""
    if invitation.accepted_at is not None:
        raise errors.Conflict("This invitation has been accepted: take the person off the crew.")
    invitation.revoked_at = clock.utcnow()
    changes = {"crew_roles": invitation.crew_roles}
    history.record(
        invitation.event_id, "invitation.revoked", invitation, actor=actor, changes=changes
    )


# --- accepting ---------------------------------------------------------------------------


def find(token: str) -> Invitation:
    """Return the invitation that this secret opens, or raise NotFound."""
    found = db.session.scalar(sa.select(Invitation).where(links.is_opened_by(token)))
    if found is None:
        raise errors.NotFound(NOT_GOOD)
    return found


def register(token: str, *, email: str, password: str, name: str) -> User:
    """Add an account and put it on the crew.

    Raises NotFound, Invalid for the password or an email that was not invited, and Conflict for
    an email that has an account: then the link stays good. The bcrypt work holds no transaction.
    """
    invited = find(token).email
    db.session.rollback()
    if invited not in (None, email):
        raise errors.Invalid.field("email", "This invitation is for another email.")
    accounts.check_password(password, email=email)
    password_hash = passwords.hash_password(password)
    event, invitation = use(token)
    user = accounts.add(email=email, name=name, password_hash=password_hash)
    take_on(event, invitation, user)
    return user


def join(token: str, *, actor) -> None:
    """Put somebody who has an account on the crew; raises NotFound and Forbidden."""
    if find(token).email not in (None, actor.email):
        raise errors.Forbidden("This invitation is for somebody else.")
    event, invitation = use(token)
    take_on(event, invitation, accounts.get(actor.id))


def use(token: str) -> tuple[Event, Invitation]:
    """Use an invitation up; of several people at once one succeeds, the others get NotFound."""
    event = events.get(find(token).event_id, for_update=True, deleted_too=True)
    used = (
        sa.update(Invitation)
        .where(links.is_opened_by(token))
        .values(accepted_at=clock.utcnow())
        .returning(Invitation)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    invitation = db.session.scalar(used)
    if invitation is None:
        raise errors.NotFound(NOT_GOOD)
    return event, invitation


def take_on(event: Event, invitation: Invitation, user: User) -> None:
    """Put a person on the crew, and leave a line in the record and one about the account."""
    invitation.accepted_by = user.id
    changes = {"user_id": user.id, "crew_roles": invitation.crew_roles}
    history.record(event.id, "invitation.accepted", invitation, actor=user, changes=changes)
    crew.add_member(event, user.id, invitation.crew_roles, actor=user)
    changes = {"event_id": event.id, "crew_roles": invitation.crew_roles}
    changes["invited_by"] = invitation.created_by
    entries.note(user, "invitation.accepted", actor=user, changes=changes)
