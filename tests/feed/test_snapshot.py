"""A weekend on a device: its snapshot."""

import gzip
import json

import pytest
from helpers import created

PARTS = {"event", "people", "bikes", "sessions", "tasks", "releases", "incidents"}


def test_a_snapshot_holds_what_the_own_reads_answer(
    mechanic, admin, paddock, path, bike, fp1, make_task
):
    task = make_task(bike_id=None) if False else make_task()
    crash = created(admin.post(f"{path}/incidents", json={"kind": "wet"}))

    found = created(mechanic.get(f"{path}/snapshot"), status=200)

    assert found.keys() == PARTS | {"cursor"}
    assert found["event"] == admin.get(path).json
    assert found["bikes"] == [admin.get(f"/v1/bikes/{bike['id']}").json]
    assert found["sessions"] == [admin.get(f"/v1/sessions/{fp1['id']}").json]
    assert found["tasks"] == [admin.get(f"/v1/tasks/{task['id']}").json]
    assert found["incidents"] == [crash] and found["releases"] == []


def test_a_snapshot_names_the_crew_and_whom_its_resources_name(
    mechanic, admin, stranger, rookie, paddock, path, make_task
):
    make_task(assigned_to=stranger.id)

    people = mechanic.get(f"{path}/snapshot").json["people"]

    assert sorted(people, key=lambda person: person["name"]) == [
        {"id": admin.id, "name": "admin", "crew_roles": []},
        {"id": mechanic.id, "name": "mechanic", "crew_roles": ["mechanic"]},
        {"id": stranger.id, "name": "stranger", "crew_roles": []},
    ]


def test_a_snapshot_leaves_out_what_was_deleted(mechanic, admin, paddock, path, fp1, make_task):
    task = make_task()
    admin.delete(f"/v1/tasks/{task['id']}")
    admin.delete(f"/v1/sessions/{fp1['id']}")

    found = mechanic.get(f"{path}/snapshot").json

    assert found["tasks"] == found["sessions"] == []


def test_a_snapshot_is_sent_again_only_when_something_changed(mechanic, paddock, path, make_task):
    first = mechanic.get(f"{path}/snapshot")
    seen = {"If-None-Match": first.headers["ETag"]}

    again = mechanic.get(f"{path}/snapshot", headers=seen)
    make_task()
    changed = mechanic.get(f"{path}/snapshot", headers=seen)

    assert (again.status_code, again.data) == (304, b"")
    assert changed.status_code == 200 and changed.headers["ETag"] != first.headers["ETag"]


def test_a_snapshot_is_compressed_for_whoever_takes_it_so(mechanic, paddock, path, make_task):
    for _ in range(3):
        make_task()
    plain = mechanic.get(f"{path}/snapshot")
    headers = {"Accept-Encoding": "br, gzip"}

    packed = mechanic.get(f"{path}/snapshot", headers=headers)

    assert packed.headers["Content-Encoding"] == "gzip" and len(packed.data) < len(plain.data)
    assert json.loads(gzip.decompress(packed.data)) == plain.json
    assert "Accept-Encoding" in packed.headers["Vary"] and "Content-Encoding" not in plain.headers
    seen = {**headers, "If-None-Match": packed.headers["ETag"]}
    again = mechanic.get(f"{path}/snapshot", headers=seen)
    assert (again.status_code, again.headers["ETag"]) == (304, packed.headers["ETag"])
    assert "Accept-Encoding" in again.headers["Vary"]


@pytest.mark.parametrize("accepted", ["gzip;q=0", "identity", "br"])
def test_nobody_gets_gzip_who_does_not_take_it(mechanic, paddock, path, make_task, accepted):
    for _ in range(3):
        make_task()

    answer = mechanic.get(f"{path}/snapshot", headers={"Accept-Encoding": accepted})

    assert "Content-Encoding" not in answer.headers and answer.json["tasks"]
