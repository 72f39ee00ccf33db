"""Is the process alive, and can it do its work?"""

import pytest
from statements import counted


def test_health_answers_whoever_asks(client):
    answer = client.get("/v1/health")

    assert (answer.status_code, answer.json) == (200, {"status": "ok"})


def test_readiness_looks_at_the_database_and_redis(client):
    answer = client.get("/v1/health/ready")

    assert answer.status_code == 200
    assert answer.json["status"] == "ready"
    assert set(answer.json) == {"status", "checks"}
    assert set(answer.json["checks"]) == {"database", "redis"}


@pytest.mark.parametrize("path", ["/v1/health", "/v1/health/ready"])
def test_a_bad_token_does_not_make_the_service_look_ill(client, path):
    answer = client.get(path, headers={"Authorization": "Bearer a.b.c"})

    assert answer.status_code == 200


@pytest.mark.parametrize("path", ["/v1/health", "/v1/health/ready"])
def test_a_balancer_may_ask_for_the_head_alone(client, path):
    answer = client.head(path)

    assert (answer.status_code, answer.data) == (200, b"")


def test_health_does_not_ask_the_database(app, client):
    with counted(app) as sent:
        answer = client.get("/v1/health")

    assert answer.status_code == 200
    assert sent.texts == []
