"""The team manager's list of people, and rights that follow the account at once."""

import pytest

from accounts import USER_FIELDS, register
from helpers import problem

# Reading


def test_an_admin_lists_everybody(admin, mechanic, chief):
    answer = admin.get("/v1/users")

    assert answer.status_code == 200
    assert {admin.id, mechanic.id, chief.id} <= {user["id"] for user in answer.json}
    assert all(set(user) == USER_FIELDS for user in answer.json)


def test_an_admin_reads_one_person(admin, mechanic):
    answer = admin.get(f"/v1/users/{mechanic.id}")

    assert (answer.status_code, answer.json["email"]) == (200, mechanic.email)
    assert set(answer.json) == USER_FIELDS
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'


@pytest.mark.parametrize(
    "method, path",
    [("GET", "/v1/users"), ("GET", "/v1/users/1"), ("PATCH", "/v1/users/1"), ("GET", "/v1/users/987654321")],
)
def test_a_user_has_no_business_with_the_list_of_people(mechanic, client, method, path):
    headers = {"Authorization": f"Bearer {mechanic.token}"}

    answer = client.open(path, method=method, headers=headers)

    problem(answer, 403)


def test_the_role_is_asked_before_the_body_is_read(mechanic):
    answer = mechanic.patch("/v1/users/1", json={"zzz": 1})

    problem(answer, 403)


@pytest.mark.parametrize("number", ["0", "-1", "01", "1.0", "+1", "x", "%D9%A1", "987654321", str(2**31), str(2**63), "9" * 40])
@pytest.mark.parametrize("method", ["get", "patch"])
def test_a_person_who_is_not_there_is_not_found(admin, number, method):
    body = {"json": {"name": "Nobody"}} if method == "patch" else {}

    answer = getattr(admin, method)(f"/v1/users/{number}", **body)

    problem(answer, 404)


def test_a_list_is_searched_in_email_and_name(admin, mechanic, client):
    register(client, email="zz.top@garage.example", name="Quintus")

    for word in ("ZZ.TOP", "quint"):
        found = admin.get(f"/v1/users?q={word}").json
        assert [user["name"] for user in found] == ["Quintus"]


@pytest.mark.parametrize("word", ["%25", "_", "%5C"])
def test_a_search_takes_signs_literally(admin, mechanic, word):
    answer = admin.get(f"/v1/users?q={word}")

    assert (answer.status_code, answer.json) == (200, [])


def test_a_list_is_filtered_by_role_and_activity(admin, mechanic, rookie):
    admin.patch(f"/v1/users/{rookie.id}", json={"is_active": False})

    assert ids(admin, "role=admin") == {admin.id}
    assert ids(admin, "is_active=false") == {rookie.id}
    assert rookie.id not in ids(admin, "role=user&is_active=true")


def ids(person, query):
    return {user["id"] for user in person.get(f"/v1/users?{query}").json}


@pytest.mark.parametrize("key", ["email", "name", "created_at", "id"])
def test_a_list_is_sorted_both_ways(admin, mechanic, chief, key):
    up = admin.get(f"/v1/users?sort={key}").json
    down = admin.get(f"/v1/users?sort=-{key}").json

    values = [user[key] for user in up]
    assert values == sorted(values, key=lambda value: value.casefold() if isinstance(value, str) else value)
    assert [user[key] for user in down] == values[::-1]


def test_pages_follow_one_another_to_the_end(admin, mechanic, chief, stranger):
    whole = [user["id"] for user in admin.get("/v1/users?sort=email").json]

    pages, path = [], "/v1/users?sort=email&limit=1"
    while path:
        answer = admin.get(path)
        pages += [user["id"] for user in answer.json]
        path = answer.headers.get("Link", "").partition("<")[2].partition(">")[0]

    assert pages == whole


def test_people_are_counted_only_when_asked(admin, mechanic):
    plain = admin.get("/v1/users?limit=1")
    counted = admin.get("/v1/users?limit=1&include_total=true")

    assert "X-Total-Count" not in plain.headers
    assert int(counted.headers["X-Total-Count"]) == len(admin.get("/v1/users").json)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=201", "limit=x", "limit=1_0", "limit=" + "9" * 5000, "cursor=x", "cursor=", "sort=password",
     "sort=--id", "role=king", "is_active=perhaps", "zzz=1", "role=user&role=admin", "q=" + "x" * 101, "q=%00",
     "include_total=2"],
    ids=lambda query: query[:20],
)  # fmt: skip
def test_a_question_that_makes_no_sense_is_refused(admin, query):
    answer = admin.get(f"/v1/users?{query}")

    assert problem(answer, 422)["errors"]["query"]


def test_an_empty_search_filters_nothing(admin, mechanic):
    assert ids(admin, "q=") == ids(admin, "limit=200")


# Changing


@pytest.mark.parametrize("field, value", [("name", "New Name"), ("role", "admin"), ("is_active", False)])
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
    [("role", "king"), ("role", None), ("role", 1), ("role", ["admin"]), ("is_active", 1), ("is_active", "true"),
     ("is_active", None), ("name", 5), ("name", "x" * 101), ("email", "x@y.example"), ("id", 3), ("version", 3),
     ("password", "front-axle-nut-64"), ("password_hash", "x")],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused(admin, mechanic, field, value):
    answer = admin.patch(f"/v1/users/{mechanic.id}", json={field: value})

    assert field in problem(answer, 422)["errors"]["json"]


def test_of_two_changes_to_the_same_version_the_second_is_refused(admin, mechanic):
    etag = admin.get(f"/v1/users/{mechanic.id}").headers["ETag"]
    admin.patch(f"/v1/users/{mechanic.id}", json={"name": "First"}, headers={"If-Match": etag})

    answer = admin.patch(f"/v1/users/{mechanic.id}", json={"name": "Second"}, headers={"If-Match": etag})

    problem(answer, 412)
    assert admin.get(f"/v1/users/{mechanic.id}").json["name"] == "First"


def test_any_version_matches_a_star(admin, mechanic):
    answer = admin.patch(f"/v1/users/{mechanic.id}", json={"name": "Star"}, headers={"If-Match": "*"})

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


def test_a_disabled_person_is_out_at_once_and_back_when_enabled(admin, mechanic):
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    answer = mechanic.get("/v1/auth/me")

    problem(answer, 401)


@pytest.mark.parametrize("change", [{"role": "user"}, {"is_active": False}, {"role": "user", "name": "Me"}])
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


def test_two_admins_demoting_each_other_leave_one(postgres_only, admin, second_admin, parallel):
    pairs = [(admin, second_admin), (second_admin, admin)]

    answers = parallel(lambda: (lambda a, b: a.patch(f"/v1/users/{b.id}", json={"role": "user"}))(*pairs.pop()), 2)

    roles = {person.get("/v1/auth/me").json["role"] for person in (admin, second_admin)}
    assert roles == {"admin", "user"}
    assert sorted(answer.status_code for answer in answers)[0] == 200


def test_racing_registrations_of_one_email_make_one_account(postgres_only, client, parallel):
    answers = parallel(lambda: register(client), 8)

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
