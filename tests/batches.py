"""What the tests of sync share."""

from uuid import uuid4

from helpers import created


def operation(method, path, body=None, **others):
    return {"id": str(uuid4()), "method": method, "path": path, "body": body, **others}


def results(answer):
    return created(answer, status=200)["results"]


def sync(person, *operations):
    return results(person.post("/v1/sync", json={"operations": list(operations)}))


def statuses(found):
    return [result["status"] for result in found]


def named(**others):
    return {**operation("POST", "/v1/tasks", {}), **others}


def text(moment):
    return moment.isoformat().replace("+00:00", "Z")
