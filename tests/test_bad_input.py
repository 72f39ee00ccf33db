"""Hostile and clumsy input: refused with the right status, and no list is the worse for it.

Each row was seen to crash, corrupt or mislead in a stock service, or lies next to one that did.
`$event`, `$task` and `$email` stand for an existing event, task and account.
"""

import json
import socket
from http.client import HTTPResponse
from urllib.parse import urlsplit

import pytest
from helpers import problem

# fmt: off
JSON = "application/json"
TASK = {"event_id": "$event", "title": '"Fuel"'}
EVENT = {"track": '"Assen"', "location": '"Drenthe"', "event_date": '"2026-06-26"'}
ACCOUNT = {"email": '"new@garage.example"', "password": '"tyre-warmer-9000"'}
BIG = [2**31, 2**63 - 1, 2**63, -(2**63) - 1, 10**30]
NUL, SURROGATE = r"\u0000", r"\ud800"
NO_TEXT = [NUL, SURROGATE, r"a\u0007b", r"\u001b[31m", r"a\u0085b", r"\udc00\ud800", r"\ufdd0",
    r"\uffff", r"\ud83f\udffe"]
NO_NUMBER = ['"5"', "5.0", "5.9", "true", "1e0", "[5]", "{}", '""', '"1_000"', '"\u0661"', "-1",
    "0"]
NO_ID = ["0", "01", "-1", "+1", "1.0", "1e0", "0x1", "1_0", "1%20", "%201", "1%0A", "1%00",
    "%D9%A1", "%EF%BC%91", "%C2%B2",
         "1;a", "x", str(2**31), str(2**63 - 1), str(2**63), "9" * 5000]
NO_TIME = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "1970-01-01T00:00:00+00:01",
    "2099-12-31T23:59:59-00:01",
           "2026-06-12T08:00:00", "2026-06-12T25:00:00Z", "2026-06-12T08:00:00+99:99",
           "0000-01-01T00:00:00Z", "now",
           "10000-01-01T00:00:00Z", "-2026-06-12T08:00:00Z", "2026-06-12T08:00:00Z\n2026",
           "\uff12026-06-12T08:00:00Z", ""]
NEARLY_A_TIME = ["2026-12-31T23:59:60Z", "2026-06-12T08:00:00.1234567891Z",
                 "2026-06-12 08:00:00Z", "2026-06-12T08:00:00z"]
NO_JSON = {
    "empty": b"", "blank": b"  \n", "NaN": b'{"title": NaN}', "Infinity": b'{"title": -Infinity}',
    "1e400": b'{"event_id": 1e400}',
    "two keys": b'{"title": "a", "title": "b"}',
    "two keys, one escaped": rb'{"title": "a", "\u0074itle": "b"}',
    "two keys inside": b'{"title": {"a": 1, "a": 2}}', "BOM": b'\xef\xbb\xbf{"title": "a"}',
    "UTF-16": '{"title": "a"}'.encode("utf-16"),
    "UTF-16 without BOM": '{"title": "a"}'.encode("utf-16-le"),
    "UTF-32": '{"title": "a"}'.encode("utf-32"), "0xFF": b'{"title": "\xff"}',
    "overlong": b'{"title": "\xc0\x80"}', "raw surrogate": b'{"title": "\xed\xa0\x80"}',
    "trailing": b'{"title": "a"} x',
    "two documents": b'{"title": "a"}{"title": "b"}', "cut": b'{"title": "a',
    "single quotes": b"{'title': 'a'}", "comma": b'{"title": "a",}',
    "comment": b'{"title": "a"} // b', "raw newline": b'{"title": "a\nb"}',
    "1_000": b'{"event_id": 1_000}',
    "5,000 digits": b'{"event_id": ' + b"9" * 5000 + b"}",
    "-5,000 digits": b'{"event_id": -' + b"9" * 5000 + b"}",
    "1,500 nested": b"[" * 1500, "60,000 nested": b"[" * 60_000,
    "1,500 nested and closed": b'{"a": ' + b"[" * 1500 + b"]" * 1500 + b"}",
    "1,500 objects": b'{"a":' * 1500 + b"1" + b"}" * 1500,
}
NO_OBJECT = [b"null", b"[]", b'[{"title": "a"}]', b'"title"', b"1", b"true", b"[" * 20 + b"]" * 20]
NO_JSON_TYPE = [None, "", "text/plain", "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x", "text/json", "json", "*/*",
                "application/jsonx", "application/vnd.api+json", "application/merge-patch+json",
                "text/plain; application/json"]
NO_QUERY = ["zzz=1", "zzz", "limit=1&limit=1", "q=a&q=b", "event_id=1&event_id=2", "Limit=1",
    "%00=1", "q[]=a",
            "&".join(f"k{number}=1" for number in range(2000))]
