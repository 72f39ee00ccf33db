"""The Prometheus endpoint: one process beside the workers, which reads what they all counted.

gunicorn.conf.py starts it when METRICS_PORT is set. It has a port of its own, so that callers of
the API cannot reach it, and threads of its own, so that it answers when every thread of the workers
waits for a database. When its standard input ends, the master and the workers are gone, whatever
ended them: then it removes their files and ends too.
"""

import os
import shutil
import sys
import threading
import time

from prometheus_client import CollectorRegistry, multiprocess, start_http_server

PATIENCE_SECONDS = 60


def serve(address: str, port: int) -> None:
    """Serve until the end; wait for a port that a predecessor still holds."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            start_http_server(port, address, registry)
            return
        except OSError as error:
            if time.monotonic() > deadline:
                sys.exit(f"The metrics cannot be served on {address}:{port}: {error}")
            time.sleep(0.5)


def end_with_the_server() -> None:
    os.read(sys.stdin.fileno(), 1)
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    threading.Thread(target=end_with_the_server, daemon=True).start()
    serve(sys.argv[1], int(sys.argv[2]))
    threading.Event().wait()
