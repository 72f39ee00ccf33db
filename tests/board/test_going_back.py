"""Going back to a long list on the phone: it is found as it was left."""

import pytest
from phone import tick
from playwright.sync_api import expect

TOP = "(link) => Math.round(link.getBoundingClientRect().top)"


@pytest.fixture
def many(weekend):
    return [weekend.task(f"Bolt {number}", of="mechanic") for number in range(40)]


def link(page, number):
    return page.get_by_role("link", name=f"Bolt {number}", exact=True)


def follow(page, number):
    """Go to a row and open its task; returns where it and the next row were on the screen."""
    link(page, number).hover()  # which waits until it moves no more
    tops = [link(page, one).evaluate(TOP) for one in (number, number + 1)]
    link(page, number).click()
    page.get_by_role("heading", name=f"Bolt {number}", level=1).wait_for()
    return tops


def test_going_back_finds_the_row_where_it_was_left(many, log_in):
    page = log_in("mechanic")
    top, _ = follow(page, 35)

    page.go_back()

    expect(link(page, 35)).to_be_focused()
    assert link(page, 35).evaluate(TOP) == pytest.approx(top, abs=2)


def test_after_a_tick_going_back_finds_the_next_row(many, log_in):
    page = log_in("mechanic")
    _, top = follow(page, 35)
    tick(page, "Bolt 35")
    page.get_by_role("button", name="Reopen: Bolt 35").wait_for()

    page.go_back()

    expect(link(page, 36)).to_be_focused()
    assert link(page, 36).evaluate(TOP) == pytest.approx(top, abs=2)


def test_going_back_from_another_page_finds_the_same_rows(many, log_in):
    page = log_in("mechanic")
    link(page, 35).hover()
    top = link(page, 35).evaluate(TOP)
    page.get_by_role("link", name="Weekends").click()
    page.get_by_role("heading", name="Weekends", level=1).wait_for()

    page.go_back()

    expect(link(page, 35)).to_be_in_viewport()
    assert link(page, 35).evaluate(TOP) == pytest.approx(top, abs=2)
