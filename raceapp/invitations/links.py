"""The secret in the link of an invitation, and whether it is good.

It is told again as a QR code, yet stored as a hash only: it follows from what is stored and a key
of the application, so whoever reads the database knows no link. It dies with that key.
"""

import base64
import hmac
import secrets

import sqlalchemy as sa
from flask import current_app

from raceapp import clock
from raceapp.auth.models import User
from raceapp.auth.sessions import hash_token, key_id
from raceapp.events.models import CrewMember, Event
from raceapp.invitations.models import Invitation
from raceapp.permissions import CrewRole, Role


def keys() -> dict[str, str]:
    """Return the keys that are accepted by their ids, first the one that signs."""
    names = ("JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEY")
    found = (current_app.config[name] for name in names)
    return {key_id(key): key for key in found if key}


def derived(key: str, nonce: str) -> str:
    """Return a secret of 256 bits. What is signed here is never what a token signs."""
    digest = hmac.digest(key.encode(), f"invitation:{nonce}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def give_secret(invitation: Invitation) -> None:
    """Have an invitation that is being made be known by a secret of its own."""
    invitation.nonce = secrets.token_urlsafe(32)
    invitation.key_id = next(iter(keys()))
    invitation.token_hash = hash_token(secret_of(invitation))


def secret_of(invitation: Invitation) -> str:
    """Return the secret of an invitation whose key is still accepted."""
    return derived(keys()[invitation.key_id], invitation.nonce)


def is_good() -> sa.ColumnElement[bool]:
    """Return the condition that an invitation meets which may be accepted.

    It ends with the rights of whoever made it: otherwise somebody taken off the crew would come
    back by a link they had kept.
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
    is_chief = sa.exists().where(
        CrewMember.event_id == Invitation.event_id,
        CrewMember.user_id == Invitation.created_by,
        CrewMember.crew_role == CrewRole.CREW_CHIEF,
    )
    has_rights = sa.or_(User.role == Role.ADMIN, is_chief)
    return sa.exists().where(User.id == Invitation.created_by, User.is_active, has_rights)


def is_named_by(token: str) -> sa.ColumnElement[bool]:
    """Return the condition that the one good invitation with this secret meets."""
    return sa.and_(Invitation.token_hash == hash_token(token), is_good())
