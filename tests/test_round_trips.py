"""What a request may cost: SQL statements, the account check and the record included, and Redis.

Each bound is a promise of docs/performance.md; whoever adds a statement has to change it here.
"""

import threading

import psycopg
import pytest
from device import Device
from helpers import created
from redis.connection import AbstractConnection

from raceapp.limits.redis_window import OwnConnection
from raceapp.storage import libpq

pytest_plugins = ["stream_fixtures"]
# By the client libraries, and past them.
ROUND_TRIPS = [
    ("sql", psycopg.Cursor, "execute"),
    ("sql", libpq, "run"),
    ("redis", AbstractConnection, "send_command"),
    ("redis", OwnConnection, "ask"),
]


@pytest.fixture
def cost(postgres_only, monkeypatch):
    """Count what a call asks of PostgreSQL and Redis; what other threads do it waits for not."""
    sent = {"sql": 0, "redis": 0}
    thread = threading.get_ident()

    def counting(kind, function):
        def counted(*args, **kwargs):
            sent[kind] += threading.get_ident() == thread
            return function(*args, **kwargs)

        return counted

    for kind, owner, name in ROUND_TRIPS:
        monkeypatch.setattr(owner, name, counting(kind, getattr(owner, name)))

    def cost(call):
        call()  # Connections are opened and statements compiled once.
        sent.update(sql=0, redis=0)
        assert call().status_code in (200, 201)
        return sent["sql"], sent["redis"]

    return cost


@pytest.fixture
def titles():
    return (f"Bleed the brakes, round {number}" for number in range(100))


@pytest.mark.parametrize(
    ("query", "statements"),
    [
        ("", 2),
        ("?limit=20&include_total=true", 2),
        ("?claimable=true", 2),
        ("?completed=false", 2),
        ("?q=bolt", 2),
        ("?status=failed&include_total=true", 3),
    ],
)
def test_a_list_takes_two_statements_and_one_more_for_the_total_of_no_rows(
    cost, mechanic, make_task, query, statements
):
    make_task(assigned_to=mechanic.id)

    assert cost(lambda: mechanic.get(f"/v1/tasks{query}")) == (statements, 1)


def test_reading_a_task_takes_one_statement(cost, mechanic, make_task):
    task = make_task(assigned_to=mechanic.id)

    assert cost(lambda: mechanic.get(f"/v1/tasks/{task['id']}")) == (1, 1)


def test_creating_a_task_takes_two_statements(cost, mechanic, event, titles):
    def create():
        return mechanic.post("/v1/tasks", json={"event_id": event["id"], "title": next(titles)})

    assert cost(create) == (2, 1)


def test_changing_a_task_takes_two_statements(cost, mechanic, make_task, titles):
    task = make_task(by=mechanic)

    def change():
        return mechanic.patch(f"/v1/tasks/{task['id']}", json={"title": next(titles)})

    assert cost(change) == (2, 1)


def test_signing_a_task_takes_two_statements_and_one_more_where_a_crew_role_allows_it(
    cost, mechanic, paddock, make_task
):
    held = [make_task(assigned_to=mechanic.id)["id"] for _ in range(2)]
    free = [make_task(crew_role="mechanic")["id"] for _ in range(2)]

    def sign(ids):
        return mechanic.post(f"/v1/tasks/{ids.pop()}/sign-offs", json={"act": "done"})

    assert cost(lambda: sign(held)) == (2, 1)
    assert cost(lambda: sign(free)) == (3, 1)


def test_what_changed_takes_three_statements(cost, mechanic, event, make_task, paddock):
    device, task = Device(mechanic, event["id"]), make_task(assigned_to=mechanic.id)
    query = {"since": device.cursor}

    def ask():
        return mechanic.get(f"/v1/events/{event['id']}/changes", query_string=query)

    assert [change["id"] for change in ask().json["changes"]] == [task["id"]]
    assert cost(ask) == (3, 0)
    query["since"] = ask().json["cursor"]
    assert cost(ask) == (1, 0)


def test_readiness_takes_four_statements_and_asks_nothing_of_redis(cost, admin, event):
    assert cost(lambda: admin.get(f"/v1/events/{event['id']}/readiness")) == (4, 0)


def test_taking_a_signature_back_takes_five_statements(cost, admin, make_task):
    paths = [f"/v1/tasks/{make_task()['id']}/sign-offs" for _ in range(2)]
    for path in paths:
        created(admin.post(path, json={"act": "done"}))

    statements, redis = cost(lambda: admin.post(paths.pop(), json={"act": "reopen"}))

    assert (statements, redis) == (5, 1)
