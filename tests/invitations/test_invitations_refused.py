"""Invitations that are not good, whatever is wrong with them."""

from collections import Counter

import pytest
from helpers import problem
from inviting import ANA, accept, crew, token_of, told
from statements import counted

from raceapp.auth import passwords

INVENTED = "x" * 43


def test_a_link_is_good_once(client, admin, path, invitation, rookie):
    assert accept(client, token_of(invitation), **ANA).status_code == 200

    problem(accept(rookie, token_of(invitation)), 404)
    problem(accept(client, token_of(invitation), **{**ANA, "email": "jo@garage.example"}), 404)
    assert [listed["status"] for listed in admin.get(path).json] == ["accepted"]


def test_of_eight_acceptances_at_once_one_is_good(
    postgres_only, client, admin, event, invitation, parallel
):
    numbers = iter(range(8))

    def come():
        return accept(
            client, token_of(invitation), **{**ANA, "email": f"ana{next(numbers)}@x.example"}
        )

    answers = parallel(come, 8)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 404: 7}
    assert len(crew(admin, event)) == 1
    assert len(admin.get("/v1/users?q=ana").json) == 1


def test_of_eight_people_with_an_account_at_once_one_gets_in(
    postgres_only, make_person, admin, event, invitation, parallel
):
    people = [make_person(f"person{number}") for number in range(8)]
    assert all(person.token for person in people)
    waiting = iter(people)

    answers = parallel(lambda: accept(next(waiting), token_of(invitation)), 8)

    assert Counter(answer.status_code for answer in answers) == {200: 1, 404: 7}
    assert len(crew(admin, event)) == 1


def test_eight_who_join_by_eight_links_at_once_are_all_on_the_crew(
    postgres_only, make_person, admin, event, invite, parallel
):
    people = [make_person(f"person{number}") for number in range(8)]
    assert all(person.token for person in people)
    waiting = iter([(person, token_of(invite())) for person in people])

    answers = parallel(lambda: accept(*next(waiting)), 8)

    assert {answer.status_code for answer in answers} == {200}
    assert crew(admin, event).keys() == {person.id for person in people}


def test_an_invitation_is_never_both_accepted_and_revoked(
    postgres_only, admin, invitation, rookie, parallel
):
    assert rookie.token and admin.token
    deeds = iter([
        lambda: accept(rookie, token_of(invitation)),
        lambda: admin.delete(f"/v1/invitations/{invitation['id']}"),
    ])  # fmt: skip

    answers = parallel(lambda: next(deeds)(), 2)

    assert {answer.status_code for answer in answers} in ({200, 409}, {404, 204})


@pytest.fixture
def bad_tokens(admin, client, clock, invite):
    """A token of each kind that is good for nothing, by what it is."""
    used, revoked, expired = (invite(expires_in_days=days) for days in (30, 30, 1))
    assert (
        accept(client, token_of(used), **{**ANA, "email": "jo@garage.example"}).status_code == 200
    )
    assert admin.delete(f"/v1/invitations/{revoked['id']}").status_code == 204
    clock.advance(days=1)
    found = {"used": used, "revoked": revoked, "expired": expired}
    return {**{name: token_of(made) for name, made in found.items()}, "invented": INVENTED}


def test_every_token_that_is_not_good_is_refused_in_the_same_words(bad_tokens, client, make_person):
    known = make_person("known")

    as_new = [told(accept(client, token, **ANA)) for token in bad_tokens.values()]
    with_account = [told(accept(known, token)) for token in bad_tokens.values()]

    assert len(bad_tokens) == 4
    assert as_new == with_account == [as_new[0]] * 4


def test_the_database_is_asked_the_same_whatever_is_wrong_with_a_token(app, bad_tokens, client):
    asked = []
    for token in bad_tokens.values():
        with counted(app) as sent:
            accept(client, token, **ANA)
        asked.append(sent.texts)

    assert asked[0] and asked == [asked[0]] * 4


def test_a_bad_token_costs_no_work_on_a_password(monkeypatch, client, invitation):
    monkeypatch.setattr(passwords, "hash_password", lambda _: 1 / 0)

    answer = accept(client, INVENTED, **ANA)

    problem(answer, 404)


@pytest.mark.parametrize("email", ["mechanic@garage.example", "MECHANIC@Garage.example"])
def test_an_email_that_has_an_account_is_told_and_the_link_stays_good(
    client, admin, event, invitation, mechanic, email
):
    problem(accept(client, token_of(invitation), **{**ANA, "email": email}), 409)
    assert crew(admin, event) == {}

    assert accept(mechanic, token_of(invitation)).status_code == 200


@pytest.mark.parametrize("name", ["email", "password", "name"])
@pytest.mark.parametrize("value", [None, "", 7, "\0"])
def test_an_account_that_makes_no_sense_is_not_made(client, invitation, name, value):
    answer = accept(client, token_of(invitation), **{**ANA, name: value})

    assert [*problem(answer, 422)["errors"]["json"]] == [name]
    assert accept(client, token_of(invitation), **ANA).status_code == 200


@pytest.mark.parametrize("password", ["short", "password", "k" * 73, ANA["email"]])
def test_a_password_is_judged_as_any(client, invitation, password):
    answer = accept(client, token_of(invitation), **{**ANA, "password": password})

    assert [*problem(answer, 422)["errors"]["json"]] == ["password"]
    assert accept(client, token_of(invitation), **ANA).status_code == 200


@pytest.mark.parametrize("name", ["email", "password", "name"])
def test_somebody_new_says_all_three(client, invitation, name):
    account = {key: value for key, value in ANA.items() if key != name}

    answer = accept(client, token_of(invitation), **account)

    assert [*problem(answer, 422)["errors"]["json"]] == [name]


def test_somebody_who_says_nothing_has_to_log_in(client, invitation):
    answer = accept(client, token_of(invitation))

    assert {*problem(answer, 422)["errors"]["json"]} == {"email", "password", "name"}


def test_a_token_that_is_not_valid_logs_nobody_in(client, invitation):
    answer = accept(client, token_of(invitation), headers={"Authorization": "Bearer x.y.z"})

    problem(answer, 401)


@pytest.mark.parametrize("token", ["", None, 7, "x" * 8001, "ü" * 43, "../../etc"])
def test_no_token_is_too_strange_to_be_refused(client, token):
    answer = accept(client, token, **ANA)

    assert answer.status_code in (404, 422)
    problem(answer, answer.status_code)


def test_an_invitation_for_one_email_is_for_nobody_else(client, invite, rookie):
    token = token_of(invite(email=ANA["email"]))

    problem(accept(rookie, token), 403)
    other = accept(client, token, **{**ANA, "email": "jo@garage.example"})

    assert [*problem(other, 422)["errors"]["json"]] == ["email"]
    assert accept(client, token, **ANA).status_code == 200


def test_a_deleted_weekend_takes_nobody_on(client, admin, event, invitation):
    admin.delete(f"/v1/events/{event['id']}")

    problem(accept(client, token_of(invitation), **ANA), 404)
