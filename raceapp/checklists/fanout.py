"""What an item of a checklist is repeated for, and the task it becomes each time.

A target is `(bike_id, rider_name, session)`, each None where the scope has no part in it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from raceapp.bikes.alike import name_key
from raceapp.bikes.models import Bike
from raceapp.checklists.models import Scope
from raceapp.tasks.models import TaskStatus
from raceapp.timetable.models import TrackSession

PER_BIKE = {Scope.BIKE, Scope.BIKE_SESSION}
PER_RIDER = {Scope.RIDER, Scope.RIDER_SESSION}
COPIED = (
    "section",
    "title",
    "crew_role",
    "anchor",
    "offset_minutes",
    "is_critical",
    "needs_check",
    "measurement",
)

Target = tuple[int | None, str | None, TrackSession | None]


def targets(
    item: dict, *, bikes: Sequence[Bike], sessions: Sequence[TrackSession | None]
) -> Iterator[Target]:
    """Yield what `item` is repeated for. A session of None stands for no session in particular."""
    scope = item["scope"]
    found = of_its_kinds(item, sessions) if Scope(scope).has_session else [None]
    for bike_id, rider_name in holders(scope, bikes):
        for session in found:
            yield bike_id, rider_name, session


def of_its_kinds(item: dict, sessions: Sequence[TrackSession | None]) -> list[TrackSession | None]:
    kinds = item["session_kinds"]
    return [
        session for session in sessions if not kinds or session is None or session.kind in kinds
    ]


def holders(scope: Scope, bikes: Sequence[Bike]) -> list[tuple[int | None, str | None]]:
    if scope in PER_BIKE:
        return [(bike.id, None) for bike in bikes]
    if scope in PER_RIDER:
        return [(None, rider_name) for rider_name in riders(bikes)]
    return [(None, None)]


def riders(bikes: Sequence[Bike]) -> list[str]:
    """Return the riders of these bikes, each once, in whatever spellings the name occurs."""
    found: dict[str, str] = {}
    for bike in bikes:
        found.setdefault(name_key(bike.rider_name), bike.rider_name)
    return list(found.values())


def key(item: dict, target: Target) -> tuple:
    """Return the key that tells this task from the others of its checklist."""
    bike_id, rider_name, session = target
    return item["key"], bike_id, rider_name, session.id if session else None


def place(item_key: str, bike_id, rider_name, session_id) -> tuple:
    """Return such a key, the same for two spellings of a rider."""
    return item_key, bike_id, rider_name and name_key(rider_name), session_id


def task_row(item: dict, target: Target, *, due_at: datetime | None, **more) -> dict:
    """Return the columns of the task that `item` becomes for `target`."""
    item_key, bike_id, rider_name, session_id = key(item, target)
    return {
        **{name: item[name] for name in COPIED},
        "item_key": item_key,
        "bike_id": bike_id,
        "rider_name": rider_name,
        "session_id": session_id,
        "due_at": due_at,
        "status": TaskStatus.OPEN,
        "version": 1,
        **more,
    }
