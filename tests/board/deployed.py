"""The application with a board from another folder, BOARD, so that a newer one can be put there."""

import os
from pathlib import Path

from raceapp import shell
from wsgi import app

shell.init_app(app, Path(os.environ["BOARD"]))
