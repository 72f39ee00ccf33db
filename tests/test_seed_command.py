"""The demo team by command, and commands before the schema."""

import re
from datetime import UTC, datetime

import pytest
from accounts import login
from commands import run, said_once

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
    result = run(app, "seed", "--tasks", "5")

    pairs = re.findall(r"(\S+@\S+)\s+(\S+)", result.output)
    answers = [login(client, email=email, password=password) for email, password in pairs]
    assert len(pairs) > 10 and "load1@demo.example" in dict(pairs)
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


@pytest.mark.parametrize("command", [["user-list"], ["db", "upgrade"]], ids=str)
def test_a_database_that_is_away_is_told_in_a_sentence(make_app, command):
    app = make_app(DATABASE_URL="postgresql://nobody@127.0.0.1:1/raceapp")

    result = run(app, *command)

    assert result.exit_code == 1
    assert said_once(result).startswith("Error: The database refused: connection")
