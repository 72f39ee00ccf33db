"""Callers who send, read or close slowly, on a real server with nothing in front of it."""

import itertools
import json
import socket
import time
from contextlib import ExitStack, contextmanager
from urllib.request import urlopen

import pytest

from server import connection

READ = b"GET /v1/health HTTP/1.1\r\nHost: x\r\n\r\n"
BUNDLE = b"GET /docs/assets/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
LAST = READ.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")


@pytest.fixture
def server(gunicorn_server):
    return gunicorn_server(workers=1)


@contextmanager
def callers_who(server, *, send: bytes, count=20):
    """Many connections on which this was sent, and no more."""
    with ExitStack() as opened:
        callers = [opened.enter_context(connect(server)) for _ in range(count)]
        for caller in callers:
            caller.sendall(send)
        yield callers


def connect(server):
    caller = socket.socket()
    caller.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    caller.settimeout(25)
    caller.connect(("127.0.0.1", server.port))
    return caller


def seconds_to_read_health(server) -> float:
    began = time.monotonic()
    with urlopen(server.url + "/v1/health", timeout=10) as answer:
        assert answer.status == 200
    return time.monotonic() - began


def read_all(caller) -> bytes:
    return b"".join(iter(lambda: caller.recv(65536), b""))


def read_head(stream) -> dict[str, str]:
    """Return the headers of the next answer, with its status as `status`; the body is read too."""
    status = stream.readline().split()[1].decode()
    lines = iter(lambda: stream.readline().decode().strip(), "")
    headers = dict(line.lower().split(": ", 1) for line in lines)
    stream.read(int(headers["content-length"]))
    return {"status": status, **headers}


# In order: nothing, half a head, no body, half a body, half a chunk, and a body to be asked for.
HALVES = [
    b"",
    b"GET /v1/hea",
    POST,
    POST + b"Content-Length: 20\r\n\r\n{",
    POST + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    POST + b"Expect: 100-continue\r\nContent-Length: 20\r\n\r\n",
]


@pytest.mark.slow
def test_half_sent_requests_keep_nobody_waiting_and_are_closed_in_the_end(server):
    with ExitStack() as opened:
        callers = [opened.enter_context(callers_who(server, send=half)) for half in HALVES]
        assert seconds_to_read_health(server) < 5

        rests = [read_all(caller) for half in callers for caller in half]

    assert set(rests) == {b"", b"HTTP/1.1 100 Continue\r\n\r\n"}


def test_answers_that_nobody_reads_keep_nobody_waiting(server):
    with callers_who(server, send=BUNDLE * 5):
        assert seconds_to_read_health(server) < 5


def test_callers_who_go_in_the_middle_of_an_answer_are_no_fault(server):
    with callers_who(server, send=BUNDLE * 5):
        seconds_to_read_health(server)

    seconds_to_read_health(server)
    assert "a connection failed" not in server.log


def test_callers_who_do_not_hang_up_keep_nobody_waiting(server):
    with callers_who(server, send=LAST):
        assert seconds_to_read_health(server) < 2


def test_an_answer_that_is_read_late_is_whole(server):
    with connect(server) as caller:
        caller.sendall(BUNDLE + LAST)
        seconds_to_read_health(server)

        sent = read_all(caller)

    assert sent.count(b"HTTP/1.1 200 OK") == 2
    assert len(sent) > 1_000_000 and sent.endswith(b'{"status":"ok"}')


def test_a_body_that_comes_in_pieces_is_read_whole(server):
    body = json.dumps({"email": "nobody@team.example", "password": "wrong-password"}).encode()
    with connect(server) as caller:
        for piece in (POST[:30], POST[30:] + b"Content-Length: %d\r\n" % len(body), b"\r\n", body):
            caller.sendall(piece)
            seconds_to_read_health(server)

        assert read_head(caller.makefile("rb"))["status"] == "401"


