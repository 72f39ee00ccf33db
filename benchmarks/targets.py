"""What is compared: the project and the same small API written the usual ways.

Every target has two workers. The peers are in `peers/`, each with the server its own
documentation names.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

import bcrypt

from benchmarks import project
from benchmarks.callers import Caller
from benchmarks.load import Request
from benchmarks.services import ROOT, WebServer

PEERS = Path(__file__).with_name("peers")
TOOLS = ROOT / ".tools" / "bench" / "bin"
PASSWORD = "torque-wrench-85Nm"
GUNICORN = f"{TOOLS}/gunicorn -w 2 -b 127.0.0.1:{{port}} "
UVICORN = (
    f"{TOOLS}/uvicorn --workers 2 --loop uvloop --http httptools --no-access-log "
    "--log-level warning --port {port} "
)
COMMANDS = {
    "ceiling": GUNICORN + "ceiling:app",
    "fastapi_sync": UVICORN + "fastapi_sync:app",
    "fastapi_async": UVICORN + "fastapi_async:app",
    "drf": GUNICORN + "drf:app",
    "smorest": GUNICORN + "smorest_peer:app",
}
PATCHES = ('{"title": "Bench edit {n}"}', '{"title": "Bench change {n}"}')
TASK = {
    "title": "Bench item {n}",
    "description": "Torque the axle nut, note the value and sign off the sheet.",
    "due_at": "2026-07-01T08:00:00+00:00",
}


@dataclass
class Target:
    """A running server and its requests by endpoint. `before` runs ahead of a measurement."""

    name: str
    server: WebServer
    requests: dict[str, Request]
    before: dict[str, object] = field(default_factory=dict)


def basic_requests(list_path: str, reader: str, writer: str, ids, event_id: int) -> dict:
    """Return the four requests that every target answers. The writer is another person, so that
    the reader's list does not grow."""
    task = json.dumps({**TASK, "event_id": event_id})
    return {
        "list": Request("GET", list_path, reader),
        "get": Request("GET", "/v1/tasks/{id}", reader, ids),
        "post": Request("POST", "/v1/tasks", writer, bodies=[task]),
        "patch": Request("PATCH", "/v1/tasks/{id}", reader, ids, PATCHES),
    }


def start_peers(postgres, valkey, names) -> list[Target]:
    """Fill the peers' database with 10,000 tasks and start them."""
    database = postgres.create("peers")
    schema = (PEERS / "schema.sql").read_text()
    secret = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt()).decode()
    with postgres.connect("peers") as connection:
        connection.execute(schema.replace(":password", f"'{secret}'"))
        connection.execute("VACUUM ANALYZE")
    named = {"PEERS_DATABASE": database, "PEERS_REDIS": valkey.url}
    servers = {name: WebServer(COMMANDS[name], named, PEERS) for name in names}
    return [Target(name, server, peer_requests(name, server)) for name, server in servers.items()]


def peer_requests(name: str, server: WebServer) -> dict:
    """user1 holds every 50th of the 10,000 tasks: 200."""
    tokens = ["none", "none"]
    if name != "ceiling":
        people = [f"user{number}@peers.example" for number in (1, 2)]
        tokens = [Caller(server.url).log_in(email, PASSWORD).token for email in people]
    return basic_requests("/v1/tasks", *tokens, IDS, 1)


# The tasks of user1, whose id is 2: every fiftieth one.
IDS = tuple(range(1, 10_000, 50))


def start_project(postgres, valkey, names) -> list[Target]:
    """Start the project, and once more under granian if asked for, on the same rows."""
    server, place = project.start(postgres, valkey)
    servers = {"raceapp": server}
    if "granian" in names:
        servers["granian"] = place.installation.serve(project.GRANIAN)
    requests, before = project_requests(place), {"sign-off": place.reopen_all}
    return [Target(name, server, requests, before) for name, server in servers.items()]


def project_requests(place: project.Place) -> dict:
    reader, writer = place.reader.token, place.writer.token
    requests = basic_requests(
        "/v1/tasks?limit=20&include_total=true", reader, writer, place.task_ids, place.event_id
    )
    return requests | project.own_requests(place)
