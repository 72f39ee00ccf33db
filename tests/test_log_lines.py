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
# Written by gunicorn, Flask and the limiter.
OF_LIBRARIES = {
    ("Worker (pid:", "ERROR"),
    ("WORKER TIMEOUT", "CRITICAL"),
    ("Exception on ", "ERROR"),
    ("Rate limit storage recovered", "INFO"),
    ("ratelimit ", "INFO"),
}


def line_of(node):
    """Return level and message of `log.info("…")`, by whatever name of a log, and of
    `say("INFO", "…")`, by which the exporter writes its lines."""
    match node:
        case ast.Call(func=ast.Attribute(value=log, attr=level), args=[message, *_]):
            is_of_a_log = level in LEVELS and ast.unparse(log).endswith(("log", "logger"))
            return (LEVELS[level], message) if is_of_a_log else None
        case ast.Call(func=ast.Name("say"), args=[ast.Constant(level), message]):
            return level, message
    return None


def written():
    """What the code writes to the log, as `(message up to its first value, level)`."""
    for path in [*ROOT.glob("raceapp/**/*.py"), *ROOT.glob("server/*.py")]:
        for level, message in filter(None, map(line_of, ast.walk(ast.parse(path.read_text())))):
            yield re.split(PLACE, in_the_table(message))[0], level


def in_the_table(message):
    """Return a text as the table has it, where `…` stands for each value of an f-string."""
    parts = message.values if isinstance(message, ast.JoinedStr) else [message]
    return "".join(part.value if isinstance(part, ast.Constant) else "…" for part in parts)


def told():
    table = PAGE.split("| `message` |")[1].split("\n\n")[0]
    for message, level in re.findall(r"^\| `(.+?)` \| ([A-Z]+) \|", table, re.MULTILINE):
        yield re.split(PLACE, message)[0], level


def test_every_message_of_the_log_is_explained_with_its_level():
    found = set(written())

    assert len(found) > 15
    assert found - set(told()) == set()


def test_no_row_explains_a_line_that_nobody_writes():
    assert set(told()) - set(written()) == OF_LIBRARIES


def test_both_logs_hide_the_same_secrets():
    assert logs.SECRET_PART == server_logs.SECRET_PART
