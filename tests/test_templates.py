"""Templates of checklists: who writes them, what they refuse, how they are found."""

import json
import time
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest
from checklists import ITEM, item, template
from helpers import created, problem

from raceapp.web.strict_json import parse_json

pytest_plugins = ["checklist_fixtures"]

NUMBER = {"label": "Cold pressure", "kind": "number", "unit": "bar", "min": 1.9, "max": 2.3}


def test_a_template_reads_as_it_was_written(admin):
    written = template(item("a", measurement=NUMBER), item("b"), description="Two bikes each")

    response = admin.post("/v1/templates", json=written)

    assert response.status_code == 201
    assert response.json.items() >= written.items()
    assert response.headers["ETag"] == '"1"' and response.json["version"] == 1
    assert admin.get(response.headers["Location"]).json == response.json


def test_description_kinds_and_measurement_may_be_left_out(admin):
    bare = {name: ITEM[name] for name in ITEM.keys() - {"session_kinds", "measurement"}}

    made = created(admin.post("/v1/templates", json={"name": "Bare", "items": [bare]}))

    assert made["description"] is None
    assert made["items"] == [{**bare, "session_kinds": None, "measurement": None}]


@pytest.mark.parametrize("scope", ["session", "bike_session", "rider_session"])
@pytest.mark.parametrize("anchor", ["session_start", "session_end", "event_end", "wet"])
def test_an_item_with_a_session_may_name_its_kinds(write_template, scope, anchor):
    kinds = ["race", "warm_up"]

    made = write_template(item(scope=scope, anchor=anchor, session_kinds=kinds))

    assert made["items"][0]["session_kinds"] == kinds


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", ""), ("key", "k" * 41), ("key", "ws bolts"), ("key", "-x"), ("key", None),
        ("key", 7), ("section", ""), ("section", "s" * 101), ("title", " "), ("title", "t" * 201),
        ("title", "a\u0000"), ("scope", "garage"), ("scope", None), ("crew_role", "pilot"),
        ("crew_role", None), ("anchor", "noon"), ("anchor", "session_start"),
        ("anchor", "session_end"), ("offset_minutes", 86_401), ("offset_minutes", -86_401),
        ("offset_minutes", "5"), ("offset_minutes", 5.0), ("offset_minutes", None),
        ("session_kinds", ["race"]), ("session_kinds", []), ("session_kinds", "race"),
        ("is_critical", 1), ("needs_check", "true"), ("needs_check", None), ("tier", "world"),
        ("measurement", {}), ("measurement", {"label": "Bar", "kind": "colour"}),
        ("measurement", {**NUMBER, "min": 3}), ("measurement", {**NUMBER, "kind": "text"}),
        ("measurement", {**NUMBER, "zzz": 1}), ("measurement", {**NUMBER, "max": True}),
        ("zzz", 1), ("id", 1),
    ],
)  # fmt: skip
def test_a_fault_names_its_item_and_field(admin, field, value):
    faulty = template(item("first"), item("second") | {field: value})

    response = admin.post("/v1/templates", json=faulty)

    found = problem(response, 422)["errors"]["json"]["items"]
    assert found.keys() == {"1"} and found["1"].keys() == {field}
    assert "second" in str(found) or field == "key"
    assert admin.get("/v1/templates").json == []


@pytest.mark.parametrize("kinds", [[], ["race", "race"], ["sprint"], [None]])
def test_kinds_of_session_are_named_once_and_known(admin, kinds):
    body = template(item(scope="session", session_kinds=kinds))

    problem(admin.post("/v1/templates", json=body), 422)


@pytest.mark.parametrize("missing", sorted(ITEM.keys() - {"session_kinds", "measurement"}))
def test_an_item_needs_all_its_fields(admin, missing):
    partial = {name: value for name, value in ITEM.items() if name != missing}

    body = problem(admin.post("/v1/templates", json=template(partial)), 422)

    assert missing in body["errors"]["json"]["items"]["0"]


def test_two_items_with_one_key_are_refused_by_name(admin):
    response = admin.post("/v1/templates", json=template(item("a"), item("b"), item("a")))

    found = problem(response, 422)["errors"]["json"]["items"]
    assert found == {"2": {"key": ["Item a: There are two items with this key."]}}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"name": "x"}, {"items": []}, {"name": "", "items": []},
        {"name": "x" * 101, "items": []}, {"name": "x", "items": None},
        {"name": "x", "items": {}}, {"name": "x", "items": [[]]}, {"name": "x", "items": ["a"]},
        {"name": "x", "items": [], "zzz": 1}, {"name": "x", "items": [], "version": 1},
        {"name": "x", "items": [], "description": "\u0000"}, [],
    ],
)  # fmt: skip
def test_a_template_that_is_none_is_refused(admin, body):
    problem(admin.post("/v1/templates", json=body), 422)


