"""What every list promises: pages by key, whitelisted order, filters, and a count when asked."""

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from helpers import problem

LISTS = ["/v1/events", "/v1/tasks", "/v1/users"]


SORTS = {
    "/v1/events": ["event_date", "name", "created_at", "id"],
    "/v1/tasks": ["due_at", "created_at", "updated_at", "id"],
    "/v1/users": ["email", "name", "created_at", "id"],
}


EVERY_SORT = [
    (path, sign + key) for path, keys in SORTS.items() for key in keys for sign in ("", "-")
]


DUE = ["2026-06-13T09:00:00Z", None, "2026-06-12T07:00:00Z", "2026-06-13T09:00:00Z", None,
       "2026-06-14T15:00:00Z"]  # fmt: skip


def next_link(response):
    """The relative target of the only link there may be, or None."""
    if "Link" not in response.headers:
        return None
    return re.fullmatch(r'<(/v1/[^>]*)>; rel="next"', response.headers["Link"])[1]


def walk(person, path):
    """Every row behind `path`, page after page, and how many pages that took."""
    rows, pages = [], 0
    while path:
        response = person.get(path)
        assert response.status_code == 200, response.get_data(as_text=True)
        rows, pages, path = rows + response.json, pages + 1, next_link(response)
        assert pages < 100, "the pages go round in a circle"
    return rows, pages


def comparable(value):
    """A time as a time: texts of different precision do not sort like the times they stand for."""
    is_time = isinstance(value, str) and value.endswith("Z")
    return datetime.fromisoformat(value) if is_time else value


@pytest.fixture
def weekend(make_event, make_task, mechanic, chief, stranger, clock):
    """Tasks with ties, gaps and different ages; more events; people, one without a name."""
    nameless = {"email": "nameless@garage.example", "password": mechanic.password}
    assert mechanic.post("/v1/auth/register", json=nameless).status_code == 201
    make_event(track="Assen", event_date="2026-06-12", end_date="2026-06-12")
    make_event(track="Assen", event_date="2026-04-03", end_date="2026-04-03")
    for number, due_at in enumerate(DUE):
        make_task(title=f"task {number}", due_at=due_at)
        clock.advance(minutes=number % 2)


@pytest.mark.parametrize(("path", "sort"), EVERY_SORT)
@pytest.mark.parametrize("limit", [1, 2])
def test_pages_hold_every_row_once_in_the_order_of_the_whole(admin, weekend, path, sort, limit):
    whole = admin.get(f"{path}?sort={sort}&limit=200").json

    rows, pages = walk(admin, f"{path}?sort={sort}&limit={limit}")

    assert rows == whole and len(whole) >= 3
    assert pages == -(-len(whole) // limit)


@pytest.mark.parametrize(("path", "sort"), EVERY_SORT)
def test_rows_come_in_the_order_asked_for_and_undated_last(admin, weekend, path, sort):
    key = sort.lstrip("-")

    values = [row[key] for row in admin.get(f"{path}?sort={sort}").json]

    known = [comparable(value) for value in values if value is not None]
    assert None not in values[: len(known)] or key != "due_at"
    assert known == sorted(known, reverse=sort.startswith("-"))


def test_tasks_come_soonest_first_and_undated_last(admin, weekend):
    response = admin.get("/v1/tasks")

    assert [row["due_at"] for row in response.json] == sorted(filter(None, DUE)) + [None, None]


def test_events_come_by_date(admin, weekend):
    response = admin.get("/v1/events")

    dates = [row["event_date"] for row in response.json]
    assert dates == sorted(dates)


@pytest.mark.parametrize("path", LISTS)
def test_the_next_page_keeps_the_question(admin, weekend, path):
    target = next_link(admin.get(f"{path}?limit=1&sort=-id&q=&include_total=true"))

    query = parse_qs(urlsplit(target).query, keep_blank_values=True)
    assert urlsplit(target).path == path
    assert query.items() >= {"limit": ["1"], "sort": ["-id"], "include_total": ["true"]}.items()
    assert len(query["cursor"]) == 1


def test_the_next_page_keeps_text_that_needs_quoting(admin, make_task):
    for _ in range(3):
        make_task(title="50% & <more>, caf\u00e9")

    rows, pages = walk(admin, "/v1/tasks?limit=1&q=50%25%20%26%20%3Cmore%3E%2C%20caf%C3%A9")

    assert (len(rows), pages) == (3, 3)


@pytest.mark.parametrize("sort", ["due_at", "-due_at", "id", "-id", "updated_at", "-created_at"])
def test_rows_added_meanwhile_make_nothing_repeat_or_vanish(admin, weekend, make_task, clock, sort):
    before = [row["id"] for row in admin.get(f"/v1/tasks?sort={sort}").json]
    first = admin.get(f"/v1/tasks?sort={sort}&limit=3")
    for due_at in DUE:
        make_task(title="meanwhile", due_at=due_at)

    rest, _ = walk(admin, next_link(first))

    seen = [row["id"] for row in first.json + rest]
    assert len(seen) == len(set(seen))
    assert [task_id for task_id in seen if task_id in before] == before


def test_a_row_deleted_under_the_cursor_does_not_break_the_walk(admin, weekend):
    first = admin.get("/v1/tasks?limit=3")
    admin.delete(f"/v1/tasks/{first.json[-1]['id']}")

    rest, _ = walk(admin, next_link(first))

    assert len(rest) == 3


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "limit", ["0", "-1", "201", "1_000", "5.0", "05x", "", "\u0661", "9" * 5000, "true"]
)
def test_a_limit_is_from_1_to_200(admin, path, limit):
    response = admin.get(path, query_string={"limit": limit})

    assert "limit" in problem(response, 422)["errors"]["query"]


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize(
    "sort", ["password_hash", "-nope", "--id", "", "ID", "id;drop table tasks", "id desc", "\x00"]
)
def test_only_listed_keys_sort(admin, path, sort):
    response = admin.get(path, query_string={"sort": sort})

    assert "sort" in problem(response, 422)["errors"]["query"]


