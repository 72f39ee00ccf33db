"""Commands: the demo team, the shipped checklists, the record, sweeping. Those for people are in
`people`.
"""

import json

import click
import marshmallow as ma
from flask import Blueprint, Flask, current_app

from raceapp import people
from raceapp.auth import sweeping
from raceapp.checklists import library
from raceapp.demo import load, seeding
from raceapp.history import proof
from raceapp.history.schemas import SealSchema
from raceapp.invitations import service as invitations
from raceapp.storage import rights
from raceapp.storage.session import db
from raceapp.web.commands import Commands

commands = Blueprint("commands", __name__, cli_group=None)
commands.cli = Commands()


def init_app(app: Flask) -> None:
    app.register_blueprint(people.commands)
    app.register_blueprint(commands)


@commands.cli.command("sweep")
def sweep():
    """Delete what has expired: tokens, links, invitations; the API does it too, a few at a time."""
    counts = {
        "tokens": all_of(sweeping.sweep_sessions),
        "log-ins": all_of(sweeping.sweep_left_behind),
        "links": all_of(sweeping.sweep_resets),
        "invitations": all_of(invitations.sweep_expired),
    }
    swept = (f"{count} {what}" for what, count in counts.items())
    click.echo(f"{', '.join(swept)} that had expired are gone.")


def all_of(sweep_some) -> int:
    """Have rows deleted until none are left; returns how many there were."""
    count = 0
    while swept := sweep_some(1000):
        db.session.commit()
        count += swept
    return count


@commands.cli.command("grant")
@click.argument("role")
def grant(role):
    """Let the role that serves read and write, and leave the record alone; PostgreSQL only."""
    if not rights.has_roles():
        raise click.ClickException("Only PostgreSQL has roles.")
    if role == rights.owner():
        wanted = "as the owner of the tables, name the role that the service uses."
        raise click.ClickException(f"{role} is who you are: {wanted}")
    rights.grant(role)
    db.session.commit()
    click.echo(f"{role} may read and write, and may neither change nor empty the record.")


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
