"""What lists of weekends are narrowed by."""

import pytest


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=ass", "Assen"), ("q=NETHERLANDS", "Assen"), ("q=%25", ""), ("starts_after=2026-05-01",
        "Misano"),
     ("starts_before=2026-05-01", "Assen"),
     ("starts_after=2026-01-01&starts_before=2026-12-31&sort=-event_date", "Misano Assen"),
     ("sort=name", "Assen Misano")],
)  # fmt: skip
def test_weekends_are_found_by_name_place_and_date(admin, event, make_event, query, found):
    make_event(
        name="TT",
        track="Assen",
        location="Netherlands",
        event_date="2026-04-03",
        end_date="2026-04-03",
    )
    admin.patch(f"/v1/events/{event['id']}", json={"name": "ZZ"})

    rows = admin.get(f"/v1/events?{query}").json

    assert [row["track"].split()[0] for row in rows] == found.split()


@pytest.mark.parametrize("query", ["mine=true", "mine=true&sort=-event_date", "mine=true&q=mis"])
def test_my_weekends_are_those_whose_crew_i_am_on(admin, mechanic, make_event, query):
    ours, _ = make_event(), make_event()
    members = [{"user_id": mechanic.id, "crew_roles": ["mechanic", "tyre_tech"]}]
    admin.put(f"/v1/events/{ours['id']}/crew", json=members)

    assert [row["id"] for row in mechanic.get(f"/v1/events?{query}").json] == [ours["id"]]
    assert admin.get(f"/v1/events?{query}").json == []
    assert len(mechanic.get("/v1/events?mine=false").json) == 2
