"""A timetable that is imported over the one that is there."""

import pytest
from helpers import created
from timetable_files import CSV, FP1, ICS, ORGANISERS


def test_a_changed_timetable_moves_what_is_there_and_its_tasks(timetable, send, shown):
    fp1, fp2 = timetable.day("FP1", "FP2")
    task = timetable.item(fp1, offset=-30)

    answer = created(send(FP1), status=200)

    assert shown()[0] == ("FP1", "practice", "Fri 10:20", "Fri 11:05")
    assert timetable.due(task) == "2026-06-12T07:50:00Z"
    (moved,) = answer["sessions"]
    assert (moved["id"], moved["old_starts_at"]) == (fp1["id"], fp1["starts_at"])
    assert timetable.admin.get(f"/v1/sessions/{fp2['id']}").json == fp2


@pytest.mark.parametrize(
    "name", ["FREE Practice 1", "Free\u2003practice 1", "Free practice \uff11"]
)
def test_a_name_that_looks_alike_names_the_session_that_is_there(timetable, send, name):
    fp1 = timetable.session("Free  practice 1")

    answer = created(send(f"name,starts_at,ends_at\n{name},10:00,10:40\n"), status=200)

    assert (answer["sessions"], answer["unchanged"]) == ([], 1), fp1


@pytest.mark.parametrize("status", ["running", "finished", "cancelled"])
def test_what_runs_is_over_or_was_cancelled_stays(timetable, send, status):
    fp1 = timetable.session("FP1")
    there = created(timetable.change(fp1, status=status), status=200)

    answer = created(send(FP1), status=200)

    assert answer["unchanged"] == 1
    assert timetable.admin.get(f"/v1/sessions/{fp1['id']}").json == there


def test_a_guess_never_changes_the_kind_that_is_there(timetable, send, shown):
    timetable.session("Race", kind="practice")

    created(send("name,starts_at\nRace,11:00\n"), status=200)

    assert shown() == [("Race", "practice", "Fri 11:00", "Fri 11:30")]


@pytest.mark.parametrize("file", ["grand_prix.csv", "superbike.ics"])
def test_a_dry_run_answers_the_same_and_changes_nothing(timetable, send, shown, file):
    timetable.session("Warm Up", day="2026-06-14")
    before, deeds = shown(), timetable.deeds()
    data, kind = (ORGANISERS / file).read_bytes(), ICS if file.endswith("ics") else CSV

    dry = created(send(data, kind, dry_run="true"), status=200)

    assert (shown(), timetable.deeds()) == (before, deeds)
    assert dry == created(send(data, kind), status=200)
