"""Where a rule stands in Python and on the board, one table of cases asks both."""

import json
import re
import subprocess
from datetime import date, datetime, timedelta
from itertools import product
from types import SimpleNamespace

import browser
import pytest
from servers import ROOT
from test_shell import PAGES, WRONG

from raceapp import errors, permissions
from raceapp.permissions import Role
from raceapp.shell import PATHS
from raceapp.tasks import belonging, grounds, holding, signing
from raceapp.tasks.models import TO_DO, Act, Anchor, TaskStatus
from raceapp.web.fields.numbers import Number

pytestmark = browser.needs_node
BOARD = ROOT / "board"
ASK = """
import { readFileSync } from 'node:fs';
import * as board from './src/lib/%s.ts';
const cases = JSON.parse(readFileSync(0, 'utf8'));
console.log(JSON.stringify(cases.map((of) => %s)));
"""
ME, OTHER = 3, 4
ROLES = ([], ["mechanic"], ["crew_chief"])


def on_the_board(module, question, cases):
    """What the board answers to a question, in TypeScript, about each of these cases."""
    return ran(ASK % (module, question), json.dumps(cases))


def ran(script, given=""):
    """What a script writes, as JSON, when it runs in the board's folder."""
    command = [BOARD / "with-node", "node", *browser.TYPES, "--input-type=module", "--eval", script]
    done = subprocess.run(
        command, cwd=BOARD, input=given, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def tasks():
    """One of every state, holder and crew role; those that are done in all their ways."""
    for status, holder, role in product(TaskStatus, (None, ME, OTHER), (None, "mechanic", "rider")):
        task = {"status": status, "assigned_to": holder, "crew_role": role}
        is_done = status == TaskStatus.DONE
        ways = product((ME, OTHER), (True, False), (None, ME)) if is_done else [(None, True, None)]
        for done_by, needs_check, checked_by in ways:
            signed = {"done_by": done_by, "needs_check": needs_check, "checked_by": checked_by}
            yield task | signed


def cases(**more):
    """Every task, with every kind of person before it."""
    for role, roles, task in product(Role, ROLES, tasks()):
        yield {"who": {"user": {"id": ME, "role": role}, "roles": roles}, "task": task, **more}


def here(case):
    """The person, their crew roles and the task of a case, as the rules in Python take them."""
    user, event = case["who"]["user"], SimpleNamespace(allow_self_check=case.get("allows"))
    actor = SimpleNamespace(id=ME, is_admin=user["role"] == Role.ADMIN)
    more = {"event": event, "deleted_at": None, "is_struck": False}
    return actor, case["who"]["roles"], SimpleNamespace(**case["task"], **more)


def may_sign(case):
    actor, roles, task = here(case)
    act = Act(case["act"])
    if task.status not in signing.FROM[act] or not permissions.can_sign(actor, roles, task, act):
        return False
    return act != Act.CHECK or may_check_now(task, actor)


def may_check_now(task, actor):
    try:
        signing.check_state(task, Act.CHECK, actor=actor)
        signing.is_self_check(task, Act.CHECK, actor=actor)
    except errors.Conflict:
        return False
    return True


def may_take(case):
    actor, roles, task = here(case)
    is_free = task.assigned_to is None and task.status in TO_DO
    asked = {"assigned_to": ME}
    return is_free and permissions.can_take_or_give_back(actor, roles, task, asked)


def test_the_board_offers_the_signatures_that_the_server_takes():
    asked = [
        case for act in Act for allows in (True, False) for case in cases(act=act, allows=allows)
    ]

    offered = on_the_board("signing", "board.canSign(of.who, of.task, of.act, of.allows)", asked)

    assert differing(asked, offered, may_sign) == []


def test_the_board_offers_to_take_what_the_server_calls_claimable():
    asked = list(cases())

    offered = on_the_board("signing", "board.canTake(of.who, of.task)", asked)

    assert differing(asked, offered, may_take) == []


@pytest.fixture
def nobody_leaves(monkeypatch):
    """Only the server knows who has left meanwhile."""
    everything = frozenset({"crew_chief"})
    monkeypatch.setattr(holding, "holders", lambda _, tasks: {7: tasks[0].assigned_to})
    monkeypatch.setattr(holding, "hold_roles", lambda *_: everything)


def test_an_unsent_signature_does_to_a_task_what_the_server_will_do(nobody_leaves):
    asked = [case for act in Act for case in cases(act=act) if is_signable(case)]

    shown = on_the_board("overlay", f"board.after(of.task, {UNSENT}, {{}})", asked)

    assert differing(asked, map(signed_for, shown), signed) == []


def test_what_is_to_do_again_is_due_on_the_board_when_the_server_will_say():
    asked = list(hanging())

    told = on_the_board(
        "due", "board.dueAgain(of.task, { ...of, session: () => of.session })", asked
    )

    assert differing(asked, map(moment, told), due_again) == []


# The clocks of Havana and Beirut are put forward at midnight, and those of Havana back to it.
DAYS = [("America/Havana", "2026-03-08"), ("America/Havana", "2026-11-01")]
DAYS += [
    ("Asia/Beirut", "2026-03-29"),
    ("Pacific/Apia", "2026-06-12"),
    ("Europe/Rome", "2026-03-28"),
]
SESSION = {"starts_at": "2026-06-12T09:00:00Z", "ends_at": "2026-06-12T09:30:00Z"}


def hanging():
    """Tasks that hang on a day or a session, at weekends of two days or three."""
    for (zone, first), anchor, pinned in product(DAYS, (None, *Anchor), (True, False)):
        for length, session_id in product((1, 2), (None, 2)):
            last = (date.fromisoformat(first) + timedelta(days=length)).isoformat()
            task = {"anchor": anchor, "is_due_pinned": pinned, "session_id": session_id}
            task |= {"offset_minutes": -30, "due_at": "2026-06-12T08:00:00Z"}
            event = {"event_date": first, "end_date": last, "timezone": zone}
            yield {"task": task, "event": event, "session": SESSION}


def due_again(case):
    event = {**case["event"]}
    event |= {name: date.fromisoformat(event[name]) for name in ("event_date", "end_date")}
    session = SimpleNamespace(**{name: moment(at) for name, at in SESSION.items()})
    task = SimpleNamespace(**case["task"], event=SimpleNamespace(**event))
    task.session, task.due_at = task.session_id and session, moment(task.due_at)
    return belonging.due_again(task)


def moment(text):
    return datetime.fromisoformat(text)


UNSENT = """{
    path: '/v1/tasks/7/sign-offs', body: { act: of.act, value: 29, note: 'Cold' }, state: 'waiting',
    userId: of.who.user.id, userRole: of.who.user.role, deviceTime: '2026-06-12T08:00:00Z',
}"""
SIGNED_FOR = ("status", "assigned_to", "done_by", "checked_by", "value", "note")


def is_signable(case):
    actor, roles, task = here(case)
    act = Act(case["act"])
    return task.status in signing.FROM[act] and permissions.can_sign(actor, roles, task, act)


def signed_for(task):
    return [task.get(name) for name in SIGNED_FOR]


def signed(case):
    """What the task is after the signature, by the server's rule."""
    actor, _, task = here(case)
    task.anchor = task.due_at = None
    task.id, task.event_id, task.before = 7, 3, SimpleNamespace(assigned_to=task.assigned_to)
    signing.apply(task, Act(case["act"]), actor=actor, value=29, note="Cold")
    return signed_for(vars(task))


def test_what_blocks_a_bike_on_the_board_blocks_it_on_the_server():
    names = ("status", "is_critical", "needs_check", "checked_at", "anchor")
    ways = product(TaskStatus, (True, False), (True, False), (None, "2026-06-12"), (None, *Anchor))
    asked = [dict(zip(names, way, strict=True)) for way in ways]

    blocking = on_the_board("readiness", "board.isBlocking(of)", asked)

    assert differing(asked, blocking, is_against) == []


def is_against(case):
    return grounds.is_against(SimpleNamespace(**case, bike_id=1, deleted_at=None))


def differing(asked, answers, rule):
    return [case for case, said in zip(asked, answers, strict=True) if said != rule(case)]


def test_server_router_and_worker_know_the_same_paths():
    routes = re.findall(r"route\('(.*?)'", (BOARD / "src/router.ts").read_text())
    served = [path.replace("<id:number>", ":id").replace("<token>", ":token") for path in PATHS]
    worker = re.search(r"const ID = .*?\);\n", (BOARD / "worker/sw.ts").read_text(), re.DOTALL)

    script = f"{worker[0]} console.log(JSON.stringify({PAGES + WRONG}.map((at) => PAGES.test(at))))"

    assert sorted(routes) == sorted(served)
    assert ran(script) == [True] * len(PAGES) + [False] * len(WRONG)


def test_numbers_are_refused_before_they_are_kept_where_the_server_would():
    assert on_the_board("measuring", "board.MOST", [None]) == [Number.limit]
