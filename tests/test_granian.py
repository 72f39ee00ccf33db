"""The same application behind another WSGI server, which docs/deployment.md offers."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from backends import SETTINGS
from servers import Granian

pytestmark = pytest.mark.slow


@pytest.fixture
def server(postgres_only, backend):
    running = Granian(
        {name: str(value) for name, value in {**SETTINGS, **backend.settings}.items()}
    )
    yield running
    running.close()


def call(server, person, path, method="GET", body=None, **headers):
    """Return status, headers and body of the answer."""
    headers |= {"Authorization": f"Bearer {person.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = Request(server.url + path, data, headers, method=method)
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, answer.headers, json.load(answer)
    except HTTPError as error:
        with error:
            return error.code, error.headers, json.load(error)


def test_tasks_are_read_and_ticked_behind_granian(server, mechanic, make_task):
    path = f"/v1/tasks/{make_task(assigned_to=mechanic.id)['id']}"
    _, headers, _ = call(server, mechanic, path)
    etag = {"If-Match": headers["ETag"]}

    status, headers, task = call(server, mechanic, path, "PATCH", {"completed": True}, **etag)

    assert (status, task["status"]) == (200, "done")
    assert headers["X-RateLimit-Remaining"]


def test_behind_granian_there_are_no_streams(server, admin, event):
    status, headers, _ = call(server, admin, f"/v1/events/{event['id']}/stream")

    assert (status, headers["Retry-After"]) == (503, "10")