NO_PATH = ["/v1//tasks", "/v1/tasks//", "/v1/./tasks", "/v1/x/../tasks", "/v1/TASKS",
    "/v1/tasks%00", "/v1//",
           "/v1/tasks%0D%0ASet-Cookie:a=b", "/v1/tasks/$task/zzz", "/v2/tasks", "/v1", "/v1/"]
NO_EMAIL = ["x", "x@", "@x.org", "a b@x.org", "a@@x.org", "", "a@x", "e@" + "x" * 250 + ".org",
    "a@x.org,b@x.org", "<a@x.org>"]
SEARCHES = {"q" * 60_000: {422}, "q" * 101: {422}, "q" * 100: {200}, "%00": {422},
    "%EF%BF%BF": {422}, "a%07": {422}, "%25_%5C": {200},
            "'%22;--": {200}, "%FF": {200, 422}, "%ED%A0%80": {200, 422}, "%": {200}, "": {200}}
MAKE, CHANGE = ("POST", "/v1/tasks"), ("PATCH", "/v1/tasks/$task")
PLAN, LOGIN = ("POST", "/v1/events"), ("POST", "/v1/auth/login")
REGISTER, REFRESH = ("POST", "/v1/auth/register"), ("POST", "/v1/auth/refresh")
SOUND = {MAKE: TASK, PLAN: EVENT, REGISTER: ACCOUNT, LOGIN: ACCOUNT, CHANGE: {}, REFRESH: {}}


def sent(deed, right, **raw):
    """A request with a sound body, but for the fields given as raw JSON text."""
    body = "{" + ", ".join(f'"{key}": {value}' for key, value in (SOUND[deed] | raw).items()) + "}"
    return (*deed, body, JSON, right)


def texts():
    for text in NO_TEXT:
        yield sent(MAKE, {422}, title=f'"{text}"')
        yield sent(CHANGE, {422}, description=f'"{text}"')
        yield sent(PLAN, {422}, notes=f'"{text}"')
        yield sent(MAKE, {422}, **{text: "1"})
    for text in (NUL, SURROGATE):
        for field in ("track", "timezone", "event_date"):
            yield sent(PLAN, {422}, **{field: f'"{text}"'})
        for field in ("name", "email", "password"):
            yield sent(REGISTER, {422}, **{field: f'"12345678{text}@x.org"'})
        for field in ("email", "password"):
            yield sent(LOGIN, {401, 422}, **{field: f'"a{text}@x.org"'})
        yield sent(REFRESH, {401, 422}, refresh_token=f'"{text}"')


def credentials():
    for text in (r"$email\n", "$email ", " $email", "$EMAIL", r"\t$email"):
        yield sent(REGISTER, {409, 422}, email=f'"{text}"')
    for text in NO_EMAIL:
        yield sent(REGISTER, {422}, email=f'"{text}"')
    for text in ("Zq9" * 24 + "x", "\U0001f3cd" * 19, "Zq9Zq9x"):
        yield sent(REGISTER, {422}, password=f'"{text}"')
        yield sent(LOGIN, {401}, email='"$email"', password=f'"{text}"')


def numbers_and_times():
    for number in BIG:
        yield sent(MAKE, {422}, event_id=number)
        yield sent(CHANGE, {422}, assigned_to=number)
        for name in ("event_id", "assigned_to"):
            yield "GET", f"/v1/tasks?{name}={number}", None, None, {200,
            422} if 0 < number < 2**63 else {422}
        yield "GET", f"/v1/tasks?limit={number}", None, None, {422}
    for value in NO_NUMBER:
        yield sent(MAKE, {422}, event_id=value)
        yield sent(CHANGE, {422}, assigned_to=value)
    for value in ("1", "0", '"true"', '""', "null", "[]", "1.0"):
        yield sent(CHANGE, {422}, completed=value)
    for value in NO_TIME:
        yield sent(MAKE, {422}, due_at=json.dumps(value))
        yield sent(PLAN, {422}, event_date=json.dumps(value))
        yield "GET", ("/v1/tasks", {"due_before": value}), None, None, {422}
    for value in NEARLY_A_TIME:
        yield sent(MAKE, {201, 422}, due_at=json.dumps(value))


