"""The secret in the link of an invitation, and whether it is good.

The secret can be told again, as a QR code, though only its hash is stored: it follows from a stored
nonce and a key of the application, so the database alone tells no link. It dies with that key.
"""

import sqlalchemy as sa

from raceapp import clock
from raceapp.auth.models import User
from raceapp.auth.sessions import hash_token
from raceapp.events.models import CrewMember, Event
from raceapp.invitations.models import Invitation
from raceapp.permissions import CrewRole, Role
from raceapp.web.secret_links import Seed, keys, new_seed


def give_secret(invitation: Invitation) -> None:
    """Give a new invitation a secret of its own."""
    seed = new_seed()
    invitation.key_id, invitation.nonce = seed
    invitation.token_hash = hash_token(seed.secret)


def secret_of(invitation: Invitation) -> str:
    """Return the secret of an invitation whose key is still accepted."""
    return Seed(invitation.key_id, invitation.nonce).secret


def is_good() -> sa.ColumnElement[bool]:
    """Return the condition for invitations that may be accepted.

    An invitation ends with the rights of its maker: otherwise somebody taken off the crew could
    come back by a link they had kept.
    """
    return sa.and_(
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > clock.utcnow(),
        Invitation.key_id.in_(list(keys())),
        sa.exists().where(Event.id == Invitation.event_id, Event.deleted_at.is_(None)),
        sa.or_(Invitation.created_by.is_(None), may_still_invite()),
    )


def may_still_invite() -> sa.ColumnElement[bool]:
    """Return the condition for invitations whose maker may invite to their weekend now."""
    is_chief = (
        sa.exists()
        .where(
            CrewMember.event_id == Invitation.event_id,
            CrewMember.user_id == Invitation.created_by,
            CrewMember.crew_role == CrewRole.CREW_CHIEF,
        )
        .correlate(Invitation)  # Two selects further out: by itself it is looked for in one.
    )
    has_rights = sa.or_(User.role == Role.ADMIN, is_chief)
    return sa.exists().where(User.id == Invitation.created_by, User.is_active, has_rights)


def is_opened_by(token: str) -> sa.ColumnElement[bool]:
    """Return the condition for the one good invitation that this secret opens."""
    return sa.and_(Invitation.token_hash == hash_token(token), is_good())
