"""What answers tell once is not kept, and yet told again."""

import pytest
from helpers import Person, problem
from keyed import kept, keyed


def test_a_password_and_its_answer_are_not_kept(app, mechanic):
    sent = {"current_password": mechanic.password, "new_password": "front-axle-nut-64Nm"}

    answer = mechanic.post("/v1/auth/password", json=sent, headers=keyed("x" * 300))

    assert answer.status_code == 204
    assert kept(app) == []


@pytest.fixture
def secret_kept(app, admin, mechanic, event):
    """Send a write that tells a link twice with a key; returns both answers and what was kept."""

    def send(path, body, again_by=admin):
        path = path.format(event=event["id"], user=mechanic.id)
        answers = [one.post(path, json=body, headers=keyed()) for one in (admin, again_by)]
        (row,) = kept(app)
        return *answers, f"{row.headers} {row.body}"

    return send


LINKS = [
    ("/v1/calendar", {}),
    ("/v1/users", {"email": "new@garage.example", "name": "Nils Berg"}),
    ("/v1/users/{user}/password-resets", {}),
    ("/v1/events/{event}/invitations", {"crew_roles": ["mechanic"]}),
]


@pytest.mark.parametrize(("path", "body"), LINKS)
def test_a_link_is_told_again_though_its_secret_is_not_kept(secret_kept, path, body):
    first, again, row = secret_kept(path, body)

    assert (again.status_code, again.json) == (201, first.json)
    assert again.headers.get("Location") == first.headers.get("Location")
    secret = first.json["url"].removesuffix(".ics").rpartition("/")[2]
    assert len(secret) == 43 and secret not in row


def test_a_link_dies_with_the_key_it_follows_from(secret_kept, make_app, admin):
    key = "another-key-that-only-this-test-signs-with-0123456789"
    elsewhere = Person(make_app(JWT_SECRET_KEY=key), admin.id, admin.email)

    _, again, _ = secret_kept("/v1/calendar", {}, again_by=elsewhere)

    assert "make another" in problem(again, 409)["detail"]
