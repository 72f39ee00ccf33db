"""deploy/nginx.conf in front of the application: what it refuses itself, and TLS."""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import urllib.request

import psutil
import pytest
from listener import listen
from servers import ROOT, Server, free_port

from server import hub

DEPLOY = ROOT / "deploy"
PATH = f"{os.environ['PATH']}:/usr/sbin"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Nginx(Server):
    stop_signal = "QUIT"

    def start(self, api, tls=""):
        self.port, self.tls_port = free_port(), free_port()
        (self.place / "tls.conf").write_text(tls.replace("443", f"127.0.0.1:{self.tls_port}"))
        site = (DEPLOY / "nginx.conf").read_text().replace("${API}", api)
        site = site.replace("listen 80;", f"listen 127.0.0.1:{self.port};")
        site = site.replace("/etc/nginx/raceapp-tls.conf", str(self.place / "tls.conf"))
        folders = "".join(f"{name}_temp_path {self.place}/{name};" for name in TEMPORARY)
        user = "user root;" if os.geteuid() == 0 else ""
        whole = f"daemon off; pid {self.place}/nginx.pid; error_log stderr; {user} events {{}}"
        (self.place / "nginx.conf").write_text(f"{whole} http {{ {folders}\n{site}\n}}")
        self.launch(shutil.which("nginx", path=PATH), "-c", self.place / "nginx.conf")

    def ping(self):
        socket.create_connection(("127.0.0.1", self.port)).close()


@pytest.fixture
def start_nginx():
    if not shutil.which("nginx", path=PATH):
        pytest.skip("nginx is not installed")
    running = []

    def start(*arguments):
        running.append(Nginx(*arguments))
        return running[-1]

    yield start
    for server in running:
        server.close()


@pytest.fixture
def away(start_nginx):
    """nginx before an application that is away."""
    return start_nginx(f"127.0.0.1:{free_port()}")


def send(port, raw):
    """Send these bytes and return status, headers and body of what comes."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as caller:
        caller.sendall(raw)
        with caller.makefile("rb") as answer:
            head = b"".join(iter(answer.readline, b"\r\n"))
            length = re.search(rb"(?i)content-length: (\d+)", head)
            body = answer.read(int(length[1]))
    first, *lines = head.decode().splitlines()
    headers = dict(line.lower().split(": ", 1) for line in lines)
    return int(first.split()[1]), headers, body


REST = b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
REFUSED = {
    "no host": (400, b"GET /v1/health HTTP/1.1\r\n\r\n"),
    "two hosts": (400, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
    "no HTTP": (400, b"HELLO\r\n\r\n"),
    "a bad length": (400, b"POST /" + REST + b"Content-Length: many\r\n\r\n"),
    "TRACE": (405, b"TRACE /v1/health" + REST + b"\r\n"),
    "a long body": (413, b"POST /v1/tasks" + REST + b"Content-Length: 6000000\r\n\r\n"),
    "a long address": (414, b"GET /" + b"a" * 9000 + REST + b"\r\n"),
    "a long header": (431, b"GET /" + REST + b"X-Long: " + b"a" * 9000 + b"\r\n\r\n"),
    "an unknown coding": (501, b"POST /" + REST + b"Transfer-Encoding: gzip\r\n\r\n"),
    "another version": (505, b"GET / HTTP/3.0\r\nHost: x\r\n\r\n"),
    "nobody there": (503, b"GET /v1/health" + REST + b"\r\n"),
}


@pytest.mark.slow
@pytest.mark.parametrize("status, raw", REFUSED.values(), ids=REFUSED.keys())
def test_what_nginx_refuses_has_the_shape_of_every_refusal(away, status, raw):
    found, headers, body = send(away.port, raw)

    problem = json.loads(body)
    assert (found, problem["status"]) == (status, status)
    assert problem.keys() == {"type", "title", "status", "detail", "request_id"}
    assert headers["content-type"] == "application/problem+json"
    assert headers["x-request-id"] == problem["request_id"]
    assert ("allow" in headers, "retry-after" in headers) == (status == 405, status == 503)


@pytest.mark.slow
def test_what_the_application_refuses_passes_as_it_is(gunicorn_server, start_nginx):
    nginx = start_nginx(gunicorn_server(workers=1).url.removeprefix("http://"))

    status, _, body = send(nginx.port, b"PATCH /v1/health" + REST + b"X-Request-ID: mine\r\n\r\n")

    assert (status, json.loads(body)["request_id"]) == (405, "mine")


@pytest.fixture
def listener(gunicorn_server, start_nginx, event, admin):
    """A team manager who follows the weekend through nginx, and gunicorn behind it."""
    gunicorn = gunicorn_server(workers=1)
    nginx = start_nginx(gunicorn.url.removeprefix("http://"))
    listener = listen(f"http://127.0.0.1:{nginx.port}", admin.token, event["id"])
    yield listener, gunicorn
    listener.close()


@pytest.mark.slow
def test_a_stream_passes_message_by_message(listener, make_task):
    listener, _ = listener
    for number in range(1, 4):
        task = make_task()

        assert listener.wait_for(number + 1)[number].subject == ("task", task["id"])

    listener.wait_until(lambda: listener.comments, seconds=15)


@pytest.mark.slow
def test_a_stream_ends_cleanly_when_the_application_stops(listener):
    listener, gunicorn = listener

    psutil.Process(gunicorn.pid).terminate()

    assert listener.ends_within(10) and not listener.is_cut_short


def test_a_stream_may_be_silent_for_longer_than_it_is():
    text = (DEPLOY / "nginx.conf").read_text()
    location = re.search(r"stream\$\" \{(.*?)\}", text, re.DOTALL)[1]

    assert "proxy_buffering off;" in location
    assert int(re.search(r"proxy_read_timeout (\d+)s;", location)[1]) > 2 * hub.PING_SECONDS


@pytest.fixture
def tls(tmp_path):
    """deploy/nginx-tls.conf with a certificate that the machine made for itself."""
    key, certificate = tmp_path / "privkey.pem", tmp_path / "fullchain.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    text = (DEPLOY / "nginx-tls.conf").read_text()
    ours = [line for line in text.splitlines(keepends=True) if "[::]" not in line]
    return "".join(ours).replace("/etc/letsencrypt/live/NAME", str(tmp_path))


@pytest.mark.slow
def test_tls_is_served_with_hsts_and_the_clear_is_sent_there(
    gunicorn_server, start_nginx, tls, tmp_path
):
    api = gunicorn_server(workers=1, TRUSTED_PROXY_COUNT=1).url.removeprefix("http://")
    nginx = start_nginx(api, tls)
    context = ssl.create_default_context(cafile=tmp_path / "fullchain.pem")

    url = f"https://localhost:{nginx.tls_port}/v1/health"
    with urllib.request.urlopen(url, context=context) as answer:
        sure = answer.headers["Strict-Transport-Security"]
    status, headers, _ = send(nginx.port, b"POST /v1/auth/login" + REST + b"\r\n")

    assert sure.startswith("max-age=")
    assert (status, headers["location"]) == (308, "https://x/v1/auth/login")
