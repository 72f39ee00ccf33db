"""Rate limits: whom they count, what they answer, what happens without Redis.

A view names its budget (`budget = "tasks"`); the limit of a budget is the setting
`RATELIMIT_<BUDGET>`. Flask-Limiter does the work with a moving window: no more than the
limit in any window, however requests fall. Without Redis each process counts by itself
until Redis is back.
"""

import ipaddress

from flask import Flask, current_app, g, request
from flask_jwt_extended import decode_token
from flask_limiter import Limit, Limiter, RateLimitExceeded

from raceapp import limit_storage, permissions

TASKS, SIGN_OFFS = "tasks", "sign_offs"
LOGIN, REGISTER, REFRESH = "login", "register", "refresh"
PER_USER = (TASKS, SIGN_OFFS)


def init_app(app: Flask, redis=None) -> None:
    """Limit the views of `app`; `redis` is a client whose connections are used, if given.

    The limiter is made here since it keeps the settings of its application to itself.
    """
    app.config.update(RATELIMIT_HEADERS_ENABLED=True, RATELIMIT_STRATEGY="moving-window")
    app.after_request(keep_retry_after_for_refusals)
    limiter = SteadyLimiter(
        key_func=caller,
        default_limits=[
            BudgetLimit(limit_of_view, scope=lambda _endpoint: budget_of_view(), shared=True)
        ],
        key_prefix="mw",
        in_memory_fallback_enabled=True,
        **limit_storage.options(app.config["REDIS_URL"], redis),
    )
    limiter.request_filter(is_unlimited)
    limiter.init_app(app)
    app.extensions["rate_limiter"] = limiter


class SteadyLimiter(Limiter):
    """Falls back for everybody who waits for Redis when it fails, not just for the first.

    The stock class takes a failure after the fallback has begun for one of the fallback and
    raises it, so that all but one of the requests of that moment would be answered 500.
    """

    def _check_request_limit(self, callable_name=None, in_middleware=True):
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except RateLimitExceeded:
            raise
        except Exception:
            self.context.seen_limits.clear()
            super()._check_request_limit(callable_name, in_middleware)


class BudgetLimit(Limit):
    """The limit of whatever budget the view draws on, parsed once and not for each request."""

    def __post_init__(self):
        super().__post_init__()
        self.parsed = {}

    def __iter__(self):
        budget = budget_of_view()
        if budget not in self.parsed:
            self.parsed[budget] = list(super().__iter__())
        return iter(self.parsed[budget])


def budget_of_view() -> str | None:
    """Return the name of the budget that the present request draws on, if any."""
    view = current_app.view_functions.get(request.endpoint)
    resource = getattr(view, "view_class", None)
    return resource.budget_for(request.method) if hasattr(resource, "budget_for") else None


def limit_of_view() -> str:
    return current_app.config[f"RATELIMIT_{budget_of_view().upper()}"]


def is_unlimited() -> bool:
    return request.method == "OPTIONS" or budget_of_view() is None


def caller() -> str:
    """Return whom this request counts for: the user of a genuine token, else the address.

    Whether the token has been revoked since is not asked here: a logged-out caller draws on
    the same budget as before. Logins and the like always count for the address.
    """
    if budget_of_view() in PER_USER and (user_id := user_of_token()):
        return f"user:{user_id}"
    return f"address:{network(request.remote_addr)}"


def user_of_token() -> str | None:
    token = permissions.bearer_token()
    try:
        return token and decode_token(token)["sub"]
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


def keep_retry_after_for_refusals(response):
    """Send Retry-After with 429 and 503 only, and never as 0."""
    if response.status_code not in (429, 503):
        response.headers.pop("Retry-After", None)
    elif g.get("retry_after"):
        # The database's word, say. The limiter has put the end of its own window in its place.
        response.headers["Retry-After"] = g.retry_after
    else:
        seconds = response.headers.get("Retry-After", "1")
        response.headers["Retry-After"] = str(max(1, int(seconds)))
    return response


def is_redis_up() -> bool:
    """Ask Redis, within its short time-out."""
    storage = current_app.extensions["rate_limiter"].storage
    return limit_storage.is_shared(storage) and bool(storage.check())


def is_counting_alone() -> bool:
    """Tell whether this process has lost Redis and counts by itself."""
    return current_app.extensions["rate_limiter"]._storage_dead
