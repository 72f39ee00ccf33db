"""A gunicorn worker whose threads fetch their own work.

What this buys: the stock threaded worker hands each request from its main thread to a thread and
back, through a queue, a future and a pipe, which takes an eighth of the CPU of a short request.
Here the threads wait for requests themselves, all at one `epoll`; the main thread takes in
new connections, closes idle ones, and sees to the end, as the stock one does.

Beside that a few things are found out once that the stock one finds out for each request, and
head and body of an answer leave as one packet: together a twentieth.
"""

import collections
import contextlib
import functools
import select
import threading
import time

from gunicorn import util
from gunicorn.http import message, parser, wsgi
from gunicorn.http.body import LengthReader
from gunicorn.workers.gthread import STOP_KEEPALIVE_LINGER, ThreadWorker

# One request at a time of each connection: it is watched again once it has been answered.
ONCE = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLONESHOT
LOOK_EVERY_SECONDS = 1
# How long a worker hesitates to take in another connection for each that it has.
STEP_SECONDS, MOST_STEPS = 0.0001, 30


class Worker(ThreadWorker):
    """Serves as the stock worker does; a stop fails nobody who is at the door."""

    def init_process(self):
        # Settings do not change any more; as plain attributes they are found without a function.
        vars(self.cfg).update({name: one.get() for name, one in self.cfg.settings.items()})
        self.ready = select.epoll()
        # By descriptor. Whoever takes a connection out of it has it for themselves.
        self.waiting = {}
        self.looked_at = 0
        # One entry for each thread that is to end, as somebody has come back whom it stood in for.
        self.surplus = collections.deque()
        super().init_process()

    def load_wsgi(self):
        """Load the application, and tell it with each request how to have another thread serve."""
        super().load_wsgi()
        application = self.wsgi

        def with_stand_in(environ, start_response):
            environ["raceapp.stand_in"] = self.stand_in
            return application(environ, start_response)

        self.wsgi = with_stand_in

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
            for listener in self.sockets:
                while select.select([listener], [], [], 0)[0]:
                    self.accept(listener)
                listener.close()

    def accept(self, listener):
        """Take in a connection, the later the more are here: a worker with fewer goes first.

        Connections stay for long, and at first come all will knock at once; a worker that had
        them all would leave the others, and their cores, with nothing to do.
        """
        if self.alive:
            time.sleep(min(self.nr_conns, MOST_STEPS) * STEP_SECONDS)
        super().accept(listener)

    def enqueue_req(self, conn):
        """Watch a new connection: no thread waits for what has yet to be sent."""
        conn.data_ready = True
        self.watch(conn, self.ready.register)

    def murder_keepalived(self, force=False):
        """Close connections that have been idle for too long, or all."""
        now = time.monotonic()
        if not force and now < self.looked_at + LOOK_EVERY_SECONDS:
            return
        self.looked_at = now
        for descriptor, conn in list(self.waiting.items()):
            is_over = force or conn.timeout <= now
            if is_over and self.waiting.pop(descriptor, None):
                self.part_with(conn, graceful=False)

    def _cap_keepalive(self, deadline):
        for conn in list(self.waiting.values()):
            conn.timeout = min(conn.timeout, deadline)

    def part_with(self, conn, graceful=True):
        self.nr_conns -= 1
        conn.close(graceful)

    # --- in the threads --------------------------------------------------------------------

    def serve(self):
        while not self.is_surplus():
            for descriptor, _ in self.ready.poll(maxevents=1):
                conn = self.waiting.pop(descriptor, None)
                if conn:
                    self.answer(conn)

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

    def answer(self, conn):
        """Answer what has come on a connection, then watch it again or have it ended."""
        try:
            is_kept = self.handle(conn)
            while is_kept and conn.parser.unreader.buf.getvalue():
                is_kept = self.handle(conn)  # It came along with the request before.
            if is_kept:
                self.watch(conn, self.ready.modify)
                return
        except BaseException:  # A thread that ended would be missing from now on.
            self.log.exception("a connection failed")
        self.method_queue.defer(self.part_with, conn)

    def _keepalive_after(self, conn, keepalive):
        """Tell whether the connection can go on; nothing is to be drained where all was read."""
        reader = conn.parser.mesg.body.reader
        if keepalive and type(reader) is LengthReader and reader.length == 0:
            return True
        return super()._keepalive_after(conn, keepalive)

    def watch(self, conn, enter):
        """Have the next request on a connection wake a thread; `enter` makes it known to epoll."""
        conn.set_timeout()
        descriptor = conn.sock.fileno()
        self.waiting[descriptor] = conn
        try:
            enter(descriptor, ONCE)
        except (OSError, ValueError):
            if self.waiting.pop(descriptor, None):
                raise
            return  # The main thread has just closed it, as the last thing it did.
        if not self.alive:
            conn.timeout = min(conn.timeout, time.monotonic() + STOP_KEEPALIVE_LINGER)


# --- of each request -----------------------------------------------------------------------


class Request(message.Request):
    """Asks once of each connection whether its proxy is believed."""

    def _peer_is_trusted_proxy(self):
        return is_trusted_proxy(self.cfg, self.peer_addr)


@functools.lru_cache(maxsize=1024)
def is_trusted_proxy(cfg, address) -> bool:
    asked = message.HeaderPolicy()
    asked.cfg, asked.peer_addr = cfg, address
    return asked._peer_is_trusted_proxy()


class Response(wsgi.Response):
    """An answer whose head waits for the first of its body."""

    def __init__(self, req, sock, cfg):
        super().__init__(req, HeadAndBody(sock), cfg)

    def close(self):
        super().close()
        self.sock.flush()


class HeadAndBody:
    """A socket to send to: what comes first is held until there is more, or no more."""

    def __init__(self, sock):
        self.sock, self.held = sock, None

    def sendall(self, data):
        if self.held is None:
            self.held = data
        else:
            self.sock.sendall(self.held + data)
            self.held = b""

    def flush(self):
        if self.held:
            self.sock.sendall(self.held)
            self.held = b""

    def sendfile(self, *args, **kwargs):
        self.flush()
        return self.sock.sendfile(*args, **kwargs)


@functools.lru_cache(maxsize=1)
def date_at(second: int, of=util.http_date) -> str:
    return of(second)


# The stock worker takes these where it finds them.
parser.RequestParser.mesg_class = Request
wsgi.Response = Response
util.http_date = lambda timestamp=None: date_at(int(timestamp or time.time()))
