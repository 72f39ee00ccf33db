"""One's own profile: read, renamed, and no more."""

import pytest
from accounts import PASSWORD, USER_FIELDS
from helpers import problem


def test_everybody_reads_their_own_profile(mechanic):
    answer = mechanic.get("/v1/auth/me")

    assert answer.status_code == 200
    assert set(answer.json) == USER_FIELDS
    assert (answer.json["id"], answer.json["email"]) == (mechanic.id, mechanic.email)


def test_everybody_changes_their_own_name(mechanic):
    before = mechanic.get("/v1/auth/me").json

    answer = mechanic.patch("/v1/auth/me", json={"name": "Marta"})

    assert (answer.status_code, answer.json["name"]) == (200, "Marta")
    assert answer.json["version"] == before["version"] + 1
    assert mechanic.get("/v1/auth/me").json == answer.json


@pytest.mark.parametrize(
    "field, value",
    [
        ("role", "admin"),
        ("is_active", False),
        ("email", "x@y.example"),
        ("id", 1),
        ("password", PASSWORD),
        ("version", 9),
    ],
)
def test_nobody_changes_more_of_themselves_than_the_name(mechanic, field, value):
    answer = mechanic.patch("/v1/auth/me", json={field: value})

    assert field in problem(answer, 422)["errors"]["json"]
    assert mechanic.get("/v1/auth/me").json["role"] == "user"


def test_an_unchanged_profile_is_not_sent_again(mechanic):
    etag = mechanic.get("/v1/auth/me").headers["ETag"]

    answer = mechanic.get("/v1/auth/me", headers={"If-None-Match": etag})

    assert (answer.status_code, answer.headers["ETag"], answer.data) == (304, etag, b"")


@pytest.mark.parametrize("header", ['"999"', 'W/"1"', "rubbish", '"-1"'])
def test_a_profile_that_moved_on_is_not_overwritten(mechanic, header):
    answer = mechanic.patch("/v1/auth/me", json={"name": "Late"}, headers={"If-Match": header})

    problem(answer, 412)
    assert mechanic.get("/v1/auth/me").json["name"] != "Late"
