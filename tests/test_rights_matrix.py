"""Who may do what: every route, every kind of person, one table.

The table, in tests/rights.py, says what each of them is answered. A route
that is missing from it fails the test.
"""

import re

from rights import RIGHTS

pytest_plugins = ["rights_fixtures"]


def routes_of(app):
    """Every call of the routing table, written as in ours; files of the board are anybody's."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("shell."):
            continue
        path = re.sub(r"<(?:[^<>:]+:)?([^<>]+)>", r"{\1}", rule.rule)
        yield from (f"{method} {path}" for method in rule.methods - {"HEAD", "OPTIONS"})


def test_every_route_is_in_the_table(app):
    told = {re.sub("{(spare|gone)_", "{", call.partition("?")[0]) for call, *_ in RIGHTS}

    assert told == set(routes_of(app))


def test_every_person_is_answered_as_the_table_says(people, make_world, ask):
    wrong = []

    for call, body, expected, *which in RIGHTS:
        world = None
        for name, person in people.items():
            world = world or make_world(*which)
            status = ask(world, person, call, body)
            if status != expected[name]:
                wrong.append(f"{call} {which} {body} as {name}: {status}, not {expected[name]}")
            if status < 300 and not call.startswith("GET"):
                world = None  # It has been touched: the next one gets another.

    assert not wrong, "\n".join(wrong)
