"""A weekend on paper: what stands on it, for whom, and how it is cut into pages."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from garage import Garage
from helpers import created, problem
from paddock import PRESSURE

from raceapp.tasks.models import SignOff

MORNING = datetime(2026, 6, 12, 6, 30, tzinfo=UTC)  # 08:30 at Misano.


@pytest.fixture
def garage(app, event, admin):
    return Garage(app, event["id"], admin)


@pytest.fixture
def printed(admin, event):
    def read(by=admin, **only):
        answer = by.get(f"/v1/events/{event['id']}/print", query_string=only)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data(as_text=True)

    return read


def headings(page):
    return re.findall(r'<tr class="pack-name">.*?<h2>(.*?)</h2>', page)


def line_of(page, title):
    """The text of the table row with this title."""
    row = next(row for row in re.findall(r"<tr.*?</tr>", page, re.DOTALL) if title in row)
    return " ".join(re.sub(r"<[^>]*>", " ", row).split())


def test_there_is_a_pack_for_each_session_and_bike(garage, printed):
    bike, fp1 = garage.bike(), garage.session("FP1", MORNING)
    for fields in (
        {},
        {"bike_id": bike},
        {"session_id": fp1},
        {"session_id": fp1, "bike_id": bike},
    ):
        garage.task(**fields)

    page = printed()

    assert headings(page) == ["Whole weekend", "Whole weekend · 44 A", "FP1", "FP1 · 44 A"]
    assert ".pack { break-before: page; }" in style()


def test_packs_are_sorted_without_case_and_accents_as_lists_are(garage, printed):
    for label in ("B", "a", "Č"):
        garage.task(bike_id=garage.bike(label))
    for rider_name in ("jo Keller", "Žan Novak", "Jo Keller", "Max Orsi", "Jo Keller"):
        garage.task(rider_name=rider_name)

    page = printed()

    packs = ["jo Keller", "Max Orsi", "Žan Novak", "a", "B", "Č"]
    assert headings(page) == [f"Whole weekend · {name}" for name in packs]


def style():
    return (Path(__file__).parents[1] / "raceapp/static/print.css").read_text()


def test_the_page_says_how_it_is_cut(printed):
    assert '<link rel="stylesheet" href="http://localhost/static/print.css">' in printed()
    for rule in ("size: A4", "counter(page)", "break-inside: avoid", "table-header-group"):
        assert rule in style()


def test_due_times_are_local(garage, printed):
    garage.task(title="Warm the tyres", due_at=MORNING)

    assert "Fri 12 Jun 08:30" in line_of(printed(), "Warm the tyres")


def test_a_measurement_has_its_limits_and_its_value(garage, printed):
    garage.task(title="Front", measurement=PRESSURE)
    garage.task(title="Rear", measurement=PRESSURE, value=2.1, status="done")

    page = printed()

    assert "bar Cold pressure, front, min 1.9, max 2.3" in line_of(page, "Front")
    assert "2.1 bar" in line_of(page, "Rear")


def test_what_is_signed_says_by_whom_and_when(garage, admin, mechanic, printed):
    signed = {"status": "done", "done_by": mechanic.id, "done_at": MORNING, "needs_check": True}
    garage.task(title="Bolts", **signed, checked_by=admin.id, checked_at=MORNING)

    line = line_of(printed(), "Bolts")

    assert line.endswith("✓ mechanic, Fri 12 Jun 08:30 ✓ admin, Fri 12 Jun 08:30")


def test_what_failed_says_who_failed_it(garage, mechanic, printed):
    task = garage.task(title="Chain", status="failed", note="Stretched")
    garage.add(SignOff(task_id=task, act="fail", signed_by=mechanic.id, at=MORNING, note="x"))

    line = line_of(printed(), "Chain")

    assert "FAILED mechanic, Fri 12 Jun 08:30" in line
    assert "Note: Stretched" in line


def test_an_open_task_has_boxes_to_tick(garage, printed):
    garage.task(title="Alone")
    garage.task(title="Second pair of eyes", needs_check=True)

    rows = re.findall(r"<tr.*?</tr>", printed(), re.DOTALL)

    boxes = {
        title: row.count('<span class="box"></span>')
        for row in rows
        for title in ("Alone", "Second pair")
        if title in row
    }
    assert boxes == {"Alone": 1, "Second pair": 2}


def test_the_cover_lists_the_packs_and_what_is_left_of_each(garage, printed):
    bike = garage.bike()
    for fields in ({"bike_id": bike}, {"bike_id": bike, "status": "done"}, {"status": "failed"}):
        garage.task(**fields)

    cover = printed().partition("</header>")[0]

    assert re.findall("<li>(.*?)</li>", cover) == [
        "Whole weekend: 1 of 1 to do", "Whole weekend · 44 A: 1 of 2 to do",
    ]  # fmt: skip


def test_the_cover_counts_the_packs(garage, printed):
    bike = garage.bike()

    counts = []
    for fields in ({}, {"bike_id": bike}):
        garage.task(**fields)
        counts += re.findall(r", (\d+ packs?)</p>", printed())

    assert counts == ["1 pack", "2 packs"]


@pytest.mark.parametrize("which", ["bike", "session"])
def test_one_bike_or_session_can_be_printed(garage, printed, which):
    bike, session = garage.bike(), garage.session("FP1", MORNING)
    garage.task(title="Of the bike", bike_id=bike)
    garage.task(title="Of the session", session_id=session)

    page = printed(**({"bike_id": bike} if which == "bike" else {"session_id": session}))

    titles = re.findall("Of the [a-z]+", page)
    assert titles == [f"Of the {which}"]


@pytest.mark.parametrize("name", ["bike_id", "session_id"])
def test_what_is_of_another_weekend_is_refused(garage, event, make_event, admin, name):
    other = Garage(garage.app, make_event()["id"], admin)
    foreign = {"bike_id": other.bike("99 Z"), "session_id": other.session("FP9", MORNING)}

    for wanted in (foreign[name], 999_999):
        answer = admin.get(f"/v1/events/{event['id']}/print?{name}={wanted}")
        assert [*problem(answer, 422)["errors"]["query"]] == [name]


def test_a_bike_that_was_taken_off_is_printed_while_it_has_tasks(garage, event, admin, printed):
    bike = garage.bike()
    garage.task(title="Of the bike", bike_id=bike)
    created(admin.patch(f"/v1/events/{event['id']}", json={"bike_ids": []}), status=200)

    assert "Of the bike" in printed(bike_id=bike)


def test_the_seal_of_the_record_is_at_the_end(garage, event, admin, printed):
    created(admin.patch(f"/v1/events/{event['id']}", json={"notes": "Garage 7"}), status=200)
    last = admin.get(f"/v1/events/{event['id']}/history").json[-1]

    seal = printed().partition('<footer class="seal">')[2]

    assert "2 entries" in seal
    assert last["hash"] in seal


def test_texts_from_people_are_never_markup(garage, printed):
    garage.task(title="<script>alert(1)</script>", note="<b>x</b>")

    page = printed()

    assert "<script" not in page and "<b>x" not in page


def test_the_page_may_load_its_style_and_nothing_else(admin, event):
    answer = admin.get(f"/v1/events/{event['id']}/print")

    policy = answer.headers["Content-Security-Policy"]
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "style-src 'self'" in policy and "default-src 'none'" in policy
    assert "style=" not in answer.get_data(as_text=True)


def test_deleted_tasks_are_not_printed(garage, printed):
    garage.task(title="Gone", deleted_at=MORNING)

    page = printed()

    assert "Gone" not in page
    assert "There is nothing to do here." in page


def test_only_the_crew_prints(stranger, event):
    problem(stranger.get(f"/v1/events/{event['id']}/print"), 404)


@pytest.mark.parametrize("query", ["bike_id=x", "session_id=0", "zzz=1", "bike_id=1&bike_id=2"])
def test_a_wrong_parameter_is_named(admin, event, query):
    response = admin.get(f"/v1/events/{event['id']}/print?{query}")

    assert "query" in problem(response, 422)["errors"]
