"""Joining a crew by an invitation."""

from helpers import PASSWORD, Client, created, problem
from inviting import ANA, accept, crew, token_of

from raceapp.events import crew as events_crew


def test_somebody_new_joins_and_is_logged_in(make_app, event, invitation):
    closed = Client(make_app(REGISTRATION_OPEN=False))
    problem(closed.post("/v1/auth/register", json=ANA), 403)

    answer = accept(closed, token_of(invitation), **ANA)

    assert answer.status_code == 200
    assert answer.json.keys() == {
        "access_token", "refresh_token", "token_type", "expires_in", "user",
    }  # fmt: skip
    assert answer.json["user"].items() >= {"name": "Ana Ruiz", "role": "user"}.items()
    headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
    mine = closed.get("/v1/events?mine=true", headers=headers).json
    assert [weekend["id"] for weekend in mine] == [event["id"]]


def test_somebody_new_logs_in_with_the_password_they_chose(client, admin, event, invitation):
    user = accept(client, token_of(invitation), **ANA).json["user"]

    body = {"email": ANA["email"], "password": PASSWORD}
    again = created(client.post("/v1/auth/login", json=body), status=200)

    assert again["user"]["id"] == user["id"]
    assert crew(admin, event) == {user["id"]: ["mechanic"]}


def test_somebody_with_an_account_joins_with_their_log_in(admin, event, invitation, rookie):
    answer = accept(rookie, token_of(invitation))

    assert (answer.status_code, answer.json["user"]["id"]) == (200, rookie.id)
    assert crew(admin, event) == {rookie.id: ["mechanic"]}
    body = {"refresh_token": answer.json["refresh_token"]}
    assert rookie.post("/v1/auth/refresh", json=body).status_code == 200


def test_who_is_on_the_crew_gets_the_roles_too(admin, crewed, event, invite, mechanic, chief):
    made = invite(crew_roles=["tyre_tech", "mechanic"])

    accept(mechanic, token_of(made))

    assert crew(admin, event) == {chief.id: ["crew_chief"], mechanic.id: ["mechanic", "tyre_tech"]}


def test_a_browser_gets_its_refresh_token_as_a_cookie(client, invitation):
    asked = {"X-Refresh-Cookie": "1"}

    answer = accept(client, token_of(invitation), headers=asked, **ANA)

    assert answer.status_code == 200 and "refresh_token" not in answer.json
    assert {"HttpOnly", "SameSite=Strict"} <= set(answer.headers["Set-Cookie"].split("; "))


def test_a_full_crew_takes_nobody_on_and_the_link_stays_good(
    monkeypatch, crewed, client, invitation
):
    monkeypatch.setattr(events_crew, "MAX_CREW", 2)
    problem(accept(client, token_of(invitation), **ANA), 409)

    monkeypatch.undo()

    assert accept(client, token_of(invitation), **ANA).status_code == 200
