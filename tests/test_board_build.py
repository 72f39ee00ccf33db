"""The board is built by what is there; what is missing is said in one sentence."""

import os
import subprocess

import pytest
from servers import ROOT

FILES = ("build.sh", "packages.sh", "with-node", "package-lock.json")


@pytest.fixture
def build(tmp_path):
    """Build the board of a copy in which there is no Node; `has_python` gives it a broken .venv."""

    def build(has_python=False):
        (tmp_path / "board").mkdir()
        (tmp_path / "raceapp").mkdir()
        (tmp_path / "bin").mkdir()
        for name in FILES:
            (tmp_path / "board" / name).symlink_to(ROOT / "board" / name)
        fails(tmp_path / "bin" / "node")
        if has_python:
            (tmp_path / ".venv" / "bin").mkdir(parents=True)
            fails(tmp_path / ".venv" / "bin" / "python")
        known = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
        command = [tmp_path / "board" / "build.sh"]
        return subprocess.run(command, env=known, capture_output=True, text=True, check=False)

    return build


def fails(program):
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)


@pytest.mark.parametrize(
    ("has_python", "missing", "to_do"),
    [(False, "nor .venv", "install Node, or build .venv"), (True, "PyPI", "install Node")],
)
def test_without_node_a_build_says_what_is_missing_and_what_to_do(
    build, tmp_path, has_python, missing, to_do
):
    ran = build(has_python)

    told = (tmp_path / "raceapp" / "board" / "failed.txt").read_text().splitlines()[-1]
    assert ran.returncode == 1
    assert told in ran.stderr
    assert told.startswith("There is no Node of 22.12 or newer here, ") and told.endswith(".")
    assert missing in told and to_do in told