@pytest.mark.parametrize("number", [1001, 10_000, 200_000])
def test_too_many_items_are_refused_at_once(admin, number):
    body = {"name": "Long", "items": [{}] * number}
    assert admin.token
    reading = seconds(lambda: parse_json(json.dumps(body).encode()))[1]

    response, taken = seconds(lambda: admin.post("/v1/templates", json=body))

    problem(response, 422)
    assert taken < 3 * reading + 0.3


def seconds(work):
    """Return what `work` returns and how long it took."""
    started = time.perf_counter()
    return work(), time.perf_counter() - started


def test_a_thousand_items_are_taken(write_template):
    made = write_template(*(item(f"item-{number}") for number in range(1000)))

    assert len(made["items"]) == 1000


def test_a_thousand_faulty_items_make_a_short_answer(admin):
    unknown = {"z" * 70 + str(number): 1 for number in range(30)}
    faulty = {**dict.fromkeys(ITEM, "x"), "measurement": unknown, "key": "k" * 200, **unknown}

    response = admin.post("/v1/templates", json=template(*[faulty] * 200, **unknown))

    assert "0" in problem(response, 422)["errors"]["json"]["items"]


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 201), (1024 * 1024 + 1, 413)])
def test_a_template_may_have_a_mebibyte(admin, size, status):
    body = b'{"name": "Large", "items": []}'.ljust(size)

    response = admin.post("/v1/templates", data=body, content_type="application/json")

    assert response.status_code == status


@pytest.mark.parametrize(("size", "status"), [(1024 * 1024, 422), (1024 * 1024 + 1, 413)])
def test_a_body_in_chunks_may_have_no_more(gunicorn_server, admin, size, status):
    address = urlsplit(gunicorn_server(workers=1).url)
    connection = HTTPConnection(address.hostname, address.port, timeout=10)
    chunks = [b"{", b" " * (size - 2), b"}"]
    headers = {"Authorization": f"Bearer {admin.token}", "Content-Type": "application/json"}

    connection.request("POST", "/v1/templates", iter(chunks), headers, encode_chunked=True)

    with connection.getresponse() as response:
        assert response.status == status
    connection.close()


def test_other_bodies_keep_their_own_limit(admin):
    body = b"{}".ljust(64 * 1024 + 1)

    for path in ("/v1/events", "/v1/events/1/checklists"):
        problem(admin.post(path, data=body, content_type="application/json"), 413)


# Who, and which


def test_everybody_reads_and_only_managers_write(mechanic, template_path):
    assert mechanic.get("/v1/templates").status_code == 200
    assert mechanic.get(template_path).status_code == 200
    problem(mechanic.post("/v1/templates", json=template()), 403)
    problem(mechanic.patch(template_path, json={"name": "Mine"}), 403)
    problem(mechanic.delete(template_path), 403)


def test_a_deleted_template_is_gone(admin, template_path):
    assert admin.delete(template_path).status_code == 204

    assert admin.get("/v1/templates").json == []
    problem(admin.delete(template_path), 404)
    problem(admin.patch(template_path, json={"name": "Back"}), 404)


def test_a_known_version_is_not_sent_again(mechanic, template_path):
    tag = mechanic.get(template_path).headers["ETag"]

    assert mechanic.get(template_path, headers={"If-None-Match": tag}).status_code == 304


def names(person, query=""):
    return [found["name"] for found in person.get(f"/v1/templates{query}").json]


def test_templates_are_listed_by_name(mechanic, write_template):
    for name in ("Moto3", "Endurance", "Superbike"):
        write_template(name=name)

    assert names(mechanic) == ["Endurance", "Moto3", "Superbike"]
    assert names(mechanic, "?sort=-created_at") == ["Superbike", "Endurance", "Moto3"]
    assert names(mechanic, "?sort=-id&limit=1") == ["Superbike"]
    assert mechanic.get("/v1/templates").json[0]["items"] == [ITEM]


def test_templates_are_found_by_name_or_description(mechanic, write_template):
    write_template(name="Endurance", description="24 hours")
    write_template(name="100% club")

    assert names(mechanic, "?q=ENDUR") == ["Endurance"] == names(mechanic, "?q=24 h")
    assert names(mechanic, "?q=%25") == ["100% club"]
    assert names(mechanic, "?q=") == ["100% club", "Endurance"]


def test_templates_come_page_by_page(mechanic, write_template):
    for number in range(5):
        write_template(name=f"Template {number}")
    path, found = "/v1/templates?limit=2&include_total=true", []

    while path:
        response = mechanic.get(path)
        found += [row["name"] for row in response.json]
        path = response.headers.get("Link", "").partition(">")[0].removeprefix("<")

    assert found == [f"Template {number}" for number in range(5)]
    assert response.headers["X-Total-Count"] == "5"
