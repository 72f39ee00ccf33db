"""The measured value of a sign-off: its kind and its limits."""

import pytest
from helpers import created, problem
from paddock import PRESSURE

NOTE = {"note": "Valve core is loose"}


@pytest.fixture
def sign():
    def sign(person, task_id, act, **more):
        return person.post(f"/v1/tasks/{task_id}/sign-offs", json={"act": act, **more})

    return sign


@pytest.mark.parametrize("value", [None, 1.89, 2.31, "2.1", True, [2.1], 1e13])
def test_a_value_that_cannot_be_is_refused(paddock, sign, mechanic, value):
    task_id = paddock.task(measurement=PRESSURE)

    answer = sign(mechanic, task_id, "done", value=value)

    assert "value" in problem(answer, 422)["errors"]["json"]
    assert mechanic.get(f"/v1/tasks/{task_id}").json["status"] == "open"


@pytest.mark.parametrize("value", [1.9, 2, 2.3])
def test_a_value_within_its_limits_is_kept(paddock, sign, mechanic, value):
    task_id = paddock.task(measurement=PRESSURE)

    task = created(sign(mechanic, task_id, "done", value=value))

    assert task["value"] == value


def test_a_value_out_of_limits_says_to_sign_it_as_failed(paddock, sign, mechanic):
    task_id = paddock.task(measurement=PRESSURE)

    refused = problem(sign(mechanic, task_id, "done", value=1.7), 422)
    failed = created(sign(mechanic, task_id, "fail", value=1.7, **NOTE))

    assert "sign it as failed" in str(refused["errors"])
    assert (failed["status"], failed["value"]) == ("failed", 1.7)


def test_a_measured_text_takes_text_and_a_plain_task_takes_no_value(paddock, sign, mechanic):
    text, plain = paddock.task(measurement={"label": "Torque", "kind": "text"}), paddock.task()

    answers = [
        sign(mechanic, text, "done", value=29),
        sign(mechanic, text, "done", value="29 Nm"),
        sign(mechanic, plain, "done", value=29),
    ]

    assert [answer.status_code for answer in answers] == [422, 201, 422]


@pytest.mark.parametrize("given", ["unit", "min", "max"])
def test_a_part_that_is_not_there_is_the_same_as_null(admin, event, given):
    measured = {"label": "Torque", "kind": "number"}
    body = {"event_id": event["id"], "title": "Axle", "measurement": measured}
    task = created(admin.post("/v1/tasks", json=body))

    changed = admin.patch(
        f"/v1/tasks/{task['id']}", json={"measurement": {**measured, given: None}}
    )

    assert (changed.json["measurement"], changed.json["version"]) == (measured, task["version"])