def test_who_waits_to_be_asked_for_the_body_is_asked_once(server):
    with connect(server) as caller:
        caller.sendall(POST + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        asked = caller.recv(100)
        caller.sendall(b"{}")

        assert asked == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert read_head(caller.makefile("rb"))["status"] == "422"


# What the head says of the connection


PATHS = ["/v1/auth/login", "/v1/tasks", "/v1/nowhere"]
UNREAD = itertools.product(["POST", "GET", "PATCH"], PATHS, [60_000, 70_000, 200_000])


def test_the_head_says_whether_the_server_closes(server):
    for method, path, size in UNREAD:
        with connect(server) as caller:
            head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n"
            caller.sendall(head.encode() + b"x" * size + READ)
            stream = caller.makefile("rb")
            first = read_head(stream)
            is_followed = bool(stream.read(1))

        assert is_followed is (first["connection"] == "keep-alive"), (method, path, size)


def test_a_small_body_that_nobody_read_keeps_the_connection(server):
    with connect(server) as caller:
        caller.sendall(b"POST /v1/tasks HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}" + READ)

        assert read_head(caller.makefile("rb"))["connection"] == "keep-alive"


def test_what_proxies_say_to_gunicorn_is_not_believed(server):
    told = b"SCRIPT_NAME: /zz\r\nX-Forwarded-Proto: https\r\n\r\n"
    with connect(server) as caller:
        caller.sendall(READ[:-2] + told)

        head = read_head(caller.makefile("rb"))

    assert head["status"] == "200" and "strict-transport-security" not in head


# The deadline itself, on a socket without a server


@pytest.fixture
def ends(monkeypatch):
    """Both ends of a connection that has a twentieth of a second."""
    monkeypatch.setattr(connection, "SECONDS", 0.05)
    monkeypatch.setattr(connection, "TIMEVAL", connection.struct.pack("@ll", 0, 50_000))
    ours, theirs = socket.socketpair()
    with connection.Socket(ours) as slow, theirs:
        yield slow, theirs


def test_the_kernel_is_told_only_what_is_new(ends, monkeypatch):
    ours, _ = ends
    told = []
    monkeypatch.setattr(socket.socket, "settimeout", lambda _socket, seconds: told.append(seconds))

    ours.setblocking(True)
    ours.settimeout(None)
    ours.setblocking(False)
    ours.settimeout(2.5)

    assert told == [0, 2.5]


def test_a_read_of_what_is_never_sent_ends(ends):
    ours, _ = ends

    with pytest.raises(ConnectionResetError, match="too slow"):
        ours.recv(10)


def test_a_read_of_what_trickles_in_ends(ends, monkeypatch):
    monkeypatch.setattr(connection, "BYTES_A_SECOND", 10**9)  # More than this loop moves.
    ours, theirs = ends

    def read_byte_by_byte():
        over_at = time.monotonic() + 20
        while time.monotonic() < over_at:
            theirs.send(b"x")
            ours.recv(10)

    with pytest.raises(ConnectionResetError, match="too slow"):
        read_byte_by_byte()


def test_what_comes_at_some_pace_is_read_whole(ends):
    ours, theirs = ends
    ours.moved = 1_000_000
    time.sleep(0.1)
    theirs.send(b"late")

    assert ours.recv(10) == b"late"


def test_an_answer_that_nobody_takes_ends(ends):
    ours, _ = ends

    with pytest.raises(ConnectionResetError, match="too slow"):
        ours.sendall(b"x" * 4 * connection.MOST_UNSENT)


def test_head_and_body_leave_as_one(ends):
    ours, theirs = ends
    ours.sendall(b"head ")
    theirs.settimeout(0.05)

    with pytest.raises(TimeoutError):
        theirs.recv(10)
    ours.sendall(b"body")

    assert ours.flush()
    assert theirs.recv(20) == b"head body"


def test_a_part_is_sent_before_the_answer_is_whole(ends):
    ours, theirs = ends
    ours.sendall(b"x" * connection.AT_ONCE)

    assert theirs.recv(10)


def test_the_time_it_takes_to_make_an_answer_does_not_count(ends):
    ours, theirs = ends
    ours.sendall(b"head ")
    time.sleep(connection.SECONDS * 2)
    ours.sendall(b"body")

    assert ours.flush()
    assert theirs.recv(20) == b"head body"


def test_what_there_is_of_an_answer_that_broke_off_is_sent(ends):
    ours, theirs = ends
    ours.sendall(b"head and half a body")

    ours.shutdown(socket.SHUT_WR)

    assert read_all(theirs) == b"head and half a body"
