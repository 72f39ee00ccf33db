"""What accounts and log-ins look like on the wire."""

import marshmallow as ma

from raceapp.auth.models import User
from raceapp.permissions import Role
from raceapp.web import fields
from raceapp.web.keyset import Keyset, list_query

MAX_TOKEN = 200


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
    version = fields.Id(required=True, metadata={"example": 1})


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


class RefreshSchema(ma.Schema):
    refresh_token = fields.Text(
        MAX_TOKEN,
        required=True,
        metadata={"example": "3Jv0m2Vb1cX9yqk1s0oG7l4T8uRzWn5aPdEfHiKxLwM"},
    )


class TokensSchema(ma.Schema):
    """An access token for the Authorization header and a refresh token for the next pair."""

    access_token = ma.fields.String(
        required=True, metadata={"example": "eyJhbGciOiJIUzI1NiJ9.e30.abc"}
    )
    refresh_token = ma.fields.String(
        required=True, metadata={"example": "3Jv0m2Vb1cX9yqk1s0oG7l4T8uRzWn5aPdEfHiKxLwM"}
    )
    token_type = ma.fields.String(required=True, metadata={"example": "Bearer"})
    expires_in = ma.fields.Integer(
        required=True, metadata={"description": "Seconds the access token lives", "example": 900}
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


class UserChangeSchema(ProfileChangeSchema):
    class Meta:
        example = {"role": "admin"}

    role = fields.Choice(Role)
    is_active = fields.Bool()


USER_KEYSET = Keyset((User.email, User.name, User.created_at), id=User.id)


class UserQuerySchema(list_query(USER_KEYSET)):
    q = fields.Text(
        100, allow_blank=True, metadata={"description": "Part of the email or the name"}
    )
    role = fields.Choice(Role, metadata={"description": "Only people with this role"})
    is_active = fields.QueryBool(metadata={"description": "Only active accounts, or only disabled"})
