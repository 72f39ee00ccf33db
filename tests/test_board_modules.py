"""The board's plain modules, such as its queue: their own tests, which need Node and no browser."""

import subprocess

import browser
from servers import ROOT

BOARD = ROOT / "board"
TEST = ("--test", "--test-reporter=spec", "src/**/*.test.ts")


@browser.needs_node
def test_the_boards_modules_pass_their_own_tests():
    command = [BOARD / "with-node", "node", *browser.TYPES, *TEST]

    ran = subprocess.run(command, cwd=BOARD, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "fail 0" in ran.stdout
