"""Fixtures of the faults: one installation for all of them, which has to recover each time."""

from contextlib import closing
from pathlib import Path

import pytest

pytest.register_assert_rewrite("pressure")

from helpers import eventually
from places import Installation

HERE = Path(__file__).parent
SHIM = str(HERE / "shim")


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)


@pytest.fixture(scope="session")
def shared():
    with closing(Installation()) as installation:
        yield installation


@pytest.fixture
def place(shared):
    """The installation, as good as new: whatever a test did to it is undone here."""
    yield shared
    shared.database.wake()
    shared.database.go_on()
    shared.valkey.wake()
    shared.valkey.go_on()
    shared.valkey.make_writable()
    shared.database.reset()
    eventually(lambda: shared.readiness() == (200, "ready"))


@pytest.fixture(scope="session")
def shim():
    """The PYTHONPATH on which `shim/sitecustomize.py` is found."""
    return SHIM


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Show what the shared server said in a test that failed."""
    report = yield
    if report.when == "call" and report.failed and "place" in item.funcargs:
        log = item.funcargs["place"].server.log
        report.sections.append(
            (
                "log of the server",
                "\n".join(line[:160] + " ... " + line[-900:] for line in errors_in(log)),
            )
        )
    return report


def errors_in(log):
    return [line for line in log.splitlines() if '"level": "ERROR"' in line][-3:]
