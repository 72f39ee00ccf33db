"""The garage screen of every size, read from near and far, with names of every length."""

import re
from itertools import product

import pytest
from playwright.sync_api import expect
from sights import faults

SCREENS = [(1920, 1080), (1366, 768), (3840, 2160)]
READ = [(24, 6), (24, 3), (43, 5), (43, 4), (85, 6), (85, 1.5)]
# Titles and places of overdue tasks, and the line beside the clock.
MAY_BE_SHORT = "[aria-labelledby=overdue] li, footer .name"
NAMES = ("Freies Training der Nachwuchsklasse, zweite Gruppe", "Superpole der Superbikes, Gruppe B")


@pytest.fixture
def crowd(weekend, api):
    """A weekend with nine bikes, 120 overdue tasks, two sessions, and long names for all."""
    weekend.add_session(NAMES[0], starts_in=-10)
    running = weekend.manager.get(f"{weekend.path}/sessions")[0]
    weekend.manager.patch(f"/v1/sessions/{running['id']}", {"status": "running"})
    weekend.manager.patch(f"/v1/sessions/{weekend.session['id']}", {"name": " ".join(NAMES)})
    rider = {"number": 44, "rider_name": "Maximiliane-Alexandra von und zu Wittgenstein-Berleburg"}
    labels = [f"{weekend.bike['label']} {name}" for name in ("Ersatzmotorrad", "B")]
    named = [{**rider, "label": f"{labels[n % 2]} {n}"} for n in range(9)]
    bikes = [weekend.manager.post("/v1/bikes", bike)["id"] for bike in named]
    weekend.manager.patch(weekend.path, {"bike_ids": bikes})
    for n in range(120):
        title = f"{n} Bremssattelbefestigungsschrauben nachziehen und Drehmoment eintragen " * 2
        place = {"bike_id": bikes[n % 9], "session_id": weekend.session["id"]}
        weekend.task(title.strip(), due_in=-n - 2, is_critical=n % 3 > 0, **place)
    return weekend.page


@pytest.fixture(params=["demo", "crowd"])
def wall(request, log_in):
    path = request.getfixturevalue(request.param)
    page = log_in("chief", f"{path}/wall", with_clock=True)
    shown = page.get_by_role("region", name="Wall")
    shown.wait_for()
    return shown


def looks(wall):
    """Yield each extreme size with what is wrong there."""
    for (width, height), (inches, metres) in product(SCREENS, READ):
        wall.page.set_viewport_size({"width": width, "height": height})
        wall.get_by_role("button", name="Settings").click()
        choose(wall.page, "Screen", f"{inches} inch")
        choose(wall.page, "Read from", f"{metres} m")
        wall.page.get_by_role("button", name="Close").click()
        yield f"{width} × {height}, {inches} inch, {metres} m", faults(wall, MAY_BE_SHORT)


def choose(page, name, label):
    page.get_by_role("combobox", name=name).select_option(label=label)


def must_say(wall):
    """What matters has to be there, whatever is left out."""
    expect(wall.get_by_role("heading", level=1)).to_be_visible()
    expect(wall.get_by_role("timer")).to_be_visible()
    expect(wall.get_by_text(re.compile(r"^\s*\d+ overdue\s*$"))).to_be_visible()
    bikes = wall.get_by_role("list").first.get_by_role("listitem")
    expect(bikes.filter(has_text=re.compile("GO|WAIT")).first).to_be_visible()
    expect(bikes.filter(has_not_text=re.compile("GO|WAIT"))).to_have_count(0)
    expect(wall.get_by_role("time")).to_have_text(re.compile(r"^\d\d:\d\d$"))


def test_nothing_is_cut_covered_or_off_the_screen(wall):
    for name, wrong in looks(wall):
        must_say(wall)

        assert wrong == [], name


def test_nothing_is_cut_once_the_server_is_silent(wall):
    said = wall.get_by_role("status").filter(has_text=re.compile(r"Not live since \d\d:\d\d"))
    wall.page.context.set_offline(True)
    expect(said).to_be_visible()
    wall.page.clock.fast_forward(35_000)

    for name, wrong in looks(wall):
        must_say(wall)
        expect(wall).to_have_class(re.compile(r"\bstale\b"))
        expect(said).to_be_visible()
        assert wrong == [], name
