"""The shipped checklists: they hold by our own rules and are loaded once."""

from collections import Counter

import pytest
from helpers import created

from raceapp.checklists import library


@pytest.fixture
def seed_library(app):
    def seed():
        result = app.test_cli_runner().invoke(args=["seed-library"])
        assert result.exit_code == 0, result.output
        return result.output

    return seed


def listed(person):
    return person.get("/v1/templates").json


def test_the_library_has_94_items_of_every_scope_and_anchor():
    items = library.read()["items"]

    assert len(items) == len({item["key"] for item in items}) == 94
    assert len({item["scope"] for item in items}) == 6
    assert Counter(item["anchor"] for item in items).keys() == {
        "event_start", "event_end", "session_start", "session_end", "crash", "wet",
    }  # fmt: skip


def test_the_library_becomes_a_template(seed_library, mechanic):
    said = seed_library()

    (found,) = listed(mechanic)
    assert found["name"] == "Motorcycle road racing" and len(found["items"]) == 94
    assert "94" in said and str(found["id"]) in said


def test_loading_the_library_twice_does_nothing_the_second_time(seed_library, mechanic):
    seed_library()
    before = listed(mechanic)

    said = seed_library()

    assert "already" in said
    assert listed(mechanic) == before


def test_loading_the_library_again_keeps_what_the_team_made_of_it(seed_library, admin):
    seed_library()
    path = f"/v1/templates/{listed(admin)[0]['id']}"
    items = listed(admin)[0]["items"][:5]
    created(admin.patch(path, json={"items": items}), status=200)

    seed_library()

    assert [found["items"] for found in listed(admin)] == [items]


def test_a_library_taken_back_can_be_loaded_again(seed_library, admin):
    seed_library()
    admin.delete(f"/v1/templates/{listed(admin)[0]['id']}")

    seed_library()

    assert len(listed(admin)) == 1


def test_the_library_can_be_sent_over_the_api(seed_library, admin):
    seed_library()
    shipped = listed(admin)[0]

    body = {"name": "Ours", "items": shipped["items"]}

    assert created(admin.post("/v1/templates", json=body))["items"] == shipped["items"]
