"""Sentences that name the real cause: what is wrong, and what to send instead."""

import pytest
from helpers import created, problem
from paddock import PRESSURE, Paddock
from werkzeug.test import create_environ, run_wsgi_app

TIMES = {
    "2027-06-11T08:00Z": "seconds",
    "2027-06-11T08:00": "seconds",
    "2027-06-11 08:00:00Z": "Put T",
    "2027-06-11T08:00:00": "offset is missing",
    "2027-06-11": "time of day is missing",
    "2027-06-11T08:00:00 02:00": "%2B",
    "2027-02-30T08:00:00Z": "no such day",
    "2027-06-11T25:00:00Z": "no such day or time",
    "tomorrow": "Must be a time",
    "": "Must be a time",
}
BODIES = {
    b'\xef\xbb\xbf{"title": "A"}': "byte order mark",
    '{"title": "A"}'.encode("utf-16"): "UTF-16",
    b"\x1f\x8b\x08\x00": "compressed",
    b'{"title": "A", "title": "B"}': "“title” appears twice",
    b'{"title": 1e999}': "1e999 in the body is too large",
    b'{"title": NaN}': "NaN",
    b'{"title": %s}' % (b"9" * 5000): "too many digits",
    b"[" * 200_0: "nested too deeply",
    b"": "empty",
    b" ": "empty",
    b'{"title": "A",\n}': "line 2, column 1",
    b'{"title": "A"} {}': "line 1, column 16",
    b'{"title": "\xff"}': "byte 12",
}


@pytest.fixture
def path(make_task):
    return f"/v1/tasks/{make_task()['id']}"


@pytest.fixture
def measured(app, event, admin):
    """Where a task with a measurement is signed."""
    task_id = Paddock(app, event["id"], admin.id).task(measurement=PRESSURE)
    return f"/v1/tasks/{task_id}/sign-offs"


def at_field(response, name, location="json"):
    (sentence,) = problem(response, 422)["errors"][location][name]
    return sentence


@pytest.mark.parametrize("text", TIMES)
def test_a_time_that_is_nearly_one_tells_what_is_missing(admin, path, text):
    assert TIMES[text] in at_field(admin.patch(path, json={"due_at": text}), "due_at")


def test_a_plus_in_a_query_is_told(admin):
    response = admin.get("/v1/tasks?due_before=2027-06-11T08:00:00+02:00")

    assert "%2B" in at_field(response, "due_before", "query")


def test_a_day_that_does_not_exist_is_told(admin, event):
    response = admin.patch(f"/v1/events/{event['id']}", json={"event_date": "2027-02-30"})

    assert at_field(response, "event_date") == "There is no such day."


@pytest.mark.parametrize("body", BODIES)
def test_a_body_that_is_not_json_tells_why(admin, path, body):
    response = admin.patch(path, data=body, content_type="application/json")

    assert BODIES[body] in problem(response, 400)["detail"]


@pytest.mark.parametrize("body", ["[]", "null", "5", '"text"'])
def test_a_body_that_is_no_object_is_told_so(admin, path, body):
    response = admin.patch(path, data=body, content_type="application/json")

    assert at_field(response, "_schema") == "Must be an object."


@pytest.mark.parametrize("body", ["{}", "null", "5", '"text"'])
def test_a_body_that_is_no_list_is_told_so(admin, event, body):
    path = f"/v1/events/{event['id']}/crew"
    response = admin.put(path, data=body, content_type="application/json")

    assert at_field(response, "_schema") == "Must be a list."


def test_no_word_of_a_library_is_heard(admin, path, event):
    bodies = [{"measurement": []}, {"measurement": "x"}, {"crew_role": 5}, {"assigned_to": {}}]
    answers = [admin.patch(path, json=body) for body in bodies]
    answers.append(admin.put(f"/v1/events/{event['id']}/crew", json=[5, None]))
    answers.append(admin.post("/v1/tasks/assignments", json={"task_ids": 5, "assigned_to": []}))

    for answer in answers:
        text = str(problem(answer, 422)["errors"])
        assert "Invalid" not in text and "Not a valid" not in text, text


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("1,65", "decimal point"),
        ("2.1", "without quotes"),
        ("two", "Must be a number."),
        (1e22, "Must be a number from"),
        ([2.1], "Must be a number or text."),
    ],
)
def test_a_measured_value_that_is_no_number_tells_why(admin, measured, value, said):
    response = admin.post(measured, json={"act": "done", "value": value})

    assert said in at_field(response, "value")


