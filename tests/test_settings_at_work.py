"""What the settings do to the application."""

import json

import pytest
from accounts import register
from helpers import Client, problem


def test_documents_can_be_switched_off(make_app):
    client = Client(make_app(DOCS_ENABLED=False))

    answers = [client.get(path) for path in ("/docs", "/openapi.json")]

    assert [problem(answer, 404)["status"] for answer in answers] == [404, 404]


ORIGIN = {"Origin": "https://board.example"}


PREFLIGHT = {
    **ORIGIN,
    "Access-Control-Request-Method": "PATCH",
    "Access-Control-Request-Headers": "authorization,if-match,content-type",
}


def test_other_origins_are_not_let_in_by_default(client):
    answers = [
        client.get("/v1/health", headers=ORIGIN),
        client.options("/v1/auth/me", headers=PREFLIGHT),
    ]

    assert not any("Access-Control-Allow-Origin" in answer.headers for answer in answers)


def test_a_named_origin_is_let_in_and_may_read_the_headers(make_app):
    client = Client(make_app(CORS_ORIGINS="https://board.example,https://tv.example"))

    asked, answer = (
        client.options("/v1/auth/me", headers=PREFLIGHT),
        client.get("/v1/auth/me", headers=ORIGIN),
    )

    assert asked.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
    assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]
    assert "authorization" in asked.headers["Access-Control-Allow-Headers"].lower()
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN["Origin"]
    assert {"etag", "link", "x-ratelimit-remaining"} <= exposed(answer)


def exposed(answer):
    return {
        name.strip().lower() for name in answer.headers["Access-Control-Expose-Headers"].split(",")
    }


def test_an_origin_that_is_not_named_stays_out(make_app):
    client = Client(make_app(CORS_ORIGINS="https://board.example"))

    answer = client.get("/v1/health", headers={"Origin": "https://evil.example"})

    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("host, status", [("api.garage.example", 200), ("evil.example", 400)])
def test_only_trusted_hosts_are_answered(make_app, host, status):
    client = Client(make_app(TRUSTED_HOSTS="api.garage.example,localhost"))

    answer = client.get("/v1/health/ready", headers={"Host": host})

    assert answer.status_code == status
    if status == 400:
        problem(answer, 400)


def test_an_unknown_host_is_named_in_the_answer_and_in_the_log(make_app, capsys):
    client = Client(make_app(TRUSTED_HOSTS="api.garage.example"))

    answer = client.get("/v1/health", headers={"Host": "evil.example"})

    assert problem(answer, 400)["detail"].startswith("Unknown host")
    (told,) = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert (told["level"], "evil.example" in told["message"]) == ("WARNING", True)


def test_logs_can_be_text_for_eyes_a_line_each(make_app, capsys):
    client = Client(make_app(LOG_FORMAT="text", LOG_LEVEL="INFO"))

    client.get("/v1/health%0Afaked", headers={"X-Request-ID": "pit-wall-17"})

    (line,) = capsys.readouterr().err.splitlines()
    assert "INFO request method=GET path=/v1/health\\nfaked" in line
    assert line.endswith("pit-wall-17")
    make_app(LOG_FORMAT="json")


@pytest.mark.parametrize("value", ["false", "False", "0", "no", "off"])
def test_a_word_for_no_in_the_environment_is_a_no(make_app, value):
    client = Client(make_app(REGISTRATION_OPEN=value))

    answer = register(client)

    problem(answer, 403)
