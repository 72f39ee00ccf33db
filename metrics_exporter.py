"""The Prometheus endpoint: one process beside the workers, which reads what they all counted.

gunicorn.conf.py starts it when METRICS_PORT is set. It has a port of its own, so that nothing
of it is reachable where the API is, and threads of its own, so that it answers when every
thread of the workers waits for a database. It ends when its standard input does: with the
master and the workers, whatever ended them.
"""

import os
import sys
import threading
import time

from prometheus_client import CollectorRegistry, multiprocess, start_http_server

PATIENCE_SECONDS = 60


def serve(address: str, port: int) -> None:
    """Serve until standard input ends; a port still taken by a predecessor is waited for."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            start_http_server(port, address, registry)
            return
        except OSError as error:
            if time.monotonic() > deadline:
                raise SystemExit(f"metrics cannot be served: {error}") from error
            time.sleep(0.5)


if __name__ == "__main__":
    threading.Thread(target=serve, args=(sys.argv[1], int(sys.argv[2])), daemon=True).start()
    os.read(sys.stdin.fileno(), 1)
