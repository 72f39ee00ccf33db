"""Race Weekend Checklist Manager: who does what at a race weekend, and who checked it."""

from collections.abc import Mapping

import flask
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from raceapp import cli, shell, welcome
from raceapp.auth import tokens
from raceapp.auth.views import blp as auth
from raceapp.auth.views import users
from raceapp.bikes.views import blp as bikes
from raceapp.calendars.views import blp as calendars
from raceapp.checklists.views import blp as checklists
from raceapp.comments.views import blp as comments
from raceapp.copies.views import blp as copies
from raceapp.events import traces
from raceapp.events.views import blp as events
from raceapp.feed.views import blp as feed
from raceapp.incidents.views import blp as incidents
from raceapp.invitations.views import blp as invitations
from raceapp.limits import limiter
from raceapp.printing.views import blp as printing
from raceapp.releases import voiding
from raceapp.releases.views import blp as releases
from raceapp.storage import migrating, prepared
from raceapp.storage.engines import engine_options, reading_bind, set_up_engine
from raceapp.storage.session import db
from raceapp.stream import bell, post
from raceapp.stream.views import blp as stream
from raceapp.sync.views import blp as sync
from raceapp.tables.views import blp as tables
from raceapp.tasks import letting_go
from raceapp.tasks.views import blp as tasks
from raceapp.telemetry import health, logs, metrics, tracing
from raceapp.timetable import strikes
from raceapp.timetable.views import blp as timetable
from raceapp.web import headers, refusals, rest, swagger
from raceapp.web.application import Application
from raceapp.weekends.views import blp as weekends

BLUEPRINTS = (  # in the order of the document: what a weekend needs first
    auth,
    events,
    tasks,
    checklists,
    timetable,
    releases,
    incidents,
    bikes,
    users,
    health.blp,
    calendars,
    copies,
    printing,
    feed,
    sync,
    stream,
    tables,
    weekends,
    comments,
    invitations,
)
# They connect to signals of packages below them: it is enough to load them.
LISTENERS = (traces, letting_go, strikes, voiding)


def create_app(settings: Mapping[str, object] | None = None, *, redis=None) -> flask.Flask:
    """Return the application.

    `settings` win over the environment; docs/configuration.md lists them. `redis` is a ready
    client to count with in place of the one at REDIS_URL. Raises config.SettingsError.
    """
    app = Application(__name__)
    configure(app, settings)
    tracing.init_app(app)
    logs.init_app(app)
    headers.init_app(app)
    set_up_database(app)
    tokens.init_app(app)
    limiter.init_app(app, redis)
    bell.init_app(app, redis)
    post.init_app(app)
    metrics.init_app(app)
    set_up_views(app)
    cli.init_app(app)
    set_up_proxy(app)
    return app


def configure(app: flask.Flask, settings: Mapping[str, object] | None) -> None:
    app.config.update(config.load(settings))
    app.config["DEMO_LOGIN"] = welcome.demo_login(app)
    app.config["MAX_CONTENT_LENGTH"] = rest.BODY_LIMIT
    app.url_map.merge_slashes = False


def set_up_database(app: flask.Flask) -> None:
    url = app.config["DATABASE_URL"]
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    has_pooler = app.config["DATABASE_POOLER"]
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(url, has_pooler=has_pooler)
    app.config["SQLALCHEMY_BINDS"] = reading_bind(url, has_pooler=has_pooler)
    db.init_app(app)
    migrating.init_app(app)
    with app.app_context():
        for engine in db.engines.values():
            set_up_engine(engine)
    prepared.init_app(app)


def set_up_views(app: flask.Flask) -> None:
    """Register the API, its documents and the board."""
    swagger.init_app(app)
    api = refusals.Api(app, spec_kwargs=swagger.spec(app))
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    app.register_blueprint(shell.blp)
    shell.init_app(app)


def set_up_proxy(app: flask.Flask) -> None:
    """Believe as many forwarding proxies as there are, and browsers of the origins named."""
    hops = app.config["TRUSTED_PROXY_COUNT"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)
    if app.config["CORS_ORIGINS"]:
        exposed = ["ETag", "Link", "Location", "Retry-After", "X-Request-ID", "X-Total-Count"]
        exposed += ["Idempotent-Replayed"]
        exposed += ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"]
        origins = app.config["CORS_ORIGINS"]
        CORS(app, origins=origins, always_send=False, expose_headers=exposed, max_age=600)
