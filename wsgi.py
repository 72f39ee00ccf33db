"""The application for servers: `gunicorn -c gunicorn.conf.py wsgi:app` and `flask`."""

from raceapp import create_app

app = create_app()
