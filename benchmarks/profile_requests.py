"""Show where the time of one request goes: `python -m benchmarks.profile_requests list get`.

Each request goes to the application in this process, without a server around it, first without
the profiler to learn its time, then under cProfile. The profiler makes everything slower, calls of
small functions most, so its figures say where to look and not what a change gains.
"""

import cProfile
import io
import itertools
import os
import pstats
import re
import sys
import time
from contextlib import closing
from uuid import uuid4

from servers import Valkey
from werkzeug.test import EnvironBuilder

from benchmarks import project
from benchmarks.compare import ENDPOINTS, RESULTS
from benchmarks.load import Request
from benchmarks.services import SafePostgres
from benchmarks.targets import project_requests
from raceapp import create_app

TIMES = 300
ROWS = 70


def main() -> None:
    RESULTS.mkdir(exist_ok=True)
    with closing(SafePostgres()) as postgres, closing(Valkey()) as valkey:
        server, place = project.start(postgres, valkey)
        with closing(server):
            requests = project_requests(place)
        os.environ.update(place.installation.settings)
        app = create_app()
        for endpoint in sys.argv[1:] or ENDPOINTS:
            place.reopen_all()
            table = profile(app, requests[endpoint])
            (RESULTS / f"profile_{endpoint}.txt").write_text(table)
            print(f"{endpoint}\n{table}")


def profile(app, request: Request) -> str:
    environs = environs_of(request)
    put(app, environs, 20)
    plain = put(app, environs, TIMES)
    profiler = cProfile.Profile(time.process_time)  # Waiting for the database is not CPU.
    profiler.enable()
    slowed = put(app, environs, TIMES)
    profiler.disable()
    out = io.StringIO()
    pstats.Stats(profiler, stream=out).strip_dirs().sort_stats("cumulative").print_stats(ROWS)
    top = f"CPU of the process per request: {plain:.0f} µs, under the profiler {slowed:.0f} µs"
    return f"{top}; the times below are seconds of CPU for {TIMES} requests\n{out.getvalue()}"


def environs_of(request: Request):
    """Yield environs, as a server would hand them to the application, without end."""
    ids, bodies = request.ids or [0], request.bodies or [None]
    headers = [("Authorization", f"Bearer {request.token}")] if request.token else []
    headers += [tuple(header.split(": ", 1)) for header in request.headers]
    for number in itertools.count():
        identity = ids[number % len(ids)]
        body = bodies[number // len(ids) % len(bodies)]
        yield EnvironBuilder(
            path=request.path.replace("{id}", str(identity)),
            method=request.method,
            headers=[(name, filled_in(value, number)) for name, value in headers],
            data=body and filled_in(body, number),
            content_type="application/json" if body else None,
        ).get_environ()


def filled_in(text: str, number: int) -> str:
    """Fill in the running number, and another UUID in each place that wants one."""
    return re.sub("{uuid}", lambda _: str(uuid4()), text.replace("{n}", str(number)))


def put(app, environs, times: int) -> float:
    """Put so many requests and return the CPU µs of this process for each."""
    ready = list(itertools.islice(environs, times))
    begin = time.process_time()
    for environ in ready:
        status = []
        body = app(environ, lambda line, *_, status=status: status.append(line))
        b"".join(body)
        body.close()
        if status[0][0] != "2":
            raise SystemExit(f"{environ['PATH_INFO']} answered {status[0]}")
    return (time.process_time() - begin) / times * 1e6


if __name__ == "__main__":
    main()
