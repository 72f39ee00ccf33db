"""Connections that stay open, on which commits are told at once.

A worker hands a connection over once the application has agreed and the head of the answer is
made. From then on the connection takes a socket and no thread of requests: one thread serves all
of them, and sends what the application's `post` gives it (see `raceapp.stream`).
"""

import collections
import os
import resource
import select
import threading
import time

from server.channels import Channels
from server.reader import Reader

CHECK_SECONDS, PING_SECONDS, TICK_SECONDS = 10, 8, 1
# The pause after a failure of the database, and how long a failure lasts before streams end.
PAUSE_SECONDS, BLIND_SECONDS = 0.5, 60
FILES_WANTED, FILES_RESERVED = 65_536, 200
TO_READ = select.EPOLLIN | select.EPOLLRDHUP
TO_WRITE = TO_READ | select.EPOLLOUT


def make_room() -> int:
    """Raise the limit of open files within reason; return how many of them may be streams."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = FILES_WANTED if hard == resource.RLIM_INFINITY else min(hard, FILES_WANTED)
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return max(0, max(soft, most) - FILES_RESERVED) // 2


class Hub:
    """Serves the connections it has taken over; `most` is how many the system has room for."""

    def __init__(self, log, most: int):
        self.log, self.most = log, most
        self.lock = threading.Lock()
        self.admitted, self.is_over = 0, False
        self.is_started = self.is_listening = False
        self.post = None
        self.channels = Channels(self.say)
        self.readers: dict[int, Reader] = {}
        self.arrived = collections.deque()
        self.wake_up = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.epoll = select.epoll()
        self.epoll.register(self.wake_up, select.EPOLLIN)
        self.ticked_at = self.checked_at = time.monotonic()
        self.is_blind, self.paused_until = False, 0.0

    # --- in any thread -----------------------------------------------------------------------

    def admit(self, post, most: int) -> bool:
        """Keep a seat for one more stream, unless all seats are taken."""
        with self.lock:
            has_room = not self.is_over and self.admitted < min(most, self.most)
            self.admitted += has_room
            self.post = post
        return has_room

    def release(self) -> None:
        with self.lock:
            self.admitted -= 1

    def take(self, sock, stream) -> None:
        """Take over the connection of a reader who has a seat.

        Raises RuntimeError if the system has no thread left for the hub; the next one tries again.
        """
        with self.lock:
            if not self.is_started:
                self.start(self.run)
                self.is_started = True
            self.arrived.append((sock, stream))
        self.listen_from_now_on()
        self.wake()

    def start(self, work) -> None:
        threading.Thread(target=work, name=f"streams-{work.__name__}", daemon=True).start()

    def listen_from_now_on(self) -> None:
        """Have a thread listen for bells. Without one the hub looks at all records now and then."""
        with self.lock:
            try:
                if not self.is_listening:
                    self.start(self.listen)
                self.is_listening = True
            except RuntimeError as error:
                self.log.warning("no bell is heard: %s", error)

    def listen(self) -> None:
        self.post.listen(lambda: None if self.is_over else self.channels.names, self.hear)

    def hear(self, name) -> None:
        """Have a channel read on."""
        self.channels.rung.append(name)
        self.wake()

    def end(self) -> None:
        """End all streams now, and take no more."""
        self.is_over = True
        self.wake()

    def wake(self) -> None:
        os.eventfd_write(self.wake_up, 1)

    # --- in the thread of the hub ------------------------------------------------------------

    def run(self) -> None:
        while not self.has_ended():
            try:
                self.turn()
            except Exception:  # Without this thread no reader would hear anything any more.
                self.log.exception("a stream failed")
                time.sleep(PAUSE_SECONDS)

    def has_ended(self) -> bool:
        with self.lock:
            self.is_started = not self.is_over or bool(self.arrived or self.readers)
            return not self.is_started

    def turn(self) -> None:
        is_paused = time.monotonic() < self.paused_until
        for descriptor, events in self.epoll.poll(self.patience(is_paused)):
            if descriptor == self.wake_up:
                os.eventfd_read(self.wake_up)
            elif descriptor in self.readers:
                self.attend(self.readers[descriptor], events)
        while self.arrived:
            self.let_in(*self.arrived.popleft())
        if self.is_over:
            self.cut_all("stop")
        self.tick(time.monotonic())
        if self.readers and not is_paused:
            self.read()

    def patience(self, is_paused: bool) -> float:
        if is_paused:
            return PAUSE_SECONDS
        return 0 if self.channels.has_work else TICK_SECONDS

    def attend(self, reader: Reader, events: int) -> None:
        if not reader.is_there(events):
            self.cut(reader, "left")
        elif events & select.EPOLLOUT:
            self.send(reader, reader.flush)

    def let_in(self, sock, stream) -> None:
        try:
            reader = Reader(sock, stream)
            self.epoll.register(reader.descriptor, TO_READ)
        except OSError:  # They have left between the door and the seat.
            sock.close()
            self.release()
            return
        self.readers[reader.descriptor] = reader
        self.channels.join(reader)
        self.post.count_open(1)
        self.say(reader, stream.hello)

    def say(self, reader: Reader, data: bytes) -> None:
        if reader.is_too_far_behind:
            self.cut(reader, "slow")
        else:
            self.send(reader, reader.say, data)

    def send(self, reader: Reader, send, *data: bytes) -> None:
        """Send to a reader, and watch for when they take more."""
        try:
            send(*data)
            if reader.is_waiting != bool(reader.unsent):
                reader.is_waiting = not reader.is_waiting
                self.epoll.modify(reader.descriptor, TO_WRITE if reader.is_waiting else TO_READ)
        except OSError:
            self.cut(reader, "left")

    def cut(self, reader: Reader, reason: str) -> None:
        if self.readers.pop(reader.descriptor, None) is None:
            return
        self.epoll.unregister(reader.descriptor)
        self.channels.leave(reader)
        self.release()
        self.post.count_open(-1)
        self.post.count_cut(reason)
        reader.close()

    def cut_all(self, reason: str) -> None:
        for reader in list(self.readers.values()):
            self.cut(reader, reason)

    def tick(self, now: float) -> None:
        """Once a second, end streams that are over and ping readers who have heard nothing."""
        if now < self.ticked_at + TICK_SECONDS:
            return
        self.ticked_at, clock = now, time.time()
        for reader in list(self.readers.values()):
            if reader.stream.until <= clock:
                self.cut(reader, "token")
            elif reader.is_stuck(now):
                self.cut(reader, "slow")
            elif now >= reader.spoken_at + PING_SECONDS:
                self.say(reader, self.post.ping)

    # --- with the database -------------------------------------------------------------------

    def read(self) -> None:
        """Send what is new; if the database cannot be read, try again in a moment."""
        if not (self.channels.is_due or time.monotonic() > self.checked_at + CHECK_SECONDS):
            return
        try:
            with self.post.reading():
                self.check(time.monotonic())
            failed = self.channels.read(self.post)
        except Exception as error:
            failed = dict.fromkeys(self.channels.by_name.values(), error)
        self.note(failed, time.monotonic())

    def note(self, failed: dict, now: float) -> None:
        """Try failed channels again in a moment, and end their streams if that goes on.

        Their readers come again, to another process maybe, or ask for the changes.
        """
        if not (failed or self.is_blind):
            return
        if not self.is_blind:
            names = sorted({type(error).__name__ for error in failed.values()})
            self.log.warning("streams cannot read for now: %s", ", ".join(names))
        self.is_blind = bool(failed)
        self.channels.note(failed, now)
        for channel in self.channels.blind_for(BLIND_SECONDS, now):
            for reader in list(channel.readers):
                self.cut(reader, "blind")
        if failed:
            self.channels.look_again()
            self.paused_until = now + PAUSE_SECONDS

    def check(self, now: float) -> None:
        """Cut off readers who have been logged out or are not on the crew any more."""
        if now < self.checked_at + CHECK_SECONDS:
            return
        readers = {reader.stream: reader for reader in self.readers.values()}
        for stream in self.post.unwelcome(readers):
            self.cut(readers[stream], "rights")
        self.checked_at = now
