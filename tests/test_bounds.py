"""Whatever callers can make more of is kept for the last few only."""

import pytest

from raceapp.limits import limiter
from raceapp.storage import ahead
from raceapp.tasks import lists, rows, views
from raceapp.web import cursors, keyset

KEPT_128 = [
    *(lists.statements, ahead.joined, keyset.others, cursors.signer_of),
    *(rows.changing_alone, rows.changing_within, rows.adding, rows.adding_alone),
]
KEPT = [*KEPT_128, limiter.key_of]


@pytest.mark.parametrize("kept", KEPT, ids=lambda function: function.__name__)
def test_what_is_remembered_of_requests_has_a_bound(kept):
    assert kept.cache_parameters()["maxsize"] <= 1024


@pytest.mark.parametrize("kept", KEPT_128, ids=lambda function: function.__name__)
def test_statements_and_cursors_are_kept_for_128_shapes(kept):
    assert kept.cache_parameters()["maxsize"] == 128


def test_what_queries_mean_is_remembered_for_a_few(mechanic):
    answers = {mechanic.get(f"/v1/tasks?session_id={n + 1}").status_code for n in range(200)}

    parser = views.blp.ARGUMENTS_PARSER
    assert answers == {200} and len(parser._understood) <= parser.REMEMBERED_QUERIES


def test_verified_tokens_are_remembered_up_to_a_number(app, make_person):
    manager = app.extensions["flask-jwt-extended"]
    manager.CAPACITY = 2

    for person in [make_person(f"person{number}") for number in range(4)]:
        assert person.get("/v1/auth/me").status_code == 200

    del manager.CAPACITY
    assert len(manager._remembered) <= 2
