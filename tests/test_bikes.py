"""Bikes: who enters them, what tells them apart, and which weekends they go to."""

from datetime import datetime

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


@pytest.fixture
def change(admin, event):
    return lambda **fields: admin.patch(f"/v1/events/{event['id']}", json=fields)


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


@pytest.mark.parametrize("deed", ["get", "patch", "delete"])
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


# At a weekend


def test_an_event_is_planned_with_its_bikes(make_event, bike, spare):
    event = make_event(bike_ids=[spare["id"], bike["id"]])

    assert (event["bike_ids"], event["version"]) == ([bike["id"], spare["id"]], 1)


def test_bikes_are_put_on_and_taken_off_an_event(admin, event, bike, spare, change):
    put_on = change(bike_ids=[bike["id"], spare["id"]]).json
    taken_off = change(bike_ids=[spare["id"]]).json

    assert (put_on["bike_ids"], put_on["version"]) == ([bike["id"], spare["id"]], 2)
    assert (taken_off["bike_ids"], taken_off["version"]) == ([spare["id"]], 3)
    assert admin.get(f"/v1/events/{event['id']}").json == taken_off


def test_the_record_tells_which_bikes_came_and_went(admin, event, bike, change):
    change(bike_ids=[bike["id"]], name="Misano wet")

    entries = admin.get(f"/v1/events/{event['id']}/history").json
    assert [entry["action"] for entry in entries] == ["event.created", "event.updated"]
    assert entries[1]["changes"] == {
        "bike_ids": [[], [bike["id"]]],
        "name": [event["name"], "Misano wet"],
    }


def test_one_change_of_bikes_and_more_is_one_version(bike, change):
    changed = change(bike_ids=[bike["id"]], name="Misano wet", event_date="2026-06-11").json

    assert changed["version"] == 2


def test_the_same_bikes_again_change_nothing(admin, event, bike, spare, change):
    ids = [bike["id"], spare["id"]]
    change(bike_ids=ids)

    again = change(bike_ids=ids[::-1]).json

    assert again["version"] == 2
    assert len(admin.get(f"/v1/events/{event['id']}/history").json) == 2


@pytest.mark.parametrize(
    "bike_ids", [[999], [2**63], ["1"], [True], None, "1", [1, 1], [None], [*range(1, 102)]]
)
def test_an_event_has_bikes_that_are_there_each_once(admin, event, bike, change, bike_ids):
    planned = {"track": "Assen", "location": "Drenthe", "event_date": "2026-06-26"}

    answers = [
        change(bike_ids=bike_ids, name="Round 5"),
        admin.post("/v1/events", json={**planned, "bike_ids": bike_ids}),
    ]

    for response in answers:
        assert "bike_ids" in problem(response, 422)["errors"]["json"]
    assert admin.get("/v1/events").json == [event]


def test_a_bike_that_is_gone_cannot_be_put_on_an_event(admin, bike, change):
    admin.delete(f"/v1/bikes/{bike['id']}")

    response = change(bike_ids=[bike["id"]])

    assert "bike_ids" in problem(response, 422)["errors"]["json"]


# Taking a bike back while a weekend has it; Misano is two hours ahead of UTC


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ("2026-06-01T00:00", 409), ("2026-06-13T12:00", 409), ("2026-06-14T21:59", 409),
        ("2026-06-14T22:00", 204), ("2026-07-01T00:00", 204),
    ],
)  # fmt: skip
def test_a_bike_stays_until_its_weekends_are_over(admin, bike, change, clock, now, status):
    change(bike_ids=[bike["id"]])
    clock.now = datetime.fromisoformat(f"{now}+00:00")

    response = admin.delete(f"/v1/bikes/{bike['id']}")

    assert response.status_code == status
    if status == 409:
        assert "Misano 2026" in problem(response, 409)["detail"]


def test_the_bike_of_a_weekend_that_was_taken_back_may_go(admin, event, bike, change, clock):
    clock.now = datetime.fromisoformat("2026-06-01T00:00+00:00")
    change(bike_ids=[bike["id"]])
    admin.delete(f"/v1/events/{event['id']}")

    response = admin.delete(f"/v1/bikes/{bike['id']}")

    assert response.status_code == 204


def test_a_past_weekend_keeps_a_bike_that_is_gone(admin, event, bike, spare, change, clock):
    change(bike_ids=[bike["id"]])
    clock.now = datetime.fromisoformat("2026-07-01T00:00+00:00")
    admin.delete(f"/v1/bikes/{bike['id']}")

    changed = change(bike_ids=[bike["id"], spare["id"]])

    assert changed.json["bike_ids"] == [bike["id"], spare["id"]]


def test_no_event_gets_a_bike_that_goes_at_the_same_instant(admin, event, bike, clock, parallel):
    clock.now = datetime.fromisoformat("2026-06-01T00:00+00:00")
    path = f"/v1/bikes/{bike['id']}"
    deeds = iter(
        (
            lambda: admin.delete(path),
            lambda: admin.patch(f"/v1/events/{event['id']}", json={"bike_ids": [bike["id"]]}),
        )
    )

    answers = parallel(lambda: next(deeds)(), 2)

    is_on = admin.get(f"/v1/events/{event['id']}").json["bike_ids"] == [bike["id"]]
    assert sorted(response.status_code for response in answers) == (
        [200, 409] if is_on else [204, 422]
    )
    assert admin.get(path).status_code == (200 if is_on else 404)
