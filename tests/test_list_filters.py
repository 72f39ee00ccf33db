"""What lists are narrowed by."""

from datetime import timedelta

import pytest
from helpers import problem

from raceapp.tasks import lists

HOUR = timedelta(hours=1)


def titles(response):
    assert response.status_code == 200, response.get_data(as_text=True)
    return [row["title"] for row in response.json]


@pytest.fixture
def differing(make_event, make_task, mechanic, clock):
    """Four tasks that differ in everything a filter can ask for; the last one is changed late."""
    at = {
        hours: (clock.now + hours * HOUR).strftime("%Y-%m-%dT%H:%M:%SZ") for hours in (-2, -1, 1, 2)
    }
    make_task(title="Brakes 100%", description="bleed", assigned_to=mechanic.id, due_at=at[-1])
    make_task(title="Caf\u00e9 order", description="for_all", due_at=at[1])
    make_task(title="Chain", description="Slack 35 mm", assigned_to=mechanic.id)
    other = make_event(track="Assen", event_date="2026-04-03", end_date="2026-04-03")
    late = make_task(title="Warmers", due_at=at[-2], event_id=other["id"])
    clock.advance(minutes=30)
    return {
        "other": other["id"],
        "mechanic": mechanic.id,
        "late": f"/v1/tasks/{late['id']}",
        "now": clock.now,
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "Brakes Café Chain Warmers"),
        ("event_id={other}", "Warmers"),
        ("event_id=999", ""),
        ("assigned_to={mechanic}", "Brakes Chain"),
        ("assigned_to=none", "Café Warmers"),
        ("assigned_to=any", "Brakes Café Chain Warmers"),
        ("assigned_to=me", ""),
        ("assigned_to=999", ""),
        ("completed=true", "Warmers"),
        ("completed=false", "Brakes Café Chain"),
        ("is_overdue=true", "Brakes"),
        ("is_overdue=false", "Café Chain Warmers"),
        ("due_before={now}", "Brakes Warmers"),
        ("due_after={now}", "Café"),
        ("due_after=2026-01-01T00:00:00Z&due_before={now}&assigned_to=none", "Warmers"),
        ("updated_since={now}", "Warmers"),
        ("updated_since=2099-01-01T00:00:00Z", ""),
        ("q=", "Brakes Café Chain Warmers"),
        ("q=brakes", "Brakes"),
        ("q=slack", "Chain"),
        ("q=%25", "Brakes"),
        ("q=_", "Café"),
        ("q=%5C", ""),
        ("q=Cafe%CC%81", "Café"),
        ("q=CAF%C3%A9", "Café"),
        ("deleted=true", ""),
        ("deleted=false", "Brakes Café Chain Warmers"),
    ],
)
def test_filters_find_what_they_name(admin, differing, query, found):
    admin.patch(differing["late"], json={"completed": True})
    now = differing["now"].strftime("%Y-%m-%dT%H:%M:%SZ")

    rows = titles(admin.get("/v1/tasks?" + query.format(**{**differing, "now": now})))

    assert sorted(row.split()[0] for row in rows) == found.split()


@pytest.mark.parametrize(
    "query",
    ["event_id=0", "event_id=x", "event_id=1_000", "event_id=9223372036854775808",
        "assigned_to=you", "assigned_to=", "status=", "crew_role=", "bike_id=,", "session_id=",
     "assigned_to=-1", "completed=perhaps", "completed=", "is_overdue=2", "due_before=2026-06-12",
     "due_after=2026-06-12T08:00:00",
     "due_after=9999-12-31T23:59:59-12:00", "updated_since=yesterday", "include_total=maybe",
     "q=%00", "zzz=1", "limit=1&limit=2",
     "event_id=1&event_id=2", "q=a&q=a", "assigned_to=me&assigned_to=any"],
)  # fmt: skip
def test_a_filter_that_makes_no_sense_is_named(admin, query):
    response = admin.get(f"/v1/tasks?{query}")

    assert query.split("=")[0] in problem(response, 422)["errors"]["query"]


def test_pages_of_other_sizes_are_no_statements_to_keep(admin, differing):
    kept = lists.statements.cache_info()

    answers = [admin.get(f"/v1/tasks?assigned_to=any&limit={limit}") for limit in (3, 7, 51, 199)]

    assert [len(answer.json) for answer in answers] == [3, 4, 4, 4]
    assert lists.statements.cache_info() == kept
