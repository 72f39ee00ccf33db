"""The file `.env`, read when the server starts and again on each reload (HUP).

The environment wins over the file, as it does for `flask`. A process cannot see changes that are
made to its environment elsewhere: with systemd and containers, settings take a restart.
"""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from dotenv import dotenv_values
from marshmallow import ValidationError

import config

# The settings that came from the file. gunicorn executes its configuration anew on each reload.
MARK = "RACEAPP_FROM_FILE"


def read(path: Path, environ: MutableMapping[str, str] = os.environ) -> None:
    """Put the settings of the file into the environment, in place of its earlier ones.

    On a reload, a file that cannot be used changes nothing, and a log line says so.
    """
    if MARK not in environ:
        environ.update(merged(path, environ))
        return
    fresh = merged(path, environ)
    try:
        config.SettingsSchema().load(fresh)
    except ValidationError as error:
        print(f"{path} is not used: {config.message_of(error)}", flush=True)
        return
    environ.clear()
    environ.update(fresh)


def merged(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    before = set(environ.get(MARK, "").split(","))
    own = {name: value for name, value in environ.items() if name not in before}
    named = {name: value or "" for name, value in dotenv_values(path).items()}
    added = {name: value for name, value in named.items() if name not in own}
    return {**own, **added, MARK: ",".join(added)}
