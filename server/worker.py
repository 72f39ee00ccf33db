"""A gunicorn worker whose threads fetch their own work.

The threads wait for requests themselves, all at one `epoll`, and never for a caller who sends,
reads or closes slowly (see `server.connection`). The main thread accepts new connections, closes
those whose time is up, and stops the worker, as the stock worker's does.

The stock threaded worker hands each request from its main thread to another thread and back,
through a queue, a future and a pipe, which takes an eighth of the CPU of a short request.
"""

import collections
import contextlib
import functools
import select
import signal
import threading
import time

from gunicorn.errors import ConfigError
from gunicorn.http.body import LengthReader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

from server.connection import Connection
from server.hub import Hub, make_room
from server.refusals import InProblems

# Each connection wakes one thread at a time, and is watched again once that thread is done.
TO_READ = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLONESHOT
TO_WRITE = select.EPOLLOUT | select.EPOLLONESHOT
LOOK_EVERY_SECONDS = 1
# How long a worker hesitates before it accepts a connection, for each that it has.
STEP_SECONDS, MOST_STEPS = 0.0001, 30


class Worker(InProblems, ThreadWorker):
    """Serves as the stock worker does; a stop refuses nobody who is already at the door."""

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
        # One entry for each thread that shall end, since the thread that it stood in for is back.
        self.surplus = collections.deque()
        self.hub = Hub(self.log, make_room())
        super().init_process()

    def init_signals(self):
        super().init_signals()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, self.SIGNALS)  # See pre_fork().

    def load_wsgi(self):
        super().load_wsgi()
        self.wsgi = functools.partial(self.call, self.wsgi)

    def get_thread_pool(self):
        for number in range(self.cfg.threads):
            threading.Thread(target=self.serve, name=f"request-{number}", daemon=True).start()
        return super().get_thread_pool()  # Nothing is ever submitted to it, so it has no threads.

    # --- in the main thread ----------------------------------------------------------------

    def set_accept_enabled(self, enabled):
        """Open or close the door.

        The stock worker's socket stays open: the kernel goes on completing connections that nobody
        accepts any more, and resets them in the end. Here callers who wait are accepted first, and
        then it is closed. Later callers are refused, and a proxy asks the next server.
        """
        super().set_accept_enabled(enabled)
        if enabled or (self.alive and self.nr_conns >= self.worker_connections):  # It is full.
            return
        self.hub.end()
        while self.sockets:  # None is left the second time, for a worker that was full.
            listener = self.sockets.pop()
            while select.select([listener], [], [], 0)[0]:
                self.accept(listener)
            listener.close()

    def accept(self, listener):
        """Accept a connection, after a pause that grows with those already here.

        Connections last long; a worker that accepted all would leave the others without work.
        """
        if self.alive:
            time.sleep(min(self.nr_conns, MOST_STEPS) * STEP_SECONDS)
        super().accept(listener)

    def enqueue_req(self, conn):
        """Watch a new connection: no thread waits for bytes that have yet to come."""
        self.watch(Connection(conn), self.ready.register)

    def murder_keepalived(self, force=False):
        """Close the connections whose time is up, or all of them."""
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
            if conn.is_silent:
                conn.timeout = min(conn.timeout, deadline)

    def part_with(self, conn):
        self.count_out()
        conn.close()

    def count_out(self):
        """Count one out of the connections; at once if it is a stream: a stop waits for none."""
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
        """Have another thread serve while this one waits: a crew that logs in delays nobody."""
        thread = threading.Thread(target=self.serve, name="stand-in", daemon=True)
        with contextlib.suppress(RuntimeError):  # The system has none left.
            thread.start()
        try:
            yield
        finally:
            self.surplus.extend([True] * bool(thread.ident))

    def is_surplus(self) -> bool:
        """Tell whether this thread is one too many, and may end."""
        with contextlib.suppress(IndexError):
            return self.surplus.pop()
        return False

    def attend(self, conn):
        """Serve a connection as far as it goes now, then watch it again or have it closed."""
        try:
            if self.goes_on(conn):
                self.watch(conn, self.ready.modify)
                return
            if conn.stream:
                self.ready.unregister(conn.sock)
                self.hub.take(conn.sock, conn.stream)
                self.method_queue.defer(self.count_out)
                return
        except ConnectionError:  # The caller has gone during an answer, or is too slow.
            self.log.debug("a caller has gone")
        except BaseException:  # Any error: a thread that ended would be missing from now on.
            self.log.exception("a connection failed")
            if conn.stream:
                self.take_back(conn)
        self.method_queue.defer(self.part_with, conn)

    def goes_on(self, conn) -> bool:
        """Go on with the connection's request or answer; tell whether to wait for more."""
        if conn.is_leaving:
            return not conn.has_left()
        if not conn.sock.unsent:
            return conn.receive() and self.answer(conn)
        if not conn.sock.flush():
            return True
        return self.answer(conn) if conn.is_kept else conn.take_leave()

    def answer(self, conn) -> bool:
        """Answer whole requests, as long as the caller takes the answers."""
        while conn.has_request():
            conn.is_kept = self.handle(conn)
            if conn.stream:
                return False
            if not conn.sock.flush():
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

        If no other request can follow on the connection, the head of the answer says so.
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
            if conn.stream:  # The stream ends with the connection, which is its only frame.
                start_response.__self__.chunked = False
            return write

        return application(environ, start)

    def hand_over(self, conn, post, stream, most: int) -> bool:
        """Have the hub go on with a connection after the head; False if it has no seat."""
        if conn.stream is None and not self.hub.admit(post, most):
            return False
        conn.stream = stream
        return True

    def take_back(self, conn):
        conn.stream = None
        self.hub.release()

    def _keepalive_after(self, conn, keepalive):
        """Tell whether the connection can go on; after a body that was read nothing is drained."""
        reader = conn.parser.mesg.body.reader
        if keepalive and type(reader) is LengthReader and reader.length == 0:
            return True
        return super()._keepalive_after(conn, keepalive)

    def watch(self, conn, enter):
        """Let the next bytes on a connection wake a thread; `enter` makes it known to epoll."""
        conn.set_timeout()
        descriptor = conn.sock.fileno()
        self.waiting[descriptor] = conn
        try:
            enter(descriptor, TO_WRITE if conn.sock.unsent else TO_READ)
        except (OSError, ValueError):
            if self.waiting.pop(descriptor, None):
                raise
            return  # The main thread has just closed it, as its last deed.
        if not self.alive and conn.is_silent:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)
