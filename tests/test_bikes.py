"""Bikes: who enters and changes them, and what tells them apart."""

import pytest
from helpers import created, problem

BIKE = {"number": 44, "label": "44 A", "rider_name": "Jo Keller"}


@pytest.fixture
def make_bike(admin):
    def make(label="44 A", **fields):
        return created(admin.post("/v1/bikes", json={**BIKE, "label": label, **fields}))

    return make


@pytest.fixture
def bike(make_bike):
    return make_bike()


@pytest.fixture
def spare(make_bike):
    return make_bike("44 B")


def test_a_bike_is_found_at_its_location(admin):
    response = admin.post("/v1/bikes", json=BIKE)

    assert response.status_code == 201
    assert response.json.items() >= {**BIKE, "version": 1}.items()
    assert admin.get(response.headers["Location"]).json == response.json


@pytest.mark.parametrize("number", [0, 9999])
def test_the_smallest_and_the_largest_number_will_do(make_bike, number):
    assert make_bike(number=number)["number"] == number


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", -1), ("number", 10_000), ("number", "44"), ("number", 44.0), ("number", True),
        ("number", None), ("label", ""), ("label", "x" * 41), ("label", None), ("label", "4\n4"),
        ("rider_name", " "), ("rider_name", "x" * 101), ("rider_name", None), ("id", 7),
        ("deleted_at", None), ("zzz", 1),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named_in_the_refusal(admin, bike, field, value):
    posted = admin.post("/v1/bikes", json={**BIKE, "label": "44 C", field: value})
    patched = admin.patch(f"/v1/bikes/{bike['id']}", json={field: value})

    for response in (posted, patched):
        assert field in problem(response, 422)["errors"]["json"]
    assert admin.get("/v1/bikes").json == [bike]


@pytest.mark.parametrize("field", BIKE)
def test_a_bike_needs_a_number_a_label_and_a_rider(admin, field):
    body = {key: value for key, value in BIKE.items() if key != field}

    response = admin.post("/v1/bikes", json=body)

    assert field in problem(response, 422)["errors"]["json"]


def test_everybody_reads_bikes_and_only_team_managers_change_them(mechanic, bike):
    path = f"/v1/bikes/{bike['id']}"

    refused = [
        mechanic.post("/v1/bikes", json=BIKE),
        mechanic.patch(path, json={"number": 7}),
        mechanic.delete(path),
    ]

    for response in refused:
        problem(response, 403)
    assert mechanic.get("/v1/bikes").json == [mechanic.get(path).json] == [bike]


def test_a_change_makes_a_version_and_repeating_it_none(admin, bike):
    path = f"/v1/bikes/{bike['id']}"

    changed = admin.patch(path, json={"rider_name": "Mia Sand"}).json
    repeated = admin.patch(path, json={"rider_name": "Mia Sand"}).json

    assert (changed["rider_name"], changed["version"]) == ("Mia Sand", 2)
    assert repeated == changed


@pytest.mark.parametrize("deed", ["patch", "delete"])
def test_a_stale_version_changes_nothing(admin, bike, deed):
    path, body = f"/v1/bikes/{bike['id']}", {"json": {"number": 7}} if deed == "patch" else {}

    response = getattr(admin, deed)(path, headers={"If-Match": '"9"'}, **body)

    problem(response, 412)
    assert admin.get(path).json == bike


def test_a_label_is_taken_once(admin, bike, spare):
    answers = [
        admin.post("/v1/bikes", json=BIKE),
        admin.patch(f"/v1/bikes/{spare['id']}", json={"label": " 44 A ", "number": 5}),
    ]

    for response in answers:
        assert "44 A" in problem(response, 409)["detail"]
    assert admin.get("/v1/bikes").json == [bike, spare]


def test_the_label_of_a_bike_that_is_gone_is_free(admin, bike, make_bike):
    admin.delete(f"/v1/bikes/{bike['id']}")

    again = make_bike("44 A")

    assert again["id"] > bike["id"]


def test_of_bikes_with_one_label_entered_at_once_one_is(admin, parallel):
    assert admin.token

    answers = parallel(lambda: admin.post("/v1/bikes", json=BIKE), 4)

    assert sorted(response.status_code for response in answers) == [201, 409, 409, 409]


@pytest.mark.parametrize("deed", ["patch", "delete"])
def test_a_bike_that_is_gone_is_not_found(admin, bike, deed):
    admin.delete(f"/v1/bikes/{bike['id']}")
    body = {"json": {"number": 7}} if deed == "patch" else {}

    for bike_id in (bike["id"], 999):
        problem(getattr(admin, deed)(f"/v1/bikes/{bike_id}", **body), 404)
    assert admin.get("/v1/bikes").json == []


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("", "7 44 A 44 B"), ("sort=-number", "44 B 44 A 7"), ("sort=label", "44 A 44 B 7"),
        ("sort=id", "44 A 7 44 B"), ("q=KELLER", "44 A 44 B"), ("q=44 b", "44 B"), ("q=%25", ""),
        ("q=", "7 44 A 44 B"), ("limit=1", "7"),
    ],
)  # fmt: skip
def test_bikes_are_listed_by_number_and_found_by_label_and_rider(admin, make_bike, query, labels):
    make_bike("44 A")
    make_bike("7", number=7, rider_name="Mia Sand")
    make_bike("44 B")

    rows = admin.get(f"/v1/bikes?{query}").json

    assert " ".join(row["label"] for row in rows) == labels


@pytest.mark.parametrize(
    "label", ["44 a", "44  A", " 44\u00a0A", "44\u2003A", "\uff14\uff14 A", "44 \u200bA"]
)
def test_labels_that_look_alike_are_the_same(admin, bike, label):
    response = admin.post("/v1/bikes", json={**BIKE, "label": label})

    assert "already" in problem(response, 409)["detail"]
