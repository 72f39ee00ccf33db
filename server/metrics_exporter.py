"""The Prometheus endpoint: one process beside the workers, which reads what they all counted.

gunicorn.conf.py starts it when METRICS_PORT is set. It has a port of its own, so that callers of
the API cannot reach it, and threads of its own, so that it answers when every thread of the workers
waits for a database. When its standard input ends, the master and the workers are gone, whatever
ended them: then it removes their files and ends too.
"""

import json
import os
import shutil
import sys
import threading
import time

from prometheus_client import CollectorRegistry, multiprocess, start_http_server

PATIENCE_SECONDS = 60
# A predecessor that is just ending is no matter to speak of.
QUIET_SECONDS = 1.5


def serve(address: str, port: int) -> None:
    """Serve until the end; wait for a port that a predecessor still holds."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    since, has_told = time.monotonic(), False
    while True:
        try:
            start_http_server(port, address, registry)
            return
        except OSError as error:
            waited, why = time.monotonic() - since, error.strerror
        if waited > PATIENCE_SECONDS:
            say("ERROR", f"no metrics on {address}:{port}: {why}")
            sys.exit(1)
        if waited > QUIET_SECONDS and not has_told:
            say("WARNING", f"no metrics on {address}:{port} yet: {why}. Trying on for a minute.")
            has_told = True
        time.sleep(0.5)


def say(level: str, message: str) -> None:
    """Write a line as gunicorn's log does, whose formatters would load all of gunicorn."""
    now = time.gmtime()
    if os.environ.get("LOG_FORMAT") == "text":
        line = f"{time.strftime('%H:%M:%S', now)} {level} {message}"
    else:
        at = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", now)
        line = json.dumps({"at": at, "level": level, "logger": "metrics", "message": message})
    print(line, file=sys.stderr, flush=True)


def end_with_the_server() -> None:
    os.read(sys.stdin.fileno(), 1)
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_server, daemon=True).start()
    serve(sys.argv[1], int(sys.argv[2]))
    threading.Event().wait()
