"""Rate limits: whom they count, what they answer, what happens without Redis.

A view names its budget (`budget = budgets.TASKS`); the limit of a budget is the setting
`RATELIMIT_<BUDGET>`. Flask-Limiter does the work with a moving window: no more than the
limit in any window, however requests fall. Without Redis each process counts by itself
until Redis is back.
"""

import functools
import time

from flask import Flask, current_app, g
from flask.globals import app_ctx
from flask_limiter import Limit, Limiter, RateLimitExceeded

from raceapp.limits import budgets, redis_window
from raceapp.web.headers import headers_to_add

HEADERS = ("X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


def init_app(app: Flask, redis=None) -> None:
    """Limit the views of `app`; `redis` is a client whose connections are used, if given.

    The limiter is made here, since it keeps the settings of its application.
    """
    app.config.update(RATELIMIT_HEADERS_ENABLED=True, RATELIMIT_STRATEGY="moving-window")
    limiter = BudgetLimiter(**redis_window.options(app.config["REDIS_URL"], redis))
    limiter.init_app(app)
    app.extensions["rate_limiter"] = limiter


class DrawLimit(Limit):
    """The limits of the budget that a request draws on in one `place`, parsed once and kept."""

    def __init__(self, place: int):
        self.place, self.parsed = place, {}
        super().__init__(
            lambda: budgets.rate_of(self.budget),
            key_function=lambda: budgets.draws()[place][1],
            scope=lambda _endpoint: self.budget,
            shared=True,
        )

    @property
    def budget(self) -> str:
        return budgets.draws()[self.place][0]

    def __iter__(self):
        return iter(self.limits() if self.place < len(budgets.draws()) else ())

    def limits(self) -> list:
        """Return the limits of the budget, that of the shortest window first."""
        budget = self.budget
        if budget not in self.parsed:
            self.parsed[budget] = sorted(super().__iter__(), key=lambda limit: limit.limit)
        return self.parsed[budget]


class BudgetLimiter(Limiter):
    """Counts in one round trip to Redis; without Redis the stock limiter counts in this process.

    The limit is that of the view's budget. The stock class finds out which of all possible limits
    apply, which takes several times as long as the question to Redis. Storage, notation, keys,
    refusals and the way back to Redis are those of the stock class.
    """

    PREFIX = "mw"

    def __init__(self, **storage):
        self.draw_limits = [DrawLimit(place) for place in range(budgets.MOST_DRAWS)]
        super().__init__(
            key_func=lambda: budgets.draws()[0][1],
            default_limits=self.draw_limits,
            key_prefix=self.PREFIX,
            in_memory_fallback_enabled=True,
            **storage,
        )

    def init_app(self, app: Flask) -> None:
        super().init_app(app)
        # The stock class counts before each request; here `draw()` does, once the caller is known.
        # Its headers are added only where it has counted. What it keeps for them ends with the
        # request anyway.
        app.before_request_funcs[None].pop()
        add_headers = app.after_request_funcs[None].pop()
        app.teardown_request_funcs[None].pop()
        app.after_request(functools.partial(say_what_is_left, add_headers))

    def draw(self) -> None:
        """Count the present request; raises RateLimitExceeded.

        The view calls this as soon as it is known who is calling.
        """
        if budgets.draws():
            self._check_request_limit()

    def _check_request_limit(self, callable_name=None, in_middleware=True):
        if not self._storage_dead and redis_window.is_shared(self.storage):
            try:
                self.ask_redis()
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
            # Once the fallback has begun, the stock class takes any failure for its own: of all
            # requests that wait for Redis at that moment only one would go on.
            self.context.seen_limits.clear()
            super()._check_request_limit(callable_name, in_middleware)

    def ask_redis(self) -> None:
        """Count this request; raises RateLimitExceeded, or what keeps Redis from counting."""
        left = None
        for drawn, (budget, person) in zip(self.draw_limits, budgets.draws(), strict=False):
            for limit in drawn.limits():
                item, key = limit.limit, key_of(limit.limit, person, budget)
                seconds = item.get_expiry()
                is_granted, count, age = self.storage.ask(key, item.amount, seconds, 1)
                if left is None or not is_granted:
                    reset_at = int(time.time() - age / 1e6 + seconds + 1)
                    left = g.budget_left = item.amount, item.amount - count, reset_at
                if not is_granted:
                    raise RateLimitExceeded(limit)

    def fall_back(self, error: Exception) -> None:
        if not self._storage_dead:
            self._storage_dead = True
            self.logger.warning("Redis can't count, each process does: %s", type(error).__name__)


@functools.lru_cache(maxsize=1024)
def key_of(item, person: str, budget: str) -> str:
    """Return the name under which the hits of a person are kept."""
    return item.key_for(BudgetLimiter.PREFIX, person, budget)


def say_what_is_left(add_headers, response):
    """Send how much of the budget is left, and Retry-After where waiting helps.

    `add_headers` is the stock class's way to send it, after it has counted.
    """
    kept = app_ctx.g
    left = kept.get("budget_left")
    if left:
        headers_to_add().extend(zip(HEADERS, map(str, left), strict=True))
    elif kept.get("draws"):
        response = add_headers(response)
    seconds = seconds_to_wait(response, left)
    if seconds is None:
        response.headers.pop("Retry-After", None)
    else:
        response.headers["Retry-After"] = str(seconds)
    return response


def seconds_to_wait(response, left) -> int | str | None:
    """Return the Retry-After of an answer, never 0 of a refusal; None where waiting does not help.

    That of somebody else, such as the database, is in `g`: the stock class overwrites the header.
    """
    told, sent = app_ctx.g.get("retry_after"), response.headers.get("Retry-After")
    if response.status_code == 429 and left:
        return max(1, int(left[2] - time.time()))
    if response.status_code in (429, 503):
        return max(1, int(told or sent or 1))
    return told or (sent if left else None)


def is_redis_up() -> bool:
    """Ask Redis, within its short time-out."""
    storage = current_app.extensions["rate_limiter"].storage
    return redis_window.is_shared(storage) and bool(storage.check())


def is_counting_alone() -> bool:
    """Tell whether this process has lost Redis and counts by itself."""
    return current_app.extensions["rate_limiter"]._storage_dead
