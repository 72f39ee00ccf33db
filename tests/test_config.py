"""Settings: their defaults, what they do, and what production refuses to start with."""

import os
import subprocess
import sys
from subprocess import PIPE

import pytest
from dotenv import dotenv_values
from servers import ROOT

from config import load
from raceapp import create_app

SECRET = "3kV9-qLx7-Zt5w-Rn8m-Jd2c-Hp6s-Yb4f"


SOUND = {
    "RACEAPP_ENV": "production",
    "DATABASE_URL": "postgresql://raceapp@127.0.0.1:1/raceapp",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "JWT_SECRET_KEY": SECRET,
}


DEFAULTS = {
    "RACEAPP_ENV": "development",
    "RATELIMIT_TASKS": "120/minute",
    "RATELIMIT_SIGN_OFFS": "600/minute",
    "RATELIMIT_SYNC": "60/minute",
    "RATELIMIT_REGISTER": "5/minute",
    "RATELIMIT_LOGIN": "10/minute",
    "RATELIMIT_LOGIN_ADDRESS": "100/minute",
    "RATELIMIT_REFRESH": "60/minute",
    "RATELIMIT_CALENDAR": "60/minute",
    "REGISTRATION_OPEN": True,
    "PASSWORD_MIN_LENGTH": 8,
    "BCRYPT_ROUNDS": 12,
    "LOCKOUT_FAILURES": 10,
    "LOCKOUT_MINUTES": 10,
    "ACCESS_TOKEN_MINUTES": 15,
    "REFRESH_TOKEN_DAYS": 30,
    "REFRESH_GRACE_SECONDS": 10,
    "TRUSTED_PROXY_COUNT": 0,
    "DOCS_ENABLED": True,
    "METRICS_PORT": 0,
    "DATABASE_POOLER": False,
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "json",
    "PORT": 8000,
    "WEB_CONCURRENCY": 2,
    "METRICS_ADDRESS": "127.0.0.1",
}


@pytest.mark.parametrize("name, value", DEFAULTS.items())
def test_a_setting_has_its_documented_default(name, value):
    settings = load({"DATABASE_URL": "sqlite://", "JWT_SECRET_KEY": SECRET})

    assert settings[name] == value


@pytest.mark.parametrize("said, is_open", [({}, False), ({"REGISTRATION_OPEN": "true"}, True)])
def test_production_is_closed_to_strangers_until_it_is_opened(said, is_open):
    settings = load({**SOUND, **said})

    assert settings["REGISTRATION_OPEN"] is is_open


def test_the_environment_is_read_and_the_caller_wins(monkeypatch):
    monkeypatch.setenv("LOCKOUT_MINUTES", "7")
    monkeypatch.setenv("LOCKOUT_FAILURES", "7")

    settings = load({"DATABASE_URL": "sqlite://", "JWT_SECRET_KEY": SECRET, "LOCKOUT_FAILURES": 8})

    assert (settings["LOCKOUT_MINUTES"], settings["LOCKOUT_FAILURES"]) == (7, 8)


def refusal(settings):
    """Return what the start says when it refuses these settings."""
    with pytest.raises((Exception, SystemExit)) as caught:
        create_app(settings)
    return str(caught.value)


@pytest.mark.parametrize("name", ["DATABASE_URL", "REDIS_URL", "JWT_SECRET_KEY"])
@pytest.mark.parametrize("value", [None, ""])
def test_production_names_the_setting_it_misses(name, value):
    settings = {**SOUND, name: value}
    if value is None:
        del settings[name]

    said = refusal(settings)

    assert name in said
    assert not [other for other in SOUND if other in said and other not in (name, "RACEAPP_ENV")]


def test_production_names_everything_it_misses_at_once():
    said = refusal({"RACEAPP_ENV": "production", "TRUSTED_PROXY_COUNT": "many"})

    assert not [
        name
        for name in ("DATABASE_URL", "REDIS_URL", "JWT_SECRET_KEY", "TRUSTED_PROXY_COUNT")
        if name not in said
    ]


UNSAFE = {
    "a short secret": ("JWT_SECRET_KEY", "short-but-random-9X"),
    "31 bytes": ("JWT_SECRET_KEY", SECRET[:31]),
    "a known secret": ("JWT_SECRET_KEY", "change-me-change-me-change-me-change-me"),
    "one letter": ("JWT_SECRET_KEY", "x" * 64),
    "another database": ("DATABASE_URL", "mysql://localhost/raceapp"),
    "no database at all": ("DATABASE_URL", "not a url"),
    "no Redis at all": ("REDIS_URL", "http://localhost:6379"),
    "a Redis in memory": ("REDIS_URL", "memory://"),
    "cheap hashes": ("BCRYPT_ROUNDS", "4"),
}


