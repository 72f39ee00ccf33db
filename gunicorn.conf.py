"""How gunicorn serves the application. In development it brings its own Redis."""

import functools
import gc
import importlib
import os
import signal
from pathlib import Path

from config import load_or_exit
from server import helpers, logs, settings_file

settings_file.read(Path(".env"))
settings = load_or_exit()
bind = settings["BIND"] or f"127.0.0.1:{settings['PORT']}"

worker_class = "server.worker.Worker"
workers = settings["WEB_CONCURRENCY"]
threads = 4
# Each worker makes its own connections: a fork must not share any.
preload_app = False
timeout = 60
graceful_timeout = 30
# Longer than a proxy keeps its side, so that the proxy never writes to a closed connection.
keepalive = 75
limit_request_line = 8190
control_socket_disable = True
# The application itself reads the headers of proxies, and believes TRUSTED_PROXY_COUNT of them.
forwarder_headers = ""
secure_scheme_headers = {}
# Files are sent like answers: sendfile() would overtake the head, which is kept until the body
# comes, and wait without end for a caller who does not read.
sendfile = False


logger_class = logs.Logger
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": logs.JsonLines}, "text": {"()": logs.TextLines}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": settings["LOG_FORMAT"]}},
    "loggers": {
        "gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False},
    },
    "root": {"handlers": []},
}


def on_starting(server):
    helpers.start_metrics(server)
    helpers.bring_redis(server)
    # Workers are forked with the code loaded, so that a new one is there in a fraction of the
    # time; each makes the application for itself. The code is loaded only now, since the metrics
    # library looks for the folder of start_metrics() once, when it is imported.
    importlib.import_module("raceapp")
    signals = server.worker_class.SIGNALS
    let_signals_in = functools.partial(signal.pthread_sigmask, signal.SIG_UNBLOCK, signals)
    os.register_at_fork(after_in_parent=let_signals_in)


def pre_fork(server, worker):
    # Until a new process has handlers of its own it has the master's, which would swallow a stop.
    # So signals wait: here until the fork is done, there until Worker.init_signals().
    signal.pthread_sigmask(signal.SIG_BLOCK, worker.SIGNALS)


def on_exit(server):
    gc.freeze()  # As in worker_exit().
    for helper in (getattr(server, name, None) for name in ("own_redis", "metrics")):
        if helper:
            helper.stdin.close()
            helper.wait(5)


def child_exit(server, worker):
    # The counters of a dead worker stay; its gauges do not. This is what the library's
    # mark_process_dead() does.
    if hasattr(server, "metrics"):
        folder = Path(os.environ["PROMETHEUS_MULTIPROC_DIR"])
        for gauge in folder.glob(f"gauge_live*_{worker.pid}.db"):
            gauge.unlink(missing_ok=True)


def post_worker_init(worker):
    # A Ctrl-C reaches the workers as well as the master, which orders them to quit. Both at once
    # can lock a worker up.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def worker_exit(server, worker):
    # Before Python ends it looks at all objects several times, for half a second in all; it
    # passes over frozen ones.
    gc.freeze()


def worker_int(worker):
    # A quick stop waits for nothing, not even for a thread that holds a stream open.
    signal.alarm(2)
