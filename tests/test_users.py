"""The team manager's list of people."""

import pytest
from accounts import USER_FIELDS, register
from helpers import problem


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
    [
        ("GET", "/v1/users"),
        ("GET", "/v1/users/1"),
        ("PATCH", "/v1/users/1"),
        ("GET", "/v1/users/987654321"),
    ],
)
def test_a_user_has_no_business_with_the_list_of_people(mechanic, client, method, path):
    headers = {"Authorization": f"Bearer {mechanic.token}"}

    answer = client.open(path, method=method, headers=headers)

    problem(answer, 403)


def test_the_role_is_asked_before_the_body_is_read(mechanic):
    answer = mechanic.patch("/v1/users/1", json={"zzz": 1})

    problem(answer, 403)


@pytest.mark.parametrize(
    "number",
    ["0", "-1", "01", "1.0", "+1", "x", "%D9%A1", "987654321", str(2**31), str(2**63), "9" * 40],
)
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
    assert values == sorted(
        values, key=lambda value: value.casefold() if isinstance(value, str) else value
    )
    assert [user[key] for user in down] == values[::-1]


def test_pages_follow_one_another_to_the_end(admin, mechanic, chief, stranger):
    whole = [user["id"] for user in admin.get("/v1/users?sort=email").json]

    pages, path = [], "/v1/users?sort=email&limit=1"
    while path:
        answer = admin.get(path)
        pages += [user["id"] for user in answer.json]
        path = next_page(answer)

    assert pages == whole


@pytest.mark.parametrize("sort", ["name", "-name"])
def test_whoever_gave_no_name_comes_last_either_way(admin, mechanic, client, sort):
    nameless = [register(client, email=f"{n}@garage.example").json["id"] for n in range(2)]

    pages, path = [], f"/v1/users?sort={sort}&limit=1"
    while path:
        answer = admin.get(path)
        pages += [user["id"] for user in answer.json]
        path = next_page(answer)

    assert set(pages[-2:]) == set(nameless)
    assert sorted(pages) == sorted({admin.id, mechanic.id, *nameless})


def next_page(answer):
    return answer.headers.get("Link", "").partition("<")[2].partition(">")[0]


def test_people_are_counted_only_when_asked(admin, mechanic):
    plain = admin.get("/v1/users?limit=1")
    counted = admin.get("/v1/users?limit=1&include_total=true")

    assert "X-Total-Count" not in plain.headers
    assert int(counted.headers["X-Total-Count"]) == len(admin.get("/v1/users").json)


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=201",
        "limit=x",
        "limit=1_0",
        "limit=" + "9" * 5000,
        "cursor=x",
        "cursor=",
        "sort=password",
        "sort=--id",
        "role=king",
        "is_active=perhaps",
        "zzz=1",
        "role=user&role=admin",
        "q=" + "x" * 101,
        "q=%00",
        "include_total=2",
    ],
    ids=lambda query: query[:20],
)
def test_a_question_that_makes_no_sense_is_refused(admin, query):
    answer = admin.get(f"/v1/users?{query}")

    assert problem(answer, 422)["errors"]["query"]


def test_an_empty_search_filters_nothing(admin, mechanic):
    assert ids(admin, "q=") == ids(admin, "limit=200")
