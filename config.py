"""Settings: what the environment may say, what each defaults to, and what production refuses.

`load()` reads the environment, lets the caller's own values win, and returns Flask's
configuration. Every fault is reported at once, each by the name of its setting.
"""

import os
import re
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

from limits import parse_many
from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

INSTANCE = Path(__file__).resolve().parent / "instance"
MIN_SECRET_BYTES = 32
EXAMPLE_WORDS = re.compile(
    r"change|me|super|secret|dev|jwt|key|string|test|please|your|example|replace|this|with|a|in"
    r"|production|[\W_\d]"
)
DATABASES = ("postgresql", "postgresql+psycopg", "sqlite")
REDIS_SCHEMES = ("redis", "rediss", "redis+unix", "redis+sentinel", "redis+cluster")
ORIGIN = re.compile(r"(?ai)https?://([a-z0-9.-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
HOST = re.compile(r"(?ai)\.?([a-z0-9._-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")


class SettingsError(Exception):
    """The settings cannot be used; the message names each of them."""


def rate(value: str) -> None:
    """Accept Flask-Limiter's notation only, such as `120/minute`."""
    try:
        parse_many(value)
    except ValueError as error:
        raise ValidationError("Must be a rate such as 120/minute.") from error


def database_url(value: str) -> None:
    """Accept what SQLAlchemy can read and this application was tried on."""
    try:
        name = make_url(value).drivername
    except (ArgumentError, ValueError):
        name = None
    if name not in DATABASES:
        raise ValidationError("Must be a URL such as postgresql://user:password@host/name.")


def redis_url(value: str) -> None:
    scheme, separator, _ = value.partition("://")
    if not separator or scheme not in REDIS_SCHEMES:
        raise ValidationError("Must be a URL such as redis://host:6379/0.")


def origins(values: list[str]) -> None:
    """Accept the origins of pages, each named whole: no `*`, no patterns."""
    if not all(ORIGIN.fullmatch(value) for value in values):
        raise ValidationError("Must be origins such as https://board.example, and * is none.")


def origin(value: str) -> None:
    if not ORIGIN.fullmatch(value.rstrip("/")):
        raise ValidationError("Must be an origin such as https://board.example.")


def hosts(values: list[str]) -> None:
    if not all(HOST.fullmatch(value) for value in values):
        raise ValidationError("Must be names such as api.team.example, without scheme or *.")


class Words(fields.String):
    """A comma-separated list of words."""

    def _deserialize(self, value, attr, data, **kwargs):
        if isinstance(value, (list, tuple)):
            return list(value)
        text = super()._deserialize(value, attr, data, **kwargs)
        return [word for word in (part.strip() for part in text.split(",")) if word]


def whole(default: int, low: int, high: int) -> fields.Integer:
    return fields.Integer(load_default=default, validate=validate.Range(low, high))


def budget(default: str) -> fields.String:
    return fields.String(load_default=default, validate=rate)


class SettingsSchema(Schema):
    """Every setting there is. docs/configuration.md is compared with this class by a test."""

    class Meta:
        unknown = "exclude"

    RACEAPP_ENV = fields.String(
        load_default="development", validate=validate.OneOf(["development", "production"])
    )
    DATABASE_URL = fields.String(load_default=None, validate=database_url)
    DATABASE_POOLER = fields.Boolean(load_default=False)
    REDIS_URL = fields.String(load_default=None, validate=redis_url)
    JWT_SECRET_KEY = fields.String(load_default=None)
    JWT_PREVIOUS_SECRET_KEY = fields.String(load_default=None)
    RATELIMIT_TASKS = budget("120/minute")
    RATELIMIT_SIGN_OFFS = budget("600/minute")
    RATELIMIT_SYNC = budget("60/minute")
    RATELIMIT_LOGIN = budget("10/minute")
    RATELIMIT_LOGIN_ADDRESS = budget("100/minute")
    RATELIMIT_REGISTER = budget("5/minute")
    RATELIMIT_REFRESH = budget("60/minute")
    RATELIMIT_CALENDAR = budget("60/minute")
    STREAMS_MAX = whole(1000, 0, 100_000)
    REGISTRATION_OPEN = fields.Boolean(load_default=None)
    PASSWORD_MIN_LENGTH = whole(8, 8, 72)
    BCRYPT_ROUNDS = whole(12, 4, 16)
    LOCKOUT_FAILURES = whole(10, 1, 1000)
    LOCKOUT_MINUTES = whole(10, 1, 1440)
    ACCESS_TOKEN_MINUTES = whole(15, 1, 1440)
    REFRESH_TOKEN_DAYS = whole(30, 1, 365)
    REFRESH_GRACE_SECONDS = whole(10, 0, 300)
    PUBLIC_URL = fields.String(load_default=None, validate=origin)
    TRUSTED_PROXY_COUNT = whole(0, 0, 10)
    TRUSTED_HOSTS = Words(load_default=None, validate=hosts)
    CORS_ORIGINS = Words(load_default=list, validate=origins)
    DOCS_ENABLED = fields.Boolean(load_default=True)
    PORT = whole(8000, 1, 65535)
    BIND = fields.String(load_default=None)
    WEB_CONCURRENCY = whole(2, 1, 256)
    METRICS_PORT = whole(0, 0, 65535)
    METRICS_ADDRESS = fields.String(load_default="127.0.0.1")
    OTEL_EXPORTER_OTLP_ENDPOINT = fields.URL(load_default=None, require_tld=False)
    LOG_LEVEL = fields.String(
        load_default="INFO",
        validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]),
    )
    LOG_FORMAT = fields.String(load_default="json", validate=validate.OneOf(["json", "text"]))

    @pre_load
    def drop_blank(self, data, **kwargs):
        """A setting that is present but empty counts as not set."""
        return {name: value for name, value in data.items() if value != ""}

    @validates_schema(skip_on_field_errors=False, pass_original=True)
    def refuse_what_is_unsafe_in_production(self, data, sent, **kwargs):
        if data.get("RACEAPP_ENV") != "production":
            return
        faults = {
            name: ["Required in production."]
            for name in ("DATABASE_URL", "REDIS_URL", "JWT_SECRET_KEY")
            if not sent.get(name)  # What is there and wrong has been refused already.
        }
        if data.get("BCRYPT_ROUNDS", 12) < 10:
            faults["BCRYPT_ROUNDS"] = ["Must be at least 10 in production."]
        if faults:
            raise ValidationError(faults)

    @validates_schema
    def refuse_one_port_for_two(self, data, **kwargs):
        """Refuse metrics on the port of the API, where every caller could read them."""
        port = (data["BIND"] or "").rpartition(":")[2] or str(data["PORT"])
        if data["METRICS_PORT"] and str(data["METRICS_PORT"]) == port:
            raise ValidationError({"METRICS_PORT": ["Must be another port than that of the API."]})

    @validates_schema(skip_on_field_errors=False)
    def refuse_weak_secrets(self, data, **kwargs):
        names = ("JWT_SECRET_KEY", "JWT_PREVIOUS_SECRET_KEY")
        faults = {name: [WEAK_SECRET] for name in names if data.get(name) and is_weak(data[name])}
        if faults:
            raise ValidationError(faults)


