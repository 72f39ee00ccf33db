"""The commands: people made by hand, and the demo team."""

import re
from datetime import UTC, datetime

import pytest
from accounts import PASSWORD, login

EMAIL = "boss@garage.example"
COMMANDS = [
    "user-create",
    "user-list",
    "user-password",
    "user-role",
    "user-disable",
    "user-link",
    "user-email",
    "user-history",
    "invite",
    "seed",
    "sweep",
]
PRODUCTION = {
    "RACEAPP_ENV": "production",
    "BCRYPT_ROUNDS": "10",
    "REDIS_URL": "redis://127.0.0.1:1/0",
}


def run(app, *args, password=PASSWORD, typed=None):
    return app.test_cli_runner().invoke(args=args, env={"RACEAPP_PASSWORD": password}, input=typed)


def create(app, email=EMAIL, role="admin", **how):
    return run(app, "user-create", "--email", email, "--role", role, **how)


def said_once(result):
    """The one line in which a command says what is wrong."""
    lines = [line for line in result.output.splitlines() if line.strip()]
    assert len(lines) == 1, result.output
    return lines[0]


@pytest.mark.parametrize("role", ["user", "admin"])
def test_a_person_made_by_hand_logs_in_with_that_role(app, client, role):
    result = create(app, role=role)

    assert result.exit_code == 0, result.output
    assert login(client, email=EMAIL).json["user"]["role"] == role
    assert PASSWORD not in result.output


def test_a_person_made_by_hand_may_have_a_name(app, client):
    run(app, "user-create", "--email", EMAIL, "--role", "user", "--name", "Ana Torque")

    assert login(client, email=EMAIL).json["user"]["name"] == "Ana Torque"


def test_the_password_is_asked_for_when_it_is_not_in_the_environment(app, client):
    result = create(app, password=None, typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    assert login(client, email=EMAIL).status_code == 200


@pytest.mark.parametrize("email", [EMAIL, "BOSS@Garage.example"])
def test_a_taken_email_is_said_in_one_line(app, client, email):
    create(app)

    result = create(app, email=email, role="user", password="front-axle-nut-64")

    assert result.exit_code == 1
    assert "email" in said_once(result).lower() or email.lower() in said_once(result).lower()
    assert login(client, email=EMAIL).json["user"]["role"] == "admin"


@pytest.mark.parametrize("password", ["short", "password", "k" * 73, "🏍" * 19, EMAIL])
def test_a_refused_password_is_said_in_one_line(app, client, password):
    result = create(app, password=password)

    assert result.exit_code == 1
    assert "password" in said_once(result).lower()
    assert login(client, email=EMAIL, password=password).status_code == 401


@pytest.mark.parametrize("email", ["nobody", "", "a@b.example\nc", "nul\0@b.example"])
def test_an_address_that_is_none_is_said_and_not_stored(app, email):
    result = create(app, email=email)

    assert result.exit_code in {1, 2}
    assert "Traceback" not in result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    "arguments", [["--email", EMAIL], ["--role", "admin"], ["--email", EMAIL, "--role", "king"]]
)
def test_who_and_what_must_be_said(app, arguments):
    result = run(app, "user-create", *arguments)

    assert result.exit_code == 2


# The operator's way out


def test_people_are_listed_with_role_and_state(app, mechanic, admin):
    admin.patch(f"/v1/users/{mechanic.id}", json={"is_active": False})

    result = run(app, "user-list")

    assert result.output.splitlines() == [
        f"{mechanic.id}\t{mechanic.email}\tuser\tdisabled\tmechanic",
        f"{admin.id}\t{admin.email}\tadmin\tactive\tadmin",
    ]


def test_a_lost_password_is_replaced_and_ends_sessions_and_the_lock(app, client, mechanic):
    assert mechanic.token
    for _ in range(10):
        login(client, email=mechanic.email, password="a-wrong-guess")

    result = run(app, "user-password", "--email", mechanic.email.upper())

    assert result.exit_code == 0, result.output
    assert login(client, email=mechanic.email, password=PASSWORD).status_code == 200
    assert mechanic.get("/v1/auth/me").status_code == 401
    assert PASSWORD not in result.output


@pytest.mark.parametrize("password", ["short", "password"])
def test_a_replaced_password_is_judged_as_any(app, mechanic, password):
    result = run(app, "user-password", "--email", mechanic.email, password=password)

    assert result.exit_code == 1
    assert "password" in said_once(result).lower()
    assert mechanic.get("/v1/auth/me").status_code == 200


def link_in(result, page):
    """The secret of the link that a command tells."""
    assert result.exit_code == 0, result.output
    return re.search(rf"^http://localhost:8000/{page}/([\w-]{{43}})$", result.output, re.M)[1]


def test_a_link_to_set_a_password_is_made_by_hand(app, client, mechanic):
    token = link_in(run(app, "user-link", "--email", mechanic.email.upper()), "reset")

    body = {"token": token, "new_password": "front-axle-nut-64"}
    answer = client.post("/v1/auth/password-resets/use", json=body)

    assert answer.status_code == 204
    assert login(client, email=mechanic.email, password="front-axle-nut-64").status_code == 200


def test_an_email_is_changed_by_hand(app, client, mechanic):
    result = run(app, "user-email", "--email", mechanic.email, "--new", "Jo@Garage.example")

    assert result.exit_code == 0, result.output
    assert login(client, "jo@garage.example", mechanic.password).status_code == 200


@pytest.mark.parametrize("new", ["nobody", "admin@garage.example"])
def test_an_email_that_cannot_be_is_said_in_one_line(app, client, admin, mechanic, new):
    result = run(app, "user-email", "--email", mechanic.email, "--new", new)

    assert result.exit_code == 1 and "email" in said_once(result)
    assert login(client, mechanic.email, mechanic.password).status_code == 200


