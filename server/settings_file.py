"""The file `.env`, read when the server starts and again on each reload (HUP).

What the environment says wins, as it does for `flask`. A process cannot see that its environment
was changed elsewhere: with systemd and containers, settings take a restart.
"""

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

from dotenv import dotenv_values
from marshmallow import ValidationError

import config

# Which settings came from the file: gunicorn executes its configuration anew on each reload.
MARK = "RACEAPP_FROM_FILE"


def read(path: Path, environ: MutableMapping[str, str] = os.environ) -> None:
    """Put what the file says into the environment, in place of what it said before.

    On a reload, a file that cannot be used changes nothing and is told.
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
