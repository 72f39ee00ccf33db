"""What invitations look like in JSON."""

import marshmallow as ma

from raceapp.auth.schemas import link, person_name, token
from raceapp.invitations.models import Invitation, InvitationStatus
from raceapp.permissions import CrewRole
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query


def crew_roles() -> fields.Distinct:
    example = {"example": ["mechanic", "tyre_tech"]}
    role = fields.Choice(CrewRole)
    return fields.Distinct(role, len(CrewRole), least=1, required=True, metadata=example)


class InvitationCreateSchema(ma.Schema):
    class Meta:
        example = {"crew_roles": ["mechanic"], "email": "ana@team.example"}

    crew_roles = crew_roles()
    email = fields.Email(
        load_default=None,
        allow_none=True,
        metadata={
            "format": "email",
            "description": "Only somebody with this email may accept; without it whoever has the"
            " link",
            "example": "ana@team.example",
        },
    )
    expires_in_days = fields.Int(1, 30, load_default=7, metadata={"example": 7})


class InvitationLinkSchema(ma.Schema):
    """The link of an invitation, which is also at its `qr.svg`."""

    id = fields.Id(required=True)
    url = link("join")
    expires_at = fields.UTCDateTime(required=True)


class InvitationSchema(ma.Schema):
    id = fields.Id(required=True)
    event_id = fields.Id(required=True, metadata={"example": 3})
    crew_roles = crew_roles()
    email = fields.Email(required=True, allow_none=True)
    status = fields.Choice(
        InvitationStatus,
        required=True,
        metadata={
            "description": "`expired` too where whoever made it may not invite any more, or the"
            " key that it was made with is gone",
            "example": "open",
        },
    )
    created_by = fields.Id(
        required=True,
        allow_none=True,
        metadata={"description": "null: the operator", "example": 2},
    )
    created_at = fields.UTCDateTime(required=True)
    expires_at = fields.UTCDateTime(required=True, metadata={"example": "2026-06-19T07:30:00Z"})
    accepted_by = fields.Id(required=True, allow_none=True, metadata={"example": None})
    accepted_at = fields.UTCDateTime(required=True, allow_none=True, metadata={"example": None})


INVITATION_KEYSET = Keyset((), id=Invitation.id)


class InvitationQuerySchema(list_query(INVITATION_KEYSET)):
    pass


ACCOUNT = {"email", "password", "name"}


class AcceptSchema(ma.Schema):
    """Somebody who has an account logs in and sends the token alone."""

    class Meta:
        example = {
            "token": "3Jv0m2Vb1cX9yqk1s0oG7l4T8uRzWn5aPdEfHiKxLwM",
            "email": "ana@team.example",
            "password": "caliper-torque-29Nm",
            "name": "Ana Ruiz",
        }

    token = token(required=True)
    email = fields.Email()
    password = fields.Password()
    name = person_name(allow_none=False)

    @ma.validates_schema
    def check_is_whole(self, data, **kwargs):
        missing = ACCOUNT - data.keys()
        if missing and missing != ACCOUNT:
            raise ma.ValidationError({name: ["This is required."] for name in sorted(missing)})
