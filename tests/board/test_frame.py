"""What stands around each page of the board."""

import pytest
from board_api import Weekend
from phone import tick


def test_what_comes_last_on_a_phone_is_not_under_the_navigation(log_in, weekend):
    page = log_in("chief", f"{weekend.page}/review")
    last = page.get_by_role("main")
    page.get_by_role("heading", name="Review").wait_for()

    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")

    box = last.bounding_box()
    navigation = page.get_by_role("navigation", name="Main").bounding_box()
    assert box["y"] + box["height"] <= navigation["y"] + 1


def test_nothing_is_said_of_a_weekend_that_is_on_its_way(log_in, weekend, new_device):
    device = new_device()
    device.route("**/snapshot", lambda route: None)

    page = log_in("mechanic", device=device)

    page.get_by_text("Loading").wait_for()
    assert page.get_by_text("No more sessions").count() == 0


def test_a_weekend_lives_on_when_the_page_that_showed_it_first_is_gone(log_in, weekend):
    weekend.task("Left grip", of="mechanic")
    page = log_in("mechanic")
    page.get_by_role("link", name="Left grip", exact=True).click()
    page.get_by_role("heading", name="Left grip", level=1).wait_for()

    tick(page, "Left grip")

    page.get_by_role("button", name="Reopen: Left grip").wait_for()


@pytest.mark.parametrize("page_of", ["", "/tasks", "/wall"])
def test_a_weekend_that_was_deleted_is_no_lost_signal(api, log_in, page_of):
    weekend = Weekend(api, api("manager"))
    page = log_in("mechanic", weekend.page + page_of)
    weekend.manager.ask("DELETE", weekend.path)

    page.get_by_text("There is no such weekend, or it is not yours to see.").wait_for()

    assert page.get_by_text("Not live since").count() == 0
