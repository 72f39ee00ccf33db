"""Budgets: which one a request draws on, and for whom it counts.

A view names its budget (`budget = "tasks"`); the limit of a budget is the setting
`RATELIMIT_<BUDGET>`.
"""

import hashlib
import ipaddress

from flask import current_app, request
from flask.globals import request_ctx

from raceapp.web import callers

TASKS, SIGN_OFFS = "tasks", "sign_offs"
SYNC = "sync"
LOGIN, REGISTER, REFRESH = "login", "register", "refresh"
CALENDAR = "calendar"
PER_USER = (TASKS, SIGN_OFFS, SYNC)
# In the environ of a call within a batch, which has drawn on a budget already.
INSIDE = "raceapp.is_inside"


def budget_of_view() -> str | None:
    """Return the name of the budget that the present request draws on, if any."""
    context = request_ctx._get_current_object()
    asked = context.request
    if asked.endpoint is None or asked.method == "OPTIONS" or INSIDE in asked.environ:
        return None
    view = context.app.view_functions[asked.endpoint]
    resource = getattr(view, "view_class", None)
    return resource.budget_for(asked.method) if hasattr(resource, "budget_for") else None


def limit_of_view() -> str:
    return current_app.config[f"RATELIMIT_{budget_of_view().upper()}"]


def caller(budget: str | None = None) -> str:
    """Return whom this request counts for: the user of a genuine token, else the address.

    Whether the token has been revoked since is not asked here: a logged-out caller draws on
    the same budget as before. Logins and the like always count for the address.
    """
    budget = budget or budget_of_view()
    if budget == CALENDAR:
        return f"calendar:{fingerprint(request.view_args['secret'])}"
    if budget in PER_USER and (user_id := user_of_token()):
        return f"user:{user_id}"
    return f"address:{network(request.remote_addr)}"


def fingerprint(secret: str) -> str:
    """Return what a secret address is counted under: a calendar is read from many places."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def user_of_token() -> str | None:
    try:
        return callers.claims_sent()["sub"]
    except Exception:  # A key function may not raise; whatever is wrong with it, it's not a token.
        return None


def network(address: str | None) -> str:
    """Return an IPv4 address as it is and the /64 of an IPv6 one: that is what one host gets."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, 64), strict=False))
