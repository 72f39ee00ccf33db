"""What Prometheus is told. Off unless METRICS_PORT is set, and then no request pays for it.

Each worker counts in files below PROMETHEUS_MULTIPROC_DIR, which gunicorn.conf.py makes before it
starts the workers; metrics_exporter.py adds the files up. docs/deployment.md explains each metric.
"""

import logging
import time

from flask import Flask, g, request
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from raceapp.limits import budgets, limiter
from raceapp.storage.session import db

log = logging.getLogger(__name__)
METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

requests = Counter(
    "raceapp_requests", "Requests answered, by route template", ["method", "route", "status"]
)
seconds = Histogram(
    "raceapp_request_seconds",
    "Time to the answer, by route template",
    ["method", "route"],
    buckets=BUCKETS,
)
refusals = Counter("raceapp_limiter_refusals", "Requests over their rate limit", ["budget"])
fallback = Gauge(
    "raceapp_limiter_fallback",
    "Workers that count rate limits by themselves because Redis is away",
    multiprocess_mode="livesum",
)
workers = Gauge("raceapp_workers", "Workers that are alive", multiprocess_mode="livesum")
connections = Gauge(
    "raceapp_database_connections",
    "Database connections in use",
    ["engine"],
    multiprocess_mode="livesum",
)
connections_allowed = Gauge(
    "raceapp_database_connections_allowed",
    "Database connections that all workers together may open",
    ["engine"],
    multiprocess_mode="livesum",
)
logins_failed = Counter("raceapp_logins_failed", "Logins with a wrong email or password")
accounts_locked = Counter("raceapp_accounts_locked", "Accounts locked after wrong passwords")
history_entries = Counter("raceapp_history_entries", "Entries written to the record")
streams = Gauge("raceapp_streams", "Streams that are open", multiprocess_mode="livesum")
stream_messages = Counter("raceapp_stream_messages", "Messages sent to all readers of streams")
streams_cut = Counter("raceapp_streams_cut", "Streams that have ended, by why", ["reason"])
bells_unheard = Counter(
    "raceapp_stream_bells_unheard", "Times that Redis could not be told of a change"
)


def init_app(app: Flask) -> None:
    if not app.config["METRICS_PORT"]:
        return
    workers.set(1)
    app.after_request(count_request)
    with app.app_context():
        for name, engine in db.engines.items():
            if isinstance(engine.pool, QueuePool):
                watch_pool(engine.pool, name or "writing")
    idle = app.extensions["idle_connections"]
    if idle is not None:
        # Idle connections are checked out of the pool, but nobody uses them.
        idle.watcher = connections.labels("reading").inc


def count_request(response):
    """Count a request. What was done is answered as done, whether or not it can be counted."""
    try:
        count(response)
    except Exception as error:
        log.warning("a request could not be counted: %s", type(error).__name__)
    return response


def count(response) -> None:
    method = request.method if request.method in METHODS else "other"
    route = request.url_rule.rule if request.url_rule else "none"
    requests.labels(method, route, response.status_code).inc()
    if "started" in g:
        seconds.labels(method, route).observe(time.perf_counter() - g.started)
    budget = budgets.budget_of_view()
    if budget:
        fallback.set(limiter.is_counting_alone())
        if response.status_code == 429:
            refusals.labels(budget).inc()


def watch_pool(pool: QueuePool, name: str) -> None:
    """Follow how many connections of `pool` are in use."""
    in_use = connections.labels(name)
    # With an overflow of -1, which has no bound, there is no number to state.
    connections_allowed.labels(name).set(pool.size() + max(pool._max_overflow, 0))

    @event.listens_for(pool, "checkout")
    def note_checkout(_connection, record, _proxy):
        record.record_info["is_counted"] = True
        in_use.inc()

    @event.listens_for(pool, "checkin")
    def note_checkin(_connection, record):
        # A dead connection comes back without having been handed out.
        if record.record_info.pop("is_counted", False):
            in_use.dec()
