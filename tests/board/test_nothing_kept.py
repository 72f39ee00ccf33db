"""A browser that refuses the board all storage, and locks with it."""

import pytest
from phone import row, tick, unsent
from playwright.sync_api import expect

REFUSED = """
const refuse = () => { throw new DOMException('Denied', 'SecurityError') };
IDBFactory.prototype.open = refuse;
if (navigator.locks) navigator.locks.request = async () => refuse();
Object.defineProperty(window, 'localStorage', { get: refuse });
Object.defineProperty(window, 'sessionStorage', { get: refuse });
"""


@pytest.fixture
def keeping_nothing(new_device):
    device = new_device()
    device.add_init_script(REFUSED)
    return device


def test_what_is_done_there_is_sent_all_the_same(weekend, log_in, keeping_nothing):
    task = weekend.task("Left grip", of="mechanic")
    page = log_in("mechanic", device=keeping_nothing)

    tick(page, "Left grip")

    row(page, "Left grip").get_by_role("button", name="Reopen").wait_for()
    page.get_by_text("This browser keeps nothing").wait_for()
    unsent(page, 0)
    assert weekend.read(task)["status"] == "done"


def test_whoever_logged_out_there_without_a_signal_is_out_when_the_page_is_opened_anew(
    log_in, keeping_nothing
):
    page = log_in("mechanic", "/account", device=keeping_nothing)
    keeping_nothing.route("**/v1/auth/logout", lambda route: route.abort())
    page.get_by_role("button", name="Log out").click()
    page.wait_for_url("**/login**")
    keeping_nothing.unroute("**/v1/auth/logout")

    page.close()
    page = keeping_nothing.new_page()
    with page.expect_response("**/v1/auth/logout"):
        page.goto("/account")

    page.wait_for_url("**/login**")
    page.wait_for_function("() => document.cookie === ''")
    assert keeping_nothing.cookies() == []


SILENT = """
const open = IDBFactory.prototype.open;
IDBFactory.prototype.open = function (...named) {
    const request = open.apply(this, named);
    request.addEventListener = () => undefined;
    return request;
};
const wait = setTimeout;
window.setTimeout = (work, time, ...given) => wait(work, time === 8000 ? 50 : time, ...given);
"""


def test_storage_that_never_answers_is_waited_for_once(weekend, log_in, new_device):
    weekend.task("Left grip", of="mechanic")
    device = new_device()
    device.add_init_script(SILENT)
    page = log_in("mechanic", device=device)

    tick(page, "Left grip")

    expect(row(page, "Left grip").get_by_role("button", name="Reopen")).to_be_visible(timeout=2_000)
