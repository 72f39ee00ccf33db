"""Whether a request has come whole, as far as anybody has to wait for it.

This only tells when to begin: gunicorn's parser decides whether it is a request, and which. So
anything that looks wrong or is too long to be kept has come far enough.
"""

import re

LONGEST_HEAD = 32 * 1024
LONGEST_BODY = 64 * 1024
MOST_CHUNKS = 1000
LONGEST_CHUNK_LINE = 1024

LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*([0-9]{1,9})[ \t]*\r\n", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding:[^\r\n]*chunked", re.IGNORECASE)
EXPECTS = re.compile(rb"\r\nexpect:[ \t]*100-continue[ \t]*(?=\r\n)", re.IGNORECASE)
SPEAKS_1_1 = re.compile(rb"[^\r\n]* HTTP/1\.1\r\n")


def is_far_enough(sent: bytes) -> bool:
    """Tell whether a request that begins like this can be answered without waiting for more."""
    end = sent.find(b"\r\n\r\n")
    if end < 0:
        return len(sent) > LONGEST_HEAD or sent.count(b"\n") != sent.count(b"\r\n")
    head, start = sent[: end + 2], end + 4
    if CHUNKED.search(head):
        return len(sent) - start > LONGEST_BODY or chunks_end(sent, start)
    found = LENGTH.search(head)
    length = int(found[1]) if found else 0
    return length > LONGEST_BODY or len(sent) - start >= length


def chunks_end(sent: bytes, start: int) -> bool:
    """Tell whether the chunks from `start` on have an end, or make no sense."""
    for _ in range(MOST_CHUNKS):
        end = sent.find(b"\r\n", start)
        if end < 0:
            return len(sent) - start > LONGEST_CHUNK_LINE
        try:
            size = int(sent[start:end].split(b";")[0], 16)
        except ValueError:
            return True
        if size <= 0:
            return size < 0 or sent.find(b"\r\n\r\n", end) >= 0
        start = end + 2 + size + 2
        if start > len(sent):
            return size > LONGEST_BODY
    return True


def wants_to_be_asked(sent: bytes) -> bool:
    """Tell whether the sender waits to be told to go on (RFC 9110, section 10.1.1)."""
    head, _, _ = sent.partition(b"\r\n\r\n")
    is_head_whole = len(head) < len(sent)
    return is_head_whole and bool(SPEAKS_1_1.match(head) and EXPECTS.search(head + b"\r\n"))


def without_expectation(sent: bytes) -> bytes:
    return EXPECTS.sub(b"", sent, count=1)
