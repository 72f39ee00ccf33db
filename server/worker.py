"""A gunicorn worker whose threads fetch their own work.

The threads wait for requests themselves, all at one `epoll`; the main thread accepts new
connections, closes those whose time is up, and sees to the end, as the stock worker does.

The stock threaded worker hands each request from its main thread to a thread and back, through a
queue, a future and a pipe, which takes an eighth of the CPU of a short request.

No thread waits for a caller who sends, reads or closes slowly: see `server.connection`.
"""

import collections
import contextlib
import functools
import select
import threading
import time

from gunicorn.errors import ConfigError
from gunicorn.http.body import LengthReader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from server.connection import Connection
from server.hub import Hub, make_room

# One thread at a time for each connection: it is watched again once that has done its part.
TO_READ = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLONESHOT
TO_WRITE = select.EPOLLOUT | select.EPOLLONESHOT
LOOK_EVERY_SECONDS = 1
# How long a worker hesitates to take in another connection for each that it has.
STEP_SECONDS, MOST_STEPS = 0.0001, 30


class Worker(ThreadWorker):
    """Serves as the stock worker does; a stop fails nobody who is at the door."""

    @classmethod
    def check_config(cls, cfg, log):
        if cfg.is_ssl:
            raise ConfigError("This worker leaves TLS to the proxy: name no certificate here.")
        super().check_config(cfg, log)

    def init_process(self):
        self.ready = select.epoll()
        # Idle connections by descriptor. Popping one makes it the thread's own.
        self.waiting = {}
        self.looked_at = 0
        self.serving = threading.local()
        # One entry for each thread that is to end, as somebody has come back whom it stood in for.
        self.surplus = collections.deque()
        self.hub = Hub(self.log, make_room())
        super().init_process()

    def load_wsgi(self):
        super().load_wsgi()
        self.wsgi = functools.partial(self.call, self.wsgi)

    def get_thread_pool(self):
        for number in range(self.cfg.threads):
            threading.Thread(target=self.serve, name=f"request-{number}", daemon=True).start()
        return super().get_thread_pool()  # Nothing is ever submitted, so it has no threads.

    # --- in the main thread ----------------------------------------------------------------

    def set_accept_enabled(self, enabled):
        """Open or close the door.

        The stock worker leaves it open until it ends: the kernel goes on completing connections
        that nobody accepts any more, and resets them in the end. Here whoever waits is taken in
        first. Closed at once, whoever comes later is refused before they have sent
        anything, and a proxy asks the next server.
        """
        super().set_accept_enabled(enabled)
        if not self.alive:
            self.hub.end()
            for listener in self.sockets:
                while select.select([listener], [], [], 0)[0]:
                    self.accept(listener)
                listener.close()

    def accept(self, listener):
        """Accept a connection, after a pause that grows with those already here.

        Connections stay for long, and at first all come at once; a worker that accepted them all
        would leave the others, and their cores, with nothing to do.
        """
        if self.alive:
            time.sleep(min(self.nr_conns, MOST_STEPS) * STEP_SECONDS)
        super().accept(listener)

    def enqueue_req(self, conn):
        """Watch a new connection: no thread waits for what has yet to be sent."""
        self.watch(Connection(conn), self.ready.register)

    def murder_keepalived(self, force=False):
        """Close the connections whose time is up, or all."""
        now = time.monotonic()
        if not force and now < self.looked_at + LOOK_EVERY_SECONDS:
            return
        self.looked_at = now
        for descriptor, conn in list(self.waiting.items()):
            is_over = force or conn.timeout <= now
            if is_over and self.waiting.pop(descriptor, None):
                self.part_with(conn)

    def _cap_keepalive(self, deadline):
        for conn in list(self.waiting.values()):
            if conn.is_idle:
                conn.timeout = min(conn.timeout, deadline)

    def part_with(self, conn):
        self.nr_conns -= 1
        conn.close()

    def count_out(self):
        """Streams do not count as connections: a stop waits for none of them."""
        self.nr_conns -= 1

    # --- in the threads --------------------------------------------------------------------

    def serve(self):
        while not self.is_surplus():
            for descriptor, _ in self.ready.poll(maxevents=1):
                conn = self.waiting.pop(descriptor, None)
                if conn:
                    self.attend(conn)

    @contextlib.contextmanager
    def stand_in(self):
        """Have another thread serve while this one waits: a crew that logs in holds up nobody."""
        threading.Thread(target=self.serve, name="stand-in", daemon=True).start()
        try:
            yield
        finally:
            self.surplus.append(True)

    def is_surplus(self) -> bool:
        """Tell whether this thread is one more than there are to be, and may end."""
        if not self.surplus:
            return False
        try:
            return self.surplus.pop()
        except IndexError:  # Another was quicker.
            return False

    def attend(self, conn):
        """Do what can be done for a connection now, then watch it again or have it closed."""
        try:
            if self.goes_on(conn):
                self.watch(conn, self.ready.modify)
                return
            if conn.stream:
                self.ready.unregister(conn.sock)
                self.hub.take(conn.sock, conn.stream)
                self.method_queue.defer(self.count_out)
                return
        except ConnectionError:  # The caller has gone in the middle of an answer, or is too slow.
            self.log.debug("a caller has gone")
        except BaseException:  # A thread that ended would be missing from now on.
            self.log.exception("a connection failed")
            if conn.stream:
                self.take_back(conn)
        self.method_queue.defer(self.part_with, conn)

    def goes_on(self, conn) -> bool:
        """Go on with what it is in the middle of; tell whether more is to be waited for."""
        if conn.is_leaving:
            return not conn.has_left()
        if not conn.sock.unsent:
            return conn.receive() and self.answer(conn)
        if not conn.sock.flush():
            return True
        return self.answer(conn) if conn.is_kept else conn.take_leave()

    def answer(self, conn) -> bool:
        """Answer what has come whole, as far as the answers are taken."""
        while conn.has_request():
            conn.is_kept = self.handle(conn)
            if conn.stream:
                return False
            if conn.sock.unsent:
                return True
            if not conn.is_kept:
                return conn.take_leave()
        return True

    def handle_request(self, req, conn):
        self.serving.conn = conn
        try:
            return super().handle_request(req, conn)
        finally:
            self.serving.conn = None

    def call(self, application, environ, start_response):
        """Call the application, which may have another thread serve while it waits, or hand the
        connection over to the hub.

        The head of its answer says so if no other can follow it on the connection.
        """
        conn = self.serving.conn
        environ["raceapp.stand_in"] = self.stand_in
        environ["raceapp.hand_over"] = functools.partial(self.hand_over, conn)

        def start(status, headers, exc_info=None):
            if conn.stream and not status.startswith("200"):
                self.take_back(conn)
            if conn.stream or not conn.can_go_on():
                conn.parser.mesg.force_close()
            write = start_response(status, headers, exc_info)
            if conn.stream:  # It ends when the connection does, and has no other frame.
                start_response.__self__.chunked = False
            return write

        return application(environ, start)

    def hand_over(self, conn, post, stream, most: int) -> bool:
        """Have the hub go on with a connection after the head; False where it has no seat."""
        if conn.stream is None and not self.hub.admit(post, most):
            return False
        conn.stream = stream
        return True

    def take_back(self, conn):
        conn.stream = None
        self.hub.release()

    def _keepalive_after(self, conn, keepalive):
        """Tell whether the connection can go on; nothing is to be drained where all was read."""
        reader = conn.parser.mesg.body.reader
        if keepalive and type(reader) is LengthReader and reader.length == 0:
            return True
        return super()._keepalive_after(conn, keepalive)

    def watch(self, conn, enter):
        """Have what comes next on a connection wake a thread; `enter` makes it known to epoll."""
        conn.set_timeout()
        descriptor = conn.sock.fileno()
        self.waiting[descriptor] = conn
        try:
            enter(descriptor, TO_WRITE if conn.sock.unsent else TO_READ)
        except (OSError, ValueError):
            if self.waiting.pop(descriptor, None):
                raise
            return  # The main thread has just closed it, as the last thing it did.
        if not self.alive and conn.is_idle:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
