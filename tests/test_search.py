"""Text is found and sorted whatever its case and its accents, the same on both databases."""

import json
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from helpers import created
from sqlalchemy.dialects.postgresql import ARRAY

from raceapp.storage.expressions import fold
from raceapp.storage.session import db

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


@pytest.mark.parametrize(
    "title", ["ЖАРКОВИЋ", "ΣΊΣΥΦΟΣ", "Ёлка", "Æsir", "Þór", "Ðuro", "ẞ", "İstanbul"]
)
def test_letters_of_any_script_have_a_case(admin, make_task, title):
    make_task(title=f"Call {title}")

    for q in (title, title.lower()):
        assert found(admin, f"/v1/tasks?q={quote(q)}", "title") == [f"Call {title}"]


def test_every_letter_is_folded_alike(app):
    letters = [chr(code) for code in range(1, 0x20000) if chr(code).isalpha()]
    bare = {letter: fold(f"a{letter}b") for letter in letters}
    asked = sa.select(sa.func.folded(sa.literal("a").concat(sa.column("value")).concat("b")))
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            each = (
                sa.func.unnest(sa.literal(letters, ARRAY(sa.Text)))
                .table_valued("value")
                .render_derived()
            )
        else:
            each = sa.func.json_each(json.dumps(letters)).table_valued("value")
        told = db.session.scalars(asked.select_from(each)).all()
    assert {
        letter: one for letter, one in zip(letters, told, strict=True) if one != bare[letter]
    } == {}


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
