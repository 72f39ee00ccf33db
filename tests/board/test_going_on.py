"""After a deed: the way back names it and is in nobody's way, and the focus goes on."""

import pytest
from phone import row, tick
from playwright.sync_api import expect

COVERED = """() => {
    const box = (one) => one.getBoundingClientRect();
    const told = [...document.querySelectorAll('.toast, .behind')].map(box);
    const ticks = [...document.querySelectorAll('.act.big')];
    return ticks.filter((tick) => {
        const { left, top, bottom } = box(tick);
        return told.some((one) => one.right > left && one.bottom > top && one.top < bottom);
    }).map((tick) => tick.ariaLabel);
}"""


@pytest.fixture
def tasks(weekend):
    return [weekend.task(f"Bolt {number}", of="mechanic") for number in range(1, 5)]


def test_ways_back_name_the_bike_leave_the_ticks_free_and_are_few(weekend, tasks, log_in):
    fields = {"bike_id": weekend.bike["id"], "session_id": weekend.session["id"]}
    weekend.task("Oil level read", of="mechanic", **fields)
    page = log_in("mechanic")
    covered = []

    for title in ("Bolt 1", "Bolt 2", "Bolt 3", "Oil level read"):
        tick(page, title)
        row(page, title).get_by_role("button", name="Reopen").wait_for()
        covered += page.evaluate(COVERED)

    back = f"Undo: Oil level read · {weekend.bike['label']} · FP1"
    page.get_by_role("button", name=back, exact=True).wait_for()
    assert page.get_by_role("button", name="Undo: ").count() == 2
    page.get_by_text("and 2 more", exact=True).wait_for()
    assert covered == []


def test_at_a_keyboard_the_focus_goes_on_and_undo_is_near(weekend, tasks, log_in):
    weekend.task("To take 1")
    weekend.task("To take 2")
    page = log_in("mechanic")
    done = page.get_by_role("button", name="Done: To take 1", exact=True)
    done.focus()

    page.keyboard.press("Enter")
    row(page, "To take 1").get_by_role("button", name="Reopen").wait_for()
    expect(page.get_by_role("button", name="Done: To take 2", exact=True)).to_be_focused()
    page.keyboard.press("Control+z")

    done.wait_for()
    expect(page.get_by_role("button", name="Done: To take 2", exact=True)).to_be_focused()


def test_at_a_keyboard_the_focus_stays_with_a_task_that_is_reopened(weekend, tasks, log_in):
    page = log_in("mechanic", f"/tasks/{tasks[0]['id']}")
    page.get_by_role("button", name="Done: Bolt 1").focus()

    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Reopen: Bolt 1")).to_be_focused()
    page.keyboard.press("Enter")

    expect(page.get_by_role("button", name="Done: Bolt 1")).to_be_focused()
