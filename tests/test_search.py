"""Text is found and sorted whatever its case and its accents, the same on both databases."""

import pytest
from helpers import created

RIDERS = ["Žarković", "zanetti", "Ødegård", "Abril", "éclair", "Łukasz"]


@pytest.fixture
def bikes(admin):
    for number, name in enumerate(RIDERS, 1):
        body = {"number": number, "label": f"{name} A", "rider_name": name}
        created(admin.post("/v1/bikes", json=body))


def found(person, path, name="rider_name"):
    return [row[name] for row in created(person.get(path), status=200)]


@pytest.mark.parametrize(
    ("q", "rider"),
    [
        ("zarkovic", "Žarković"),
        ("ZARKOVI%C4%86", "Žarković"),
        ("z%CC%8Carko", "Žarković"),
        ("odegard", "Ødegård"),
        ("lukasz", "Łukasz"),
        ("ECLAIR", "éclair"),
    ],
)
def test_a_search_minds_neither_case_nor_accents(admin, bikes, q, rider):
    assert found(admin, f"/v1/bikes?q={q}") == [rider]


def test_names_are_sorted_without_case_and_accents(admin, bikes):
    ordered = ["Abril", "éclair", "Łukasz", "Ødegård", "zanetti", "Žarković"]

    assert found(admin, "/v1/bikes?sort=label") == ordered
    assert found(admin, "/v1/bikes?sort=-label") == ordered[::-1]


def test_pages_of_names_neither_repeat_nor_skip(admin, bikes):
    first = admin.get("/v1/bikes?sort=label&limit=4")
    path = first.headers["Link"].partition(">")[0][1:]

    rest = found(admin, path)

    assert [row["rider_name"] for row in first.json] + rest == found(admin, "/v1/bikes?sort=label")


def test_tasks_are_found_without_accents(admin, make_task):
    make_task(title="Révision de la fourche")
    make_task(title="Fuel")

    assert found(admin, "/v1/tasks?q=revision", "title") == ["Révision de la fourche"]


def test_people_are_found_and_sorted_without_accents(admin, make_person):
    for name in ("Žiga", "ana", "Émile"):
        make_person(name.encode("ascii", "ignore").decode() + "x").patch(
            "/v1/auth/me", json={"name": name}
        )

    assert found(admin, "/v1/users?q=emile", "name") == ["Émile"]
    assert found(admin, "/v1/users?sort=name&role=user", "name") == ["ana", "Émile", "Žiga"]


@pytest.mark.parametrize("q", ["%25", "_", "%5C", "/", "%EF%BC%85"])
def test_wildcards_stand_for_themselves(admin, make_task, q):
    make_task(title="Fuel")

    assert found(admin, f"/v1/tasks?q={q}", "title") == []
