"""docs/deployment.md names each message of the log, with its level; both logs hide the same."""

import ast
import re
from pathlib import Path

from raceapp.telemetry import logs
from server import logs as server_logs

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "deployment.md").read_text()
LEVELS = {"info": "INFO", "warning": "WARNING", "error": "ERROR", "exception": "ERROR"}
PLACE = r"%[rs]|…"


def is_of_a_log(call):
    """Tell whether this is `log.info("…")`, by whatever name of a log."""
    is_said = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.args
    return (
        is_said
        and call.func.attr in LEVELS
        and ast.unparse(call.func.value).endswith(("log", "logger"))
    )


def written():
    """What the code writes to the log, as `(message up to its first value, level)`."""
    for path in [*ROOT.glob("raceapp/**/*.py"), *ROOT.glob("server/*.py")]:
        for call in filter(is_of_a_log, ast.walk(ast.parse(path.read_text()))):
            yield re.split(PLACE, call.args[0].value)[0], LEVELS[call.func.attr]


def told():
    table = PAGE.split("| `message` |")[1].split("\n\n")[0]
    for message, level in re.findall(r"^\| `(.+?)` \| ([A-Z]+) \|", table, re.MULTILINE):
        yield re.split(PLACE, message)[0], level


def test_every_message_of_the_log_is_explained_with_its_level():
    found = set(written())

    assert len(found) > 15
    assert found - set(told()) == set()


def test_both_logs_hide_the_same_secrets():
    assert logs.SECRET_PART == server_logs.SECRET_PART
