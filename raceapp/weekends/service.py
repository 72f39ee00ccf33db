"""A race weekend planned in one sitting: place, days, bikes, crew, timetable and checklist.

It is one transaction, so that nobody finds a weekend half planned, whatever happens meanwhile.
"""

from dataclasses import dataclass, field

from raceapp.checklists import service as checklists
from raceapp.checklists.models import Scope, Tier
from raceapp.events import crew
from raceapp.events import service as events
from raceapp.events.models import Event
from raceapp.tables import timetables
from raceapp.tables.timetables import Imported


@dataclass
class Weekend:
    """A planned weekend, or one that would be: tasks per scope, events of a file left out."""

    event: Event | None
    sessions: list[Imported] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    undefined_zones: list[str] = field(default_factory=list)
    created: dict[str, int] = field(default_factory=lambda: dict.fromkeys(Scope, 0))


def plan(
    *,
    actor,
    members: list[dict] = (),
    timetable: str = "",
    template_id: int | None = None,
    tier: Tier = Tier.NATIONAL,
    dry_run: bool = False,
    **fields,
) -> Weekend:
    """Plan a weekend. A dry run writes no tasks, and the caller undoes it.

    Raises Invalid by field, for faults of the timetable by row or line.
    """
    weekend = Weekend(events.create(actor=actor, **fields))
    crew.set_crew(weekend.event, members, actor=actor)
    found = timetables.of_text(timetable, weekend.event)
    weekend.skipped, weekend.undefined_zones = found.skipped, found.undefined_zones
    weekend.sessions = timetables.follow(weekend.event, found.entries, actor=actor)["sessions"]
    if template_id is not None:
        how = {"template_id": template_id, "tier": tier, "dry_run": dry_run}
        weekend.created = checklists.build(weekend.event, actor=actor, **how)
    return weekend
