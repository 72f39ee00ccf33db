"""What stays of an invitation, and what does not."""

import sqlalchemy as sa
from helpers import Client, created
from inviting import ANA, MECHANIC, accept, token_of

from raceapp.invitations.models import Invitation
from raceapp.storage.session import db


def test_no_link_is_found_in_the_database(app, invitation):
    with app.app_context():
        rows = db.session.execute(sa.text("SELECT * FROM invitations")).all()

    assert rows and token_of(invitation) not in str(rows)


def test_no_link_stands_in_the_log(capsys, make_app, backend, event, admin):
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
