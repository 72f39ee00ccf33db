"""Every change of a template makes its next version."""

from collections import Counter

import pytest
from checklists import ITEM, item
from helpers import problem

pytest_plugins = ["checklist_fixtures"]


def test_a_change_of_items_makes_the_next_version(admin, template_path):
    response = admin.patch(template_path, json={"items": [item("new")]})

    assert response.status_code == 200
    assert response.json["version"] == 2 and response.headers["ETag"] == '"2"'
    assert [found["key"] for found in admin.get(template_path).json["items"]] == ["new"]


def test_a_change_of_name_makes_the_next_version_with_the_same_items(admin, template_path):
    before = admin.get(template_path).json

    after = admin.patch(template_path, json={"name": "Supersport"}).json

    assert after["version"] == 2 and after["name"] == "Supersport"
    assert after["items"] == before["items"]


def test_items_changed_within_one_instant_make_a_version_too(admin, clock, template_path):
    for number in (2, 3, 4):
        after = admin.patch(template_path, json={"items": [item(f"item-{number}")]}).json
        assert after["version"] == number
        assert after["updated_at"] == after["created_at"]


@pytest.mark.parametrize("body", [{}, {"name": "Superbike"}, {"items": [ITEM]}])
def test_what_is_so_already_makes_no_version(admin, template_path, body):
    before = admin.get(template_path).json

    response = admin.patch(template_path, json=body)

    assert response.json == before


@pytest.mark.parametrize("body", [{"items": [{}]}, {"name": None}, {"items": None}, {"zzz": 1}])
def test_a_faulty_change_changes_nothing(admin, template_path, body):
    before = admin.get(template_path).json

    problem(admin.patch(template_path, json=body), 422)

    assert admin.get(template_path).json == before


def test_a_change_of_an_older_version_is_refused(admin, template_path):
    seen = {"If-Match": admin.get(template_path).headers["ETag"]}
    admin.patch(template_path, json={"name": "Supersport"})

    problem(admin.patch(template_path, json={"name": "Moto3"}, headers=seen), 412)
    problem(admin.delete(template_path, headers=seen), 412)


def test_writers_at_once_each_make_a_version(admin, template_path, parallel):
    names = iter("ABCDEF")

    answers = parallel(lambda: admin.patch(template_path, json={"items": [item(next(names))]}), 6)

    assert Counter(answer.status_code for answer in answers) == {200: 6}
    assert sorted(answer.json["version"] for answer in answers) == [2, 3, 4, 5, 6, 7]
