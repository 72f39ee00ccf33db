"""Commands: people, invitations, the demo team, the shipped checklists, the record, sweeping."""

import json
from contextlib import contextmanager

import click
import marshmallow as ma
from flask import Blueprint, Flask, current_app

from raceapp import errors
from raceapp.auth import entries, resets, sweeping
from raceapp.auth import service as accounts
from raceapp.auth.models import AccountEntry, User
from raceapp.auth.schemas import RegisterSchema
from raceapp.checklists import library
from raceapp.demo import load, seeding
from raceapp.events import service as events
from raceapp.history import proof
from raceapp.history.schemas import SealSchema
from raceapp.invitations import service as invitations
from raceapp.invitations.schemas import InvitationCreateSchema
from raceapp.permissions import CrewRole, Role
from raceapp.storage.session import db
from raceapp.web.links import link_to

commands = Blueprint("commands", __name__, cli_group=None)


def init_app(app: Flask) -> None:
    app.register_blueprint(commands)


email_option = click.option("--email", required=True)
role_option = click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True
)
# From a prompt, or RACEAPP_PASSWORD.
password_option = click.password_option(envvar="RACEAPP_PASSWORD")


@contextmanager
def refusals_as_one_line():
    try:
        yield
    except errors.Refusal as refusal:
        faults = refusal.members.get("errors", {}).get("json")
        raise click.ClickException(first_fault(faults) or refusal.detail) from refusal


def loaded(schema=RegisterSchema, /, **values):
    """Return an account, or what else it is, as the API would read it, or say what is wrong."""
    reading = schema(only=list(values))
    faults = reading.validate(values)
    if faults:
        raise click.ClickException(first_fault(faults))
    return reading.load(values)


@commands.cli.command("user-create")
@email_option
@role_option
@click.option("--name")
@password_option
def user_create(email, role, name, password):
    """Add an account; the password comes from a prompt or RACEAPP_PASSWORD."""
    account = loaded(email=email, password=password, name=name)
    with refusals_as_one_line():
        user = accounts.create_user(**account, role=role)
    db.session.commit()
    click.echo(f"{user.email} is now {user.role} number {user.id}.")


@commands.cli.command("user-list")
def user_list():
    """List every account: id, email, role, whether it may log in, name."""
    for user in db.session.scalars(accounts.search().order_by(User.id)):
        state = "active" if user.is_active else "disabled"
        click.echo(f"{user.id}\t{user.email}\t{user.role}\t{state}\t{user.name or ''}")


@commands.cli.command("user-password")
@email_option
@password_option
def user_password(email, password):
    """Replace a lost password, from a prompt or RACEAPP_PASSWORD; ends sessions and a lock."""
    account = loaded(email=email, password=password)
    with refusals_as_one_line():
        user = accounts.replace_password(**account)
    db.session.commit()
    click.echo(f"{user.email} has a new password; whoever was logged in as them is not any more.")


@commands.cli.command("user-link")
@email_option
def user_link(email):
    """Make a link by which somebody sets a new password; good once, for a day."""
    with refusals_as_one_line():
        reset = resets.make(accounts.by_email(email), actor=None)
    db.session.commit()
    tell_link("reset", reset.token, reset.expires_at)


def tell_link(page, token, until) -> None:
    click.echo(f"{link_to(page, token)}\nGood once, until {until:%Y-%m-%d %H:%M} UTC.")


@commands.cli.command("user-email")
@email_option
@click.option("--new", required=True, help="What it is from now on.")
def user_email(email, new):
    """Change the email that somebody logs in with."""
    with refusals_as_one_line():
        user = accounts.by_email(email)
        accounts.update(user, loaded(email=new))
    db.session.commit()
    click.echo(f"{email} is now {user.email}.")


@commands.cli.command("user-history")
@email_option
def user_history(email):
    """List what changed of somebody's rights and password: when, what, and who did it."""
    with refusals_as_one_line():
        user = accounts.by_email(email)
    for entry in db.session.scalars(entries.of_user(user.id).order_by(AccountEntry.id)):
        who = f"by {entry.actor}" if entry.actor else "by the operator or a link"
        click.echo(f"{entry.at:%Y-%m-%d %H:%M:%S}\t{entry.action}\t{entry.changes}\t{who}")


