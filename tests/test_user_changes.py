"""Changing people's accounts, and rights that follow the account on the very next request."""

import pytest
from accounts import login, register
from helpers import problem


@pytest.mark.parametrize(
    "field, value", [("name", "New Name"), ("role", "admin"), ("is_active", False)]
)
def test_an_admin_changes_a_person(admin, mechanic, field, value):
    before = admin.get(f"/v1/users/{mechanic.id}").json

    answer = admin.patch(f"/v1/users/{mechanic.id}", json={field: value})

    assert (answer.status_code, answer.json[field]) == (200, value)
    assert answer.json["version"] == before["version"] + 1
    assert admin.get(f"/v1/users/{mechanic.id}").json == answer.json


def test_a_change_that_changes_nothing_keeps_the_version(admin, mechanic):
    before = admin.get(f"/v1/users/{mechanic.id}").json

    answer = admin.patch(f"/v1/users/{mechanic.id}", json={"role": "user"})

    assert answer.json["version"] == before["version"]


@pytest.mark.parametrize(
    "field, value",
    [
        ("role", "king"),
        ("role", None),
        ("role", 1),
        ("role", ["admin"]),
        ("is_active", 1),
        ("is_active", "true"),
        ("is_active", None),
        ("name", 5),
        ("name", "x" * 101),
        ("email", "no address"),
        ("id", 3),
        ("version", 3),
        ("password", "front-axle-nut-64"),
        ("password_hash", "x"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(admin, mechanic, field, value):
    answer = admin.patch(f"/v1/users/{mechanic.id}", json={field: value})

    assert field in problem(answer, 422)["errors"]["json"]


def test_of_two_changes_to_the_same_version_the_second_is_refused(admin, mechanic):
    etag = admin.get(f"/v1/users/{mechanic.id}").headers["ETag"]
    admin.patch(f"/v1/users/{mechanic.id}", json={"name": "First"}, headers={"If-Match": etag})

    answer = admin.patch(
        f"/v1/users/{mechanic.id}", json={"name": "Second"}, headers={"If-Match": etag}
    )

    problem(answer, 412)
    assert admin.get(f"/v1/users/{mechanic.id}").json["name"] == "First"


def test_any_version_matches_a_star(admin, mechanic):
    answer = admin.patch(
        f"/v1/users/{mechanic.id}", json={"name": "Star"}, headers={"If-Match": "*"}
    )

    assert answer.status_code == 200


# Rights on the very next request


def test_a_demoted_admin_loses_an_admins_deeds_at_once(admin, second_admin):
    admin.patch(f"/v1/users/{second_admin.id}", json={"role": "user"})

    answer = second_admin.get("/v1/users")

    problem(answer, 403)
    assert second_admin.get("/v1/auth/me").json["role"] == "user"


def test_a_promoted_user_has_an_admins_rights_at_once(admin, mechanic):
    admin.patch(f"/v1/users/{mechanic.id}", json={"role": "admin"})

    answer = mechanic.get("/v1/users")

    assert answer.status_code == 200


def test_a_disabled_person_is_out_at_once(admin, mechanic):
    assert mechanic.token
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    answer = mechanic.get("/v1/auth/me")

    problem(answer, 401)


def test_a_person_enabled_again_logs_in_again(admin, mechanic, client):
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": True})

    answer = login(client, email=mechanic.email, password=mechanic.password)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "change", [{"role": "user"}, {"is_active": False}, {"role": "user", "name": "Me"}]
)
def test_the_last_active_admin_stays(admin, mechanic, change):
    answer = admin.patch(f"/v1/users/{admin.id}", json=change)

    problem(answer, 409)
    assert admin.get("/v1/users").status_code == 200


def test_a_disabled_admin_does_not_count_as_one(admin, second_admin):
    admin.patch(f"/v1/users/{second_admin.id}", json={"is_active": False})

    answer = admin.patch(f"/v1/users/{admin.id}", json={"role": "user"})

    problem(answer, 409)


def test_an_admin_may_step_down_when_another_remains(admin, second_admin):
    answer = admin.patch(f"/v1/users/{admin.id}", json={"role": "user"})

    assert answer.status_code == 200


@pytest.fixture
def duel(admin, second_admin):
    """Each of two admins, already logged in, with the path of the other."""
    assert admin.token and second_admin.token
    return [(admin, f"/v1/users/{second_admin.id}"), (second_admin, f"/v1/users/{admin.id}")]


@pytest.mark.parametrize("change", [{"role": "user"}, {"is_active": False}])
def test_two_admins_at_once_cannot_both_go(postgres_only, duel, parallel, change):
    def strike():
        person, path = duel.pop()
        return person.patch(path, json=change).status_code

    first, second = sorted(parallel(strike, 2))

    assert first == 200
    assert second in {401, 403, 409}


def test_racing_registrations_of_one_email_make_one_account(postgres_only, client, parallel):
    answers = parallel(lambda: register(client), 8)

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
