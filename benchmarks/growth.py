"""Show what a request costs as the tasks grow: `make bench-growth`, `SIZES=1000,100000`.

One caller asks one thing at a time; the median of a few hundred answers counts. The weekend
asked about stays as it is while a thousand others come in beside it.
"""

import argparse
import http.client
import json
import statistics
import time
from contextlib import closing
from datetime import UTC, datetime

from servers import Valkey

from benchmarks import project, report
from benchmarks.compare import RESULTS, describe
from benchmarks.load import Request
from benchmarks.services import SafePostgres
from raceapp import create_app
from raceapp.web import keyset

SIZES = "1000,10000,100000,1000000"
TIMES, PATIENCE = 300, 6  # requests, seconds
# One entry of the record for every task of the latest load.
RECORD = """
INSERT INTO history_entries (event_id, position, at, action, subject, changes, request_id, hash)
SELECT event_id, 10000 + row_number() OVER (PARTITION BY event_id), now(), 'task.created',
    'task:' || id, '{}', '', repeat('0', 64) FROM tasks WHERE id > %s
"""
NEAR_THE_END = """
SELECT due_at, id FROM tasks WHERE due_at IS NOT NULL AND deleted_at IS NULL
ORDER BY due_at DESC, id DESC OFFSET 100 LIMIT 1
"""


def main() -> None:
    options = read_options()
    started, rows, rates = datetime.now(UTC), [], {}
    with closing(SafePostgres()) as postgres, closing(Valkey()) as valkey:
        installation = project.Installation(postgres, valkey)
        with closing(installation.serve()) as server:
            place = project.furnish(installation, server.url)
            for size in options.sizes:
                rates[size] = grow(installation, size)
                rows += measure(place, server.port, size)
    result = {**describe(started, options), "seeding": rates, "rows": rows}
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "growth.json").write_text(json.dumps(result, indent=1))
    print(report.growth_table(result))


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    sizes = {"type": lambda text: [int(word) for word in text.split(",")]}
    parser.add_argument("--sizes", default=[int(word) for word in SIZES.split(",")], **sizes)
    parser.set_defaults(rounds=1, seconds=PATIENCE)
    return parser.parse_args()


def grow(installation: project.Installation, size: int) -> float:
    """Seed until there are `size` tasks; returns rows a second, the start of Python included.

    About a thousand are there already: the ones that are asked about.
    """
    if size > 1000:
        installation.run("seed", "--force")
    with installation.postgres.connect("raceapp") as connection:
        count, last = connection.execute("SELECT count(*), max(id) FROM tasks").fetchone()
        begin = time.monotonic()
        if size > count:
            installation.run("seed", "--force", "--tasks", str(size - count))
        rate = max(0, size - count) / (time.monotonic() - begin)
        connection.execute(RECORD, [last])
    installation.postgres.tidy()
    return rate


def measure(place: project.Place, port: int, size: int) -> list[dict]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    rows = []
    for name, request in requests_of(place).items():
        times = time_of(connection, request)
        rows.append({"size": size, "name": name, "p50_ms": statistics.median(times) * 1000})
        print(f"{size:9,} {name:34} {rows[-1]['p50_ms']:8.2f} ms", flush=True)
    connection.close()
    return rows


def requests_of(place: project.Place) -> dict[str, Request]:
    boss, reader, mechanic = place.boss.token, place.reader.token, place.mechanic.token
    task, event = f"/v1/tasks/{place.task_ids[7]}", f"/v1/events/{place.weekend_id}"
    asked = {
        "list, crew": ("/v1/tasks?limit=20", reader),
        "list, manager": ("/v1/tasks?limit=20", boss),
        "list, manager, last page": (f"/v1/tasks?limit=20&cursor={last_cursor(place)}", boss),
        "list, manager, newest change": ("/v1/tasks?limit=20&sort=-updated_at", boss),
        "list, manager, overdue": ("/v1/tasks?limit=20&is_overdue=true", boss),
        "list, manager, due from now": (f"/v1/tasks?limit=20&due_after={soon()}", boss),
        "list, manager, not done": ("/v1/tasks?limit=20&completed=false", boss),
        "list, manager, q": ("/v1/tasks?limit=20&q=item%20777%20", boss),
        "list, crew, all they see": ("/v1/tasks?limit=20&assigned_to=any", mechanic),
        "all tasks of a weekend, crew": (
            f"/v1/tasks?limit=20&event_id={place.weekend_id}&assigned_to=any",
            mechanic,
        ),
        "get, crew": (task, reader),
        "get, manager": (task, boss),
        "mine now: claimable": ("/v1/tasks?limit=20&claimable=true", mechanic),
        "mine now: needs my check": ("/v1/tasks?limit=20&needs_check_by=me", mechanic),
        "readiness of 790 tasks": (f"{event}/readiness", mechanic),
        "history of a task": (f"{task}/history?limit=20", reader),
        "history of a weekend": (f"{event}/history?limit=20", mechanic),
    }
    return {name: Request("GET", path, token) for name, (path, token) in asked.items()}


def soon() -> str:
    return f"{datetime.now(UTC):%FT%TZ}"


def last_cursor(place: project.Place) -> str:
    """Return a cursor a hundred rows from the end, which no client should have to walk to."""
    with place.installation.postgres.connect("raceapp") as connection:
        due_at, task_id = connection.execute(NEAR_THE_END).fetchone()
    app = create_app(place.installation.settings)
    with app.test_request_context("/v1/tasks"):
        return keyset.write_cursor("due_at", [due_at.astimezone(UTC), task_id], "/v1/tasks")


def time_of(connection: http.client.HTTPConnection, request: Request) -> list[float]:
    headers = {"Authorization": f"Bearer {request.token}"}
    times, deadline = [], time.monotonic() + PATIENCE
    while len(times) < TIMES and (time.monotonic() < deadline or len(times) < 5):
        begin = time.perf_counter()
        connection.request("GET", request.path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        times.append(time.perf_counter() - begin)
        if answer.status != 200:
            raise SystemExit(f"{request.path} answered {answer.status}")
    return times[len(times) // 10 :]  # The first requests make connections and plans.


if __name__ == "__main__":
    main()
