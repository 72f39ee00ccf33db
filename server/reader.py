"""The connection of somebody who follows a stream. Nothing here waits."""

import collections
import contextlib
import select
import socket
import time

# The system buffers so much for each reader; the rest is kept here.
SYSTEM_KEEPS = 64 * 1024
ROOM = 64 * 1024
MOST_UNSENT = 1024 * 1024
# A reader who takes nothing for so long has gone without a word.
SILENT_SECONDS = 60
AT_ONCE = 4096
GONE = select.EPOLLHUP | select.EPOLLERR | select.EPOLLRDHUP


class Reader:
    """The connection of a reader, the bytes still to be sent, and its `place` in the channel."""

    def __init__(self, taken, stream):
        # Parts of messages, which many readers may share.
        self.waiting = collections.deque()
        self.unsent = 0
        self.keep(bytes(taken.unsent))
        self.sock = socket.socket(fileno=taken.detach())
        self.sock.setblocking(False)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SYSTEM_KEEPS)
        if self.sock.family in (socket.AF_INET, socket.AF_INET6):
            timeout = SILENT_SECONDS * 1000
            self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout)
        self.stream, self.place = stream, stream.place
        self.is_waiting = False  # whether to watch for when more is taken
        self.spoken_at = self.moved_at = time.monotonic()

    @property
    def descriptor(self) -> int:
        return self.sock.fileno()

    @property
    def has_room(self) -> bool:
        return self.unsent < ROOM

    @property
    def is_too_far_behind(self) -> bool:
        return self.unsent > MOST_UNSENT

    def is_stuck(self, now: float) -> bool:
        return bool(self.unsent) and now > self.moved_at + SILENT_SECONDS

    def say(self, data: bytes) -> None:
        """Send what the reader takes now and keep the rest; raises OSError when they have gone."""
        self.spoken_at = time.monotonic()
        if not self.unsent:
            self.moved_at = self.spoken_at
        self.keep(data)
        self.flush()

    def keep(self, data: bytes) -> None:
        if data:
            self.waiting.append(memoryview(data))
            self.unsent += len(data)

    def flush(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self.waiting:
                sent = self.sock.send(self.waiting[0])
                self.moved_at = time.monotonic()
                self.unsent -= sent
                self.waiting[0] = self.waiting[0][sent:]
                if not self.waiting[0]:
                    self.waiting.popleft()

    def is_there(self, events: int) -> bool:
        """Tell whether the other end is still there; what it sends is ignored."""
        if events & GONE:
            return False
        if not events & select.EPOLLIN:
            return True
        try:
            return bool(self.sock.recv(AT_ONCE))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self) -> None:
        """Send what the reader takes at once, end the stream, and close."""
        try:
            self.flush()
            self.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # The reader has gone already.
        self.sock.close()