def test_what_became_of_an_account_is_listed(app, mechanic, admin):
    admin.patch(f"/v1/users/{mechanic.id}", json={"role": "admin"})

    first, last = run(app, "user-history", "--email", mechanic.email).output.splitlines()

    assert "account.created" in first and "by the operator" in first
    assert "'role': ['user', 'admin']" in last and last.endswith(f"by {admin.id}")


def test_somebody_is_invited_by_hand(app, client, event, rookie):
    roles = ("--role", "mechanic", "--role", "tyre_tech")
    token = link_in(run(app, "invite", "--event", str(event["id"]), *roles), "join")

    answer = rookie.post("/v1/invitations/accept", json={"token": token})

    assert answer.status_code == 200
    (member,) = rookie.get(f"/v1/events/{event['id']}/crew").json
    assert member["crew_roles"] == ["mechanic", "tyre_tech"]


@pytest.mark.parametrize(
    ("name", "value"), [("--event", "999"), ("--email", "nobody"), ("--role", "mechanic")]
)
def test_an_invitation_that_makes_no_sense_is_said_in_one_line(app, event, name, value):
    asked = {"--event": str(event["id"]), "--role": "mechanic", "--email": "jo@x.example"}
    words = [word for pair in {**asked, name: value}.items() for word in pair]
    more = ["--role", "mechanic"] if name == "--role" else []

    result = run(app, "invite", *words, *more)

    assert result.exit_code == 1
    assert said_once(result).startswith("Error: ")


def test_a_role_is_given_by_hand(app, mechanic):
    result = run(app, "user-role", "--email", mechanic.email, "--role", "admin")

    assert result.exit_code == 0, result.output
    assert mechanic.get("/v1/users").status_code == 200


def test_somebody_is_kept_out_and_let_in_again_by_hand(app, client, mechanic):
    assert mechanic.token
    run(app, "user-disable", "--email", mechanic.email)

    assert mechanic.get("/v1/auth/me").status_code == 401
    assert run(app, "user-disable", "--email", mechanic.email, "--undo").exit_code == 0
    assert login(client, email=mechanic.email, password=mechanic.password).status_code == 200


@pytest.mark.parametrize("command", [["user-disable"], ["user-role", "--role", "user"]])
def test_the_last_team_manager_stays_one(app, admin, command):
    result = run(app, *command, "--email", admin.email)

    assert result.exit_code == 1
    assert "last active team manager" in said_once(result)
    assert admin.get("/v1/users").status_code == 200


@pytest.mark.parametrize("command", [["user-disable"], ["user-role", "--role", "user"]])
def test_who_has_no_account_is_said_in_one_line(app, command):
    result = run(app, *command, "--email", "nobody@garage.example")

    assert result.exit_code == 1
    assert "nobody@garage.example" in said_once(result)


# The demo team


def totals(admin):
    answers = [
        admin.get(f"/v1/{things}?include_total=true&limit=1")
        for things in ("users", "events", "tasks")
    ]
    return [int(answer.headers["X-Total-Count"]) for answer in answers]


def test_seeding_makes_people_three_weekends_and_their_tasks(app, admin):
    result = run(app, "seed")

    people, events, tasks = totals(admin)
    assert result.exit_code == 0, result.output
    assert people > 3
    assert events >= 3
    assert tasks >= 3


def test_seeding_makes_a_past_a_present_and_a_coming_weekend(app, admin):
    run(app, "seed")

    today = datetime.now(UTC).date().isoformat()
    whens = {when(event, today) for event in admin.get("/v1/events").json}
    assert whens == {"past", "present", "coming"}


def when(event, today):
    if event["end_date"] < today:
        return "past"
    return "coming" if event["event_date"] > today else "present"


def test_seeding_twice_does_nothing_the_second_time(app, admin):
    run(app, "seed")
    before = totals(admin)

    result = run(app, "seed")

    assert result.exit_code == 0, result.output
    assert totals(admin) == before


def test_seeding_for_load_makes_that_many_tasks(app, admin):
    result = run(app, "seed", "--tasks", "250")

    assert result.exit_code == 0, result.output
    assert totals(admin)[2] >= 250


def test_production_is_not_seeded_by_mistake(make_app, admin):
    before = totals(admin)

    result = run(make_app(**PRODUCTION), "seed")

    assert result.exit_code == 1
    assert "--force" in said_once(result)
    assert totals(admin) == before


def test_production_is_seeded_when_forced(make_app, admin):
    result = run(make_app(**PRODUCTION), "seed", "--force")

    assert result.exit_code == 0, result.output
    assert totals(admin)[1] >= 3


def test_the_seeded_people_log_in_as_the_output_says(app, client):
    result = run(app, "seed")

    pairs = re.findall(r"(\S+@\S+)\s+(\S+)", result.output)
    answers = [login(client, email=email, password=password) for email, password in pairs]
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json["user"]["role"] for answer in answers} == {"admin", "user"}


def test_every_command_explains_itself(app):
    results = [run(app, command, "--help") for command in COMMANDS]

    assert {result.exit_code for result in results} == {0}


@pytest.mark.parametrize(
    "command", [["user-list"], ["sweep"], ["verify-history"], ["seed-library"], ["seed"]], ids=str
)
def test_a_command_before_the_schema_says_so_in_a_sentence(make_app, new_database, command):
    app = make_app(DATABASE_URL=new_database())

    result = run(app, *command)

    assert result.exit_code == 1
    assert "flask --app wsgi db upgrade" in said_once(result)


def test_a_database_that_is_away_is_told_in_a_sentence(make_app):
    app = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/raceapp")

    assert said_once(run(app, "user-list")).startswith("Error: The database refused: connection")