# Among them the base64 of [], [null], [1], {}, null, ["\\u0000",1], ["\\ud800",1] and [NaN,1].
FORGED = [
    "x", "%", "=", "AAAA", "W10", "W251bGxd", "WzFd", "e30", "bnVsbA", "WyJcdTAwMDAiLDFd", "1",
    "Wzk5OTk5OTk5OTk5OTk5OTk5OTk5LDFd", "WyJcdWQ4MDAiLDFd", "W05hTiwxXQ", "x" * 20_000, "\u00e9",
    "\x00", "-1",
]  # fmt: skip


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("cursor", FORGED, ids=range(len(FORGED)))
def test_a_forged_cursor_is_refused(admin, weekend, path, cursor):
    response = admin.get(path, query_string={"cursor": cursor})

    assert "cursor" in problem(response, 422)["errors"]["query"]


def test_a_cursor_is_no_good_for_another_order(admin, weekend):
    target = next_link(admin.get("/v1/tasks?limit=1&sort=due_at"))

    response = admin.get(target.replace("sort=due_at", "sort=id"))

    problem(response, 422)


def test_a_cursor_is_no_good_for_another_list(admin, weekend):
    target = next_link(admin.get("/v1/tasks?limit=1&sort=id"))

    response = admin.get(target.replace("/v1/tasks", "/v1/users"))

    problem(response, 422)


def test_a_damaged_cursor_is_never_a_crash(admin, weekend):
    cursor = parse_qs(urlsplit(next_link(admin.get("/v1/tasks?limit=1"))).query)["cursor"][0]
    damaged = [cursor[:at] for at in range(len(cursor))] + [
        cursor[:at] + "A" + cursor[at + 1 :] for at in range(len(cursor))
    ]

    answers = {
        admin.get("/v1/tasks", query_string={"cursor": text}).status_code for text in damaged
    }

    assert answers <= {200, 422}


@pytest.mark.parametrize("path", LISTS)
def test_rows_are_counted_only_when_asked(admin, weekend, path):
    whole = len(admin.get(f"{path}?limit=200").json)

    plain, counted = admin.get(f"{path}?limit=1"), admin.get(f"{path}?limit=1&include_total=true")

    assert "X-Total-Count" not in plain.headers
    assert counted.headers["X-Total-Count"] == str(whole)
    assert "X-Total-Count" not in admin.get(f"{path}?limit=1&include_total=false").headers


def test_the_count_follows_the_filter_and_stays_from_page_to_page(admin, weekend):
    first = admin.get("/v1/tasks?limit=1&due_before=2026-06-14T00:00:00Z&include_total=true")

    second = admin.get(next_link(first))

    assert first.headers["X-Total-Count"] == second.headers["X-Total-Count"] == "3"


def test_a_page_holds_fifty_unless_told(admin, make_task):
    for number in range(51):
        make_task(title=f"task {number}")

    response = admin.get("/v1/tasks")

    assert len(response.json) == 50
    assert len(admin.get(next_link(response)).json) == 1