WEAK_SECRET = f"Must be a random secret of at least {MIN_SECRET_BYTES} bytes."


def is_weak(secret: str) -> bool:
    """Too short, made of the words of examples, or of few characters over and over."""
    is_example = not EXAMPLE_WORDS.sub("", secret.lower())
    return is_example or len(secret.encode()) < MIN_SECRET_BYTES or len(set(secret)) < 5


def load(overrides: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return Flask's configuration from the environment and `overrides`, which win.

    Raises SettingsError, whose message names every setting at fault.
    """
    try:
        settings = SettingsSchema().load({**os.environ, **(overrides or {})})
    except ValidationError as error:
        raise SettingsError(message_of(error)) from None
    if settings["REGISTRATION_OPEN"] is None:
        # The operator decides who comes in; strangers do not.
        settings["REGISTRATION_OPEN"] = settings["RACEAPP_ENV"] == "development"
    return {**settings, **development_defaults(settings)}


def message_of(error: ValidationError) -> str:
    """Return the message that names every setting at fault, a line each."""
    lines = (f"  {name}: {sentences(faults)}" for name, faults in sorted(error.messages.items()))
    return "\n".join(["These settings cannot be used:", *lines])


def sentences(faults: object) -> str:
    """Return what is wrong with one setting on one line, whichever way the library nests it."""
    if isinstance(faults, dict):
        faults = faults.values()
    return faults if isinstance(faults, str) else " ".join(map(sentences, faults))


def load_or_exit() -> dict[str, object]:
    """Return the configuration for a command or server, which ends with a sentence otherwise."""
    try:
        return load()
    except SettingsError as error:
        sys.exit(str(error))


def development_defaults(settings: Mapping[str, object]) -> dict[str, object]:
    """What development makes up by itself. Production has refused to go without already."""
    made = {}
    if not settings["DATABASE_URL"]:
        INSTANCE.mkdir(exist_ok=True)
        made["DATABASE_URL"] = f"sqlite:///{INSTANCE / 'raceapp.db'}"
    if not settings["JWT_SECRET_KEY"]:
        made["JWT_SECRET_KEY"] = development_secret(INSTANCE / "jwt_secret")
    return made


def development_secret(path: Path) -> str:
    """Read the secret of this checkout, making it the first time.

    Several workers may start at once: the file appears complete or not at all, and the second
    worker uses the secret of the first.
    """
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.write_text(secrets.token_urlsafe(48))
        draft.chmod(0o600)
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        draft.unlink()
    return path.read_text().strip()
