"""Invitations: who invites, who joins by a link, and what a link is worth when."""

import io
import re
from collections import Counter
from xml.etree import ElementTree

import pytest
import segno
import sqlalchemy as sa
from helpers import PASSWORD, Client, created, problem
from statements import counted

from raceapp.auth import passwords
from raceapp.events import crew as events_crew
from raceapp.invitations.models import Invitation
from raceapp.storage.session import db

ANA = {"email": "ana@garage.example", "name": "Ana Ruiz", "password": PASSWORD}
MECHANIC = {"crew_roles": ["mechanic"]}
INVENTED = "x" * 43


def token_of(answer):
    return answer["url"].rpartition("/join/")[2]


def accept(client, token, headers=None, **account):
    body = {"token": token, **account}
    return client.post("/v1/invitations/accept", json=body, headers=headers)


@pytest.fixture
def path(event):
    return f"/v1/events/{event['id']}/invitations"


@pytest.fixture
def invite(admin, path):
    def invite(by=admin, **fields):
        return created(by.post(path, json={**MECHANIC, **fields}))

    return invite


@pytest.fixture
def invitation(invite):
    return invite()


@pytest.fixture
def crewed(admin, event, chief, mechanic):
    """The weekend with a crew chief and a mechanic; call it to name the crew anew."""

    def name(**roles):
        ids = {"chief": chief.id, "mechanic": mechanic.id}
        crew = [{"user_id": ids[who], "crew_roles": [role]} for who, role in roles.items()]
        created(admin.put(f"/v1/events/{event['id']}/crew", json=crew), status=200)

    name(chief="crew_chief", mechanic="mechanic")
    return name


def crew(admin, event):
    members = created(admin.get(f"/v1/events/{event['id']}/crew"), status=200)
    return {member["user_id"]: member["crew_roles"] for member in members}


# Inviting


def test_an_invitation_is_a_link_for_a_week(admin, path, clock):
    answer = admin.post(path, json={"crew_roles": ["mechanic", "tyre_tech"]})

    assert answer.status_code == 201
    assert answer.json.keys() == {"id", "url", "expires_at"}
    assert re.fullmatch(r"http://localhost/join/[\w-]{43}", answer.json["url"])
    clock.advance(days=7)
    assert answer.json["expires_at"] == clock.now.isoformat().replace("+00:00", "Z")


def test_a_crew_chief_invites_to_their_weekend(crewed, chief, path):
    made = created(chief.post(path, json=MECHANIC))

    (listed,) = created(chief.get(path), status=200)
    assert (listed["id"], listed["status"], listed["created_by"]) == (made["id"], "open", chief.id)
    assert listed["crew_roles"] == ["mechanic"] and "url" not in listed


@pytest.mark.parametrize(
    "fields",
    [
        {"crew_roles": []}, {"crew_roles": ["king"]}, {"crew_roles": ["rider", "rider"]},
        {"crew_roles": "mechanic"}, {"crew_roles": None}, {"email": "nobody"}, {"email": 7},
        {"expires_in_days": 0}, {"expires_in_days": 31}, {"expires_in_days": "7"},
        {"expires_in_days": True}, {"role": "admin"}, {"user_id": 1},
    ],
    ids=str,
)  # fmt: skip
def test_an_invitation_that_makes_no_sense_is_not_made(admin, path, fields):
    answer = admin.post(path, json={**MECHANIC, **fields})

    assert [*fields] == [*problem(answer, 422)["errors"]["json"]]
    assert admin.get(path).json == []


def test_whom_it_is_for_and_how_long_may_be_said(admin, path, clock):
    created(
        admin.post(path, json={**MECHANIC, "email": "Ana@Garage.example", "expires_in_days": 30})
    )

    (listed,) = admin.get(path).json

    clock.advance(days=30)
    assert listed["email"] == "ana@garage.example"
    assert listed["expires_at"] == clock.now.isoformat().replace("+00:00", "Z")


def test_the_qr_code_is_the_link(admin, invitation):
    answer = admin.get(f"/v1/invitations/{invitation['id']}/qr.svg")

    drawn = io.BytesIO()
    segno.make_qr(invitation["url"], error="m").save(drawn, kind="svg", scale=8, xmldecl=False)
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert answer.headers["Cache-Control"] == "no-store"
    assert lines_in(answer.data) == lines_in(drawn.getvalue())


def lines_in(svg):
    """What is drawn in black."""
    root = ElementTree.fromstring(svg)
    return [path.get("d") for path in root.iter() if path.get("stroke")]


# Joining


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


# What is refused


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
    postgres_only, admin, path, invitation, rookie, parallel
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


def told(answer):
    body = problem(answer, 404)
    return {name: value for name, value in body.items() if name != "request_id"}


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


def test_an_invitation_for_one_email_is_for_nobody_else(client, invite, rookie, make_person):
    token = token_of(invite(email=ANA["email"]))

    problem(accept(rookie, token), 403)
    other = accept(client, token, **{**ANA, "email": "jo@garage.example"})

    assert [*problem(other, 422)["errors"]["json"]] == ["email"]
    assert accept(client, token, **ANA).status_code == 200


def test_a_deleted_weekend_takes_nobody_on(client, admin, event, invitation):
    admin.delete(f"/v1/events/{event['id']}")

    problem(accept(client, token_of(invitation), **ANA), 404)


