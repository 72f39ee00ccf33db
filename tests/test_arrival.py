"""When a request has come far enough for a thread to take it."""

import pytest

from server import arrival

HEAD = b"POST /v1/tasks HTTP/1.1\r\nHost: x\r\n"
SIZED = HEAD + b"Content-Length: 5\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /v1/hea",
        HEAD,
        SIZED,
        SIZED + b"four",
        CHUNKED,
        CHUNKED + b"5\r\nhel",
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"5\r\nhello\r\n0\r\n",
        b"\r\n",
    ],
)
def test_what_is_half_sent_is_waited_for(sent):
    assert not arrival.is_far_enough(sent)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        SIZED + b"hello",
        SIZED + b"hello" + HEAD,
        CHUNKED + b"5\r\nhello\r\n0\r\n\r\n",
        CHUNKED + b"5;name=value\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n" + HEAD,
    ],
)
def test_what_has_come_whole_is_taken(sent):
    assert arrival.is_far_enough(sent)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\nHost: x\n",
        b"GET /" + b"x" * arrival.LONGEST_HEAD,
        HEAD + b"Content-Length: many\r\n\r\n",
        HEAD + b"Content-Length: 70000\r\n\r\n",
        HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
        CHUNKED + b"zz\r\n",
        CHUNKED + b"-5\r\n",
        CHUNKED + b"5" * 2000,
        CHUNKED + b"1\r\nx\r\n" * 2000,
    ],
)
def test_what_is_wrong_or_long_is_left_to_the_parser(sent):
    assert arrival.is_far_enough(sent)


@pytest.mark.parametrize(
    ("sent", "is_asked"),
    [
        (HEAD + b"Expect: 100-Continue\r\nContent-Length: 5\r\n\r\n", True),
        (HEAD + b"expect:100-continue\r\n\r\n", True),
        (HEAD + b"Expect: 100-continue\r\n", False),
        (HEAD.replace(b"1.1", b"1.0") + b"Expect: 100-continue\r\n\r\n", False),
        (SIZED + b"\r\nExpect: 100-continue\r\n", False),
    ],
)
def test_who_waits_to_be_asked_for_the_body_is_found(sent, is_asked):
    assert arrival.wants_to_be_asked(sent) is is_asked


def test_who_has_been_asked_is_not_asked_again():
    sent = HEAD + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\nhe"

    left = arrival.without_expectation(sent)

    assert left == HEAD + b"Content-Length: 5\r\n\r\nhe"
