"""Accounts that a team manager makes, links to set a password, and the line each change leaves."""

from dataclasses import replace

import pytest
import sqlalchemy as sa
from accounts import NEW_PASSWORD, login, post
from helpers import PASSWORD, created, problem

from raceapp.auth.models import AccountEntry
from raceapp.storage.session import db

ANA = {"email": "ana@garage.example", "name": "Ana Ruiz"}


def token_of(answer):
    return answer["url"].rpartition("/reset/")[2]


def use(client, token, password=NEW_PASSWORD):
    return post(client, "password-resets/use", token=token, new_password=password)


@pytest.fixture
def reset(admin, mechanic):
    """A link for the mechanic, as it was answered."""
    return created(admin.post(f"/v1/users/{mechanic.id}/password-resets"))


def actions(admin, person_id):
    return [entry["action"] for entry in admin.get(f"/v1/users/{person_id}/history").json]


# Made by a manager


def test_a_manager_makes_an_account_though_registration_is_closed(make_app, admin):
    manager = replace(admin, app=make_app(REGISTRATION_OPEN=False))

    refused = manager.post("/v1/auth/register", json={**ANA, "password": NEW_PASSWORD})
    answer = manager.post("/v1/users", json={**ANA, "role": "admin"})

    assert (refused.status_code, answer.status_code) == (403, 201)
    assert answer.headers["Location"] == f"/v1/users/{answer.json['id']}"
    assert answer.json.items() >= {**ANA, "role": "admin", "is_active": True}.items()
    assert answer.json["url"].startswith("http://localhost/reset/")


def test_nobody_logs_in_to_an_account_that_has_no_password_yet(client, admin):
    admin.post("/v1/users", json=ANA)

    answers = [login(client, ANA["email"], password) for password in ("", " ", "x", "!" * 60)]

    assert {answer.status_code for answer in answers} <= {401, 422}


def test_the_person_sets_a_password_by_the_link_and_logs_in(client, admin):
    made = admin.post("/v1/users", json=ANA).json

    answer = use(client, token_of(made))

    assert (answer.status_code, answer.data) == (204, b"")
    assert login(client, ANA["email"], NEW_PASSWORD).json["user"]["role"] == "user"


@pytest.mark.parametrize("email", ["mechanic@garage.example", "MECHANIC@garage.example"])
def test_an_email_has_one_account(admin, mechanic, email):
    answer = admin.post("/v1/users", json={**ANA, "email": email})

    told = "This email has an account already."  # Whoever adds people has no use for a log-in.
    assert problem(answer, 409)["detail"] == told


@pytest.mark.parametrize(
    "fields", [{"email": "nobody"}, {"role": "king"}, {"password": PASSWORD}, {"id": 7}]
)
def test_an_account_that_makes_no_sense_is_not_made(admin, fields):
    answer = admin.post("/v1/users", json={**ANA, **fields})

    assert [*fields] == [*problem(answer, 422)["errors"]["json"]]


def test_an_account_that_somebody_else_makes_has_a_name(admin):
    answer = admin.post("/v1/users", json={"email": ANA["email"]})

    assert problem(answer, 422)["errors"]["json"] == {"name": ["This is required."]}


# Links


def test_a_link_is_good_once(client, reset, mechanic):
    assert use(client, token_of(reset)).status_code == 204

    again = use(client, token_of(reset), "another-torque-wrench")

    problem(again, 404)
    assert login(client, mechanic.email, NEW_PASSWORD).status_code == 200


def test_a_link_ends_after_a_day(client, clock, admin, mechanic):
    assert mechanic.token
    reset = created(admin.post(f"/v1/users/{mechanic.id}/password-resets"))
    clock.advance(hours=24)

    answer = use(client, token_of(reset))

    problem(answer, 404)
    assert reset["expires_at"] == clock.now.isoformat().replace("+00:00", "Z")


def test_only_the_latest_link_is_good(client, admin, mechanic, reset):
    latest = admin.post(f"/v1/users/{mechanic.id}/password-resets").json

    assert use(client, token_of(reset)).status_code == 404
    assert use(client, token_of(latest)).status_code == 204


def test_every_link_that_is_not_good_is_refused_in_the_same_words(client, reset):
    use(client, token_of(reset))

    used, invented = use(client, token_of(reset)), use(client, "x" * 43)

    assert problem(used, 404)["detail"] == problem(invented, 404)["detail"]


def test_a_refused_password_leaves_the_link_good(client, reset):
    assert (
        "new_password" in problem(use(client, token_of(reset), "password"), 422)["errors"]["json"]
    )

    answer = use(client, token_of(reset))

    assert answer.status_code == 204


