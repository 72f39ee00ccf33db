"""What a batch saves: `make bench-batches`. 200 sign-offs as calls of their own, and as one batch.

Both go over one kept connection, in turn, so that the machine is as busy for one as for the other.
It prints seconds and their ratio, and what the same batch takes when it is sent again.
"""

import argparse
import contextlib
import http.client
import json
import statistics
import time
from urllib.parse import urlsplit
from uuid import uuid4

from servers import Valkey

from benchmarks import project
from benchmarks.services import SafePostgres

SIZE = 200
DONE = {"act": "done"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with contextlib.ExitStack() as stack:
        servers = [SafePostgres(), Valkey()]
        for server in servers:
            stack.callback(server.close)
        server, place = project.start(*servers, tasks=300)
        stack.callback(server.close)
        found = [one_round(place) for _ in range(rounds + 1)][1:]
    plain, batch, again = (statistics.median(column) for column in zip(*found, strict=True))
    ratio = statistics.median(batched / alone for alone, batched, _ in found)
    print(f"{SIZE} plain calls {plain:.2f} s, one batch {batch:.2f} s, sent again {again:.2f} s")
    print(f"a batch takes {ratio:.2f} of the plain calls, the median of {rounds} rounds")


class Caller:
    """Somebody with one connection, which is kept."""

    def __init__(self, place: project.Place):
        self.connection = http.client.HTTPConnection(urlsplit(place.reader.url).netloc)
        self.headers = {
            "Authorization": f"Bearer {place.reader.token}",
            "Content-Type": "application/json",
        }

    def post(self, path: str, body: dict) -> dict:
        self.connection.request("POST", path, json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        text = answer.read()
        assert answer.status in (200, 201), text
        return json.loads(text)


def one_round(place: project.Place) -> tuple[float, float, float]:
    """Return the seconds of plain calls, of a batch, and of the same batch again."""
    caller = Caller(place)
    paths = [f"/v1/tasks/{task_id}/sign-offs" for task_id in place.task_ids[:SIZE]]
    calls = [{"id": str(uuid4()), "method": "POST", "path": path, "body": DONE} for path in paths]
    place.reopen_all()
    plain = seconds(lambda: [caller.post(path, DONE) for path in paths])
    place.reopen_all()
    batch = seconds(lambda: check(caller.post("/v1/sync", {"operations": calls})))
    again = seconds(lambda: check(caller.post("/v1/sync", {"operations": calls})))
    return plain, batch, again


def check(answer: dict) -> None:
    assert {result["status"] for result in answer["results"]} == {201}, answer["results"][0]


def seconds(work) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


if __name__ == "__main__":
    main()
