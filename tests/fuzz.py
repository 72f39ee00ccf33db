"""Ask the running API whatever its document allows, and what it does not: `make fuzz`.

On SQLite and on PostgreSQL a gunicorn is started with the demo team in it. A client generated
from the document logs in and ticks a task; then schemathesis tries everything, always the same
way.
"""

import json
import os
import subprocess
import sys
import urllib.request
from contextlib import closing

from backends import SETTINGS, Light, Real
from servers import ROOT, Gunicorn

from raceapp.demo import seeding

TOOLS = ROOT / ".tools" / "contract"
SEEDS = os.environ.get("SEEDS", "1 2 3").split()
# Logged out or demoted, the manager would be refused everything, and ten wrong passwords end the
# session: these come last, each with a token of its own.
FATAL = ("change_password", "update_user", "logout")
ENDLESS = ("follow_event",)  # Its answer goes on for as long as the token lasts.


def call(server: Gunicorn, path: str, body=None, token: str = "") -> dict:
    request = urllib.request.Request(server.url + path, json.dumps(body).encode() if body else None)
    request.add_header("Content-Type", "application/json")
    request.add_header("Authorization", f"Bearer {token}")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def login(server: Gunicorn) -> str:
    manager = {"email": seeding.PEOPLE[0][0], "password": seeding.PASSWORD}
    return call(server, "/v1/auth/login", manager)["access_token"]


def tick_with_generated_client(server: Gunicorn) -> None:
    """Generate a client from what the server publishes, then let it work."""
    client = TOOLS / "raceapp_client"
    command = [TOOLS / "bin" / "openapi-python-client", "generate", "--meta", "none"]
    command += ["--config", ROOT / ".ci" / "openapi-python-client.yml"]
    command += ["--url", f"{server.url}/openapi.json", "--overwrite", "--output-path", client]
    path = f"{TOOLS / 'bin'}:{os.environ['PATH']}"  # It formats what it writes with ruff.
    run(*command, "--fail-on-warning", env={**os.environ, "PATH": path}, check=True)
    manager = (seeding.PEOPLE[0][0], seeding.PASSWORD)
    script = [TOOLS / "bin" / "python", ROOT / "tests" / "generated_client.py"]
    run(*script, server.url, *manager, env={**os.environ, "PYTHONPATH": str(TOOLS)}, check=True)


def run(*command: object, check: bool = False, **options) -> int:
    return subprocess.run(list(map(str, command)), check=check, **options).returncode


def fuzz(backend, seed: str) -> int:
    """Return 0 when nothing was found. Each seed starts from the demo team alone."""
    backend.empty()
    with backend.app.app_context():
        seeding.seed()
    settings = {**SETTINGS, **backend.settings, "ACCESS_TOKEN_MINUTES": "1440"}
    server = Gunicorn(settings, 2)
    try:
        tick_with_generated_client(server)
        token, *others = (login(server) for _ in range(1 + len(FATAL)))
        failed = run_schemathesis(server, token, seed, "exclude", FATAL + ENDLESS)
        print(*(line for line in server.log.splitlines() if "ERROR" in line), sep="\n")
        assert call(server, "/v1/auth/me", token=token)["role"] == "admin"
        return failed or any(
            run_schemathesis(server, own, seed, "include", [name])
            for name, own in zip(FATAL, others, strict=True)
        )
    finally:
        server.close()


def run_schemathesis(server: Gunicorn, token: str, seed: str, deed: str, names) -> int:
    """Try all operations but those named (deed "exclude"), or only those ("include")."""
    command = [TOOLS / "bin" / "schemathesis", "--config-file", ROOT / ".ci" / "schemathesis.toml"]
    command += ["run", f"{server.url}/openapi.json", "--seed", seed, "--warnings", "off"]
    command += ["--max-examples", os.environ.get("EXAMPLES", "30")]
    command += ["--generation-database", "none"]
    for name in names:
        command += [f"--{deed}-operation-id", name]
    environment = {**os.environ, "RACEAPP_TOKEN": token}
    return run(*command, env=environment, cwd=server.place)


def main() -> None:
    wanted = sys.argv[1:] or ["sqlite", "postgres"]
    makers = {"sqlite": Light, "postgres": Real}
    for name in wanted:
        with closing(makers[name]()) as backend:
            for seed in SEEDS:
                print(f"\n{name}, seed {seed}", flush=True)
                if fuzz(backend, seed):
                    sys.exit(f"Found on {name} with seed {seed}.")


if __name__ == "__main__":
    main()
