"""docs/domain.md says what the code does: its tables and diagram are compared with the code's."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from raceapp.checklists.models import Scope, Tier
from raceapp.history import chain
from raceapp.incidents.models import IncidentKind
from raceapp.permissions import CrewRole
from raceapp.releases import readiness
from raceapp.storage.session import db
from raceapp.tasks.models import Act, Anchor, Task, TaskStatus
from raceapp.tasks.signing import FROM, TO
from raceapp.timetable.models import SessionStatus

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "domain.md").read_text()
RECORDED = re.compile(r'history\.record\(\s*[\w.]+,\s*f?"([a-z]+)\.')
TRANSITIONS = {
    (start, act, TO.get(act, TaskStatus.DONE)) for act, starts in FROM.items() for start in starts
}


def rows(heading):
    """Return the cells of the rows of the table below these words."""
    table = PAGE.split(heading)[1].split("|\n|---")[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.split("\n")[1:]]


def statuses(cell):
    return [TaskStatus(word) for word in cell.split(", ")]


def test_the_table_of_sign_offs_is_the_one_in_the_code():
    told = {
        (start, Act(act.strip("`")), TaskStatus(end))
        for act, starts, end, *_ in rows("| act |")
        for start in statuses(starts)
    }

    assert told == TRANSITIONS


def test_the_diagram_of_states_is_the_one_in_the_code():
    drawn = re.findall(r"^    (\w+) --> (\w+): (\w+)$", PAGE, re.MULTILINE)

    assert {(TaskStatus(a), Act(act), TaskStatus(b)) for a, b, act in drawn} == TRANSITIONS


@pytest.mark.parametrize("words", [CrewRole, Scope, Anchor, Tier, Act, SessionStatus, IncidentKind])
def test_every_word_of_the_api_is_explained(words):
    assert [word for word in words if f"`{word}`" not in PAGE] == []


def test_every_action_of_the_record_is_named():
    sources = [path.read_text() for path in (ROOT / "raceapp").rglob("*.py")]
    nouns = {"bike", *(noun for source in sources for noun in RECORDED.findall(source))}
    action = re.compile(rf'"((?:{"|".join(nouns)})\.(?!id")[a-z_]+)"')
    written = {found for source in sources for found in action.findall(source)}

    named = set(re.findall(r"`([a-z]+\.[a-z_]+)`", "".join(row[1] for row in rows("| subject |"))))
    assert named == written | {f"task.{act}" for act in Act}


BLOCKS = {
    "open": {"status": "open", "is_critical": True},
    "done": {"status": "done", "needs_check": True},
    "failed": {"status": "failed"},
    "not applicable": {"status": "not_applicable", "is_critical": True, "needs_check": True},
    "anchored to the end of a session": {"status": "failed", "anchor": Anchor.SESSION_END},
}


def is_blocking(task_id, fields):
    db.session.execute(sa.update(Task).where(Task.id == task_id).values(**fields))
    verdict = sa.select(readiness.is_blocking(Task)).where(Task.id == task_id)
    return bool(db.session.scalar(verdict))


def test_what_blocks_is_what_the_table_says(app, make_task):
    told = {state: verdict for state, verdict in rows("| a task that is |")}

    ids = {state: make_task()["id"] for state in BLOCKS}

    with app.app_context():
        found = {state: is_blocking(ids[state], fields) for state, fields in BLOCKS.items()}
    assert found == {state: not verdict.startswith("never") for state, verdict in told.items()}


def test_the_chain_is_hashed_as_the_page_says():
    formula = re.search(r"digest = SHA-256\( JSON \[(.*?)\] \)", PAGE)[1]

    assert tuple(formula.split(", ")) == chain.HASHED
    assert set(chain.GENESIS) == {"0"} and f"{len(chain.GENESIS)} zeros" in PAGE
