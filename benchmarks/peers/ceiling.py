"""The ceiling of the server: bare Flask routes that answer fixed bytes of the peers' size."""

import json

from flask import Flask, Response, request

TASK = {
    "id": 1001,
    "title": "Check item 1001 on bike 2",
    "description": "Torque the axle nut, note the value, sign off sheet 1001 before scrutineering.",
    "status": "open",
    "is_critical": False,
    "due_at": "2026-04-11T17:00:00+00:00",
    "event_id": 2,
    "assigned_to": 2,
    "created_by": 1,
    "created_at": "2026-03-01T08:00:00.123456+00:00",
    "updated_at": "2026-03-01T08:00:00.123456+00:00",
}
ONE = json.dumps(TASK, separators=(",", ":")).encode()
PAGE = json.dumps([TASK] * 20, separators=(",", ":")).encode()
app = Flask(__name__)


@app.get("/v1/tasks")
def list_tasks():
    return Response(PAGE, mimetype="application/json")


@app.post("/v1/tasks")
def create_task():
    request.get_json()
    return Response(ONE, 201, mimetype="application/json")


@app.route("/v1/tasks/<int:task_id>", methods=["GET", "PATCH"])
def one_task(task_id):
    return Response(ONE, mimetype="application/json")