def bodies():
    for deed in (MAKE, CHANGE, LOGIN):
        for body in NO_JSON.values():
            yield *deed, body, JSON, {400}
        for body in NO_OBJECT:
            yield *deed, body, JSON, {422}
        for mimetype in NO_JSON_TYPE:
            yield *deed, '{"title": "a"}', mimetype, {415}
        yield *deed, b"{}" + b" " * 65_535, JSON, {413}
    for mimetype in ("application/json; charset=utf-8", "Application/JSON", "application/json;"):
        yield *CHANGE, "{}", mimetype, {200}
    yield *MAKE, b'{"event_id": 999, "title": "a"}'.ljust(65_536), JSON, {422}
    yield *CHANGE, json.dumps({str(number): 1 for number in range(6000)}), JSON, {422}
    yield *MAKE, json.dumps({str(number): 1 for number in range(20_000)}), JSON, {413}
    yield sent(MAKE, {422}, **{"k" * 60_000: 1})
    yield sent(MAKE, {422}, title='"' + "t" * 60_000 + '"')


def addresses():
    for path in ("/v1/tasks", "/v1/events", "/v1/users"):
        for text, right in SEARCHES.items():
            yield "GET", f"{path}?q={text}", None, None, right
        for text in NO_ID:
            yield "GET", f"{path}/{text}", None, None, {404}
    for query in NO_QUERY:
        yield "GET", f"/v1/tasks?{query}", None, None, {422}
    for path in ("/v1/tasks/", "/v1/tasks/$task/"):
        yield "GET", path, None, None, {200, 404}
    for path in NO_PATH:
        yield "GET", path, None, None, {404}
# fmt: on


def short(value):
    return ascii(value)[:60] if isinstance(value, (str, bytes)) else None


@pytest.mark.parametrize(
    ("method", "path", "body", "mimetype", "right"),
    [*texts(), *credentials(), *numbers_and_times(), *bodies(), *addresses()],
    ids=short,
)
def test_bad_input_is_refused_and_every_list_still_reads(
    client, admin, event, make_task, method, path, body, mimetype, right
):
    path, query = path if isinstance(path, tuple) else (path, None)
    known = {"$event": event["id"], "$task": make_task()["id"], "$email": admin.email}
    for name, value in {**known, "$EMAIL": admin.email.upper()}.items():
        path = path.replace(name, str(value))
        body = body.replace(name, str(value)) if isinstance(body, str) else body
    headers = {"Authorization": f"Bearer {admin.token}", "Host": "evil.example"}
    options = {"query_string": query, "data": body, "content_type": mimetype}

    response = client.open(path, method=method, headers=headers, **options)

    assert response.status_code in right, response.get_data(as_text=True)[:300]
    assert "Location" not in response.headers or response.status_code == 201
    assert response.status_code < 400 or problem(response, response.status_code)
    for whole in ("/v1/events", "/v1/tasks", "/v1/tasks?deleted=true", "/v1/users"):
        assert admin.get(whole).status_code == 200


def raw_status(server, head, pieces):
    """Send bytes as they are to a real server; return the status and headers of its answer."""
    address = urlsplit(server.url)
    text = "\r\n".join([*head, "Connection: close", "", ""])
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        connection.sendall(text.encode("latin-1") + b"".join(pieces))
        response = HTTPResponse(connection)
        response.begin()
        response.read()
        return response.status, response.headers


CHUNKED = ["Content-Type: application/json", "Transfer-Encoding: chunked"]
CHUNK = b"4000\r\n" + b" " * 0x4000 + b"\r\n"
END = b"0\r\n\r\n"


MAKE_ONE = "POST /v1/tasks HTTP/1.1"
ON_THE_WIRE = [
    (MAKE_ONE, CHUNKED, [CHUNK] * 5 + [END], 413),
    ("PATCH /v1/tasks/1 HTTP/1.1", CHUNKED, [b"2\r\n{}\r\n", *[CHUNK] * 9, END], 413),
    (MAKE_ONE, CHUNKED, [b"2\r\n{}\r\n", END], 422),
    (MAKE_ONE, CHUNKED, [b"zz\r\n{}\r\n", END], 400),
    (MAKE_ONE, CHUNKED, [b"-2\r\n{}\r\n", END], 400),
    (MAKE_ONE, CHUNKED, [b"2\r\n{}xx", END], 400),
    (MAKE_ONE, ["Content-Type: application/json", "Content-Length: 0"], [], 400),
    (MAKE_ONE, ["Content-Length: 2"], [b"{}"], 415),
    ("GET /v1//tasks HTTP/1.1", [], [], 404),
    ("GET //evil.example/v1/tasks HTTP/1.1", [], [], 404),
]


def test_bytes_on_the_wire_are_refused_like_any_other_input(gunicorn_server, admin):
    server = gunicorn_server(workers=1)
    known = ["Host: evil.example", f"Authorization: Bearer {admin.token}"]

    answers = [
        raw_status(server, [line, *known, *more], pieces) for line, more, pieces, _ in ON_THE_WIRE
    ]

    assert [status for status, _ in answers] == [row[-1] for row in ON_THE_WIRE]
    assert not any("Location" in headers for _, headers in answers)
