"""Revoking invitations, and what ends by itself."""

import pytest
from helpers import created, problem
from inviting import ANA, MECHANIC, accept, token_of


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


@pytest.fixture
def rival_link(admin, make_event, make_person):
    """An open link of the crew chief of another weekend, whose rights are that person's own."""
    elsewhere, rival = make_event(track="Mugello"), make_person("rival")
    crew = [{"user_id": rival.id, "crew_roles": ["crew_chief"]}]
    created(admin.put(f"/v1/events/{elsewhere['id']}/crew", json=crew), status=200)
    return created(rival.post(f"/v1/events/{elsewhere['id']}/invitations", json=MECHANIC))


@pytest.mark.usefixtures("rival_link")
@pytest.mark.parametrize("crew_now", [{}, {"chief": "mechanic"}])
def test_who_may_not_invite_any_more_does_not_come_back_by_their_own_link(
    crewed, chief, path, crew_now
):
    made = created(chief.post(path, json={"crew_roles": ["crew_chief"]}))
    crewed(**crew_now)

    answer = accept(chief, token_of(made))

    problem(answer, 404)


@pytest.mark.usefixtures("rival_link")
@pytest.mark.parametrize("change", [{"role": "user"}, {"is_active": False}])
def test_links_of_a_manager_end_with_their_rights(
    admin, client, path, second_admin, invite, change
):
    made = invite(by=second_admin)
    created(admin.patch(f"/v1/users/{second_admin.id}", json=change), status=200)

    problem(accept(client, token_of(made), **ANA), 404)
    assert [listed["status"] for listed in admin.get(path).json] == ["expired"]
