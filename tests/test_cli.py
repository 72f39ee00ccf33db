"""The commands: people made by hand, and the demo team."""

import pytest
from accounts import PASSWORD, login
from commands import run, said_once

EMAIL = "boss@garage.example"


def create(app, email=EMAIL, role="admin", **how):
    return run(app, "user-create", "--email", email, "--role", role, **how)


@pytest.mark.parametrize("role", ["user", "admin"])
def test_a_person_made_by_hand_logs_in_with_that_role(app, client, role):
    result = create(app, role=role)

    assert result.exit_code == 0, result.output
    assert login(client, email=EMAIL).json["user"]["role"] == role
    assert PASSWORD not in result.output


def test_a_person_made_by_hand_may_have_a_name(app, client):
    run(app, "user-create", "--email", EMAIL, "--role", "user", "--name", "Ana Torque")

    assert login(client, email=EMAIL).json["user"]["name"] == "Ana Torque"


def test_the_password_is_asked_for_when_it_is_not_in_the_environment(app, client):
    result = create(app, password=None, typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert login(client, email=EMAIL).status_code == 200


@pytest.mark.parametrize("email", [EMAIL, "BOSS@Garage.example"])
def test_a_taken_email_is_said_in_one_line(app, client, email):
    create(app)

    result = create(app, email=email, role="user", password="front-axle-nut-64")

    assert result.exit_code == 1
    assert "email" in said_once(result).lower() or email.lower() in said_once(result).lower()
    assert login(client, email=EMAIL).json["user"]["role"] == "admin"


@pytest.mark.parametrize("password", ["short", "password", "k" * 73, "🏍" * 19, EMAIL])
def test_a_refused_password_is_said_in_one_line(app, client, password):
    result = create(app, password=password)

    assert result.exit_code == 1
    assert "password" in said_once(result).lower()
    assert login(client, email=EMAIL, password=password).status_code == 401


@pytest.mark.parametrize("email", ["nobody", "", "a@b.example\nc", "nul\0@b.example"])
def test_an_address_that_is_none_is_said_and_not_stored(app, email):
    result = create(app, email=email)

    assert result.exit_code in {1, 2}
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    "arguments", [["--email", EMAIL], ["--role", "admin"], ["--email", EMAIL, "--role", "king"]]
)
def test_who_and_what_must_be_said(app, arguments):
    result = run(app, "user-create", *arguments)

    assert result.exit_code == 2
