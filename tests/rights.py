"""Who may do what: the table of tests/test_rights_matrix.py, and what is sent."""

from itertools import count
from uuid import uuid4

from checklists import ITEM
from helpers import PASSWORD

# `stranger` is on no crew, `disabled` and `demoted` were logged in before that happened.
# "elsewhere" is the crew chief of another weekend.
PEOPLE = (
    *("nobody", "stranger", "mechanic", "tyres", "chief", "admin", "disabled", "demoted"),
    "elsewhere",
)
NUMBERS = count(1)


def anybody(status):
    return dict.fromkeys(PEOPLE, status)


def with_token(status, **others):
    return {**anybody(status), "nobody": 401, "disabled": 401, **others}


def manager(status):
    return with_token(403, admin=status)


def planner(status):
    """The crew chief of the weekend and managers."""
    return with_token(403, admin=status, chief=status)


NOT_CHIEF = {"mechanic": 403, "tyres": 403}


def crew(status, **others):
    """The crew and managers are answered `status` or as in `others`, everybody else 404."""
    return with_token(404, **{**dict.fromkeys(PEOPLE[2:6], status), **others})


# What is sent

NEW_EVENT = {"track": "Assen", "location": "Drenthe", "event_date": "2026-06-26"}
WHEN = {"starts_at": "2026-06-12T12:00:00Z", "ends_at": "2026-06-12T12:40:00Z"}
NEW_SESSION = {"name": "FP2", "kind": "practice", **WHEN}
NOTE = "Bent by a stone"
TICK, TITLE = {"completed": True}, {"title": "Bleed the front brake"}
DONE, CHECK, REOPEN = {"act": "done"}, {"act": "check"}, {"act": "reopen"}
FAIL, NEEDLESS = {"act": "fail", "note": NOTE}, {"act": "not_applicable", "note": NOTE}
NO_RESET = {"token": "x" * 43, "new_password": "front-axle-nut-64Nm"}
NEW_PASSWORDS = {"current_password": PASSWORD, "new_password": "front-axle-nut-64Nm"}


def new_account(world):
    return {"email": f"new{next(NUMBERS)}@garage.example", "password": PASSWORD}


def new_person(world):
    return {"email": f"new{next(NUMBERS)}@garage.example", "name": "Jo", "role": "user"}


def log_in(world):
    return {"email": world.guest.email, "password": PASSWORD}


def refresh(world):
    return {"refresh_token": world.guest.login()["refresh_token"]}


def new_bike(world):
    return {"number": 44, "label": f"Bike {next(NUMBERS)}", "rider_name": "Jo Keller"}


def own_task(world):
    return {"event_id": world.event_id, "title": "Check tyre pressures"}


def task_for_another(world):
    return {**own_task(world), "assigned_to": world.guest.id}


def critical_task(world):
    return {**own_task(world), "is_critical": True}


def planned_task(world):
    return {**own_task(world), "bike_id": world.bike_id, "needs_check": True}


def slip(world):
    return {"from_session_id": world.session_id, "minutes": 25}


def crash(world):
    return {"kind": "crash", "bike_id": world.bike_id}


def a_batch(world):
    return {"operations": [{"id": str(uuid4()), "method": "POST", "path": "/v1/tasks"}]}


def giving(world):
    return {"task_ids": [world.task_id], "assigned_to": world.guest.id}


def accepting(world):
    account = {"email": f"new{next(NUMBERS)}@garage.example", "name": "Jo", "password": PASSWORD}
    return {"token": world.token, **account}


def joining(world):
    return {"token": world.token}


