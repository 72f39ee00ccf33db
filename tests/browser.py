"""The browser for tests of the board, if this machine has one."""

import os
import shutil

import pytest
from servers import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
IS_BUILT = (ROOT / "raceapp" / "board" / "sw.js").exists()


def why_not() -> str | None:
    """Return what is missing to test the board in a browser; None: nothing."""
    if not IS_BUILT:
        return "the board is not built (make board says why)."
    return None if CHROMIUM else "there is no chromium on PATH."


WHY_NOT = why_not()
# Before 22.18 Node runs TypeScript only if it is told to.
TYPES = ("--experimental-strip-types",)
needs_node = pytest.mark.skipif(
    not IS_BUILT and not os.environ.get("CI"), reason=f"BOARD NOT TESTED: {WHY_NOT}"
)
