"""Commands for people: their accounts, links, and invitations."""

from contextlib import contextmanager

import click
from flask import Blueprint, current_app

from raceapp import errors
from raceapp.auth import entries, resets
from raceapp.auth import service as accounts
from raceapp.auth.models import AccountEntry, User
from raceapp.auth.schemas import RegisterSchema
from raceapp.events import service as events
from raceapp.invitations import service as invitations
from raceapp.invitations.schemas import InvitationCreateSchema
from raceapp.permissions import CrewRole, Role
from raceapp.storage.session import db
from raceapp.web.commands import Commands
from raceapp.web.links import link_to, root

commands = Blueprint("people", __name__, cli_group=None)
commands.cli = Commands()

email_option = click.option("--email", required=True)
role_option = click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True
)
NO_PUBLIC_URL = (
    "PUBLIC_URL is not set, so the link leads to this machine alone: put where people reach the"
    " board in place of {}."
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
    """Return options as the API would read them by `schema`, or say what is wrong."""
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
    """Print a link, with a warning if it leads to this machine only."""
    if not current_app.config["PUBLIC_URL"] and current_app.config["RACEAPP_ENV"] == "production":
        click.echo(NO_PUBLIC_URL.format(root()), err=True)
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


def first_fault(faults: dict | None) -> str | None:
    """Return one line for what is wrong, such as "password: Must have at least 8 characters."."""
    for name, messages in (faults or {}).items():
        return f"{name}: {messages[0]}"
    return None
