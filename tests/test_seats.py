"""A seat in the hub is free again, whatever becomes of the connection it was kept for."""

from types import SimpleNamespace
from unittest.mock import Mock

from server.worker import Worker

pytest_plugins = ["stream_fixtures"]


def test_a_connection_that_fails_on_the_way_to_its_seat_leaves_it_free(hub):
    parted = []
    worker = object.__new__(Worker)
    worker.hub, worker.log = hub, Mock()
    worker.method_queue = SimpleNamespace(defer=lambda _call, conn: parted.append(conn))
    conn = SimpleNamespace(stream="agreed", sock=Mock(), is_leaving=False)
    worker.goes_on = Mock(side_effect=MemoryError)
    hub.admit(None, 1)

    worker.attend(conn)

    assert parted == [conn]
    assert hub.admit(None, 1)
