"""Two instances behind nginx, restarted as docs/deployment.md says: no caller notices."""

import os
import re
import subprocess
import threading
import urllib.error
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.request import Request, urlopen

import pytest
from backends import SETTINGS
from deployment import tool
from servers import ROOT, Gunicorn, free_port
from test_nginx import Nginx

PAGE = (ROOT / "docs/deployment.md").read_text()
LOOP = re.search(r"```sh\n(for port in 8000 8001; do\n.*?done\n)```", PAGE, re.DOTALL)[1]
# Tells the test to restart an instance, and waits until it has.
SYSTEMCTL = '#!/bin/sh\necho "${2#raceapp@}" >"$PLACE/asked"; cat "$PLACE/done"\n'
UPSTREAM = "127.0.0.1:{} max_fails=1 fail_timeout=2s; server 127.0.0.1:{}"


class Instances:
    """One gunicorn for each port, and a `systemctl` that restarts them."""

    def __init__(self, place, environment):
        self.place, self.environment = place, environment
        self.ports = [free_port(), free_port()]
        self.running = {port: self.start(port) for port in self.ports}
        for name in ("asked", "done"):
            os.mkfifo(place / name)
        (place / "systemctl").write_text(SYSTEMCTL)
        (place / "systemctl").chmod(0o755)

    def start(self, port):
        return Gunicorn(self.environment, 1, port)

    def serve_systemctl(self):
        for _ in self.ports:
            port = int((self.place / "asked").read_text())
            self.running[port].close()
            self.running[port] = self.start(port)
            (self.place / "done").write_text("")

    def close(self):
        for server in self.running.values():
            server.close()


@pytest.fixture
def instances(postgres_only, backend, tmp_path):
    environment = {name: str(value) for name, value in {**SETTINGS, **backend.settings}.items()}
    with closing(Instances(tmp_path, environment)) as found:
        yield found


def call_until(is_over, url, person):
    """Ask again and again; returns the statuses."""
    request = Request(url, headers={"Authorization": f"Bearer {person.token}"})
    found = []
    while not is_over.wait(0.01):
        try:
            found.append(urlopen(request, timeout=20).status)
        except urllib.error.HTTPError as error:
            found.append(error.code)
    return found


def restart_as_documented(instances):
    threading.Thread(target=instances.serve_systemctl, daemon=True).start()
    ports = " ".join(map(str, instances.ports))
    found = {**os.environ, "PATH": f"{instances.place}:{os.environ['PATH']}"}
    script = LOOP.replace("8000 8001", ports)
    told = {**found, "PLACE": str(instances.place)}
    subprocess.run(["sh", "-c", script], env=told, check=True, timeout=120)


@pytest.mark.slow
def test_a_restart_as_documented_refuses_no_caller(instances, admin, event):
    tool("nginx")
    upstream, is_over = UPSTREAM.format(*instances.ports), threading.Event()
    with closing(Nginx(upstream)) as nginx, ThreadPoolExecutor() as pool:
        url = f"http://127.0.0.1:{nginx.port}/v1/tasks"
        callers = [pool.submit(call_until, is_over, url, admin) for _ in range(3)]

        try:
            restart_as_documented(instances)
        finally:
            is_over.set()

        found = [status for caller in callers for status in caller.result()]
    assert len(found) > 100 and set(found) == {200}
