"""The operator's way out: accounts, links and invitations by command."""

import re

import pytest
from accounts import PASSWORD, login
from commands import run, said_once


def test_people_are_listed_with_role_and_state(app, mechanic, admin):
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    result = run(app, "user-list")

    assert result.output.splitlines() == [
        f"{mechanic.id}\t{mechanic.email}\tuser\tdisabled\tmechanic",
        f"{admin.id}\t{admin.email}\tadmin\tactive\tadmin",
    ]


def test_a_lost_password_is_replaced_and_ends_sessions_and_the_lock(app, client, mechanic):
    assert mechanic.token
    for _ in range(10):
        login(client, email=mechanic.email, password="a-wrong-guess")

    result = run(app, "user-password", "--email", mechanic.email.upper())

    assert result.exit_code == 0, result.output
    assert login(client, email=mechanic.email, password=PASSWORD).status_code == 200
    assert mechanic.get("/v1/auth/me").status_code == 401
    assert PASSWORD not in result.output


@pytest.mark.parametrize("password", ["short", "password"])
def test_a_replaced_password_is_judged_as_any(app, mechanic, password):
    result = run(app, "user-password", "--email", mechanic.email, password=password)

    assert result.exit_code == 1
    assert "password" in said_once(result).lower()
    assert mechanic.get("/v1/auth/me").status_code == 200


def link_in(result, page):
    """The secret of the link that a command tells."""
    assert result.exit_code == 0, result.output
    return re.search(rf"^http://localhost:8000/{page}/([\w-]{{43}})$", result.output, re.M)[1]


def test_a_link_to_set_a_password_is_made_by_hand(app, client, mechanic):
    token = link_in(run(app, "user-link", "--email", mechanic.email.upper()), "reset")

    body = {"token": token, "new_password": "front-axle-nut-64"}
    answer = client.post("/v1/auth/password-resets/use", json=body)

    assert answer.status_code == 204
    assert login(client, email=mechanic.email, password="front-axle-nut-64").status_code == 200


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [({}, True), ({"PUBLIC_URL": "https://pit.team.example"}, False)],
)
def test_in_production_a_link_to_nowhere_is_told_beside_it(make_app, mechanic, settings, is_told):
    app = make_app(**settings)
    app.config["RACEAPP_ENV"] = "production"

    result = run(app, "user-link", "--email", mechanic.email)

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("http")
    assert result.stderr.startswith("PUBLIC_URL is not set") == is_told
    assert ("http://localhost:8000" in result.stderr) == is_told


def test_an_email_is_changed_by_hand(app, client, mechanic):
    result = run(app, "user-email", "--email", mechanic.email, "--new", "Jo@Garage.example")

    assert result.exit_code == 0, result.output
    assert login(client, "jo@garage.example", mechanic.password).status_code == 200


@pytest.mark.parametrize("new", ["nobody", "admin@garage.example"])
def test_an_email_that_cannot_be_is_said_in_one_line(app, client, admin, mechanic, new):
    result = run(app, "user-email", "--email", mechanic.email, "--new", new)

    assert result.exit_code == 1 and "email" in said_once(result)
    assert login(client, mechanic.email, mechanic.password).status_code == 200


def test_what_became_of_an_account_is_listed(app, mechanic, admin):
    admin.patch(f"/v1/users/{mechanic.id}", json={"role": "admin"})

    first, last = run(app, "user-history", "--email", mechanic.email).output.splitlines()

    assert "account.created" in first and "by the operator" in first
    assert "'role': ['user', 'admin']" in last and last.endswith(f"by {admin.id}")


def test_somebody_is_invited_by_hand(app, event, rookie):
    roles = ("--role", "mechanic", "--role", "tyre_tech")
    token = link_in(run(app, "invite", "--event", str(event["id"]), *roles), "join")

    answer = rookie.post("/v1/invitations/accept", json={"token": token})

    assert answer.status_code == 200
    (member,) = rookie.get(f"/v1/events/{event['id']}/crew").json
    assert member["crew_roles"] == ["mechanic", "tyre_tech"]


@pytest.mark.parametrize(
    ("name", "value"), [("--event", "999"), ("--email", "nobody"), ("--role", "mechanic")]
)
def test_an_invitation_that_makes_no_sense_is_said_in_one_line(app, event, name, value):
    asked = {"--event": str(event["id"]), "--role": "mechanic", "--email": "jo@x.example"}
    words = [word for pair in {**asked, name: value}.items() for word in pair]
    more = ["--role", "mechanic"] if name == "--role" else []

    result = run(app, "invite", *words, *more)

    assert result.exit_code == 1
    assert said_once(result).startswith("Error: ")


def test_a_role_is_given_by_hand(app, mechanic):
    result = run(app, "user-role", "--email", mechanic.email, "--role", "admin")

    assert result.exit_code == 0, result.output
    assert mechanic.get("/v1/users").status_code == 200


def test_somebody_is_kept_out_and_let_in_again_by_hand(app, client, mechanic):
    assert mechanic.token
    run(app, "user-disable", "--email", mechanic.email)

    assert mechanic.get("/v1/auth/me").status_code == 401
    assert run(app, "user-disable", "--email", mechanic.email, "--undo").exit_code == 0
    assert login(client, email=mechanic.email, password=mechanic.password).status_code == 200


@pytest.mark.parametrize("command", [["user-disable"], ["user-role", "--role", "user"]])
def test_the_last_team_manager_stays_one(app, admin, command):
    result = run(app, *command, "--email", admin.email)

    assert result.exit_code == 1
    assert "last active team manager" in said_once(result)
    assert admin.get("/v1/users").status_code == 200


@pytest.mark.parametrize("command", [["user-disable"], ["user-role", "--role", "user"]])
def test_who_has_no_account_is_said_in_one_line(app, command):
    result = run(app, *command, "--email", "nobody@garage.example")

    assert result.exit_code == 1
    assert "nobody@garage.example" in said_once(result)
