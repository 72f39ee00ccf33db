"""The server's own settings; a new process takes long until it has handlers of its own."""

import runpy
import time

globals().update(runpy.run_path("gunicorn.conf.py"))


def post_fork(server, worker):
    time.sleep(1)
