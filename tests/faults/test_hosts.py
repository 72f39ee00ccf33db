"""Two servers behind nginx are one service: one budget, one log-out, no failing restart."""

import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from email.utils import parsedate_to_datetime

import pytest
from places import BUDGET
from pressure import Caller, Load
from proxy import Nginx

LIMIT = int(BUDGET.partition("/")[0])


@pytest.fixture(scope="module")
def start(shared):
    """Start a server; all are closed in the end: `start(port=...)`."""
    with ExitStack() as started:
        yield lambda **how: started.enter_context(closing(shared.gunicorn(**how)))


@pytest.fixture(scope="module")
def servers(start):
    return [start(TRUSTED_PROXY_COUNT="1"), start(TRUSTED_PROXY_COUNT="1")]


@pytest.fixture(scope="module")
def proxy(servers):
    if not shutil.which("nginx"):
        pytest.skip("nginx is not installed (Debian: apt-get install nginx)")
    with closing(Nginx([server.port for server in servers])) as proxy:
        yield proxy


def spend(place, person, urls):
    """Sign off a task that is not there, from many threads; returns the statuses."""

    def sign(number):
        caller = place.caller(person, urls[number % len(urls)])
        return caller.post("/v1/tasks/999999/sign-offs", {"act": "done"}).status

    assert person.token
    with ThreadPoolExecutor(8) as threads:
        return list(threads.map(sign, range(3 * LIMIT)))


def test_two_hosts_share_one_budget_exactly(place, proxy):
    statuses = spend(place, place.new_person(), [proxy.url])

    assert (statuses.count(404), statuses.count(429)) == (LIMIT, 2 * LIMIT)


def test_whoever_logs_out_at_one_host_is_out_at_the_other_at_once(place, servers):
    here, there = (server.url for server in servers)
    for _ in range(10):
        person = place.new_person()
        before = place.caller(person, there).get("/v1/auth/me")
        ended = place.caller(person, here).post("/v1/auth/logout")
        after = [place.caller(person, url).get("/v1/auth/me") for url in (there, here)]

        assert (before.status, ended.status) == (200, 204)
        assert [answer.status for answer in after] == [401, 401]


def test_one_host_after_the_other_is_restarted_and_no_request_fails(place, start, servers, proxy):
    with place.load(proxy.url) as load:
        for server in servers:
            server.close()
            start(port=server.port, TRUSTED_PROXY_COUNT="1")
            load.wait_for_answers()

    assert load.told == {200, 201}, proxy.log[-2000:]
    place.compare(load)


@pytest.fixture(scope="module", params=[3600, -3600], ids=["fast", "slow"])
def wrong(request, start, shim):
    """A host whose clock is wrong by an hour."""
    server = start(PYTHONPATH=shim, FAULT_CLOCK_SHIFT=str(request.param))
    date = parsedate_to_datetime(Caller(server.url, None).get("/v1/health").headers["Date"])
    assert abs(date.timestamp() - time.time() - request.param) < 60
    server.is_slow = request.param < 0
    return server


@pytest.fixture
def token_of(place, wrong):
    """A token that is good on both hosts: the earlier clock gave it."""
    url = wrong.url if wrong.is_slow else place.server.url

    def log_in(person):
        body = {"email": person.email, "password": person.password}
        answer = Caller(url, None).post("/v1/auth/login", body)
        assert answer.status == 200
        return answer.body["access_token"]

    return log_in


def test_a_wrong_clock_multiplies_no_budget(place, wrong, token_of):
    person = place.new_person()
    person.token = token_of(person)

    statuses = spend(place, person, [wrong.url, place.server.url])

    assert (statuses.count(404), statuses.count(429)) == (LIMIT, 2 * LIMIT)


def test_a_wrong_clock_fails_nobody(place, wrong, token_of):
    token = token_of(place.admin)
    here = Load(place.server.url, token, place.event_id)
    there = Load(wrong.url, token, place.event_id)
    with here, there:
        here.wait_for_answers()
        there.wait_for_answers()

    assert here.told == there.told == {200, 201}
    place.compare(here)
    place.compare(there)


def test_a_token_of_another_hour_is_refused_and_no_error(place, wrong):
    answers = [place.caller(url=wrong.url).get("/v1/tasks") for _ in range(4)]

    assert {answer.status for answer in answers} == ({401} if wrong.is_slow else {200})
