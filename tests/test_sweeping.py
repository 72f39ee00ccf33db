"""Links and invitations that have expired do not stay; those of sessions are in test_refresh."""

import pytest
from helpers import created

from raceapp.auth.models import PasswordReset
from raceapp.invitations.models import Invitation
from raceapp.storage.session import db


@pytest.fixture
def link(admin):
    return lambda person: created(admin.post(f"/v1/users/{person.id}/password-resets"))


@pytest.fixture
def invite(admin, event):
    body = {"crew_roles": ["mechanic"]}
    return lambda: created(admin.post(f"/v1/events/{event['id']}/invitations", json=body))


def count(app, model):
    with app.app_context():
        return db.session.query(model).count()


def sweep(app):
    return app.test_cli_runner().invoke(args=["sweep"]).output


def test_making_a_link_sweeps_those_that_have_expired(app, link, mechanic, chief, clock):
    link(mechanic)
    clock.advance(days=2, seconds=1)

    link(chief)

    assert count(app, PasswordReset) == 1


def test_a_command_sweeps_links_and_invitations(app, link, invite, mechanic, clock):
    link(mechanic)
    invite()
    clock.advance(days=37, seconds=1)

    said = sweep(app)

    assert "1 links, 1 invitations that had expired" in said
    assert (count(app, PasswordReset), count(app, Invitation)) == (0, 0)


def test_what_has_not_expired_for_long_is_kept(app, link, invite, mechanic, clock):
    link(mechanic)
    invite()
    clock.advance(days=1, hours=1)

    sweep(app)

    assert (count(app, PasswordReset), count(app, Invitation)) == (1, 1)
