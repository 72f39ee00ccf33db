"""The pages in docs/ say what the code does."""

import re

import pytest
from doc_tables import DOCS, with_tables
from test_architecture import LADDER, PACKAGE

from config import SettingsSchema

ROOT = DOCS.parent
EVERYWHERE = {"db", "openapi"}  # groups of commands that libraries bring
BUILT_IN = {"run", "shell", "routes"}


def page(name):
    return (DOCS / name).read_text()


def rows(name):
    """Return the cells of every row of every table on a page."""
    lines = (line for line in page(name).splitlines() if line.startswith("| `"))
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]


def default_of(field):
    value = field.load_default
    if value in (None, list):
        return "none"
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_the_table_of_calls_is_up_to_date():
    text = page("api.md")

    assert with_tables(text) == text, "make docs"


def test_every_setting_is_explained_with_its_default():
    explained = {row[0].strip("`"): row[1].strip("`") for row in rows("configuration.md")}
    settings = {name: default_of(field) for name, field in SettingsSchema().fields.items()}

    found = {name: default for name, default in explained.items() if name.isupper()}
    assert found == settings


LIMITS = page("api.md").split("## Rate limits")[1].split("## ")[0]


def test_the_limits_that_are_told_are_the_defaults():
    told = re.findall(r"\| (\d+) \|$", LIMITS, re.MULTILINE)
    fields = SettingsSchema().fields.items()

    rates = [default_of(field) for name, field in fields if name.startswith("RATELIMIT_")]

    assert [f"{number}/minute" for number in told] == rates


def test_every_command_is_explained(app):
    explained = re.findall(r"^\| `flask ([a-z-]+)", page("configuration.md"), re.MULTILINE)

    assert set(explained) == app.cli.commands.keys() - BUILT_IN | EVERYWHERE


def test_every_module_and_folder_has_its_place_in_the_tree():
    tree = re.search(r"```\n(.*?)```", page("architecture.md"), re.DOTALL)[1]
    names = {path.name for path in PACKAGE.glob("*.py")}
    names |= {f"{path.name}/" for path in [*ROOT.iterdir(), *PACKAGE.iterdir()] if is_source(path)}
    floors = [PACKAGE / name for name in ("storage", "web", "limits", "telemetry")]
    stems = {path.stem for floor in [*floors, ROOT / "server"] for path in floor.glob("[a-z]*.py")}

    told = {word.rstrip(",") for word in tree.split()}
    assert sorted((names | stems) - told) == []


def is_source(path):
    return path.is_dir() and path.name[0] not in "._" and path.name not in ("instance", "htmlcov")


# Paths are told from here: a file of any feature is one of tasks/.
FOLDERS = [
    ROOT,
    PACKAGE,
    PACKAGE / "tasks",
    ROOT / "tests",
    ROOT / "board/src",
    ROOT / "board/src/lib",
]
PATH = re.compile(r"[\w/.-]+\.(py|ts|svelte|md|html|yaml|example)")
ERRANDS = page("architecture.md").split("## Where to change what")[1].split("## Tests")[0]


@pytest.mark.parametrize("row", re.findall(r"^\| (.*`.*) \|$", ERRANDS, re.MULTILINE))
def test_the_places_to_change_hold_what_they_are_named_for(row):
    words = re.findall(r"`([^`]+)`", row)

    found = [read(word) for word in words if PATH.fullmatch(word)]

    names = [word for word in words if re.fullmatch(r"[A-Za-z_]{4,}", word)]
    assert [name for name in names if name not in "".join(found)] == []


def read(path):
    return next(file for at in FOLDERS if (file := at / path).exists()).read_text()


def test_the_ladder_is_the_one_that_is_tested():
    ladder = page("architecture.md").split("## The ladder")[1].split("```")[1]
    drawn = [word for word in re.findall(r"\w+", ladder) if word in LADDER]

    assert drawn[::-1] == LADDER


@pytest.mark.parametrize("path", sorted(DOCS.glob("*.md")), ids=lambda path: path.stem)
def test_links_lead_somewhere(path):
    links = re.findall(r"\]\(([^)#:]+)\)", path.read_text())

    assert [link for link in links if not (DOCS / link).exists()] == []
