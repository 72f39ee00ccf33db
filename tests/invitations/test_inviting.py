"""Inviting to the crew of a weekend."""

import io
import re
from xml.etree import ElementTree

import pytest
import segno
from helpers import created, problem
from inviting import MECHANIC


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
