"""Which passwords are taken, and how one is changed."""

import unicodedata

import pytest
from accounts import NEW_PASSWORD, PASSWORD, bearer, change, login, post, register
from helpers import Client, problem

REFUSED = {
    "seven bytes": "qZ7-wrt",
    "73 bytes": "k" * 36 + "q" * 37,
    "73 bytes in 37 characters": "é" * 36 + "x",
    "19 emoji": "🏍" * 19,
    "longer once normalised": "\ufdfa" * 3,
    "nothing": "",
    "NUL": "brake-\0caliper",
    "a common one": "password",
    "a common number": "1234567890",
    "common in capitals": "PASSWORD",
    "common once normalised": "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",
    "null": None,
    "a number": 1234567890,
    "a list": ["brake-caliper-35Nm"],
}


@pytest.mark.parametrize("password", REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_password_is_refused_at_registration(client, password):
    answer = register(client, password=password)

    assert "password" in problem(answer, 422)["errors"]["json"]


@pytest.mark.parametrize("password", REFUSED.values(), ids=REFUSED.keys())
def test_a_bad_password_is_refused_when_changing(client, password):
    register(client)
    tokens = login(client)

    answer = change(client, tokens, new=password)

    assert "new_password" in problem(answer, 422)["errors"]["json"]
    assert login(client).status_code == 200


@pytest.mark.parametrize(
    "password, sentence",
    [
        ("qZ7-wrt", "Must have at least 8 characters."),
        ("é" * 37, "Must have at most 72 characters;"),
    ],
)
def test_a_length_is_told_in_characters(client, password, sentence):
    answer = register(client, password=password)

    assert problem(answer, 422)["errors"]["json"]["password"][0].startswith(sentence)


def test_a_refusal_does_not_repeat_the_password(client):
    answer = register(client, password="k9" * 37)

    problem(answer, 422)
    assert "k9" not in answer.text


@pytest.mark.parametrize("word", ["\\ud800aaaaaaaaaa", "aaaaaaaaaa\\udfff"])
@pytest.mark.parametrize("path, status", [("register", {422}), ("login", {401, 422})])
def test_a_lone_surrogate_is_no_password(client, path, status, word):
    body = f'{{"email": "new@garage.example", "password": "{word}"}}'

    answer = client.post(f"/v1/auth/{path}", data=body, content_type="application/json")

    problem(answer, answer.status_code)
    assert answer.status_code in status


@pytest.mark.parametrize("password", ["new@garage.example", "New@Garage.Example"])
def test_the_email_is_no_password(client, password):
    answer = register(client, password=password)

    assert "password" in problem(answer, 422)["errors"]["json"]


TAKEN = ["qZ7-wrtx", "k7" * 36, "é" * 36, "🏍🏁" * 9, "пароль гонщика", "pit lane opens 14:25"]


@pytest.mark.parametrize("password", TAKEN)
def test_a_good_password_registers_and_logs_in(client, password):
    registered = register(client, password=password)

    assert registered.status_code == 201
    assert login(client, password=password).status_code == 200


@pytest.mark.parametrize("other", ["BRAKE-caliper-35Nm", "brake-caliper-35N", PASSWORD + "!"])
def test_only_the_very_password_logs_in(client, other):
    register(client)

    answer = login(client, password=other)

    problem(answer, 401)


def test_bytes_beyond_the_72nd_do_not_go_unnoticed(client):
    register(client, password="k7" * 36)

    answer = login(client, password="k7" * 36 + "x")

    problem(answer, 401)


@pytest.mark.parametrize("register_form", ["NFC", "NFD", "NFKC"])
@pytest.mark.parametrize("login_form", ["NFC", "NFD", "NFKC"])
def test_a_password_is_the_same_on_every_keyboard(client, register_form, login_form):
    password = "Fußraste-Höhe-é-№ 7"
    register(client, password=unicodedata.normalize(register_form, password))

    answer = login(client, password=unicodedata.normalize(login_form, password))

    assert answer.status_code == 200


def test_the_least_length_is_a_setting(make_app):
    client = Client(make_app(PASSWORD_MIN_LENGTH=12))

    answer = register(client, password="qZ7-wrtx-12")

    assert "password" in problem(answer, 422)["errors"]["json"]
    assert register(client, password="qZ7-wrtx-123").status_code == 201


# Changing it


def test_a_changed_password_replaces_the_old_one(client):
    register(client)
    tokens = login(client)

    answer = change(client, tokens)

    assert (answer.status_code, answer.data) == (204, b"")
    problem(login(client), 401)
    assert login(client, password=NEW_PASSWORD).status_code == 200


def test_a_changed_password_ends_every_other_session_but_not_this_one(client):
    register(client)
    phone, laptop = login(client), login(client)

    change(client, laptop)

    problem(client.get("/v1/auth/me", headers=bearer(phone)), 401)
    problem(post(client, "refresh", refresh_token=phone.json["refresh_token"]), 401)
    assert client.get("/v1/auth/me", headers=bearer(laptop)).status_code == 200
    assert post(client, "refresh", refresh_token=laptop.json["refresh_token"]).status_code == 200


@pytest.mark.parametrize("current", ["not-the-password", "k" * 73, "🏍" * 19])
def test_a_wrong_current_password_changes_nothing(client, current):
    register(client)
    tokens = login(client)

    answer = change(client, tokens, current=current)

    problem(answer, 403)
    assert login(client).status_code == 200


def test_the_own_email_is_no_new_password(client):
    register(client)

    answer = change(client, login(client), new="NEW@garage.example")

    assert "new_password" in problem(answer, 422)["errors"]["json"]


def test_no_secret_is_found_in_the_database(app, client):
    register(client)
    tokens = login(client).json

    stored = everything_stored(app)

    assert "new@garage.example" in stored
    assert PASSWORD not in stored
    assert tokens["refresh_token"] not in stored
    assert tokens["access_token"] not in stored


def everything_stored(app):
    with app.app_context():
        db = app.extensions["sqlalchemy"]
        with db.engine.connect() as connection:
            tables = db.metadata.sorted_tables
            return " ".join(
                str(row) for table in tables for row in connection.execute(table.select())
            )
