"""Connections to the server: silent, idle, many at once, and what is sent on them."""

import json
import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from urllib.request import Request, urlopen

import psutil
import pytest
from servers import wait_until

from raceapp import clock

READ = b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"


def test_who_connects_and_says_nothing_keeps_no_thread(gunicorn_server):
    server = gunicorn_server(workers=1)
    silent = [server.connect() for _ in range(20)]

    with urlopen(server.url + "/v1/health", timeout=4) as answer:
        assert answer.status == 200

    for one in silent:
        one.close()


def test_who_connects_and_says_nothing_does_not_hold_up_a_stop(gunicorn_server):
    server = gunicorn_server(workers=1)
    with server.connect():
        time.sleep(0.2)  # The worker has accepted it.
        began = time.monotonic()
        server.close()

    assert time.monotonic() - began < 8  # An idle connection may linger for two seconds.


def test_requests_sent_in_one_go_are_answered_one_by_one(gunicorn_server):
    server = gunicorn_server(workers=1)
    with server.connect() as caller:
        caller.sendall(READ * 5)

        answers = b""
        while answers.count(b'{"status":"ok"}') < 5:
            came = caller.recv(65536)
            assert came, answers
            answers += came

    assert answers.count(b"HTTP/1.1 200 OK") == 5


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (400, b"GET / HTTP/one\r\nHost: x\r\n\r\n"),
        (414, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
        (431, b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 9000 + b"\r\n\r\n"),
    ],
    ids=["no version", "a long address", "a long header"],
)
def test_what_cannot_be_read_is_refused_in_the_form_of_every_refusal(gunicorn_server, status, raw):
    with gunicorn_server(workers=1).connect() as caller:
        caller.sendall(raw)
        answer = b"".join(iter(lambda: caller.recv(65536), b""))

    head, body = answer.decode().split("\r\n\r\n")
    found = json.loads(body)
    assert head.startswith(f"HTTP/1.1 {status} {found['title']}\r\n")
    assert "Content-Type: application/problem+json\r\n" in head
    assert f"X-Request-ID: {found['request_id']}\r\n" in head
    assert found.keys() == {"type", "title", "status", "detail", "request_id"}
    assert (found["status"], f"Content-Length: {len(body)}" in head) == (status, True)


def test_a_connection_that_is_idle_for_too_long_is_closed(gunicorn_server):
    server = gunicorn_server(workers=1, GUNICORN_CMD_ARGS="--keep-alive 1")
    with server.connect() as caller:
        caller.sendall(READ)

        sent = b"".join(iter(lambda: caller.recv(65536), b""))  # until it is closed

    assert sent.startswith(b"HTTP/1.1 200 OK") and sent.endswith(b'{"status":"ok"}')


def test_what_is_not_http_is_refused_and_costs_no_thread(gunicorn_server):
    server = gunicorn_server(workers=1)
    for _ in range(10):
        with server.connect() as caller:
            caller.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert b"".join(iter(lambda: caller.recv(65536), b"")).startswith(b"HTTP/1.1 400")

    with urlopen(server.url + "/v1/health", timeout=4) as answer:
        assert answer.status == 200


def test_an_answer_without_a_body_is_sent(gunicorn_server):
    server = gunicorn_server(workers=1)
    with urlopen(Request(server.url + "/v1/health", method="HEAD"), timeout=4) as answer:
        assert (answer.status, answer.headers["Content-Length"]) == (200, "15")
        assert parsedate_to_datetime(answer.headers["Date"]) - clock.utcnow() < timedelta(seconds=2)


def test_a_file_is_sent_whole(gunicorn_server, app):
    server = gunicorn_server(workers=1)
    path = "/docs/assets/swagger-ui.css"

    with urlopen(server.url + path, timeout=4) as answer, app.test_client().get(path) as expected:
        assert answer.read() == expected.data


def test_connections_that_come_at_once_are_shared_by_the_workers(gunicorn_server):
    server = gunicorn_server(workers=2)
    workers = psutil.Process(server.pid).children()
    callers = []

    def counts():
        return [len(open_connections(worker, server.port)) for worker in workers]

    def both_serve():
        callers.append(server.connect())
        time.sleep(0.05)
        check(len(workers) == 2 and min(counts()) > 0)

    try:
        wait_until(both_serve)
        callers += [server.connect() for _ in range(32)]
        wait_until(lambda: check(sum(counts()) == len(callers)))
        assert min(counts()) >= 8
    finally:
        for caller in callers:
            caller.close()


def open_connections(process, port):
    return [
        connection
        for connection in process.net_connections("tcp")
        if connection.status == psutil.CONN_ESTABLISHED and connection.laddr.port == port
    ]


def check(is_so):
    if not is_so:
        raise TimeoutError()
