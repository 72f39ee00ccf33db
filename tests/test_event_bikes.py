"""Which bikes go to which weekend, and for how long that keeps them."""

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


def test_an_event_is_planned_with_its_bikes(admin, make_event, bike, spare):
    event = make_event(bike_ids=[spare["id"], bike["id"]])

    assert (event["bike_ids"], event["version"]) == ([bike["id"], spare["id"]], 1)
    planned = admin.get(f"/v1/events/{event['id']}/history").json[0]["changes"]
    assert planned == {"name": "Misano 2026", "bike_ids": event["bike_ids"]}


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
    assert (admin.get(path).json["deleted_at"] is None) == is_on