# Revoking, and what ends by itself


def test_what_is_revoked_is_listed_and_nothing_else(admin, path, invitation):
    gone = f"/v1/invitations/{invitation['id']}"
    assert admin.delete(gone).status_code == 204

    assert [listed["status"] for listed in admin.get(path).json] == ["revoked"]
    problem(admin.delete(gone), 404)
    problem(admin.get(f"{gone}/qr.svg"), 404)


def test_what_is_used_is_neither_revoked_nor_told_again(client, admin, invitation):
    accept(client, token_of(invitation), **ANA)

    problem(admin.delete(f"/v1/invitations/{invitation['id']}"), 409)
    problem(admin.get(f"/v1/invitations/{invitation['id']}/qr.svg"), 404)


def test_what_has_expired_is_not_told_again(admin, path, invitation, clock):
    clock.advance(days=7, seconds=1)
    fresh = {"Authorization": f"Bearer {admin.login()['access_token']}"}

    problem(admin.get(f"/v1/invitations/{invitation['id']}/qr.svg", headers=fresh), 404)
    assert [row["status"] for row in admin.get(path, headers=fresh).json] == ["expired"]


@pytest.mark.parametrize("crew_now", [{}, {"chief": "mechanic"}])
def test_who_may_not_invite_any_more_does_not_come_back_by_their_own_link(
    crewed, chief, path, crew_now
):
    made = created(chief.post(path, json={"crew_roles": ["crew_chief"]}))
    crewed(**crew_now)

    answer = accept(chief, token_of(made))

    problem(answer, 404)


@pytest.mark.parametrize("change", [{"role": "user"}, {"is_active": False}])
def test_links_of_a_manager_end_with_their_rights(
    admin, client, path, second_admin, invite, change
):
    made = invite(by=second_admin)
    created(admin.patch(f"/v1/users/{second_admin.id}", json=change), status=200)

    problem(accept(client, token_of(made), **ANA), 404)
    assert [listed["status"] for listed in admin.get(path).json] == ["expired"]


# What stays of it


def test_no_link_is_found_in_the_database(app, invitation):
    with app.app_context():
        rows = db.session.execute(sa.text("SELECT * FROM invitations")).all()

    assert rows and token_of(invitation) not in str(rows)


def test_no_link_stands_in_the_log(client, capsys, make_app, backend, event, admin):
    loud = Client(make_app(LOG_LEVEL="INFO"))
    token = "k" * 43

    accept(loud, token, **ANA)
    loud.get(f"/join/{token}")

    said = capsys.readouterr().err
    assert "/v1/invitations/accept" in said and token not in said


def test_the_record_tells_who_invited_and_who_came(client, admin, event, invitation):
    user = accept(client, token_of(invitation), **ANA).json["user"]

    told = admin.get(f"/v1/events/{event['id']}/history").json[-3:]

    assert [(entry["action"], entry["actor"]) for entry in told] == [
        ("invitation.created", admin.id),
        ("invitation.accepted", user["id"]),
        ("event.crew_changed", user["id"]),
    ]
    assert told[2]["changes"]["crew"][1] == [{"user_id": user["id"], "crew_roles": ["mechanic"]}]
    assert token_of(invitation) not in str(told) and ANA["email"] not in str(told)


def test_a_revocation_is_in_the_record(admin, event, invitation):
    admin.delete(f"/v1/invitations/{invitation['id']}")

    entry = admin.get(f"/v1/events/{event['id']}/history").json[-1]

    assert (entry["action"], entry["subject"]) == (
        "invitation.revoked", f"invitation:{invitation['id']}",
    )  # fmt: skip


def test_the_crew_is_told_in_the_feed(client, admin, event, invitation):
    events = f"/v1/events/{event['id']}"
    cursor = admin.get(f"{events}/snapshot").json["cursor"]
    user = accept(client, token_of(invitation), **ANA).json["user"]

    answer = admin.get(f"{events}/changes?since={cursor}").json

    (change,) = [change for change in answer["changes"] if change["kind"] == "crew"]
    assert change["resource"][-1:] == [
        {"id": user["id"], "name": "Ana Ruiz", "crew_roles": ["mechanic"]}
    ]


def test_the_account_has_a_line_that_tells_how_it_came(client, admin, event, invitation):
    user = accept(client, token_of(invitation), **ANA).json["user"]

    lines = admin.get(f"/v1/users/{user['id']}/history").json

    assert [line["action"] for line in lines] == ["account.created", "invitation.accepted"]
    assert lines[1]["changes"] == {
        "event_id": event["id"], "crew_roles": ["mechanic"], "invited_by": admin.id,
    }  # fmt: skip


def test_links_lead_to_the_public_address(make_app, admin, path):
    public = make_app(PUBLIC_URL="https://pit.team.example/")
    headers = {"Authorization": f"Bearer {admin.token}"}

    made = created(Client(public).post(path, json=MECHANIC, headers=headers))

    assert made["url"].startswith("https://pit.team.example/join/")


def test_every_link_is_another(app, invite):
    links = {invite()["url"] for _ in range(3)}

    assert len(links) == 3
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(sa.distinct(Invitation.nonce)))) == 3
