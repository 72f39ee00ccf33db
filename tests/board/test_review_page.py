"""The look back in a real browser."""

import pytest
from playwright.sync_api import expect


def number(page, kind):
    term = page.get_by_role("term").filter(has_text=kind)
    return page.locator("dl > div").filter(has=term).locator("dd").first


def test_it_counts_what_went_wrong_by_section_and_person(log_in, api, weekend):
    mechanic = api("mechanic")
    late = weekend.task("Charge the battery", due_in=-20, section="Electronics")
    failed = weekend.task("Chain slack", section="Chassis")
    weekend.sign(mechanic, late, "done")
    weekend.sign(mechanic, failed, "fail", note="Too loose")
    weekend.sign(mechanic, failed, "done")
    weekend.sign(
        mechanic, weekend.task("Fit the heater", section="Chassis"), "not_applicable", note="Warm"
    )

    page = log_in("chief", f"{weekend.page}/review")

    expect(page.get_by_role("heading", name="Review", level=1)).to_be_visible()
    for kind, count in (("Late", 1), ("Failed", 1), ("Overridden", 0), ("Not applicable", 1)):
        expect(number(page, kind)).to_have_text(str(count))
    sections = page.get_by_role("table", name="By section").get_by_role("row")
    expect(sections.filter(has_text="Chassis").get_by_role("cell")).to_have_text(
        ["·", "1", "·", "1"]
    )
    people = page.get_by_role("table", name="By person").get_by_role("row")
    expect(people.filter(has_text="Ana Ruiz").get_by_role("cell")).to_have_text(
        ["1", "1", "·", "1"]
    )


def test_an_override_is_listed_with_its_reason(log_in, weekend):
    body = {"bike_id": weekend.bike["id"], "override_reason": "Agreed with race control"}
    weekend.manager.post(f"/v1/sessions/{weekend.session['id']}/releases", body)
    page = log_in("chief", f"{weekend.page}/review")

    page.get_by_role("group").filter(has_text="Overridden").locator("summary").click()

    expect(number(page, "Overridden")).to_have_text("1")
    expect(page.get_by_text("Agreed with race control")).to_be_visible()


def test_a_weekend_without_fault_says_so(log_in, weekend):
    page = log_in("chief", f"{weekend.page}/review")

    expect(page.get_by_text("Nothing was late")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_review(log_in, demo, axe, scheme):
    page = log_in("chief", f"{demo}/review", color_scheme=scheme)
    page.get_by_role("table", name="By person").wait_for()

    assert axe(page) == []
