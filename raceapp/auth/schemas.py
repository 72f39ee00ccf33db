"""What accounts and log-ins look like in JSON."""

import marshmallow as ma

from raceapp.auth.models import AccountEntry, User
from raceapp.permissions import Role
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

# Longer than an access token, so that one sent by mistake is answered 401.
MAX_TOKEN = 8000


def person_name(**kwargs) -> fields.Text:
    return fields.Text(100, **{"allow_none": True, "metadata": {"example": "Ana Ruiz"}, **kwargs})


class UserSchema(ma.Schema):
    id = fields.Id(required=True)
    email = fields.Email(required=True)
    name = person_name(required=True)
    role = fields.Choice(Role, required=True)
    is_active = fields.Bool(required=True, metadata={"example": True})
    created_at = fields.UTCDateTime(required=True)
    updated_at = fields.UTCDateTime(required=True)
    version = fields.Version(required=True)


class RegisterSchema(ma.Schema):
    email = fields.Email(required=True)
    password = fields.Password(required=True)
    name = person_name(load_default=None)


class LoginSchema(ma.Schema):
    class Meta:  # In development /docs has one of the demo team here.
        example = {"email": "you@team.example", "password": "torque-wrench-85Nm"}

    email = fields.Text(1000, required=True, metadata={"example": "ana@team.example"})
    password = fields.Password(required=True)

    @ma.post_load
    def lower_email(self, data, **kwargs):
        return {**data, "email": data["email"].lower()}


def token(**kwargs) -> fields.Text:
    example = "3Jv0m2Vb1cX9yqk1s0oG7l4T8uRzWn5aPdEfHiKxLwM"
    return fields.Text(MAX_TOKEN, metadata={"example": example}, **kwargs)


class RefreshSchema(ma.Schema):
    """A caller who keeps the refresh token in a cookie leaves it out here."""

    class Meta:
        example = {"refresh_token": "3Jv0m2Vb1cX9yqk1s0oG7l4T8uRzWn5aPdEfHiKxLwM"}

    refresh_token = token()


class ResetSchema(ma.Schema):
    token = token(required=True)
    new_password = fields.Password(required=True)


class TokensSchema(ma.Schema):
    """An access token for the Authorization header and a refresh token for the next pair."""

    access_token = fields.Text(
        MAX_TOKEN, required=True, metadata={"example": "eyJhbGciOiJIUzI1NiJ9.e30.abc"}
    )
    refresh_token = fields.Text(
        MAX_TOKEN,
        metadata={
            "description": "Left out where it is in a cookie",
            "example": "3Jv0m2Vb1cX9yqk1s0oG7l4T8uRzWn5aPdEfHiKxLwM",
        },
    )
    token_type = fields.Word("TokenType", ["Bearer"], required=True)
    expires_in = fields.Count(
        metadata={"description": "Seconds the access token lives", "example": 900}
    )
    user = ma.fields.Nested(UserSchema, required=True)


class PasswordChangeSchema(ma.Schema):
    current_password = fields.Password(required=True)
    new_password = fields.Password(required=True)

    class Meta:
        example = {
            "current_password": "caliper-torque-29Nm",
            "new_password": "front-axle-nut-64Nm",
        }


class ProfileChangeSchema(ma.Schema):
    name = person_name()


class NewUserSchema(ma.Schema):
    class Meta:
        example = {"email": "ana@team.example", "name": "Ana Ruiz"}

    email = fields.Email(required=True)
    name = person_name(required=True)
    role = fields.Choice(Role, load_default=Role.USER)


def link(page: str) -> fields.Uri:
    example = f"https://pit.team.example/{page}/3Jv0m2Vb1cX9yqk1s0oG7l4T8uRzWn5aPdEfHiKxLwM"
    description = "To be given to the person; it is told this once"
    return fields.Uri(required=True, metadata={"description": description, "example": example})


class NewUserAnswerSchema(UserSchema):
    url = link("reset")


class PasswordResetSchema(ma.Schema):
    url = link("reset")
    expires_at = fields.UTCDateTime(required=True)


class UserChangeSchema(ProfileChangeSchema):
    class Meta:
        example = {"role": "admin"}

    email = fields.Email()
    role = fields.Choice(Role)
    is_active = fields.Bool()


USER_KEYSET = Keyset((User.email, User.name, User.created_at), id=User.id)


class UserQuerySchema(list_query(USER_KEYSET)):
    q = fields.Text(
        100, allow_blank=True, metadata={"description": "Part of the email or the name"}
    )
    role = fields.Choice(Role, metadata={"description": "Only people with this role"})
    is_active = fields.QueryBool(metadata={"description": "Only active accounts, or only disabled"})


class AccountEntrySchema(ma.Schema):
    id = fields.Id(required=True)
    at = fields.UTCDateTime(required=True)
    actor = fields.Id(
        required=True,
        allow_none=True,
        metadata={"description": "Who did it; null: the operator, or by a link", "example": 1},
    )
    action = fields.Text(40, required=True, metadata={"example": "account.updated"})
    changes = fields.Mapping(
        metadata={
            "description": "Each field's old and new value",
            "example": {"role": ["user", "admin"]},
        },
    )
    request_id = fields.RequestId(required=True)


ACCOUNT_KEYSET = Keyset((), id=AccountEntry.id)


class AccountQuerySchema(list_query(ACCOUNT_KEYSET)):
    pass
