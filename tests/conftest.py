"""Fixtures: where the application runs, and what is there already."""

import itertools
import os

import pytest

from config import SettingsSchema

pytest.register_assert_rewrite("helpers", "story_of_friday")

import browser
import coverage
from backends import SETTINGS, Light, Real, forget_connections
from helpers import MISANO, Clock, created
from helpers import parallel as at_the_same_instant
from paddock import Paddock
from servers import Gunicorn
from timetable import Timetable

from raceapp import clock as raceapp_clock

pytest_plugins = ["people_fixtures"]
BACKENDS = ["sqlite", pytest.param("postgres", marks=pytest.mark.real)]


def pytest_addoption(parser):
    parser.addoption("--fast", action="store_true", help="leave out what needs real servers")


def pytest_configure(config):
    """Whatever the developer's shell says, tests say their own."""
    for setting in SettingsSchema().fields:
        os.environ.pop(setting, None)
    if config.option.fast:
        config.option.markexpr = "not real and not faults and not slow"


def pytest_report_header():
    """A board that nobody looked at is not passed over in silence."""
    return f"BOARD NOT TESTED: {browser.WHY_NOT}" if browser.WHY_NOT else None


def pytest_generate_tests(metafunc):
    """Run whatever touches the application on both backends, unless it asks for one."""
    if "backend" in metafunc.fixturenames:
        is_real_only = "postgres_only" in metafunc.fixturenames
        metafunc.parametrize("backend", BACKENDS[1:] if is_real_only else BACKENDS, indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    """Measure coverage once for a test that runs on both backends, since it takes as long as the
    test: on SQLite. What only PostgreSQL runs has tests of its own, which are measured. The servers
    that tests start are not: that slowed each of them, and found half a percent more."""
    is_left_out = runs_a_second_time(item) or item.get_closest_marker("timed")
    measuring = coverage.Coverage.current() if is_left_out else None
    if measuring:
        measuring.stop()
    try:
        return (yield)
    finally:
        if measuring:
            measuring.start()


def runs_a_second_time(item) -> bool:
    params = item.callspec.params if hasattr(item, "callspec") else {}
    return params.get("backend") == "postgres" and "postgres_only" not in item.fixturenames


# Where


@pytest.fixture(scope="session")
def backends():
    """Each backend by name, started when it is first needed."""
    makers = {"sqlite": Light, "postgres": Real}
    started = {}

    def find(name):
        if name not in started:
            started[name] = makers[name]()
        return started[name]

    yield find
    for backend in started.values():
        backend.close()


@pytest.fixture
def backend(request, backends):
    """Where this test runs, with an empty database and an empty Redis."""
    found = backends(request.param)
    found.empty()
    return found


@pytest.fixture
def postgres_only():
    """Ask for this in a test that means nothing without PostgreSQL and a real Redis."""


@pytest.fixture
def app(backend):
    return backend.app


@pytest.fixture
def make_app(backend):
    """Make an application with other settings on the same database and Redis."""
    made = []

    def make(**settings):
        made.append(backend.make_app(**settings))
        return made[-1]

    yield make
    for app in made:
        forget_connections(app)


@pytest.fixture
def new_database(backend):
    """Make a database without any tables and return its URL."""
    return lambda: backend.new_database(f"new{next(NUMBERS)}")


NUMBERS = itertools.count(1)


@pytest.fixture
def gunicorn_server(postgres_only, backend):
    """Start gunicorn on the real servers: `gunicorn_server(RATELIMIT_TASKS="5/minute").url`."""
    running = []

    def start(settings=None, *, workers=2, **more):
        named = {**SETTINGS, **backend.settings, **(settings or {}), **more}
        running.append(Gunicorn({name: str(value) for name, value in named.items()}, workers))
        return running[-1]

    yield start
    for server in running:
        server.close()


@pytest.fixture
def parallel():
    return at_the_same_instant


@pytest.fixture
def clock(monkeypatch):
    """The application's clock, standing still: `clock.now`, `clock.advance(minutes=5)`."""
    stopped = Clock()
    monkeypatch.setattr(raceapp_clock, "utcnow", lambda: stopped.now)
    return stopped


# What


@pytest.fixture
def make_event(admin):
    def make(**fields):
        return created(admin.post("/v1/events", json={**MISANO, **fields}))

    return make


@pytest.fixture
def event(make_event):
    return make_event()


@pytest.fixture
def paddock(app, event, admin, mechanic):
    """The weekend with a mechanic on its crew, to be filled past the API."""
    paddock = Paddock(app, event["id"], admin.id)
    paddock.crew(mechanic, "mechanic")
    return paddock


@pytest.fixture
def timetable(app, admin, event):
    return Timetable(admin, event, Paddock(app, event["id"], admin.id))


@pytest.fixture
def make_task(admin, event):
    def make(by=admin, **fields):
        body = {"event_id": event["id"], "title": "Check tyre pressures", **fields}
        return created(by.post("/v1/tasks", json=body))

    return make
