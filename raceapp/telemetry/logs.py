"""Request ids and JSON log lines: one line per request, one per event worth a line."""

import contextvars
import json
import logging
import random
import re
import sys
import time

from flask import Flask, g, request
from flask.globals import app_ctx, request_ctx

from raceapp import clock
from raceapp.web.headers import headers_to_add

# Secrets in addresses: of a calendar, an invitation, a link to set a password.
SECRET_PART = re.compile(r"(/(?:calendar|join|reset)/)[^/\s\"?\\]+", re.IGNORECASE)
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
CALLERS_ID = re.compile(r"[A-Za-z0-9._-]{1,128}", re.ASCII)
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

_request_id = contextvars.ContextVar("request_id", default="")
log = logging.getLogger("raceapp.request")


def request_id() -> str:
    """Return the id of the request being served, or "" outside of one."""
    return _request_id.get()


def message_of(record: logging.LogRecord) -> str:
    """Return the message without the colours that the server of `flask run` adds."""
    return COLOURS.sub("", record.getMessage())


class JsonFormatter(logging.Formatter):
    """One JSON object per line, so that a newline in a value stays inside it."""

    def format(self, record):
        line = {
            "at": clock.utcnow().isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": message_of(record),
            "request_id": request_id() or None,
            **{name: value for name, value in vars(record).items() if name not in STANDARD},
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return masked(json.dumps(line, default=str))


class TextFormatter(logging.Formatter):
    """A line for eyes: the content of the JSON, without quotes. Control characters are escaped."""

    def format(self, record):
        more = " ".join(
            f"{name}={value}"
            for name, value in vars(record).items()
            if name not in STANDARD and value is not None
        )
        parts = (record.levelname, message_of(record), more, request_id())
        line = " ".join([f"{clock.utcnow():%H:%M:%S}", *filter(None, parts)])
        line = line.encode("unicode_escape").decode("ascii")
        if record.exc_info:
            line = f"{line}\n{self.formatException(record.exc_info)}"
        return masked(line)


FORMATTERS = {"json": JsonFormatter, "text": TextFormatter}


class StderrHandler(logging.StreamHandler):
    """Write to the present stderr, also after a test or a server has replaced it."""

    def __init__(self):
        logging.Handler.__init__(self)

    @property
    def stream(self):
        return sys.stderr


def init_app(app: Flask) -> None:
    set_up_logging(app.config["LOG_LEVEL"], app.config["LOG_FORMAT"])
    app.before_request(begin_request)
    app.after_request(end_request)


def set_up_logging(level: str, form: str) -> None:
    """Send what the application and its libraries log to stderr, as JSON or as text."""
    root = logging.getLogger()
    ours = [handler for handler in root.handlers if isinstance(handler, StderrHandler)]
    if not ours:
        ours = [StderrHandler()]
        root.addHandler(ours[0])
    ours[0].setFormatter(FORMATTERS[form]())
    root.setLevel(logging.WARNING)
    for name in ("raceapp", "flask-limiter"):
        logging.getLogger(name).setLevel(level)


def begin_request() -> None:
    sent = request_ctx.request.environ.get("HTTP_X_REQUEST_ID", "")
    kept = app_ctx.g
    kept.started = time.perf_counter()
    kept.request_id = sent if CALLERS_ID.fullmatch(sent) else new_id()
    _request_id.set(kept.request_id)


def new_id() -> str:
    return f"{random.getrandbits(128):032x}"


def end_request(response):
    headers_to_add().append(("X-Request-ID", app_ctx.g.get("request_id") or new_id()))
    if log.isEnabledFor(logging.INFO):
        log.info("request", extra=describe(response))
    return response


def masked(text: str) -> str:
    """Return a path, or a line with one, without its secret."""
    return SECRET_PART.sub(r"\1***", text)


def describe(response) -> dict:
    """Return what the log says of a request. The query is left out: it may hold private words."""
    return {
        "method": request.method,
        "path": masked(request.path),
        "route": request.url_rule.rule if request.url_rule else None,
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.started) * 1000, 1),
        "user_id": g.get("user_id"),
        "address": request.remote_addr,
    }
