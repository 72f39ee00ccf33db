"""Rate limits: whom they count, what they answer, what happens without Redis.

A view names its budget (`budget = "tasks"`); the limit of a budget is the setting
`RATELIMIT_<BUDGET>`. Flask-Limiter does the work with a moving window: no more than the
limit in any window, however requests fall. Without Redis each process counts by itself
until Redis is back.
"""

import functools
import ipaddress
import time

from flask import Flask, current_app, g, request
from flask.globals import app_ctx, request_ctx
from flask_limiter import Limit, Limiter, RateLimitExceeded

from raceapp import limit_storage, permissions, security

TASKS, SIGN_OFFS = "tasks", "sign_offs"
LOGIN, REGISTER, REFRESH = "login", "register", "refresh"
PER_USER = (TASKS, SIGN_OFFS)
HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def init_app(app: Flask, redis=None) -> None:
    """Limit the views of `app`; `redis` is a client whose connections are used, if given.

    The limiter is made here since it keeps the settings of its application to itself.
    """
    app.config.update(RATELIMIT_HEADERS_ENABLED=True, RATELIMIT_STRATEGY="moving-window")
    limiter = SteadyLimiter(
        BudgetLimit(limit_of_view, scope=lambda _endpoint: budget_of_view(), shared=True),
        **limit_storage.options(app.config["REDIS_URL"], redis),
    )
    limiter.init_app(app)
    app.extensions["rate_limiter"] = limiter


class BudgetLimit(Limit):
    """The limit of whatever budget the view draws on, parsed once and not for each request."""

    def __post_init__(self):
        super().__post_init__()
        self.parsed = {}

    def __iter__(self):
        return iter(self.of(budget_of_view()))

    def of(self, budget: str) -> list:
        """Return the limits of a budget, that of the shortest window first."""
        if budget not in self.parsed:
            self.parsed[budget] = sorted(super().__iter__(), key=lambda limit: limit.limit)
        return self.parsed[budget]


class SteadyLimiter(Limiter):
    """Asks Redis at once; where it can't be asked, the stock limiter counts in this process.

    What the first buys: the stock class spends several times as long as the question takes on
    finding out which of all possible limits apply, while here it is the budget of the view.
    Storage, notation, keys, refusals and the way back to Redis are those of the stock class.
    """

    PREFIX = "mw"

    def __init__(self, budget_limit: BudgetLimit, **storage):
        super().__init__(
            key_func=caller,
            default_limits=[budget_limit],
            key_prefix=self.PREFIX,
            in_memory_fallback_enabled=True,
            **storage,
        )
        self.budget_limit = budget_limit

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        # What the stock class does behind a view is called only where it did the counting, and
        # what it keeps for that ends with the request anyway.
        add_headers = app.after_request_funcs[None].pop()
        app.teardown_request_funcs[None].pop()
        app.after_request(functools.partial(say_what_is_left, add_headers))

    def _check_request_limit(self, callable_name=None, in_middleware=True):
        budget = budget_of_view()
        if budget is None:
            return
        if not self._storage_dead and limit_storage.is_shared(self.storage):
            try:
                self.draw_on(budget)
            except RateLimitExceeded:
                raise
            except Exception as error:
                self.fall_back(error)
            else:
                return
        try:
            super()._check_request_limit(callable_name, in_middleware)
        except RateLimitExceeded:
            raise
        except Exception:
            # The stock class takes a failure after the fallback has begun for one of the fallback,
            # so that all but one of those who wait for Redis at that moment would fail.
            self.context.seen_limits.clear()
            super()._check_request_limit(callable_name, in_middleware)

    def draw_on(self, budget: str) -> None:
        """Count this request; raises RateLimitExceeded, or what keeps Redis from being asked."""
        person, told = caller(budget), None
        for limit in self.budget_limit.of(budget):
            item, key = limit.limit, key_of(limit.limit, person, budget)
            seconds = item.get_expiry()
            is_granted, count, age = self.storage.ask(key, item.amount, seconds, 1)
            if told is None or not is_granted:
                reset_at = int(time.time() - age / 1e6 + seconds + 1)
                told = g.budget_left = item.amount, item.amount - count, reset_at
            if not is_granted:
                raise RateLimitExceeded(limit)

    def fall_back(self, error: Exception) -> None:
        if not self._storage_dead:
            self._storage_dead = True
            self.logger.warning("Redis can't count, each process does: %s", type(error).__name__)


@functools.lru_cache(maxsize=4096)
def key_of(item, person: str, budget: str) -> str:
    """Return the name under which the hits of a person are kept."""
    return item.key_for(SteadyLimiter.PREFIX, person, budget)


def budget_of_view() -> str | None:
    """Return the name of the budget that the present request draws on, if any."""
    context = request_ctx._get_current_object()
    asked = context.request
    if asked.endpoint is None or asked.method == "OPTIONS":
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
    if (budget or budget_of_view()) in PER_USER and (user_id := user_of_token()):
        return f"user:{user_id}"
    return f"address:{network(request.remote_addr)}"


def user_of_token() -> str | None:
    try:
        return permissions.claims_sent()["sub"]
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


def say_what_is_left(add_headers, response):
    """Send how much of the budget is left, and Retry-After, never 0, with 429 and 503 only.

    `add_headers` is what the stock class does where it has counted.
    """
    headers, left = response.headers, app_ctx.g.get("budget_left")
    if left:
        security.at_the_door().extend(zip(HEADERS, map(str, left), strict=True))
    else:
        response = add_headers(response)
    if response.status_code not in (429, 503):
        if not left:
            headers.pop("Retry-After", None)
    elif left and response.status_code == 429:
        headers["Retry-After"] = str(max(1, int(left[2] - time.time())))
    else:
        # The database's word, say. The limiter has put the end of its own window in its place.
        seconds = g.get("retry_after") or headers.get("Retry-After", "1")
        headers["Retry-After"] = str(max(1, int(seconds)))
    return response


def is_redis_up() -> bool:
    """Ask Redis, within its short time-out."""
    storage = current_app.extensions["rate_limiter"].storage
    return limit_storage.is_shared(storage) and bool(storage.check())


def is_counting_alone() -> bool:
    """Tell whether this process has lost Redis and counts by itself."""
    return current_app.extensions["rate_limiter"]._storage_dead