@commands.cli.command("user-role")
@email_option
@role_option
def user_role(email, role):
    """Make somebody a team manager, or a crew member again."""
    with refusals_as_one_line():
        user = accounts.by_email(email)
        accounts.update(user, {"role": Role(role)})
    db.session.commit()
    click.echo(f"{user.email} is now {user.role}.")


@commands.cli.command("user-disable")
@email_option
@click.option("--undo", is_flag=True, help="Let them log in again.")
def user_disable(email, undo):
    """Keep somebody out: they are logged out everywhere and cannot log in."""
    with refusals_as_one_line():
        user = accounts.by_email(email)
        accounts.update(user, {"is_active": undo})
    db.session.commit()
    click.echo(f"{user.email} is {'active' if undo else 'disabled'} now.")


@commands.cli.command("invite")
@click.option("--event", "event_id", type=int, required=True, help="The id of the race weekend.")
@click.option(
    "--role",
    "roles",
    type=click.Choice([role.value for role in CrewRole]),
    multiple=True,
    required=True,
    help="May be said several times.",
)
@click.option("--email", help="Only somebody with this email may accept.")
@click.option("--days", type=click.IntRange(1, 30), default=7)
def invite(event_id, roles, email, days):
    """Make a link by which somebody joins the crew of a race weekend; good once."""
    asked = {"crew_roles": [*roles], "email": email, "expires_in_days": days}
    fields = loaded(InvitationCreateSchema, **asked)
    with refusals_as_one_line():
        event = events.get(event_id, for_update=True)
        invitation = invitations.create(event, actor=None, **fields)
    db.session.commit()
    tell_link("join", invitations.links.secret_of(invitation), invitation.expires_at)


@commands.cli.command("sweep")
def sweep():
    """Delete sessions and tokens that have expired; the API does it too, a few at a time."""
    count = 0
    while swept := sweeping.sweep(1000):
        db.session.commit()
        count += swept
    click.echo(f"{count} expired tokens are gone.")


def first_fault(faults: dict | None) -> str | None:
    """Return one line for what is wrong, such as "password: Must be 8 to 72 bytes long."."""
    for name, messages in (faults or {}).items():
        return f"{name}: {messages[0]}"
    return None


@commands.cli.command("seed")
@click.option("--force", is_flag=True, help="Also in production.")
@click.option("--tasks", type=click.IntRange(1), help="So many tasks more, for load.")
@click.option("--upgrade", is_flag=True, help="Bring the schema up to date first.")
@click.pass_context
def seed(ctx, force, tasks, upgrade):
    """Add a demo team and its race weekends; a second time adds nothing."""
    if current_app.config["RACEAPP_ENV"] == "production" and not force:
        raise click.ClickException("This adds demo accounts with known passwords. Say --force.")
    if upgrade:
        root = ctx.find_root()
        root.command.get_command(root, "db").main(["upgrade"], "flask db", standalone_mode=False)
    click.echo(seeding.seed())
    if tasks:
        click.echo(load.seed_tasks(tasks))


@commands.cli.command("seed-library")
def seed_library():
    """Add the shipped checklists as a template; a second time adds nothing."""
    message = library.add()
    db.session.commit()
    click.echo(message)


@commands.cli.command("verify-history")
@click.option("--seal", "files", type=click.File(), multiple=True, help="What GET …/seal said.")
def verify_history(files):
    """Prove that nobody has touched the record; names the first bad entry of each weekend."""
    faults = list(proof.faults(seal for file in files for seal in read_seals(file)))
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise click.ClickException("The record has been tampered with.")
    click.echo("The record is untouched.")


def read_seals(file) -> list[dict]:
    """Return the seals in a file, which holds one or a list of them."""
    try:
        found = json.load(file)
        asked = SealSchema(many=True, partial=("at",))
        return asked.load(found if isinstance(found, list) else [found])
    except (ma.ValidationError, ValueError, RecursionError) as error:
        raise click.ClickException(f"{file.name} holds no seal: GET …/seal answers one.") from error
