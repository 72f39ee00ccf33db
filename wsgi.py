"""The application for servers: `gunicorn -c gunicorn.conf.py wsgi:app` and `flask`."""

import gc
import sys

from config import SettingsError
from raceapp import create_app

try:
    app = create_app()
except SettingsError as error:
    sys.exit(str(error))

# The garbage collector leaves alone what stays for good. Otherwise it would walk all of it again
# and again, and several times as the process ends.
gc.freeze()
