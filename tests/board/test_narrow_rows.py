"""Rows of tasks on narrow phones, with titles and names as long as people write them."""

import pytest
from phone import row, tick
from playwright.sync_api import expect
from sights import faults

WIDTHS = (320, 360, 390)
LONG = "Brake lines, banjo bolts and master cylinder: no weeping after ten hard strokes"
WORD = "Kupplungsbetätigungsleitungsentlüftungsschraube festgezogen"
MIDDLE = """(node) => {
    const {top, bottom} = node.getBoundingClientRect();
    return (top + bottom) / 2;
}"""
LINES = """(node) =>
    Math.round(node.clientHeight / parseFloat(getComputedStyle(node).lineHeight))"""


@pytest.fixture
def rows(weekend, api):
    """Two tasks of every look: critical, measured, to take, failed, to check, without a tick."""
    torque = {"label": "Torque of the front calliper bolts", "kind": "number", "unit": "Nm"}
    place = {"bike_id": weekend.bike["id"], "session_id": weekend.session["id"]}
    place |= {"is_critical": True, "section": "Pre-session"}
    for title in (LONG, WORD):
        weekend.task(f"{title}, critical", of="mechanic", **place, needs_check=True)
        weekend.task(f"{title}, measured", of="mechanic", **place, measurement=torque)
        weekend.task(f"{title}, taken by nobody", **place)
        failed = weekend.task(f"{title}, failed", of="mechanic", **place)
        weekend.sign(api("mechanic"), failed, "fail", note="A crack at the banjo bolt, left side")
        done = weekend.task(f"{title}, to check", of="mechanic2", **place, needs_check=True)
        weekend.sign(api("mechanic2"), done, "done")
        weekend.task(f"{title}, later", of="mechanic", due_in=3 * 24 * 60, **place)


@pytest.fixture
def tall(log_in):
    """Open a page of the mechanic's on a phone so high that all of it is in sight."""

    def at(path, width):
        page = log_in("mechanic", path)
        page.set_viewport_size({"width": width, "height": 6000})
        return page

    return at


@pytest.mark.parametrize("width", WIDTHS)
def test_a_mark_is_whole_and_beside_the_time_of_its_task(rows, tall, width):
    page = tall("/", width)

    marked = row(page, f"{LONG}, critical")
    mark = marked.get_by_text("Critical", exact=True)

    assert mark.evaluate(MIDDLE) == pytest.approx(marked.locator("time").evaluate(MIDDLE), abs=2)
    assert_is_laid_out(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_what_is_not_sent_yet_is_laid_out_as_well(rows, tall, width):
    page = tall("/", width)
    page.route("**/v1/sync", lambda route: route.abort())

    tick(page, f"{LONG}, critical")
    tick(page, f"{WORD}, to check", "Check")

    row(page, f"{LONG}, critical").get_by_text("Not sent yet").wait_for()
    assert_is_laid_out(page)


@pytest.mark.parametrize("width", WIDTHS)
def test_two_marks_among_all_tasks_leave_room_for_the_place(rows, tall, weekend, width):
    page = tall(f"{weekend.page}/tasks", width)
    page.route("**/v1/sync", lambda route: route.abort())
    page.get_by_role("link", name=f"{LONG}, critical").click()
    tick(page, f"{LONG}, critical")
    page.go_back()

    both = page.get_by_role("listitem").filter(has_text="Not sent yet")
    place = both.get_by_text(f"{weekend.bike['label']} · FP1", exact=True)

    assert place.evaluate(LINES) <= 2
    assert_is_laid_out(page)


def assert_is_laid_out(page):
    chips = page.locator("main .chip")
    expect(chips.first).to_be_visible()
    assert {chip.evaluate(LINES) for chip in chips.all()} == {1}
    for rows in page.get_by_role("list").filter(has=chips).all():
        assert faults(rows, "nothing") == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
