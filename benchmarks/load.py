"""Put load on one endpoint of one server and say what it cost."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.services import cpu_seconds

SCRIPT = Path(__file__).with_name("requests.lua")


@dataclass(frozen=True)
class Request:
    """A request that is sent again and again: `{id}` in the path is one of `ids`.

    In bodies and headers `{n}` is a running number, `{uuid}` another UUID each time. Each pass over
    the ids takes the next body.
    """

    method: str
    path: str
    token: str | None = None
    ids: Sequence[int] = ()
    bodies: Sequence[str] = ()
    connections: int | None = None
    headers: Sequence[str] = ()

    @property
    def environment(self) -> dict[str, str]:
        named = {
            "BENCH_METHOD": self.method,
            "BENCH_PATH": self.path,
            "BENCH_IDS": ",".join(map(str, self.ids)),
            "BENCH_BODIES": "\n".join(self.bodies),
            "BENCH_HEADERS": "\n".join(self.headers),
        }
        return named | ({"BENCH_TOKEN": self.token} if self.token else {})


@dataclass
class Load:
    """`pids` name the processes whose CPU is counted."""

    connections: int
    pids: dict[str, int] = field(default_factory=dict)

    def put_on(self, url: str, app_pid: int, request: Request, seconds: float) -> dict:
        """Return req/s, p50 and p99 in ms, CPU µs per request by process, refused and failed."""
        pids = {"app": app_pid, **self.pids}
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        answers, micros, p50, p99, refused, failed = run_wrk(
            url, request, request.connections or self.connections, seconds
        )
        spent = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
        cpu = {f"{name}_us": spent[name] * 1e6 / max(answers, 1) for name in pids}
        return {
            "rps": answers / micros * 1e6,
            "p50_ms": p50 / 1000,
            "p99_ms": p99 / 1000,
            **cpu,
            "refused": refused,
            "failed": failed,
        }


def run_wrk(url: str, request: Request, connections: int, seconds: float) -> list[int]:
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"]
    done = subprocess.run(
        [*command, "-s", str(SCRIPT), url],
        env={**os.environ, **request.environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    for line in done.stdout.splitlines():
        if line.startswith("RESULT"):
            return [int(word) for word in line.split()[1:]]
    raise RuntimeError(f"wrk said: {done.stdout}")


def check_for_wrk() -> None:
    if not shutil.which("wrk"):
        raise SystemExit(
            "The load comes from wrk, which is not here (Debian: apt-get install wrk)."
        )
