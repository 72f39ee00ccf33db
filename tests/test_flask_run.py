"""`flask run`, for whoever develops without make."""

import os
import subprocess
import sys
import urllib.request

from servers import ROOT, free_port, wait_until


def test_its_log_has_no_colours_where_nobody_looks(tmp_path):
    port = free_port()
    settings = {"DATABASE_URL": f"sqlite:///{tmp_path}/a.db"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "run", "--port", str(port)]
    server = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **settings}, stderr=subprocess.PIPE, text=True
    )

    try:
        health = f"http://127.0.0.1:{port}/v1/health"
        wait_until(lambda: urllib.request.urlopen(health, timeout=5).close(), seconds=60)
    finally:
        server.terminate()

    said = server.communicate(timeout=20)[1]
    assert "GET /v1/health" in said and "development server" in said
    assert "\x1b" not in said and "u001b" not in said and "x1b" not in said
