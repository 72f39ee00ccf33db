"""Tasks as a table, out."""

import pytest
from helpers import problem
from task_sheets import MORNING, parsed


def test_an_export_names_people_bikes_and_sessions(garage, rookie, rows):
    bike, fp1 = garage.bike(), garage.session("FP1", MORNING)
    more = {"bike_id": bike, "session_id": fp1, "assigned_to": rookie.id}
    garage.task(title="Bolts", due_at=MORNING, **more)

    (row,) = rows()

    assert (row["bike"], row["session"], row["assigned_to"]) == ("44 A", "FP1", rookie.email)
    assert row["due_at"] == "2026-06-12T08:30:00+02:00"


def test_an_export_is_a_table_as_spreadsheets_know_it(garage, admin, path, event):
    garage.task(title="Bolts", description="Two\nlines")

    answer = admin.get(f"{path}.csv")

    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert f'filename="tasks-{event["id"]}.csv"' in answer.headers["Content-Disposition"]
    assert answer.data.startswith(b"\xef\xbb\xbfid,title,")
    assert answer.data.endswith(b"\r\n")


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "'="])
def test_what_a_spreadsheet_would_run_is_defused_and_comes_back(garage, rows, export, take, sign):
    garage.task(title=f"{sign}1+1")

    assert rows()[0]["title"] == f"'{sign}1+1"
    assert take(export()) == (0, 0, 1)


def test_the_filters_are_those_of_the_list(garage, rookie, rows):
    garage.task(title="Theirs", assigned_to=rookie.id)
    garage.task(title="Done", status="done")

    assert [row["title"] for row in rows(assigned_to=rookie.id)] == ["Theirs"]
    assert [row["title"] for row in rows(status="done")] == ["Done"]
    assert len(rows()) == 2


def test_the_crew_exports_the_whole_weekend_and_a_stranger_nothing(
    garage, mechanic, stranger, rookie, export, path
):
    garage.crew(mechanic, "mechanic")
    garage.task(assigned_to=rookie.id)

    assert len(parsed(export(by=mechanic))) == 1
    problem(stranger.get(f"{path}.csv"), 404)
    problem(mechanic.get(f"{path}.csv?deleted=true"), 403)


@pytest.mark.parametrize("query", ["limit=5", "cursor=x", "zzz=1", "event_id=1", "status=x"])
def test_a_wrong_filter_is_refused(admin, path, query):
    assert "query" in problem(admin.get(f"{path}.csv?{query}"), 422)["errors"]
