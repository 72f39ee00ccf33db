"""Long lists on the phone: drawn in parts, and all of it soon."""

import re
import time
from itertools import pairwise

from phone import bolt, kept
from playwright.sync_api import expect

COUNT = 40
# Notes how many rows there are after each change, the first one, and how far anything moved.
WATCH = """
    window.counts = []; window.shifts = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.shifts += entry.value;
    }).observe({type: 'layout-shift', buffered: true});
    new MutationObserver(() => {
        const rows = document.querySelectorAll('main li');
        window.first ??= rows[0];
        if (rows.length !== counts.at(-1)) counts.push(rows.length);
    }).observe(document, {childList: true, subtree: true});
"""


def rows(page):
    return page.get_by_role("link", name=re.compile(r"^Bolt \d"))


def test_rows_are_drawn_in_parts_once_each_and_nothing_moves(bolts, log_in):
    page = log_in("mechanic")
    kept(page, 2)
    page.add_init_script(WATCH)

    page.reload()

    expect(rows(page)).to_have_count(COUNT)
    counts = page.evaluate("counts")
    assert all(0 < after - before <= 6 for before, after in pairwise(counts)), counts
    assert page.evaluate("first.isConnected") and page.evaluate("shifts") == 0


def test_what_others_do_shows_while_rows_are_still_to_come(bolts, weekend, log_in, new_device):
    device = new_device(with_clock=True)
    page = log_in("mechanic", device=device)
    kept(page, 2)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 10)
    page.reload()
    over_at = time.monotonic() + 30
    while not rows(page).count():
        assert time.monotonic() < over_at
        page.clock.run_for(1)

    weekend.sign(weekend.manager, bolts[0], "done")

    expect(bolt(page, 0)).to_have_count(0)
    assert 0 < rows(page).count() < COUNT - 1
    page.clock.resume()
    expect(rows(page)).to_have_count(COUNT - 1)


def test_the_rows_of_a_hidden_page_are_all_there_at_once(bolts, log_in):
    page = log_in("mechanic")
    kept(page, 2)
    page.add_init_script(WATCH)
    page.add_init_script("Object.defineProperty(document, 'hidden', {value: true})")

    page.reload()

    expect(rows(page)).to_have_count(COUNT)
    assert page.evaluate("counts.filter((count) => count).length") == 1
