"""Budgets: which ones a request draws on, and for whom it counts.

A view names its budget (`budget = budgets.TASKS`); the limit of a budget is the setting
`RATELIMIT_<BUDGET>`. Logging in draws on two and changing a password on three.
"""

import hashlib
import ipaddress
import json

from flask import current_app, g, request
from flask.globals import app_ctx, request_ctx

from raceapp.web import fields, reading

TASKS, SIGN_OFFS = "tasks", "sign_offs"
SYNC = "sync"
LOGIN, REGISTER, REFRESH, PASSWORD = "login", "register", "refresh", "password"
LOGIN_ADDRESS = "login_address"
CALENDAR = "calendar"
PER_USER = (TASKS, SIGN_OFFS, SYNC)
# A password may be guessed at the log-in or at its change: the limit is the same.
SAME_RATE = {PASSWORD: LOGIN}
MOST_DRAWS = 3
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


def rate_of(budget: str) -> str:
    return current_app.config[f"RATELIMIT_{SAME_RATE.get(budget, budget).upper()}"]


def draws() -> list[tuple[str, str]]:
    """Return the budgets that the present request draws on, each with whom it counts for.

    Call this once the caller is known: a token that is not valid any more, or never was, counts
    for the address it comes from and not for its owner.
    """
    kept = app_ctx.g
    if "draws" not in kept:
        kept.draws = found_draws(budget_of_view())
    return kept.draws


def found_draws(budget: str | None) -> list[tuple[str, str]]:
    if budget is None:
        return []
    actor = g.get("actor")
    if budget in PER_USER and actor:
        return [(budget, f"user:{actor.id}")]
    if budget == CALENDAR:
        return [(budget, f"calendar:{fingerprint(request.view_args['secret'])}")]
    address = f"address:{network(request.remote_addr)}"
    if budget == LOGIN:
        return log_in_draws(address, email_sent())
    if budget == PASSWORD and actor:
        return [(budget, f"user:{actor.id}"), *log_in_draws(address, actor.email)]
    return [(budget, address)]


def log_in_draws(address: str, email: str) -> list[tuple[str, str]]:
    """Count address and account together, since a garage logs in through one router."""
    return [(LOGIN, f"{address}:{fingerprint(email)}"), (LOGIN_ADDRESS, address)]


def fingerprint(secret: str) -> str:
    """Return a short name for a secret or an email that does not give it away."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def email_sent() -> str:
    """Return the email of a log-in, however it is spelt; a body without one is "".

    The view tells what is wrong with the body, once the budget has been drawn on.
    """
    try:
        email = json.loads(reading.read_body(request))["email"]
        return fields.Text(len(email)).clean(email).lower()
    except Exception:
        return ""


def network(address: str | None) -> str:
    """Return an IPv4 address as it is and the /64 of an IPv6 one, since one host gets all of it."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    parsed = getattr(parsed, "ipv4_mapped", None) or parsed
    return str(parsed if parsed.version == 4 else ipaddress.ip_network((parsed, 64), strict=False))
