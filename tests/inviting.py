"""What the tests of invitations share."""

from helpers import PASSWORD, created, problem

ANA = {"email": "ana@garage.example", "name": "Ana Ruiz", "password": PASSWORD}


MECHANIC = {"crew_roles": ["mechanic"]}


def token_of(answer):
    return answer["url"].rpartition("/join/")[2]


def accept(client, token, headers=None, **account):
    body = {"token": token, **account}
    return client.post("/v1/invitations/accept", json=body, headers=headers)


def crew(admin, event):
    members = created(admin.get(f"/v1/events/{event['id']}/crew"), status=200)
    return {member["user_id"]: member["crew_roles"] for member in members}


def told(answer):
    body = problem(answer, 404)
    return {name: value for name, value in body.items() if name != "request_id"}
