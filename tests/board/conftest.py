"""The board in a real browser: a server with the demo team, and pages of whoever logs in.

def test_…(log_in, weekend):
    task = weekend.task("Torque the caliper bolts", assigned_to=weekend.ids["mechanic"])
    page = log_in("mechanic")
    page.get_by_role("button", name="Done: Torque the caliper bolts").click()
"""

import os
import subprocess
import sys
from tempfile import TemporaryDirectory

import pytest
from axe_playwright_python.sync_playwright import Axe
from backends import SETTINGS
from board_api import PASSWORD, Api, Weekend
from browser import CHROMIUM, WHY_NOT
from memory import in_memory
from servers import ROOT, Gunicorn

PHONE = {"width": 390, "height": 844}
WATCH = """addEventListener('securitypolicyviolation', (event) =>
    console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`))"""
# The content policy kept something out, or Svelte warns of state that stands still.
FAULTS = ("CSP", "svelte.dev/e/")
PATIENCE = 30_000  # milliseconds, on a machine that does other things too


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Browser tests need a real server; without a browser they are skipped, but not in CI."""
    for item in items:
        if item.path.parent.name == "board":
            item.add_marker(pytest.mark.real)
            if WHY_NOT and not os.environ.get("CI"):
                item.add_marker(pytest.mark.skip(reason=f"BOARD NOT TESTED: {WHY_NOT}"))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    return {**browser_type_launch_args, "executable_path": CHROMIUM}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "viewport": PHONE}


# Where


@pytest.fixture(scope="session")
def settings():
    """What a server runs with: a database with the demo team in it."""
    assert WHY_NOT is None, WHY_NOT
    with TemporaryDirectory(prefix="raceapp-", dir=in_memory()) as place:
        told = {**SETTINGS, "DATABASE_URL": f"sqlite:///{place}/raceapp.db"}
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "seed", "--upgrade"]
        environment = {**os.environ, **told}
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        yield told


@pytest.fixture(scope="session")
def server(settings):
    running = Gunicorn(settings, 1)
    yield running
    running.close()


@pytest.fixture(scope="session")
def base_url(server):
    return server.url


# Who


@pytest.fixture(scope="session")
def api(playwright, base_url):
    """Call the API as somebody of the demo team, logged in once."""
    context = playwright.request.new_context(base_url=base_url)
    known = {}

    def of(name: str) -> Api:
        if name not in known:
            known[name] = Api(context, name)
        return known[name]

    yield of
    context.dispose()


@pytest.fixture
def complaints():
    """What no page may say: errors of scripts, and faults."""
    return []


def heed(said: str, complaints: list[str]):
    if any(fault in said for fault in FAULTS):
        complaints.append(said)


@pytest.fixture
def new_device(new_context, complaints):
    """Make a browser of its own, with nothing in it yet.

    A test that puts the clock forward asks for `with_clock`: on a page that is open already it
    would be 1970 until the clock is in place, and the board would learn from an answer that the
    server is 56 years ahead.
    """

    def make(*, with_clock=False, **options):
        context = new_context(**options)
        if with_clock:
            context.clock.install()
        context.set_default_timeout(PATIENCE)
        context.add_init_script(WATCH)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda said: heed(said.text, complaints))
        return context

    yield make
    assert complaints == []


@pytest.fixture
def log_in(new_device):
    """Log somebody in on a new device, or on the one given; returns the page, at `path`.

    `at` is another server than the one of all.
    """

    def enter(name: str, path: str = "/", device=None, at: str = "", **options):
        page = (device or new_device(**options)).new_page()
        page.goto(f"{at}/login?to={path}")
        page.get_by_role("textbox", name="Email").fill(f"{name}@demo.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in", exact=True).click()
        page.wait_for_url(lambda url: "/login" not in url)
        page.get_by_role("heading", level=1).first.wait_for()
        return page

    return enter


@pytest.fixture(scope="session")
def laptops(browser, base_url):
    """The team manager's laptops, light and dark, where they are logged in already."""
    made = {}

    def of(scheme: str):
        if scheme not in made:
            size = {"width": 1366, "height": 768}
            made[scheme] = browser.new_context(
                base_url=base_url, color_scheme=scheme, viewport=size
            )
            made[scheme].add_init_script(WATCH)
            page = made[scheme].new_page()
            page.goto("/login")
            page.get_by_role("button", name="Marta Vidal").click()
            page.wait_for_url("**/")
            page.close()
        return made[scheme]

    yield of
    for device in made.values():
        device.close()


@pytest.fixture
def desk(laptops, complaints):
    """Open a page as the team manager, at a laptop."""
    opened = []

    def at(path: str, scheme: str = "light"):
        page = laptops(scheme).new_page()
        opened.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: heed(said.text, complaints))
        page.goto(path)
        page.get_by_role("heading", level=1).first.wait_for()
        return page

    yield at
    for page in opened:
        page.context.set_offline(False)
        page.close(run_before_unload=False)
    assert complaints == []


@pytest.fixture
def axe():
    """Return what axe finds on a page, rule by rule, of WCAG 2.2 AA and its best practices."""

    def find(page):
        found = Axe().run(page).response["violations"]
        return [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]

    return find


# What


@pytest.fixture
def new_weekend(api):
    """Make weekends of a test's own, gone afterwards, so that nobody is at many at once."""
    made = []

    def make():
        made.append(Weekend(api, api("manager")))
        return made[-1]

    yield make
    for one in made:
        one.manager.ask("DELETE", one.path)


@pytest.fixture
def weekend(new_weekend):
    return new_weekend()


@pytest.fixture
def bolts(weekend):
    """Forty tasks for the mechanic, who is at the demo team's weekend too."""
    return [weekend.task(f"Bolt {number}", of="mechanic") for number in range(40)]


@pytest.fixture
def demo(api):
    """The path of the demo team's weekend of today."""
    [found] = api("chief").get("/v1/events?q=Misano+World")
    return f"/events/{found['id']}"
