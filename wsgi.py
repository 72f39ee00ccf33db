"""The application for servers: `gunicorn -c gunicorn.conf.py wsgi:app` and `flask`."""

import sys

from config import SettingsError
from raceapp import create_app

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))
