"""Run the project beside its peers and print ratios: `make bench`, `make bench QUICK=1`.

Every round visits every endpoint and, within it, every target in turn, so that all of them
see the same noise. Only ratios of the same round count; the median round is reported.
"""

import argparse
import contextlib
import json
import os
import platform
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from servers import Valkey

from benchmarks import report
from benchmarks.load import Load, check_for_wrk
from benchmarks.services import ROOT, SafePostgres
from benchmarks.targets import COMMANDS, Target, start_peers, start_project

RESULTS = ROOT / "benchmarks" / "results"
ENDPOINTS = (
    *("list", "get", "post", "patch", "sign-off", "weekend", "readiness", "login"),
    *("snapshot", "changes", "sync", "keyed post"),
)
CONNECTIONS = 32


def main() -> None:
    options = read_options()
    check_for_wrk()
    started = datetime.now(UTC)
    with contextlib.ExitStack() as stack:
        servers = {"pg": SafePostgres(), "redis": Valkey()}
        for server in servers.values():
            stack.callback(server.close)
        targets = start_targets(options.targets, servers, stack)
        load = Load(CONNECTIONS, {name: server.pid for name, server in servers.items()})
        runs = measure(targets, load, options, servers["pg"])
    result = {**describe(started, options), "runs": runs}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{options.name}.json").write_text(json.dumps(result, indent=1))
    print(report.tables(result))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument(
        "--targets", type=lambda text: text.split(","), default=[*COMMANDS, "granian"]
    )
    parser.add_argument("--endpoints", type=lambda text: text.split(","), default=ENDPOINTS)
    parser.add_argument("--name", default="compare", help="of the file under benchmarks/results")
    return parser.parse_args()


def start_targets(names, servers, stack) -> list[Target]:
    peers = [name for name in names if name in COMMANDS]
    targets = start_peers(servers["pg"], servers["redis"], peers)
    targets += start_project(servers["pg"], servers["redis"], names)
    for target in targets:
        stack.callback(target.server.close)
    return targets


def measure(targets: list[Target], load: Load, options, postgres: SafePostgres) -> list[dict]:
    """Return one row per measurement, after a second of warming up for each.

    Each round begins tidy: in seconds a round changes the same few rows more often than a season.
    """
    visits = [
        (endpoint, target)
        for endpoint in options.endpoints
        for target in targets
        if endpoint in target.requests
    ]
    for endpoint, target in visits:
        visit(endpoint, target, load, 1)
    rows = []
    for number in range(1, options.rounds + 1):
        postgres.tidy()
        for endpoint, target in visits:
            rows.append({"round": number, **visit(endpoint, target, load, options.seconds)})
    return rows


def visit(endpoint: str, target: Target, load: Load, seconds: int) -> dict:
    target.before.get(endpoint, lambda: None)()
    server = target.server
    figures = load.put_on(server.url, server.pid, target.requests[endpoint], seconds)
    print(f"{endpoint:10} {target.name:14} {figures['rps']:8.0f} req/s", file=sys.stderr)
    return {"endpoint": endpoint, "target": target.name, **figures}


def describe(started: datetime, options) -> dict:
    """Return the conditions of the figures beside the code."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    processors = [line for line in lines if line.startswith("model name")]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {
        "date": f"{started:%Y-%m-%d %H:%M} UTC",
        "minutes": round((time.time() - started.timestamp()) / 60),
        "commit": commit.stdout.strip(),
        "cpu": f"{os.cpu_count()} x {processors[0].split(':')[1].strip()}" if processors else "?",
        "python": platform.python_version(),
        "rounds": options.rounds,
        "seconds": options.seconds,
        "connections": CONNECTIONS,
    }


if __name__ == "__main__":
    main()
