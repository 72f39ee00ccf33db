"""Ask the running API whatever its document allows, and what it does not: `make fuzz`.

On SQLite and on PostgreSQL a gunicorn is started with the demo team in it. A client generated
from the document logs in and ticks a task; then schemathesis tries everything, always the same
way.
"""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from pathlib import Path

from backends import SETTINGS, Light, Real
from servers import ROOT, Gunicorn

from raceapp import seeding

TOOLS = ROOT / ".tools" / "contract"
SEEDS = os.environ.get("SEEDS", "1 2 3").split()
# Logging out would leave all that follows at 401. Health is down only when the database is.
LEFT_OUT = "^/v1/auth/logout$"


def call(server: Gunicorn, path: str, body=None, token: str = "") -> dict:
    request = urllib.request.Request(server.url + path, json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def login(server: Gunicorn) -> str:
    manager = {"email": seeding.PEOPLE[0][0], "password": seeding.PASSWORD}
    return call(server, "/v1/auth/login", manager)["access_token"]


def fuzz(backend, seed: str) -> int:
    """Return 0 when nothing was found. Each seed starts from the demo team alone."""
    backend.empty()
    with backend.app.app_context():
        seeding.seed()
    settings = {**SETTINGS, **backend.settings, "ACCESS_TOKEN_MINUTES": "1440"}
    server = Gunicorn(settings, workers=2)
    try:
        token = login(server)
        failed = run_schemathesis(server, token, seed)
        # A run in which the manager lost the account would have found nothing but 401.
        is_manager_still = call(server, "/v1/auth/me", token=token)["role"] == "admin"
        return failed or not is_manager_still
    finally:
        server.close()


def run_schemathesis(server: Gunicorn, token: str, seed: str) -> int:
    options = ["--config-file", ROOT / ".ci" / "schemathesis.toml"]
    command = [TOOLS / "bin" / "schemathesis", *options, "run", f"{server.url}/openapi.json"]
    command += ["--seed", seed, "--max-examples", os.environ.get("EXAMPLES", "30")]
    command += ["--exclude-path-regex", LEFT_OUT, "--generation-database", "none"]
    environment = {**os.environ, "RACEAPP_TOKEN": token}
    return subprocess.run(list(map(str, command)), env=environment, check=False).returncode


def main() -> None:
    wanted = sys.argv[1:] or ["sqlite", "postgres"]
    with tempfile.TemporaryDirectory(prefix="raceapp-") as place:
        makers = {"sqlite": lambda: Light(Path(place)), "postgres": Real}
        for name in wanted:
            backend = makers[name]()
            try:
                for seed in SEEDS:
                    print(f"\n{name}, seed {seed}", flush=True)
                    if fuzz(backend, seed):
                        sys.exit(f"Found on {name} with seed {seed}.")
            finally:
                backend.close()


if __name__ == "__main__":
    main()