def test_a_link_ends_sessions_and_the_lock(client, mechanic, reset):
    assert mechanic.token
    for _ in range(10):
        login(client, mechanic.email, "a-wrong-guess")

    use(client, token_of(reset))

    problem(mechanic.get("/v1/auth/me"), 401)
    assert login(client, mechanic.email, NEW_PASSWORD).status_code == 200


def test_a_changed_password_ends_the_link(client, mechanic, reset):
    body = {"current_password": mechanic.password, "new_password": NEW_PASSWORD}
    assert mechanic.post("/v1/auth/password", json=body).status_code == 204

    answer = use(client, token_of(reset), "another-torque-wrench")

    problem(answer, 404)


def test_who_is_disabled_is_not_let_in_by_a_link(client, admin, mechanic, reset):
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    answer = use(client, token_of(reset))

    problem(answer, 404)


def test_of_eight_uses_at_once_one_is_good(postgres_only, client, reset, parallel):
    answers = parallel(lambda: use(client, token_of(reset)), 8)

    assert sorted(answer.status_code for answer in answers) == [204] + [404] * 7


def test_links_are_made_and_used_at_once_in_turns(postgres_only, client, admin, mechanic, parallel):
    def make_and_use():
        made = admin.post(f"/v1/users/{mechanic.id}/password-resets")
        return made.status_code, use(client, token_of(made.json)).status_code

    answers = parallel(make_and_use, 8)

    assert {made for made, _ in answers} == {201}
    assert {204} <= {used for _, used in answers} <= {204, 404}


def test_no_link_is_found_in_the_database(app, reset):
    with app.app_context():
        rows = db.session.execute(sa.text("SELECT * FROM password_resets")).all()

    assert rows and token_of(reset) not in str(rows)


# The email


def test_a_manager_changes_an_email(client, admin, mechanic):
    answer = admin.patch(f"/v1/users/{mechanic.id}", json={"email": "Jo@Garage.example"})

    assert answer.json["email"] == "jo@garage.example"
    assert login(client, "jo@garage.example", mechanic.password).status_code == 200
    problem(login(client, mechanic.email, mechanic.password), 401)


def test_an_email_that_somebody_has_is_not_given_to_another(admin, mechanic):
    answer = admin.patch(f"/v1/users/{mechanic.id}", json={"email": admin.email})

    problem(answer, 409)
    assert admin.get(f"/v1/users/{mechanic.id}").json["email"] == mechanic.email


# The line that a change leaves


def test_every_change_of_rights_or_password_leaves_a_line(client, admin, mechanic, reset):
    use(client, token_of(reset))
    for changes in ({"role": "admin"}, {"is_active": False}, {"email": "jo@garage.example"}):
        admin.patch(f"/v1/users/{mechanic.id}", json=changes)

    entries = admin.get(f"/v1/users/{mechanic.id}/history").json

    assert [entry["action"] for entry in entries] == [
        "account.created", "password.reset_made", "password.reset_used", *["account.updated"] * 3,
    ]  # fmt: skip
    assert entries[3]["changes"] == {"role": ["user", "admin"]}
    assert [entry["actor"] for entry in entries] == [None, admin.id, None, *[admin.id] * 3]


def test_a_change_of_the_name_or_of_nothing_leaves_none(admin, mechanic):
    for changes in ({"name": "Jo"}, {"role": "user"}, {"email": mechanic.email}, {}):
        admin.patch(f"/v1/users/{mechanic.id}", json=changes)

    assert actions(admin, mechanic.id) == ["account.created"]


def test_ones_own_change_of_password_leaves_a_line(admin, mechanic):
    body = {"current_password": mechanic.password, "new_password": NEW_PASSWORD}
    mechanic.post("/v1/auth/password", json=body)

    assert actions(admin, mechanic.id) == ["account.created", "password.changed"]


def test_what_an_operator_does_leaves_a_line(app, admin, mechanic):
    runner = app.test_cli_runner()
    runner.invoke(args=["user-role", "--email", mechanic.email, "--role", "admin"])

    entry = admin.get(f"/v1/users/{mechanic.id}/history").json[-1]

    assert (entry["actor"], entry["changes"]) == (None, {"role": ["user", "admin"]})


@pytest.mark.parametrize(
    "deed", [sa.delete(AccountEntry), sa.update(AccountEntry).values(action="x")]
)
def test_no_line_is_changed_or_removed(app, admin, deed):
    with app.app_context(), pytest.raises(sa.exc.DatabaseError):
        db.session.execute(deed)