EVENT, SESSION, TASK = "/v1/events/{event_id}", "/v1/sessions/{session_id}", "/v1/tasks/{task_id}"
BIKE, TEMPLATE, SIGN = "/v1/bikes/{bike_id}", "/v1/templates/{template_id}", f"{TASK}/sign-offs"
RIGHTS = [  # call, what is sent, the answers; of tasks: which one
    ("GET /docs", None, anybody(200)),
    ("GET /docs/assets/{name}", None, anybody(200)),
    ("GET /static/{filename}", None, anybody(200)),
    ("GET /openapi.json", None, anybody(200)),
    ("GET /v1/health", None, anybody(200)),
    ("GET /v1/health/ready", None, anybody(200)),
    # Accounts
    ("POST /v1/auth/register", new_account, anybody(201)),
    ("POST /v1/auth/login", log_in, anybody(200)),
    ("POST /v1/auth/refresh", refresh, anybody(200)),
    ("GET /v1/auth/me", None, with_token(200)),
    ("PATCH /v1/auth/me", {"name": "Jo"}, with_token(200)),
    ("GET /v1/users", None, manager(200)),
    ("GET /v1/users/{user_id}", None, manager(200)),
    ("PATCH /v1/users/{user_id}", {"name": "Jo"}, manager(200)),
    ("POST /v1/users", new_person, manager(201)),
    ("POST /v1/users/{user_id}/password-resets", None, manager(201)),
    ("GET /v1/users/{user_id}/history", None, manager(200)),
    ("POST /v1/auth/password-resets/use", NO_RESET, anybody(404)),
    # Race weekends, their timetable and their crew
    ("GET /v1/events", None, with_token(200)),
    ("POST /v1/events", NEW_EVENT, manager(201)),
    (f"GET {EVENT}", None, with_token(200)),
    (f"PATCH {EVENT}", {"notes": "Garage 12"}, manager(200)),
    (f"DELETE {EVENT}", None, manager(204)),
    ("GET /v1/events?deleted=true", None, manager(200)),
    ("POST /v1/events/{gone_event_id}/restore", None, manager(200)),
    (f"POST {EVENT}/restore", None, manager(409)),
    (f"GET {EVENT}/crew", None, crew(200)),
    (f"PUT {EVENT}/crew", [], manager(200)),
    (f"GET {EVENT}/history", None, crew(200)),
    (f"GET {EVENT}/seal", None, crew(200)),
    (f"GET {EVENT}/snapshot", None, crew(200)),
    (f"GET {EVENT}/changes?since={{cursor}}", None, crew(200)),
    (f"GET {EVENT}/stream", None, crew(503)),
    (f"GET {EVENT}/sessions", None, with_token(200)),
    (f"POST {EVENT}/sessions", NEW_SESSION, planner(201)),
    (f"GET {SESSION}", None, with_token(200)),
    (f"PATCH {SESSION}", {"is_wet": True}, planner(200)),
    (f"DELETE {SESSION}", None, planner(204)),
    (f"GET {EVENT}/sessions?deleted=true", None, manager(200)),
    ("GET /v1/sessions/{gone_session_id}", None, with_token(200)),
    ("GET /v1/sessions/{gone_session_id}/releases", None, crew(200)),
    ("POST /v1/sessions/{gone_session_id}/restore", None, planner(200)),
    (f"POST {SESSION}/restore", None, planner(409)),
    (f"POST {EVENT}/timetable/shifts", slip, planner(200)),
    # Bikes and checklists
    ("GET /v1/bikes", None, with_token(200)),
    ("POST /v1/bikes", new_bike, manager(201)),
    (f"GET {BIKE}", None, with_token(200)),
    (f"PATCH {BIKE}", {"rider_name": "Max Orsi"}, manager(200)),
    ("DELETE /v1/bikes/{spare_bike_id}", None, manager(204)),
    ("GET /v1/bikes?deleted=true", None, manager(200)),
    ("GET /v1/bikes/{gone_bike_id}", None, with_token(200)),
    ("POST /v1/bikes/{gone_bike_id}/restore", None, manager(200)),
    (f"POST {BIKE}/restore", None, manager(409)),
    ("GET /v1/templates?deleted=true", None, manager(200)),
    ("GET /v1/templates/{gone_template_id}", None, with_token(200)),
    ("POST /v1/templates/{gone_template_id}/restore", None, manager(200)),
    (f"POST {TEMPLATE}/restore", None, manager(409)),
    ("GET /v1/templates", None, with_token(200)),
    ("POST /v1/templates", {"name": "Ours", "items": [ITEM]}, manager(201)),
    (f"GET {TEMPLATE}", None, with_token(200)),
    (f"PATCH {TEMPLATE}", {"name": "Ours"}, manager(200)),
    (f"DELETE {TEMPLATE}", None, manager(204)),
    (f"POST {EVENT}/checklists", lambda world: {"template_id": world.template_id}, manager(201)),
    # Calendars, tables, paper
    (f"GET {EVENT}/calendar.ics", None, with_token(200)),
    ("POST /v1/calendar", None, with_token(201)),
    ("DELETE /v1/calendar", None, with_token(204)),
    ("GET /v1/calendar/{secret}.ics", None, anybody(404)),
    (f"POST {EVENT}/copies", {"event_date": "2027-06-11"}, manager(201)),
    ("POST /v1/weekends", NEW_EVENT, manager(201)),
    (f"GET {EVENT}/tasks.csv", None, crew(200)),
    (f"POST {EVENT}/tasks/import", "title\nCheck tyre pressures\n", crew(200, **NOT_CHIEF)),
    (f"POST {EVENT}/sessions/import", "name,starts_at\nFP1,10:00\n", crew(200, **NOT_CHIEF)),
    (f"GET {EVENT}/print", None, crew(200)),
    # Readiness, releases, incidents
    (f"GET {EVENT}/readiness", None, crew(200)),
    (f"GET {SESSION}/releases", None, crew(200)),
    (
        f"POST {SESSION}/releases",
        lambda world: {"bike_id": world.bike_id, "override_reason": NOTE},
        crew(201, mechanic=403, tyres=403),
    ),
    (f"GET {EVENT}/incidents", None, crew(200)),
    (f"POST {EVENT}/incidents", crash, crew(201)),
    (f"POST {EVENT}/incidents", {"kind": "wet"}, crew(201)),
    # Tasks
    ("GET /v1/tasks", None, with_token(200)),
    ("GET /v1/tasks?assigned_to=any", None, with_token(200)),
    ("GET /v1/tasks?deleted=true", None, manager(200)),
    ("POST /v1/tasks", own_task, with_token(201)),
    ("POST /v1/tasks", task_for_another, manager(201) | {"chief": 201}),
    ("POST /v1/tasks", critical_task, with_token(403, **dict.fromkeys(PEOPLE[2:6], 201))),
    ("POST /v1/tasks", planned_task, manager(201) | {"chief": 201}),
    (f"GET {TASK}", None, crew(200), "free"),
    (f"GET {TASK}", None, crew(200), "held"),
    (f"GET {TASK}", None, crew(404, admin=200, chief=200), "deleted"),
    (f"GET {TASK}/history", None, crew(200), "free"),
    (f"PATCH {TASK}", TICK, crew(403, admin=200), "free"),
    (f"PATCH {TASK}", TICK, crew(403, admin=200, mechanic=200), "held"),
    (f"PATCH {TASK}", TITLE, crew(403, admin=200, chief=200), "held"),
    (f"PATCH {TASK}", TITLE, crew(200, tyres=403), "own"),
    (f"PATCH {TASK}", {"is_critical": True}, crew(403, admin=200, chief=200), "own"),
    (f"PATCH {TASK}", {"assigned_to": None}, crew(200, tyres=403), "own"),
    (f"PATCH {TASK}", TITLE, crew(404, admin=409, chief=409), "deleted"),
    (f"DELETE {TASK}", None, crew(403, admin=204, chief=204), "free"),
    (f"DELETE {TASK}", None, crew(204, tyres=403), "held"),
    (f"DELETE {TASK}", None, crew(204, tyres=403), "let go"),
    (f"DELETE {TASK}", None, crew(204, tyres=403, mechanic=409), "critical"),
    (f"DELETE {TASK}", None, crew(204, tyres=403, mechanic=409), "their done"),
    (f"POST {TASK}/restore", None, crew(404, admin=200, chief=200), "deleted"),
    (f"POST {TASK}/restore", None, crew(404, admin=409, chief=409), "free"),
    (
        "POST /v1/tasks/assignments",
        giving,
        with_token(422, mechanic=403, tyres=403, chief=200, admin=200),
        "free",
    ),
    # Comments
    (f"GET {TASK}/comments", None, crew(200), "free"),
    (f"POST {TASK}/comments", {"text": "Look at the left lug"}, crew(201), "free"),
    (
        f"POST {TASK}/comments",
        {"text": "Look at the left lug"},
        crew(404, admin=409, chief=409),
        "deleted",
    ),
    ("DELETE /v1/comments/{comment_id}", None, crew(403, admin=204, mechanic=204), "free"),
    # Invitations
    (f"GET {EVENT}/invitations", None, crew(200, **NOT_CHIEF)),
    (f"POST {EVENT}/invitations", {"crew_roles": ["mechanic"]}, crew(201, **NOT_CHIEF)),
    ("DELETE /v1/invitations/{invitation_id}", None, crew(204, **NOT_CHIEF)),
    ("GET /v1/invitations/{invitation_id}/qr.svg", None, crew(200, **NOT_CHIEF)),
    ("POST /v1/invitations/accept", accepting, anybody(200)),
    ("POST /v1/invitations/accept", joining, with_token(200, nobody=422)),
    ("POST /v1/invitations/accept", {"token": "x" * 43}, with_token(404, nobody=422)),
    # Sign-offs
    (f"GET {SIGN}", None, crew(200), "free"),
    (f"POST {SIGN}", DONE, crew(403, admin=201, mechanic=201), "free"),
    (f"POST {SIGN}", DONE, crew(403, admin=201, mechanic=201), "held"),
    (f"POST {SIGN}", DONE, crew(403, admin=201), "another's"),
    (f"POST {SIGN}", CHECK, crew(201, tyres=403), "done"),
    (f"POST {SIGN}", CHECK, crew(201, tyres=403, mechanic=409), "their done"),
    (f"POST {SIGN}", FAIL, crew(201, tyres=403), "free"),
    (f"POST {SIGN}", FAIL, crew(201, tyres=403), "their done"),
    (f"POST {SIGN}", FAIL, crew(201, mechanic=403), "of the tyres"),
    (f"POST {SIGN}", NEEDLESS, crew(403, admin=201, mechanic=201), "free"),
    (f"POST {SIGN}", REOPEN, crew(201, tyres=403), "their done"),
    (f"POST {SIGN}", REOPEN, crew(403, chief=201, admin=201), "done"),
    # Batches
    ("POST /v1/sync", a_batch, with_token(200)),
    # These end what the other calls need, so they come last.
    ("POST /v1/auth/password", NEW_PASSWORDS, with_token(204)),
    ("POST /v1/auth/logout", None, with_token(204)),
]
