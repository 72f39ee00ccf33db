"""Going back to a long list on the phone, or loading it anew: it is found as it was left."""

import pytest
from phone import bolt, installed, kept, tick
from playwright.sync_api import expect

TOP = "(link) => Math.round(link.getBoundingClientRect().top)"


def follow(page, number):
    """Go to a row and open its task; returns where it and the next row were on the screen."""
    bolt(page, number).hover()  # which waits until it moves no more
    tops = [bolt(page, one).evaluate(TOP) for one in (number, number + 1)]
    bolt(page, number).click()
    page.get_by_role("heading", name=f"Bolt {number}", level=1).wait_for()
    return tops


def test_going_back_finds_the_row_where_it_was_left(bolts, log_in):
    page = log_in("mechanic")
    top, _ = follow(page, 35)

    page.go_back()

    expect(bolt(page, 35)).to_be_focused()
    assert bolt(page, 35).evaluate(TOP) == pytest.approx(top, abs=2)


def test_after_a_tick_going_back_finds_the_next_row(bolts, log_in):
    page = log_in("mechanic")
    _, top = follow(page, 35)
    tick(page, "Bolt 35")
    page.get_by_role("button", name="Reopen: Bolt 35").wait_for()

    page.go_back()

    expect(bolt(page, 36)).to_be_focused()
    assert bolt(page, 36).evaluate(TOP) == pytest.approx(top, abs=2)


def test_going_back_from_another_page_finds_the_same_rows(bolts, log_in):
    page = log_in("mechanic")
    bolt(page, 35).hover()
    top = bolt(page, 35).evaluate(TOP)
    page.get_by_role("link", name="Weekends").click()
    page.get_by_role("heading", name="Weekends", level=1).wait_for()

    page.go_back()

    expect(bolt(page, 35)).to_be_in_viewport()
    assert bolt(page, 35).evaluate(TOP) == pytest.approx(top, abs=2)


@pytest.mark.parametrize("is_offline", [False, True])
def test_a_page_that_is_loaded_anew_shows_the_row_where_it_was(bolts, log_in, is_offline):
    page = log_in("mechanic")
    installed(page)
    kept(page, 2)
    bolt(page, 35).hover()
    top = bolt(page, 35).evaluate(TOP)
    page.context.set_offline(is_offline)

    page.reload()

    expect(bolt(page, 35)).to_be_in_viewport()
    assert bolt(page, 35).evaluate(TOP) == pytest.approx(top, abs=2)


def test_a_page_that_is_loaded_anew_gives_the_focus_back(bolts, log_in):
    page = log_in("mechanic")
    bolt(page, 35).focus()

    page.reload()

    expect(bolt(page, 35)).to_be_focused()


def test_a_page_that_is_loaded_anew_at_its_top_stays_there(bolts, log_in):
    page = log_in("mechanic")
    follow(page, 35)
    page.go_back()
    expect(bolt(page, 35)).to_be_focused()
    page.evaluate("scrollTo(0, 0)")

    page.reload()

    bolt(page, 39).wait_for()
    assert page.evaluate("scrollY") == 0
