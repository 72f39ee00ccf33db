"""Budgets: whom they count, what they answer, and that nobody gets more by asking cleverly."""

import time
from dataclasses import replace

import pytest
from helpers import Client, problem

HEADERS = {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"}


def budget(answer):
    return {name for name in HEADERS if name in answer.headers}


@pytest.fixture
def three_calls(make_app):
    """An application where everybody has three task calls a minute."""
    return make_app(RATELIMIT_TASKS="3/minute")


@pytest.fixture
def hurried(three_calls, mechanic):
    return replace(mechanic, app=three_calls)


ANSWERS = [
    ("GET", "/v1/tasks", None, 200),
    ("GET", "/v1/tasks/987654321", None, 404),
    ("POST", "/v1/tasks", {"zzz": 1}, 422),
    ("GET", "/v1/tasks?limit=0", None, 422),
]


@pytest.mark.parametrize("method, path, body, status", ANSWERS)
def test_every_task_answer_says_what_is_left(hurried, method, path, body, status):
    answer = hurried.open(path, method=method, json=body)

    assert answer.status_code == status
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == (
        "3",
        "2",
    )
    assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 62
    assert "Retry-After" not in answer.headers


def test_a_call_without_a_token_says_what_is_left_too(three_calls):
    answer = Client(three_calls).get("/v1/tasks")

    problem(answer, 401)
    assert budget(answer) == HEADERS
    assert "Retry-After" not in answer.headers


def test_the_call_over_budget_is_refused_and_says_when_to_come_back(hurried):
    left = [hurried.get("/v1/tasks").headers["X-RateLimit-Remaining"] for _ in range(3)]

    answer = hurried.get("/v1/tasks")

    problem(answer, 429)
    assert left == ["2", "1", "0"]
    assert answer.headers["X-RateLimit-Remaining"] == "0"
    assert 1 <= int(answer.headers["Retry-After"]) <= 61
    assert 0 <= int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 62


def test_all_task_endpoints_share_one_budget(hurried):
    hurried.get("/v1/tasks")
    hurried.patch("/v1/tasks/987654321", json={"completed": True})
    hurried.delete("/v1/tasks/987654321")

    answer = hurried.post("/v1/tasks", json={})

    problem(answer, 429)


def test_signing_off_has_a_budget_of_its_own(make_app, mechanic, event):
    task = mechanic.post("/v1/tasks", json={"event_id": event["id"], "title": "Fuel"}).json
    rates = {"RATELIMIT_TASKS": "1/minute", "RATELIMIT_SIGN_OFFS": "2/minute"}
    person = replace(mechanic, app=make_app(**rates))

    path = f"/v1/tasks/{task['id']}/sign-offs"
    answers = [person.post(path, json={"act": act}) for act in ("done", "reopen", "done")]

    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert person.get("/v1/tasks").status_code == 200


def test_a_budget_may_have_two_limits_and_the_one_that_is_spent_is_told(make_app, mechanic):
    person = replace(mechanic, app=make_app(RATELIMIT_TASKS="3/minute;2/hour"))

    answers = [person.get("/v1/tasks") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    told = [answer.headers["X-RateLimit-Limit"] for answer in answers]
    assert told == ["3", "3", "2"]
    assert 60 < int(answers[2].headers["Retry-After"]) <= 3601


def test_people_behind_one_router_have_a_budget_each(hurried, chief):
    for _ in range(4):
        hurried.get("/v1/tasks")

    answer = replace(chief, app=hurried.app).get("/v1/tasks")

    assert answer.status_code == 200


def test_another_phone_and_another_network_are_the_same_person(hurried):
    phone = replace(hurried)
    hurried.get("/v1/tasks")
    phone.get("/v1/tasks", environ_overrides={"REMOTE_ADDR": "203.0.113.9"})
    hurried.get("/v1/tasks")

    answer = phone.get("/v1/tasks", environ_overrides={"REMOTE_ADDR": "203.0.113.10"})

    problem(answer, 429)


@pytest.mark.parametrize("end", ["logged out", "disabled"])
def test_a_token_that_is_not_valid_any_more_spends_its_address_not_its_owner(hurried, admin, end):
    stale = replace(hurried)
    assert stale.token
    if end == "disabled":
        admin.patch(f"/v1/users/{stale.id}", json={"is_active": False})
        admin.patch(f"/v1/users/{stale.id}", json={"is_active": True})
    else:
        stale.post("/v1/auth/logout")

    statuses = [stale.get("/v1/tasks").status_code for _ in range(4)]

    assert statuses == [401, 401, 401, 429]
    hurried.__dict__.pop("token", None)
    assert hurried.get("/v1/tasks").headers["X-RateLimit-Remaining"] == "2"
    assert stale.get("/v1/tasks").status_code == 429


SPELLINGS = [
    "bearer {}",
    "Bearer  {}",
    "Bearer\t{}",
    "Bearer {} ",
    "Bearer {}, Basic x",
    "Basic x, Bearer {}",
]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_spelling_the_header_otherwise_is_not_another_budget(hurried, spelling):
    for _ in range(3):
        hurried.get("/v1/tasks")

    answer = hurried.get("/v1/tasks", headers={"Authorization": spelling.format(hurried.token)})

    assert answer.status_code in {401, 429}


@pytest.mark.parametrize("tail", ["x", ".", "AAAA"])
def test_a_forged_token_spends_nobody_elses_budget(hurried, tail):
    forged = {"Authorization": f"Bearer {hurried.token[:-6]}{tail}"}
    for _ in range(4):
        Client(hurried.app).get("/v1/tasks", headers=forged)

    answer = hurried.get("/v1/tasks")

    assert answer.status_code == 200


def test_over_budget_comes_before_every_other_refusal(three_calls):
    guest = Client(three_calls)

    answers = [guest.post("/v1/tasks", data=b"{", content_type="text/plain") for _ in range(4)]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 429]


# Never limited


@pytest.mark.parametrize("path", ["/v1/health", "/v1/health/ready", "/openapi.json", "/docs"])
def test_health_and_documents_are_never_limited(three_calls, path):
    answers = [Client(three_calls).get(path, follow_redirects=True) for _ in range(6)]

    assert {answer.status_code for answer in answers} == {200}
    assert not any(budget(answer) for answer in answers)


def test_asking_for_options_costs_nothing(hurried):
    for _ in range(6):
        assert hurried.options("/v1/tasks").status_code < 400

    assert hurried.get("/v1/tasks").headers["X-RateLimit-Remaining"] == "2"