@pytest.mark.parametrize(
    ("sent", "said"),
    [('W/"1"', "W/"), ("1", "quotes"), ("'1'", "quotes"), ('"99"', "Somebody changed this")],
)
def test_an_if_match_that_cannot_match_tells_why(admin, path, sent, said):
    response = admin.patch(path, json={"title": "A"}, headers={"If-Match": sent})

    assert said in problem(response, 412)["detail"]


def test_a_query_that_is_not_utf_8_is_refused(admin):
    assert at_field(admin.get("/v1/tasks?q=%FF"), "q", "query") == "Is not UTF-8."
    assert admin.get("/v1/tasks?q=%EF%BF%BD").status_code == 200


def test_a_body_that_is_said_to_be_compressed_is_refused(admin, path):
    response = admin.patch(path, json={"title": "A"}, headers={"Content-Encoding": "gzip"})

    assert "Content-Encoding" in problem(response, 415)["detail"]


@pytest.mark.parametrize("act", ["done", "fail", "not_applicable"])
def test_who_signs_twice_is_told_that_it_was_them(admin, path, act):
    body = {"act": act, "note": "Bent"}
    created(admin.post(f"{path}/sign-offs", json=body))

    again = problem(admin.post(f"{path}/sign-offs", json=body), 409)

    assert again["detail"].startswith("You have signed this task as")


def test_what_fell_away_tells_why_it_cannot_be_signed(app, admin, event):
    paddock = Paddock(app, event["id"], admin.id)
    session_id = paddock.session("FP1")
    task_id = paddock.task(session_id=session_id)
    created(admin.patch(f"/v1/sessions/{session_id}", json={"status": "cancelled"}), status=200)

    answer = admin.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": "done"})

    assert problem(answer, 409)["detail"].endswith("Session FP1 was cancelled.")


@pytest.mark.parametrize("path", ["/v1/health", "/v1/tasks"])
def test_a_request_without_host_is_refused_as_the_protocol_wants(app, path):
    environ = create_environ(path)
    del environ["HTTP_HOST"]

    body, status, _headers = run_wsgi_app(app, environ)

    assert status.startswith("400") and b"The Host header is missing" in b"".join(body)
    assert run_wsgi_app(app, {**environ, "SERVER_PROTOCOL": "HTTP/1.0"})[1][:3] != "400"


def test_a_label_that_looks_like_another_tells_which(admin):
    bike = {"number": 44, "rider_name": "Jo Keller"}
    created(admin.post("/v1/bikes", json={**bike, "label": "44 A"}))

    again = admin.post("/v1/bikes", json={**bike, "label": "44\u2003a"})

    assert problem(again, 409)["detail"].startswith("There is a bike labelled 44 A already.")


@pytest.mark.parametrize(
    ("held", "change", "said"),
    [
        ({"assigned_to": "mechanic"}, {"is_critical": True}, "change is_critical"),
        ({"assigned_to": "mechanic"}, {"title": "A"}, "change title"),
        ({"assigned_to": "mechanic"}, {"assigned_to": "chief"}, "give this task to somebody else"),
        ({"assigned_to": "chief"}, {"completed": True}, "chief holds this task"),
        ({"assigned_to": None}, {"completed": True}, "Nobody holds this task"),
        ({"assigned_to": None}, {"assigned_to": "mechanic"}, "the task's role"),
    ],
    ids=str,
)
def test_a_change_that_is_not_theirs_tells_what_stands_against_it(
    app, event, admin, mechanic, chief, held, change, said
):
    ids = {"mechanic": mechanic.id, "chief": chief.id}
    held, change = (
        {name: ids.get(value, value) for name, value in fields.items()} for fields in (held, change)
    )
    paddock = Paddock(app, event["id"], admin.id)
    paddock.crew(mechanic, "fuel_tech")

    response = mechanic.patch(f"/v1/tasks/{paddock.task(**held)}", json=change)

    assert said in problem(response, 403)["detail"]


def test_a_session_that_was_taken_off_is_told_so(app, event, admin, make_task):
    session_id = Paddock(app, event["id"], admin.id).session("FP1")
    admin.delete(f"/v1/sessions/{session_id}")

    response = admin.patch(f"/v1/tasks/{make_task()['id']}", json={"session_id": session_id})

    assert at_field(response, "session_id") == "This session was taken off the timetable."


def test_who_may_not_check_is_told_who_may(mechanic, paddock):
    task_id = paddock.task(crew_role=None, assigned_to=mechanic.id, needs_check=True)

    answer = mechanic.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": "check"})

    told = "This task is of no crew role: it takes a crew chief or a team manager to check it."
    assert problem(answer, 403)["detail"] == told
