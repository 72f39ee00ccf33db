"""The garage screen in a real browser."""

import re

import pytest
from playwright.sync_api import expect

WALL = {"width": 1920, "height": 1080}
DOES_NOT_SCROLL = """() => {
    const page = document.documentElement;
    return page.scrollHeight <= innerHeight && page.scrollWidth <= innerWidth;
}"""

IN_SIGHT = """(region) => {
    const { left, right } = region.getBoundingClientRect();
    const rows = [...region.querySelectorAll('li')];
    const boxes = rows.map((row) => [row, row.getBoundingClientRect()]);
    const seen = boxes.filter(([, box]) => box.left >= left - 1 && box.right <= right + 1);
    return seen.map(([row]) => row.lastElementChild.textContent);
}"""


@pytest.fixture
def hang_up(log_in):
    """Put a weekend on a garage screen."""

    def hang(path, **options):
        page = log_in("chief", path, **options)
        page.set_viewport_size(WALL)
        bikes(page).first.wait_for()
        return page

    return hang


def wall(page):
    return page.get_by_role("region", name="Wall")


def bikes(page):
    return wall(page).get_by_role("list").first.get_by_role("listitem")


def test_it_says_what_is_next_and_which_bike_may_go(hang_up, weekend):
    fields = {"bike_id": weekend.bike["id"], "session_id": weekend.session["id"]}
    weekend.task("Torque the bolts", due_in=-20, is_critical=True, **fields)

    page = hang_up(f"{weekend.page}/wall")

    expect(wall(page).get_by_role("heading", level=1)).to_have_text("FP1")
    expect(wall(page).get_by_role("timer", name="Next session")).to_have_text(
        re.compile(r"1:\d\d:\d\d")
    )
    expect(bikes(page)).to_contain_text([re.compile(f"{weekend.bike['label']}.*NO GO", re.S)])
    expect(wall(page)).to_contain_text("1 overdue")
    expect(wall(page)).to_contain_text("as of")


def test_the_clock_takes_off_what_is_on_track_until_then(hang_up, weekend):
    session = weekend.add_session("FP2", starts_in=-10)
    weekend.manager.patch(f"/v1/sessions/{session['id']}", {"status": "running"})
    page = hang_up(f"{weekend.page}/wall", with_clock=True)
    expect(wall(page)).to_contain_text("FP2 on track until")

    page.context.set_offline(True)  # The server would put the device's clock right.
    page.clock.fast_forward("21:00")

    expect(wall(page)).not_to_contain_text("on track")
    expect(wall(page)).to_contain_text(weekend.event["name"])


def test_nothing_scrolls_on_the_wall_of_the_demo_weekend(hang_up, demo):
    page = hang_up(f"{demo}/wall")

    expect(bikes(page)).to_have_count(4)

    assert page.evaluate(DOES_NOT_SCROLL)


def test_a_text_is_read_from_four_metres(hang_up, demo):
    """22 arcmin at 4 m on 43 inches: 3.8 hundredths of the width; nothing below 16 arcmin."""
    page = hang_up(f"{demo}/wall")

    sizes = page.evaluate(
        """() => [...document.querySelectorAll('section[aria-label="Wall"] *')]
            .filter((node) => node.textContent.trim() && !node.children.length)
            .map((node) => [parseFloat(getComputedStyle(node).fontSize), node.textContent])"""
    )

    assert min(sizes)[0] >= 1920 * 0.038 * 16 / 22


def test_pages_turn_by_themselves_when_there_are_too_many_bikes(hang_up, weekend, api):
    manager, ids = api("manager"), [weekend.bike["id"]]
    for number in range(9):
        bike = {
            "number": 90 + number,
            "label": f"{weekend.bike['label']} {number}",
            "rider_name": "Jo",
        }
        ids.append(manager.post("/v1/bikes", bike)["id"])
    manager.patch(weekend.path, {"bike_ids": ids})
    page = hang_up(f"{weekend.page}/wall")
    expect(bikes(page).first).to_contain_text(weekend.bike["label"])

    another = re.compile(rf"{weekend.bike['label']} \d")
    expect(bikes(page).first).to_contain_text(another, timeout=12_000)

    assert page.evaluate(DOES_NOT_SCROLL)


def test_what_fell_due_last_is_shown_and_every_overdue_task_is_shown_or_counted(hang_up, weekend):
    for number in range(45):
        weekend.task(f"Late {number}", due_in=-60 - number)
    weekend.task("Fuel cap", due_in=-900, is_critical=True)

    page = hang_up(f"{weekend.page}/wall", with_clock=True)

    overdue = wall(page).get_by_role("region", name="46 overdue")
    expect(overdue.get_by_role("listitem")).to_contain_text(["Fuel cap", "Late 0", "Late 1"])
    foot = overdue.get_by_text(re.compile(r"^1 / 12 · and \d+ more$"))
    left_out = int(re.search(r"and (\d+) more", foot.inner_text())[1])
    seen = set()
    for turn in range(12):
        overdue.get_by_text(re.compile(rf"^{turn + 1} / 12")).wait_for()
        seen |= set(overdue.evaluate(IN_SIGHT))
        page.clock.fast_forward(10_000)
    assert len(seen) + left_out == 46 and {"Fuel cap", "Late 0", "Late 20"} <= seen


def test_it_says_since_when_it_is_not_live_and_gets_stale(hang_up, weekend):
    page = hang_up(f"{weekend.page}/wall", with_clock=True)

    page.context.set_offline(True)

    said = page.get_by_role("status").filter(has_text=re.compile(r"Not live since \d\d:\d\d"))
    expect(said.first).to_be_visible()
    page.clock.fast_forward(35_000)
    expect(page.locator(".stale").first).to_be_visible()
    expect(said.first).to_be_visible()


def test_the_size_of_the_screen_is_kept_on_it(hang_up, weekend):
    page = hang_up(f"{weekend.page}/wall")
    before = bikes(page).first.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
    wall(page).get_by_role("button", name="Settings").click()

    page.get_by_role("combobox", name="Screen").select_option(label="65 inch")
    page.reload()

    after = bikes(page).first.evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
    assert after < before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_on_the_wall(hang_up, demo, axe, scheme):
    page = hang_up(f"{demo}/wall", color_scheme=scheme)
    assert axe(page) == []

    wall(page).get_by_role("button", name="Settings").click()
    assert axe(page) == []
