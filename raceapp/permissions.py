"""Who may do what: decorators on role claims, and questions about (person, thing).

A question takes the acting person and the thing and answers yes or no; it asks nothing of
the database.
"""

import re
from copy import deepcopy
from enum import StrEnum
from functools import wraps

from flask.globals import app_ctx, request_ctx
from flask_jwt_extended import decode_token, get_jwt
from flask_jwt_extended.exceptions import JWTExtendedException
from flask_jwt_extended.internal_utils import custom_verification_for_token, user_lookup
from jwt import ExpiredSignatureError, PyJWTError

from raceapp import errors


class Role(StrEnum):
    """What an account may do anywhere: a crew member's deeds, or a team manager's too."""

    USER = "user"
    ADMIN = "admin"


class CrewRole(StrEnum):
    """What a person does at one race weekend."""

    TEAM_MANAGER = "team_manager"
    CREW_CHIEF = "crew_chief"
    MECHANIC = "mechanic"
    TYRE_TECH = "tyre_tech"
    FUEL_TECH = "fuel_tech"
    DATA_ENGINEER = "data_engineer"
    LOGISTICS = "logistics"
    RIDER = "rider"


# A token is the caller's own bytes: beside what the libraries refuse, decoding it can raise these.
JUNK = (PyJWTError, JWTExtendedException, ValueError, TypeError, AttributeError, RecursionError)


BEARER = re.compile(r"Bearer ([A-Za-z0-9._~+/=-]+)", re.ASCII)  # RFC 6750, section 2.1


def bearer_token() -> str | None:
    """Return the token sent, if the header is what RFC 6750 says and nothing beside it.

    Who is calling and whose budget is drawn on are read from the same place, so that no
    spelling of the header means one person here and nobody there.
    """
    found = BEARER.fullmatch(request_ctx.request.environ.get("HTTP_AUTHORIZATION", ""))
    return found and found[1]


def claims_sent() -> dict:
    """Return what the token sent claims, verified once a request. Raises any of JUNK."""
    kept = app_ctx.g
    if "claims_sent" not in kept:
        kept.claims_sent = decode_token(bearer_token())
    return kept.claims_sent


def authenticate() -> None:
    """Find out who is calling, `g.actor`; raises Unauthorized in our words, whatever is wrong.

    This is `verify_jwt_in_request()` without its second and third reading of the same token,
    which would take an eighth of the time of a short request.
    """
    kept = app_ctx.g
    if "claims_sent" not in kept and bearer_token() is None:
        raise errors.Unauthorized()
    try:
        claims = claims_sent()
        custom_verification_for_token({}, claims)
        actor = user_lookup({}, claims)
    except ExpiredSignatureError as error:
        raise invalid_token("This access token has expired: refresh it.") from error
    except JUNK as error:
        raise invalid_token(None) from error
    if actor is None:
        raise invalid_token(None)
    kept.actor, kept._jwt_extended_jwt = actor, claims


def invalid_token(detail: str | None) -> errors.Unauthorized:
    return errors.Unauthorized(detail, challenge='Bearer realm="raceapp", error="invalid_token"')


def role_required(*roles: Role):
    """Let only callers through whose token holds one of these role claims.

    The claim was brought up to date from the account when the token was verified.
    """

    def decorator(view):
        @wraps(view)
        def guarded(*args, **kwargs):
            if get_jwt()["role"] not in roles:
                raise errors.Forbidden("Only a team manager may do this.")
            return view(*args, **kwargs)

        guarded._apidoc = deepcopy(getattr(view, "_apidoc", {}))
        guarded._apidoc["roles"] = sorted(roles)
        return guarded

    return decorator


admin_only = role_required(Role.ADMIN)


def is_holder(actor, task) -> bool:
    return task.assigned_to == actor.id


def can_change_task(actor, task, names) -> bool:
    """A crew member ticks what they hold, and rewords what they also created."""
    if actor.is_admin:
        return True
    allowed = {"completed"}
    if task.created_by == actor.id:
        allowed |= {"title", "description", "due_at"}
    return is_holder(actor, task) and set(names) <= allowed


def can_delete_task(actor, task) -> bool:
    """A crew member deletes what they hold, or created while nobody else holds it."""
    is_own = task.created_by == actor.id and task.assigned_to is None
    return actor.is_admin or is_holder(actor, task) or is_own


def can_assign(actor, user_id: int | None) -> bool:
    return actor.is_admin or user_id in (None, actor.id)


# --- signing: `roles` are the crew roles of the actor at the task's weekend ----------------


def has_task_role(roles, task) -> bool:
    return task.crew_role is not None and task.crew_role in roles


def can_sign_done(actor, roles, task) -> bool:
    """Who holds it, a team manager, or its crew role while nobody holds it."""
    is_free = task.assigned_to is None
    return actor.is_admin or is_holder(actor, task) or (is_free and has_task_role(roles, task))


def can_check(actor, roles, task) -> bool:
    """The task's crew role, a crew chief or a team manager; that it is another person is a rule
    of the state, not of the role."""
    return actor.is_admin or CrewRole.CREW_CHIEF in roles or has_task_role(roles, task)


def can_fail(actor, roles, task) -> bool:
    return can_sign_done(actor, roles, task) or can_check(actor, roles, task)


def can_reopen(actor, roles, task) -> bool:
    return can_sign_done(actor, roles, task) or CrewRole.CREW_CHIEF in roles


CAN_SIGN = {
    "done": can_sign_done,
    "check": can_check,
    "fail": can_fail,
    "not_applicable": can_sign_done,
    "reopen": can_reopen,
}


def can_sign(actor, roles, task, act: str) -> bool:
    return CAN_SIGN[act](actor, roles, task)


def can_release(actor, roles) -> bool:
    """A crew chief or a team manager; `roles` are those of the actor at the weekend."""
    return actor.is_admin or CrewRole.CREW_CHIEF in roles
