"""Registering, logging in and out."""

import pytest
from accounts import PASSWORD, USER_FIELDS, bearer, login, post, register
from helpers import Client, problem

# Registering


def test_registering_answers_the_new_user_without_any_password(client):
    answer = register(client, name="Ana Torque")

    assert answer.status_code == 201
    assert set(answer.json) == USER_FIELDS
    assert (answer.json["email"], answer.json["name"]) == ("new@garage.example", "Ana Torque")
    assert answer.json["created_at"].endswith("Z")
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'


def test_whoever_registers_first_is_still_only_a_user(client):
    answer = register(client)

    assert (answer.json["role"], answer.json["is_active"]) == ("user", True)


def test_a_name_is_not_needed_to_register(client):
    answer = register(client)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "field, value", [("role", "admin"), ("id", 1), ("is_active", True), ("zzz", 1)]
)
def test_nobody_chooses_more_than_email_password_and_name(client, field, value):
    answer = register(client, **{field: value})

    assert field in problem(answer, 422)["errors"]["json"]


@pytest.mark.parametrize("field", ["email", "password"])
def test_registering_needs_an_email_and_a_password(client, field):
    body = {"email": "new@garage.example", "password": PASSWORD}
    del body[field]

    answer = post(client, "register", **body)

    assert field in problem(answer, 422)["errors"]["json"]


@pytest.mark.parametrize(
    "email",
    [
        "",
        "   ",
        "nobody",
        "a@",
        "@b.example",
        "a b@c.example",
        "a\n@b.example",
        "a@b.example, c@d.example",
        None,
        5,
        ["a@b.example"],
        "nul\0@b.example",
        "a" * 250 + "@b.example",
    ],
)
def test_an_address_that_is_none_is_refused(client, email):
    answer = register(client, email=email)

    assert "email" in problem(answer, 422)["errors"]["json"]


@pytest.mark.parametrize("name", ["x" * 101, "nul\0", "bell\x07", "\x85", "\ufffe", 5])
def test_a_name_that_cannot_be_shown_is_refused(client, name):
    answer = register(client, name=name)

    assert "name" in problem(answer, 422)["errors"]["json"]


def test_a_lone_surrogate_is_refused_not_stored(client):
    body = b'{"email": "new@garage.example", "password": "brake-caliper-35Nm", "name": "\\ud800"}'

    answer = client.post("/v1/auth/register", data=body, content_type="application/json")

    problem(answer, 422)


def test_an_email_registers_once_whatever_its_case(client):
    register(client, email="Ana@Garage.example")

    answer = register(client, email="aNA@gARAGE.EXAMPLE")

    problem(answer, 409)


@pytest.mark.parametrize("trail", ["\n", " ", "\t", "\r\n"])
def test_blanks_after_an_email_do_not_make_a_second_account(client, trail):
    register(client)

    answer = register(client, email="new@garage.example" + trail)

    problem(answer, answer.status_code)
    assert answer.status_code in {409, 422}


def test_a_name_is_trimmed_and_composed(client):
    answer = register(client, name="  Jose\u0301  ")

    assert answer.json["name"] == "Jos\u00e9"


def test_a_closed_team_takes_no_registrations(make_app):
    client = Client(make_app(REGISTRATION_OPEN=False))

    answer = register(client)

    problem(answer, 403)
    problem(login(client), 401)


# Logging in


def test_logging_in_answers_both_tokens_and_the_user(client):
    user = register(client).json

    answer = login(client)

    assert answer.status_code == 200
    assert set(answer.json) == {"access_token", "refresh_token", "token_type", "expires_in", "user"}
    assert (answer.json["token_type"], answer.json["expires_in"]) == ("Bearer", 15 * 60)
    assert answer.json["user"]["id"] == user["id"]
    assert set(answer.json["user"]) == USER_FIELDS


@pytest.mark.parametrize("email", ["NEW@garage.example", "new@GARAGE.EXAMPLE"])
def test_an_email_logs_in_whatever_its_case(client, email):
    register(client)

    answer = login(client, email=email)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"email": "a@b.example"}, {"password": PASSWORD}, {"email": 1, "password": 2}]
)
def test_a_login_without_both_words_is_a_mistake_not_a_refusal(client, body):
    answer = post(client, "login", **body)

    assert problem(answer, 422)["errors"]["json"]


def test_the_access_token_lives_as_long_as_the_setting_says(make_app):
    client = Client(make_app(ACCESS_TOKEN_MINUTES=3))
    register(client)

    answer = login(client)

    assert answer.json["expires_in"] == 180


# Logging out


def test_logging_out_ends_both_tokens_at_once(client):
    register(client)
    tokens = login(client)

    answer = client.post("/v1/auth/logout", headers=bearer(tokens))

    assert (answer.status_code, answer.data) == (204, b"")
    problem(client.get("/v1/auth/me", headers=bearer(tokens)), 401)
    problem(post(client, "refresh", refresh_token=tokens.json["refresh_token"]), 401)


def test_logging_out_leaves_the_other_sessions_alone(client):
    register(client)
    phone, laptop = login(client), login(client)

    client.post("/v1/auth/logout", headers=bearer(phone))

    assert client.get("/v1/auth/me", headers=bearer(laptop)).status_code == 200
    assert post(client, "refresh", refresh_token=laptop.json["refresh_token"]).status_code == 200


@pytest.mark.parametrize(
    "method, path",
    [("POST", "logout"), ("GET", "me"), ("PATCH", "me"), ("POST", "password")],
)
def test_a_session_is_needed_for_what_is_ones_own(client, method, path):
    answer = client.open(f"/v1/auth/{path}", method=method)

    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
