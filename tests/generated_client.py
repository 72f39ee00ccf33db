"""Log in and tick a task with the client that `make fuzz` generates from the document.

Run by fuzz.py with the Python of .tools/contract: URL, email and password are the arguments.
"""

import sys

from raceapp_client import AuthenticatedClient, Client
from raceapp_client.api.auth import login
from raceapp_client.api.tasks import create_task, get_task, update_task
from raceapp_client.models import Login, Problem, TaskChange, TaskCreate

url, email, password = sys.argv[1:]
with Client(base_url=url) as anybody:
    tokens = login.sync(client=anybody, body=Login(email=email, password=password))
with AuthenticatedClient(base_url=url, token=tokens.access_token) as manager:
    body = TaskCreate(event_id=1, title="Fit the tyre warmers", assigned_to=tokens.user.id)
    task = create_task.sync(client=manager, body=body)
    tick = TaskChange(completed=True)
    done = update_task.sync(task.id, client=manager, body=tick, if_match=f'"{task.version}"')
    assert done.completed and done.completed_by == tokens.user.id, done
    late = update_task.sync(task.id, client=manager, body=tick, if_match=f'"{task.version}"')
    assert isinstance(late, Problem) and late.status == 412, late
    assert get_task.sync(task.id, client=manager).version == done.version
print(f"The generated client ticked task {task.id}.")
