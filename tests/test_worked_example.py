"""The device of docs/domain.md, as it stands there."""

import json
import os
import re
import subprocess

import pytest
from listener import parsed
from servers import ROOT

PAGE = (ROOT / "docs" / "domain.md").read_text()
SCRIPT = re.search(r"### A device, worked through.*?```sh\n(.*?)```", PAGE, re.DOTALL)[1]


@pytest.fixture
def ran(gunicorn_server, admin, make_event, tmp_path):
    """Run what the page says, and return the folder that it wrote to."""
    assert [make_event()["id"] for _ in range(2)] == [1, 2]
    script = SCRIPT.replace("http://127.0.0.1:8000", gunicorn_server(workers=2).url)
    known = {**os.environ, "TOKEN": admin.token}
    subprocess.run(["sh", "-ec", script], env=known, cwd=tmp_path, check=True, timeout=60)
    return tmp_path


def read(path):
    return json.loads(path.read_text())


def messages(path):
    blocks = path.read_text().removeprefix("retry: 2000\n").split("\n\n")
    told = (block.split("\n") for block in blocks if block and not block.startswith(":"))
    return [parsed(lines, 0) for lines in told]


def test_the_device_of_the_documents_misses_nothing(ran):
    first, second = (read(ran / f"sent.{number}.json")["results"] for number in (1, 2))
    task_id = first[0]["body"]["id"]
    told = messages(ran / "live.txt")
    changes = read(ran / "changes.json")

    assert [result["is_replay"] for result in first + second] == [False, False, True, True]
    assert told[0].id == read(ran / "weekend.json")["cursor"]
    assert [message.subject for message in told[1:]] == [("task", task_id)] * 2
    assert [change["resource"]["status"] for change in changes["changes"]] == ["done"]
    assert (changes["cursor"], changes["has_more"]) == (told[-1].id, False)
    assert [message.id for message in messages(ran / "again.txt")] == [told[-1].id]
