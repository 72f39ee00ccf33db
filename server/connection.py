"""A caller's connection, on which nothing is waited for without end.

A request is gathered here as it comes and costs no thread before it is whole; an answer goes out as
the caller takes it, and costs no thread once it is made. A request or answer that takes longer than
15 seconds is ended, unless it goes on at some pace. The same holds for the little that a thread
still waits for: a long body, or the first part of a very long answer.
"""

import contextlib
import io
import socket
import struct
import time
from errno import ECONNRESET

from gunicorn.http.body import LengthReader
from gunicorn.workers.gthread import TConn

from server import arrival

SECONDS = 15
BYTES_A_SECOND = 4096  # A radio link in a paddock is faster.
LINGER_SECONDS = 2
TIMEVAL = struct.pack("@ll", SECONDS, 0)  # as setsockopt() takes it
AT_ONCE = 64 * 1024
MOST_UNSENT = 1024 * 1024
# gunicorn reads less than 64 KiB away before the next request.
MOST_LEFT_UNREAD = 60 * 1024
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Socket(socket.socket):
    """A socket whose waits the kernel ends, and which ends what goes on too slowly."""

    def __init__(self, accepted: socket.socket):
        kind = accepted.family, accepted.type, accepted.proto
        super().__init__(*kind, fileno=accepted.detach())
        super().setblocking(True)
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self.setsockopt(socket.SOL_SOCKET, option, TIMEVAL)
        self.unsent = bytearray()
        self.is_sending = False
        self.begin()

    def settimeout(self, seconds):
        """Tell the kernel only what is new: the stock worker says the same several times in a
        request, and each call of the kernel lets another thread in, which costs more than the call.
        """
        if self.gettimeout() != seconds:
            super().settimeout(seconds)

    def setblocking(self, flag):
        self.settimeout(None if flag else 0)

    def begin(self) -> None:
        """Begin to count the time of a request or an answer."""
        self.began, self.moved = time.monotonic(), 0

    @property
    def ends_at(self) -> float:
        return self.began + SECONDS + self.moved / BYTES_A_SECOND

    def recv(self, size, flags=0):
        """Return the bytes that have come; raises ConnectionResetError when it takes too long."""
        self.check_pace()
        try:
            received = super().recv(size, flags)
        except BlockingIOError as error:
            raise error if flags & socket.MSG_DONTWAIT else self.too_slow() from None
        self.moved += len(received)
        return received

    def sendall(self, data, flags=0):
        """Keep what is to be sent until it is 64 KiB or somebody calls `flush()`.

        It waits only for a part of a very long answer; raises ConnectionResetError when that takes
        too long.
        """
        self.unsent += data
        if len(self.unsent) >= AT_ONCE:
            self.flush()
        while len(self.unsent) > MOST_UNSENT:
            self.flush(0)

    def flush(self, flags=socket.MSG_DONTWAIT) -> bool:
        """Send what the other end takes now; tell whether that was all."""
        if not self.unsent:
            return True
        if not self.is_sending:  # The time it took to make the answer does not count.
            self.begin()
        self.check_pace()
        try:
            sent = self.send(self.unsent, flags)
        except BlockingIOError:
            if not flags:
                raise self.too_slow() from None
            sent = 0
        self.moved += sent
        del self.unsent[:sent]
        self.is_sending = bool(self.unsent)
        return not self.unsent

    def shutdown(self, how):
        """Send first what is kept of an answer that broke off in its middle."""
        with contextlib.suppress(OSError):
            self.flush()
        super().shutdown(how)

    def close(self):
        self.unsent.clear()
        super().close()

    def check_pace(self) -> None:
        if time.monotonic() > self.ends_at:
            raise self.too_slow()

    @staticmethod
    def too_slow() -> ConnectionResetError:
        # gunicorn takes this error for a caller who has gone, and logs no fault.
        return ConnectionResetError(ECONNRESET, "The caller is too slow.")


class Connection(TConn):
    """A connection: idle, in the middle of a request, in the middle of an answer, or leaving."""

    def __init__(self, accepted: TConn):
        super().__init__(accepted.cfg, Socket(accepted.sock), accepted.client, accepted.server)
        self.data_ready = True
        self.is_kept = True
        self.is_leaving = False
        self.stream = None  # What the hub gets with the connection, once the head is sent.

    @property
    def received(self) -> bytes:
        """Bytes that have come and are not read yet."""
        return self.parser.unreader.buf.getvalue()

    @property
    def is_silent(self) -> bool:
        """Whether nothing of a request is here and nothing of an answer is left."""
        return not (self.initialized and self.received or self.sock.unsent)

    @property
    def is_idle(self) -> bool:
        return self.initialized and self.is_silent and self.parser.req_count > 0

    def set_timeout(self):
        """Set until when the connection may stay as it is."""
        if self.is_idle and not self.is_leaving:
            super().set_timeout()
        elif not self.is_leaving:
            self.timeout = self.sock.ends_at

    def receive(self) -> bool:
        """Take the bytes that have come, without waiting; tell whether the other end is there."""
        self.init()
        if not self.received:
            self.sock.begin()
        try:
            more = self.sock.recv(AT_ONCE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return True
        except OSError:
            return False
        buffer = self.parser.unreader.buf
        buffer.seek(0, io.SEEK_END)
        buffer.write(more)
        return bool(more)

    def has_request(self) -> bool:
        """Tell whether a request is here; a sender who waits for 100 Continue gets it."""
        sent = self.received
        if not sent or arrival.is_far_enough(sent):
            return bool(sent)
        if arrival.wants_to_be_asked(sent):
            self.sock.send(CONTINUE)
            self.parser.unreader.take_buffered()
            self.parser.unreader.unread(arrival.without_expectation(sent))
        return False

    def can_go_on(self) -> bool:
        """Tell whether the next request can be found without waiting for the rest of this one."""
        body = self.parser.mesg.body
        if body.failed or not isinstance(body.reader, LengthReader):
            return not body.failed and body.reader.parser is None
        left = body.reader.length
        return left == 0 or left <= min(len(self.received), MOST_LEFT_UNREAD)

    def take_leave(self) -> bool:
        """Say that no more will be sent; tell whether to wait for the other end.

        A connection that is closed at once could be reset before the caller has read the answer
        (RFC 9112, section 9.6).
        """
        self.is_leaving = True
        self.timeout = time.monotonic() + LINGER_SECONDS
        self.sock.begin()
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            return False
        return True

    def has_left(self) -> bool:
        """Discard what still comes; tell whether the other end has closed too."""
        try:
            return not self.sock.recv(AT_ONCE, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True
