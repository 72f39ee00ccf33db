"""The rules of docs/architecture.md, executed: imports go down only, and few may commit."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "raceapp"
# From the ground up: each imports only what stands before it.
LADDER = [
    *("errors", "clock", "permissions"),
    *("storage", "web", "limits", "telemetry"),
    *("auth", "history", "bikes", "events", "tasks"),
    *("timetable", "checklists", "releases", "incidents"),
    *("comments", "invitations", "calendars", "copies", "printing", "tables"),
    *("weekends", "feed", "sync", "stream"),
    *("demo", "welcome", "shell", "people", "cli", "__init__"),
]
COMPOSITION = LADDER[LADDER.index("demo") :]
FEATURES = LADDER[LADDER.index("auth") : LADDER.index("demo")]
# What of a feature is no rule, beside its views and schemas: it speaks HTTP or JWT, reads
# files, or joins the feature to the application.
NO_RULES = {
    *(("auth", "cookies"), ("auth", "tokens")),
    *(("tables", "columns"), ("tables", "files"), ("tables", "programme")),
    *(("stream", "bell"), ("stream", "post"), ("sync", "calls")),
}
# rest commits the trace that a refusal leaves, such as a counted failed login; idempotency what
# goes by a key, with its answer, and session is where commits are held back for that.
COMMITTERS = {"idempotency", "session", "views", "rest", "people", "cli", "seeding", "load"}
WEB = {"flask", "werkzeug", "marshmallow", "webargs", "flask_smorest", "flask_jwt_extended", "jwt"}
VIEWS = {"views"}
ABOVE = {"models": {"service", "schemas", *VIEWS}, "service": {"schemas", *VIEWS}, "schemas": VIEWS}
FILES = sorted(PACKAGE.rglob("*.py"))
PARTS = [file.relative_to(PACKAGE).with_suffix("").parts for file in FILES]
TREES = {parts: ast.parse(file.read_text()) for parts, file in zip(PARTS, FILES, strict=True)}
each_module = pytest.mark.parametrize("module", TREES, ids="/".join)


def found(tree, *kinds):
    return [node for node in ast.walk(tree) if isinstance(node, kinds)]


def imports(module):
    """What `module` imports, as lists of names; `from a import b` counts as a.b."""
    for node in found(TREES[module], ast.Import, ast.ImportFrom):
        prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
        yield from ((prefix + alias.name).split(".") for alias in node.names)


@each_module
def test_imports_go_down_only(module):
    for name in (name for name in imports(module) if name[0] == "raceapp" and name[1:]):
        top, rest = name[1], set(name[2:3])
        own, other = LADDER.index(module[0]), LADDER.index(top)
        assert other < own or top == module[0], name
        assert not rest & VIEWS or module[0] in COMPOSITION, name
        assert top != module[0] or not rest & ABOVE.get(module[-1], VIEWS), name


def is_rule(module):
    is_edge = module[-1] in ("views", "schemas") or module in NO_RULES
    return module[0] in ("errors", "clock", "permissions", *FEATURES) and not is_edge


def web_of(module):
    return {name[0] for name in imports(module)} & WEB


@each_module
def test_rules_and_rows_know_no_web(module):
    assert not is_rule(module) or not web_of(module)


def test_only_what_knows_the_web_is_named_as_no_rule():
    assert all(web_of(module) for module in NO_RULES)


@each_module
def test_only_views_and_commands_commit(module):
    names = {getattr(call.func, "attr", "") for call in found(TREES[module], ast.Call)}
    assert "commit" not in names or module[-1] in COMMITTERS


@each_module
def test_only_tasks_write_tasks(module):
    writing = {"insert", "update", "delete", "rewrite", "Task", "SignOff"}
    calls = [call for call in found(TREES[module], ast.Call) if called(call) in writing]
    told = [call for call in calls if names_in(call) & {"Task", "SignOff"}]
    assert not told or module[0] in ("tasks", "demo"), ast.unparse(told[0])


def called(call):
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def names_in(call):
    """What is called and given, but for the conditions that follow."""
    return {name.id for part in (call.func, *call.args) for name in found(part, ast.Name)}


@each_module
def test_imports_stand_at_the_top_and_are_absolute(module):
    for function in found(TREES[module], ast.FunctionDef, ast.AsyncFunctionDef):
        assert not found(function, ast.Import, ast.ImportFrom), function.name
    assert not any(node.level for node in found(TREES[module], ast.ImportFrom))