@pytest.mark.parametrize("name, value", UNSAFE.values(), ids=UNSAFE.keys())
def test_production_refuses_what_is_unsafe_and_names_it(name, value):
    said = refusal({**SOUND, name: value})

    assert name in said and "Required" not in said
    assert value not in said or len(value) < 5


NONSENSE = [
    ("RACEAPP_ENV", "prod"),
    ("RATELIMIT_TASKS", "many"),
    ("RATELIMIT_SIGN_OFFS", "-1/minute"),
    ("RATELIMIT_LOGIN", "10"),
    ("RATELIMIT_LOGIN_ADDRESS", "100"),
    ("RATELIMIT_REGISTER", "5/fortnight"),
    ("RATELIMIT_REFRESH", "0.5/minute"),
    ("REGISTRATION_OPEN", "perhaps"),
    ("PASSWORD_MIN_LENGTH", "73"),
    ("PASSWORD_MIN_LENGTH", "0"),
    ("BCRYPT_ROUNDS", "99"),
    ("LOCKOUT_FAILURES", "0"),
    ("LOCKOUT_MINUTES", "-1"),
    ("ACCESS_TOKEN_MINUTES", "0"),
    ("REFRESH_TOKEN_DAYS", "x"),
    ("REFRESH_GRACE_SECONDS", "-1"),
    ("TRUSTED_PROXY_COUNT", "-1"),
    ("TRUSTED_PROXY_COUNT", "1.5"),
    ("DOCS_ENABLED", "2"),
    ("METRICS_PORT", "65536"),
    ("DATABASE_POOLER", "perhaps"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector"),
    ("LOG_LEVEL", "LOUD"),
    ("LOG_FORMAT", "xml"),
    ("PORT", "http"),
    ("WEB_CONCURRENCY", "0"),
    ("METRICS_PORT", "8000"),
    ("CORS_ORIGINS", "*"),
    ("CORS_ORIGINS", "null"),
    ("CORS_ORIGINS", "https://board.example,https://.*"),
    ("CORS_ORIGINS", "board.example"),
    ("TRUSTED_HOSTS", "*"),
    ("TRUSTED_HOSTS", "https://api.team.example"),
    ("DATABASE_URL", "postgresql://raceapp@localhost:port/raceapp"),
]


@pytest.mark.parametrize("name, value", NONSENSE)
def test_a_setting_that_makes_no_sense_stops_the_start(name, value):
    said = refusal({"DATABASE_URL": "sqlite://", "JWT_SECRET_KEY": SECRET, name: value})

    assert name in said


def python(code, *arguments, **environment):
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=PIPE, stderr=PIPE)


def test_production_without_settings_does_not_start_and_says_why():
    start = python("import wsgi", RACEAPP_ENV="production")

    said = start.communicate()[1]

    assert start.returncode != 0
    assert not [
        name for name in ("DATABASE_URL", "REDIS_URL", "JWT_SECRET_KEY") if name not in said
    ]


@pytest.mark.parametrize(
    "command", ["gunicorn -c gunicorn.conf.py wsgi:app", "flask --app wsgi db upgrade"]
)
def test_a_refusal_of_settings_is_sentences_and_no_traceback(command):
    program, *arguments = command.split()
    environment = {**os.environ, "METRICS_PORT": "9100", "PORT": "9100"}

    ran = subprocess.run(
        [sys.executable, "-m", program, *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip

    said = "  METRICS_PORT: Must be another port than that of the API."
    assert ran.returncode == 1
    assert ran.stderr.splitlines() == ["These settings cannot be used:", said]


def test_flask_run_takes_the_port_of_make_run():
    assert dotenv_values(ROOT / ".flaskenv")["FLASK_RUN_PORT"] == str(DEFAULTS["PORT"])


MAKE_SECRET = """
import config, pathlib, sys
config.INSTANCE = pathlib.Path(sys.argv[1])
print(config.load({"DATABASE_URL": "sqlite://"})["JWT_SECRET_KEY"])
"""


def test_development_makes_its_secret_once_for_all_workers(tmp_path):
    workers = [python(MAKE_SECRET, str(tmp_path)) for _ in range(4)]

    secrets = {worker.communicate()[0].strip() for worker in workers}

    assert len(secrets) == 1
    assert len(secrets.pop().encode()) >= 32


def test_development_signs_with_no_weak_secret_either():
    said = refusal({"DATABASE_URL": "sqlite://", "JWT_SECRET_KEY": "secret"})

    assert "JWT_SECRET_KEY" in said


@pytest.mark.parametrize(
    "database",
    [SOUND["DATABASE_URL"], "sqlite:////tmp/named.db", "postgresql+psycopg://u@127.0.0.1:1/r"],
)
def test_production_starts_with_sound_settings(database):
    app = create_app({**SOUND, "DATABASE_URL": database})

    answer = app.test_client().get("/v1/health")

    assert answer.status_code == 200
