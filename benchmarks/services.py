"""The servers of a benchmark: PostgreSQL and Valkey from wheels, and what serves HTTP.

These are the servers of the tests, but PostgreSQL writes safely here, as in production, and listens
on a port, since not every peer's driver takes the path of a socket.
"""

import contextlib
import os
import socket
import urllib.error
import urllib.request
from pathlib import Path

import psutil
from servers import Postgres, Server, free_port

ROOT = Path(__file__).resolve().parent.parent


class SafePostgres(Postgres):
    """A PostgreSQL that has a commit on disk before it answers."""

    is_on_disk = True

    def start(self) -> None:
        self.port = free_port()
        self.options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "shared_buffers": "1GB",
            "effective_cache_size": "8GB",
            "max_connections": "200",
            "random_page_cost": "1.1",
            "max_wal_size": "4GB",
        }
        super().start()

    def binaries(self) -> Path:
        """Return the programs of the named installation, such as /usr/lib/postgresql/15/bin."""
        named = os.environ.get("BENCH_POSTGRES")
        return Path(named) if named else super().binaries()

    def url(self, database: str) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def tidy(self) -> None:
        """Vacuum everything now, so that autovacuum does not in the middle of a measurement."""
        with self.connect() as connection:
            found = connection.execute("SELECT datname FROM pg_database WHERE datallowconn")
            names = [name for (name,) in found]
        for name in names:
            with self.connect(name) as connection:
                connection.execute("VACUUM ANALYZE")


class WebServer(Server):
    """One application under its own server; `{port}` in the command is filled in."""

    def start(self, command: str, environment: dict[str, str], place: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        words = command.format(port=self.port).split()
        self.launch(*words, cwd=place, env={**os.environ, **environment})

    def ping(self) -> None:
        socket.create_connection(("127.0.0.1", self.port)).close()
        try:
            urllib.request.urlopen(f"{self.url}/v1/health", timeout=10).close()
        except urllib.error.HTTPError:
            pass  # Not every peer has that route, but it answers.


def cpu_seconds(pid: int) -> float:
    """Return the CPU seconds of a process and all its descendants, ended ones too."""
    total = 0.0
    # Descendants first: one that ends meanwhile is counted again by its parent, and not forgotten.
    for process in [*psutil.Process(pid).children(recursive=True), psutil.Process(pid)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            total += sum(process.cpu_times()[:4])
    return total
