"""Servers that may be maltreated, and a whole installation of them."""

import contextlib
import itertools
import signal
from contextlib import ExitStack, closing

import flask_migrate
import psutil
from backends import SETTINGS, forget_connections
from helpers import MISANO, PASSWORD, Person, created
from pressure import Caller, Load
from servers import Gunicorn, Postgres, Valkey, wait_until

from raceapp import create_app
from raceapp.auth.service import create_user
from raceapp.history import proof as history
from raceapp.storage.session import db

BUDGET = "20/minute"
NUMBERS = itertools.count(1)

END_CONNECTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'raceapp'
"""
# Starts the server again each time it ends, as an operator does: unless told to leave it.
OPERATOR = """
trap 'kill -INT $server; wait $server; exit' TERM
while :; do
    "$@" & server=$!
    wait $server
    while [ -e down ]; do sleep 0.05; done
done
"""


class Operated:
    """A server that can be stopped, hung and brought back at the same place."""

    stop_signal = "TERM"

    def launch(self, *command, **options) -> None:
        options.setdefault("cwd", self.place)
        super().launch("sh", "-c", OPERATOR, "operator", *command, **options)

    @property
    def processes(self) -> list[psutil.Process]:
        """The server and the processes it made, which may lead sessions of their own."""
        (server,) = [one for one in psutil.Process(self.pid).children() if one.name() != "sleep"]
        return [server, *server.children()]

    def stop(self) -> None:
        (self.place / "down").touch()
        server = self.processes[0]
        server.send_signal(signal.SIGINT)
        server.wait(20)

    def go_on(self) -> None:
        (self.place / "down").unlink(missing_ok=True)
        wait_until(self.ping)

    def hang(self) -> None:
        self.signal_all(signal.SIGSTOP)

    def wake(self) -> None:
        self.signal_all(signal.SIGCONT)

    def signal_all(self, number: int) -> None:
        for process in self.processes:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)


class Database(Operated, Postgres):
    """PostgreSQL with few connections, so that they can all be taken."""

    options = {**Postgres.options, "max_connections": "60"}

    def restart(self) -> None:
        self.stop()
        self.go_on()

    def set(self, name: str, value: str) -> None:
        """Set a parameter of the database `raceapp`, for connections made from now on too."""
        with self.connect() as connection:
            connection.execute(f"ALTER DATABASE raceapp SET {name} = {value}")
            connection.execute(END_CONNECTIONS)

    def reset(self) -> None:
        with self.connect() as connection:
            connection.execute("ALTER DATABASE raceapp RESET ALL")
            connection.execute(END_CONNECTIONS)


class Counter(Operated, Valkey):
    """The Redis where limits are counted."""

    def make_read_only(self) -> None:
        self.client.replicaof("127.0.0.1", "1")

    def make_writable(self) -> None:
        self.client.replicaof("NO", "ONE")


class Installation:
    """A database and a Redis of their own, an event, a team manager's token, and servers."""

    def __init__(self) -> None:
        with ExitStack() as opened:
            self.database = opened.enter_context(closing(Database()))
            self.valkey = opened.enter_context(closing(Counter()))
            self.environment = {
                **SETTINGS,
                "DATABASE_URL": self.database.create("raceapp"),
                "REDIS_URL": self.valkey.url,
                "RATELIMIT_SIGN_OFFS": BUDGET,
                "ACCESS_TOKEN_MINUTES": "1440",
            }
            self.app = create_app(self.environment)
            self.event_id = prepare(self.app)
            self.admin = self.new_person("admin")
            self.token = self.admin.token
            self.server = opened.enter_context(closing(self.gunicorn()))
            self.opened = opened.pop_all()

    def close(self) -> None:
        forget_connections(self.app)
        self.opened.close()

    def gunicorn(self, *, port=None, workers=2, **settings) -> Gunicorn:
        """Start one more; whoever asks for it closes it."""
        return Gunicorn({**self.environment, **settings}, workers, port)

    def new_person(self, role="user") -> Person:
        return new_person(self.app, role)

    def load(self, url=None, **how) -> Load:
        return Load(url or self.server.url, self.token, self.event_id, **how)

    def caller(self, person=None, url=None) -> Caller:
        return Caller(url or self.server.url, person.token if person else self.token)

    def task_id(self) -> int:
        body = {"event_id": self.event_id, "title": "Check tyre pressures"}
        return self.caller().post("/v1/tasks", body).body["id"]

    def compare(self, load: Load) -> None:
        """Assert that what writers were told is what the database holds, and the record whole."""
        with closing(self.database.connect("raceapp")) as connection:
            load.ledger.compare(connection)
        with self.app.app_context():
            assert list(history.faults()) == []

    def readiness(self) -> tuple[int, str]:
        answer = self.caller().get("/v1/health/ready")
        return answer.status, answer.body["status"]


def prepare(app) -> int:
    """Make the tables and a race weekend; returns its id."""
    with app.app_context():
        flask_migrate.upgrade()
    return created(new_person(app, "admin").post("/v1/events", json=MISANO))["id"]


def new_person(app, role="user") -> Person:
    email = f"person-{next(NUMBERS)}@garage.example"
    with app.app_context():
        user = create_user(email=email, password=PASSWORD, role=role)
        db.session.commit()
        return Person(app, user.id, email)
