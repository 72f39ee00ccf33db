"""What a request may cost: SQL statements, the account check and the record included, and Redis.

Each bound is a promise of docs/performance.md; whoever adds a statement has to change it here.
"""

import psycopg
import pytest
from helpers import created
from redis.connection import AbstractConnection


@pytest.fixture
def cost(postgres_only, monkeypatch):
    """Count what goes to PostgreSQL and to Redis while a call runs."""
    sent = {"sql": 0, "redis": 0}

    def counting(kind, function):
        def counted(*args, **kwargs):
            sent[kind] += 1
            return function(*args, **kwargs)

        return counted

    monkeypatch.setattr(psycopg.Cursor, "execute", counting("sql", psycopg.Cursor.execute))
    send = counting("redis", AbstractConnection.send_command)
    monkeypatch.setattr(AbstractConnection, "send_command", send)

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
    [("", 2), ("?limit=20&include_total=true", 3), ("?claimable=true", 2), ("?completed=false", 2)],
)
def test_a_list_takes_two_statements_and_one_more_for_its_total(
    cost, mechanic, make_task, query, statements
):
    make_task(assigned_to=mechanic.id)

    assert cost(lambda: mechanic.get(f"/v1/tasks{query}")) == (statements, 1)


def test_reading_a_task_takes_two_statements(cost, mechanic, make_task):
    task = make_task(assigned_to=mechanic.id)

    assert cost(lambda: mechanic.get(f"/v1/tasks/{task['id']}")) == (2, 1)


def test_creating_a_task_takes_three_statements(cost, mechanic, event, titles):
    def create():
        return mechanic.post("/v1/tasks", json={"event_id": event["id"], "title": next(titles)})

    assert cost(create) == (3, 1)


def test_changing_a_task_takes_three_statements(cost, mechanic, make_task, titles):
    task = make_task(by=mechanic)

    def change():
        return mechanic.patch(f"/v1/tasks/{task['id']}", json={"title": next(titles)})

    assert cost(change) == (3, 1)


def test_signing_a_task_takes_seven_statements(cost, admin, make_task):
    acts = iter(["done", "reopen"] * 10)
    task = make_task()

    def sign():
        return admin.post(f"/v1/tasks/{task['id']}/sign-offs", json={"act": next(acts)})

    created(sign())
    statements, redis = cost(sign)
    assert statements <= 7
    assert redis == 1
