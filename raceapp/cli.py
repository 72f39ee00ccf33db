"""Commands: flask user-create, flask seed, flask seed-library."""

import json

import click
import marshmallow as ma
from flask import Blueprint, Flask, current_app

from raceapp import errors
from raceapp.auth import service as accounts
from raceapp.auth.schemas import RegisterSchema
from raceapp.checklists import library
from raceapp.demo import load, seeding
from raceapp.history import proof
from raceapp.history.schemas import SealSchema
from raceapp.permissions import Role
from raceapp.storage.session import db

commands = Blueprint("commands", __name__, cli_group=None)


def init_app(app: Flask) -> None:
    app.register_blueprint(commands)


@commands.cli.command("user-create")
@click.option("--email", required=True)
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name")
@click.password_option(envvar="RACEAPP_PASSWORD")
def user_create(email, role, name, password):
    """Add an account; the password comes from a prompt or RACEAPP_PASSWORD."""
    account = {"email": email, "password": password, "name": name}
    faults = RegisterSchema().validate(account)
    if faults:
        raise click.ClickException(first_fault(faults))
    try:
        user = accounts.create_user(**RegisterSchema().load(account), role=role)
    except errors.Refusal as refusal:
        raise click.ClickException(
            first_fault(refusal.members.get("errors", {}).get("json")) or refusal.detail
        ) from refusal
    db.session.commit()
    click.echo(f"{user.email} is now {user.role} number {user.id}.")


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
