"""README and docs/shell.md tell the truth: a real server answers so, their files are there."""

import re
import subprocess
from pathlib import Path

import pytest

from raceapp.demo import seeding

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
SHELL = (ROOT / "docs" / "shell.md").read_text()
MARK = "~~~ end of command"


def session(page):
    """Return the (command, expected output) pairs of the page's consoles."""
    blocks = re.findall(r"^```console\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    steps = [
        step.partition("\n") for block in blocks for step in re.split(r"^\$ ", block, flags=re.M)
    ]
    return [(command, output.strip()) for command, _, output in steps if command]


@pytest.fixture
def demo_server(gunicorn_server, app):
    with app.app_context():
        seeding.seed()
    return gunicorn_server(RATELIMIT_TASKS="120/minute")


@pytest.mark.parametrize("page", [README, SHELL], ids=["README", "shell"])
def test_sessions_go_as_they_say(demo_server, page):
    commands = [command for command, _ in session(page)]
    script = "".join(f"{command}\necho '{MARK}'\n" for command in commands)
    script = script.replace("http://127.0.0.1:8000", demo_server.url)

    ran = subprocess.run(["bash"], input=script, capture_output=True, text=True, check=False)

    outputs = [output.strip() for output in ran.stdout.split(MARK)]
    assert ran.stderr == ""
    for (command, expected), output in zip(session(page), outputs, strict=False):
        assert re.fullmatch(re.escape(expected).replace("…", ".*"), output), (command, output)


def test_the_files_the_readme_names_are_there():
    named = re.findall(r"\]\(([^)#:]+)\)", README)

    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_the_make_targets_the_readme_names_are_there():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    named = set(re.findall(r"\bmake ([a-z-]+)", README))
    assert named and named <= targets
