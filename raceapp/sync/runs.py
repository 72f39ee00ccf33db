"""Operations of a batch whose tasks are read together: a quarter of the time of each is its read.

A run is made of operations that follow each other, each on another task, no more than are read at
once. What has been read for one is written only if the task still is as it was read, as for any
request.
"""

import re

from raceapp.storage.ahead import ReadTogether
from raceapp.tasks import rows

ON_A_TASK = re.compile(r"PATCH /v1/tasks/([0-9]{1,18})|POST /v1/tasks/([0-9]{1,18})/sign-offs")


def by_operation(operations: list[dict]) -> dict[str, ReadTogether]:
    """Return by the id of an operation what it reads together with others."""
    found = {}
    for run in runs(operations):
        if len(run) > 1:
            found |= dict.fromkeys(run.values(), ReadTogether(rows.several, "task_id", [*run]))
    return found


def runs(operations: list[dict]):
    """Yield runs, each as the ids of operations by those of their tasks."""
    run = {}
    for operation in operations:
        task_id = task_of(operation)
        if task_id is None or task_id in run or len(run) == ReadTogether.MOST:
            yield run
            run = {}
        if task_id is not None:
            run[task_id] = operation["id"]
    yield run


def task_of(operation: dict) -> int | None:
    found = ON_A_TASK.fullmatch(f"{operation['method']} {operation['path']}")
    return found and int(found[1] or found[2])
