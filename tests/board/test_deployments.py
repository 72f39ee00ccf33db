"""What the phone does when the server goes away, or has a newer board."""

import os
import shutil
import signal
import urllib.request

import pytest
from phone import installed, row, signatures, tick, unsent
from servers import ROOT, Gunicorn, wait_until

pytestmark = pytest.mark.slow

# Until the page is loaded anew. A route of the test would be in the way of the new worker.
NOTHING_IS_SENT = """(() => {
    const real = fetch;
    window.fetch = (path, ...rest) =>
        path === '/v1/sync' ? Promise.reject(new TypeError('no signal')) : real(path, ...rest);
})()"""

LOOK = """navigator.serviceWorker.getRegistration().then((found) => found.update())
    .catch(() => undefined)"""


class Deployed(Gunicorn):
    application = "deployed:app"


@pytest.fixture
def board(tmp_path):
    return shutil.copytree(ROOT / "raceapp" / "board", tmp_path / "board")


@pytest.fixture
def start(settings, board):
    """Start a server with a board of its own on the database of all; `start(port)` again there."""
    running = []
    own = {**settings, "BOARD": str(board), "PYTHONPATH": str(ROOT / "tests" / "board")}

    def run(port=None):
        running.append(Deployed(own, 1, port))
        return running[-1]

    yield run
    for server in running:
        server.close()


@pytest.fixture
def deploy(board):
    """Put a newer board in the place of the one that a server has."""

    def put(server):
        worker = board / "sw.js"
        worker.write_text(worker.read_text().replace('"board-', '"board-newer-', 1))
        (board / "sw.js.gz").unlink()
        os.kill(server.pid, signal.SIGHUP)
        wait_until(lambda: expect(server, b"board-newer-"), 30)

    def expect(server, words):
        with urllib.request.urlopen(f"{server.url}/sw.js", timeout=5) as answer:
            if words not in answer.read():
                raise OSError("not yet")

    return put


@pytest.fixture
def task(weekend):
    return weekend.task("Bolt 1", of="mechanic")


def offered(page, reload):
    """Look for a newer board, again where its files were cut off as processes changed."""
    page.evaluate(LOOK)
    if not reload.is_visible():
        raise OSError("not yet")


def caches(page):
    return page.evaluate("caches.keys()")


def test_ticks_wait_while_the_server_is_stopped_and_every_page_opens(task, weekend, start, log_in):
    server = start()
    page = log_in("mechanic", at=server.url)
    row(page, "Bolt 1").wait_for()
    installed(page)

    server.close()
    tick(page, "Bolt 1")
    unsent(page, 1)
    page.get_by_role("status").filter(has_text="Not live since").wait_for()
    for path in ("/events", weekend.page, f"{weekend.page}/wall", "/account", "/"):
        page.goto(f"{server.url}{path}")
        page.get_by_role("heading", level=1).first.wait_for()
    unsent(page, 1)
    start(server.port)
    page.get_by_role("button", name="Send now").click()

    unsent(page, 0)
    assert signatures(weekend, task) == ["done"]


def test_a_newer_board_waits_until_somebody_agrees_and_the_queue_survives_it(
    task, weekend, start, deploy, log_in
):
    server = start()
    page = log_in("mechanic", at=server.url)
    row(page, "Bolt 1").wait_for()
    installed(page)
    page.evaluate(NOTHING_IS_SENT)
    tick(page, "Bolt 1")
    unsent(page, 1)

    deploy(server)
    reload = page.get_by_role("button", name="Reload")
    wait_until(lambda: offered(page, reload), 60)
    assert len(caches(page)) == 2
    page.get_by_role("button", name="Send now").click(trial=True)  # Nothing covers it.
    with page.expect_navigation():
        reload.click()

    row(page, "Bolt 1").get_by_role("button", name="Reopen").wait_for()
    unsent(page, 0)
    assert signatures(weekend, task) == ["done"]
    assert [name.startswith("board-newer-") for name in caches(page)] == [True]
    reload.wait_for(state="detached")


def test_a_newer_board_is_put_off_for_an_hour(start, deploy, log_in, new_device):
    server = start()
    page = log_in("mechanic", at=server.url, device=new_device(with_clock=True))
    installed(page)
    deploy(server)
    reload = page.get_by_role("button", name="Reload")
    wait_until(lambda: offered(page, reload), 60)

    page.get_by_role("button", name="Later").click()
    reload.wait_for(state="detached")
    page.clock.fast_forward("59:00")
    assert reload.count() == 0

    page.clock.fast_forward("01:01")
    reload.wait_for()
