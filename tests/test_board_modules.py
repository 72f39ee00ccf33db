"""The board's plain modules, such as its queue: their own tests, which need Node and no browser."""

import os
import subprocess

import browser
import pytest
from servers import ROOT

BOARD = ROOT / "board"


@pytest.mark.skipif(
    not browser.IS_BUILT and not os.environ.get("CI"), reason=f"BOARD NOT TESTED: {browser.WHY_NOT}"
)
def test_the_boards_modules_pass_their_own_tests():
    command = [BOARD / "with-node", "node", "--test", "--test-reporter=spec", "src/**/*.test.ts"]

    ran = subprocess.run(command, cwd=BOARD, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "fail 0" in ran.stdout
