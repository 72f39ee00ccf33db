"""Building a weekend from a checklist, and what an incident adds to it.

A weekend keeps the version of the template it was first built with. Another run of that template
adds only what is missing; a deleted task is not missing, since somebody took it out.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

import sqlalchemy as sa

from raceapp import errors
from raceapp.bikes.models import Bike
from raceapp.checklists import fanout
from raceapp.checklists.models import EventChecklist, Scope, Template, TemplateVersion, Tier
from raceapp.events.models import Event
from raceapp.history import service as history
from raceapp.storage.session import db
from raceapp.tasks import due, grounds, many
from raceapp.tasks.models import Anchor, Task
from raceapp.timetable import service as timetable
from raceapp.timetable.models import SessionStatus, TrackSession

AWAITING_INCIDENT = {Anchor.CRASH, Anchor.WET}
# So many tasks fit into one transaction that still answers in time; a full weekend has 790.
MAX_TASKS = 20_000


def build(
    event: Event, *, template_id: int, actor, tier: Tier = Tier.NATIONAL, dry_run: bool = False
) -> dict[str, int]:
    """Add the tasks that the template makes of this weekend; returns how many per scope.

    The caller holds the row of the weekend, so that two runs at once never double anything.
    Raises Invalid for an unknown template, too many tasks, or a due time out of range.
    """
    kept, version = version_for(event, template_id)
    items = [item for item in items_of(version, tier) if item["anchor"] not in AWAITING_INCIDENT]
    missing = planned(event, template_id, items)
    rows = [row_for(event, *plan, template_id=template_id, actor=actor) for plan in missing]
    created = per_scope(missing)
    if dry_run:
        return created
    task_ids = many.add(rows)
    grounds.tell(grounds.added(rows, task_ids), actor=actor)
    if keep(event, version, kept, tier) or rows:
        built = {"template_id": template_id, "version": version.number, "tier": tier}
        built |= {"created": created, "tasks": task_ids}
        history.record(event.id, "checklist.built", f"event:{event.id}", actor=actor, changes=built)
    return created


def version_for(event: Event, template_id: int) -> tuple[EventChecklist | None, TemplateVersion]:
    """Return the earlier build of the weekend with the template, if any, and the version."""
    kept = db.session.execute(
        sa.select(EventChecklist, TemplateVersion)
        .join(TemplateVersion, TemplateVersion.id == EventChecklist.template_version_id)
        .where(EventChecklist.event_id == event.id, EventChecklist.template_id == template_id)
    ).first()
    if kept is not None:
        return kept[0], kept[1]
    newest = db.session.scalar(
        sa.select(TemplateVersion)
        .join(Template, Template.id == TemplateVersion.template_id)
        .where(Template.id == template_id, Template.deleted_at.is_(None))
        .where(TemplateVersion.number == Template.version)
    )
    if newest is None:
        raise errors.Invalid.field("template_id", "There is no such template.")
    return None, newest


def items_of(version: TemplateVersion, tier: Tier) -> list[dict]:
    """Return the items of a tier: a club team's only, or all."""
    return [item for item in version.items if tier == Tier.NATIONAL or item["tier"] == tier]


def planned(event: Event, template_id: int, items: list[dict]) -> list[tuple[dict, fanout.Target]]:
    """Return each item with each target for which its task is missing."""
    bikes = [bike for bike in event.bikes if bike.deleted_at is None]
    every = expanded(items, bikes, sessions_of(event))
    present = keys_present(event, template_id)
    missing = (plan for plan in every if fanout.place(*fanout.key(*plan)) not in present)
    return few_enough(missing, "template_id")


def few_enough(plans: Iterable[tuple], blame: str) -> list[tuple]:
    """Return the plans of tasks; raises Invalid if they do not fit into one transaction."""
    found = list(islice(plans, MAX_TASKS + 1))
    if len(found) > MAX_TASKS:
        raise errors.Invalid.field(blame, f"Would make more than {MAX_TASKS} tasks.")
    return found


def expanded(
    items: list[dict], bikes: Sequence[Bike], sessions: Sequence[TrackSession | None]
) -> Iterator[tuple[dict, fanout.Target]]:
    for item in items:
        for target in fanout.targets(item, bikes=bikes, sessions=sessions):
            yield item, target


def sessions_of(event: Event) -> list[TrackSession]:
    """Return the sessions to build for, held: a later move of a session finds its tasks."""
    sessions = timetable.held(event)
    return [session for session in sessions if session.status != SessionStatus.CANCELLED]


def keys_present(event: Event, template_id: int) -> set[tuple]:
    columns = (Task.item_key, Task.bike_id, Task.rider_name, Task.session_id)
    present = sa.select(*columns).where(
        Task.event_id == event.id, Task.template_id == template_id, Task.incident_id.is_(None)
    )
    return {fanout.place(*row) for row in db.session.execute(present)}


def row_for(event: Event, item: dict, target: fanout.Target, *, template_id: int, actor) -> dict:
    try:
        due_at = due.due_at(item["anchor"], item["offset_minutes"], event=event, session=target[2])
    except errors.Invalid as error:
        message = f"Item {item['key']}: would be due outside the years 1970 to 2099."
        raise errors.Invalid.field("template_id", message) from error
    more = {"event_id": event.id, "template_id": template_id, "created_by": actor.id}
    return fanout.task_row(item, target, due_at=due_at, **more)


def keep(event: Event, version: TemplateVersion, kept: EventChecklist | None, tier: Tier) -> bool:
    """Keep version and widest tier for the weekend; tells whether either has changed."""
    if kept is None:
        checklist = EventChecklist(event_id=event.id, template_id=version.template_id, tier=tier)
        checklist.template_version_id = version.id
        db.session.add(checklist)
        return True
    is_wider = tier == Tier.NATIONAL and kept.tier != tier
    if is_wider:
        kept.tier = tier
    return is_wider


def per_scope(plans: Sequence[tuple[dict, fanout.Target]]) -> dict[str, int]:
    counts = Counter(item["scope"] for item, _ in plans)
    return {scope.value: counts[scope] for scope in Scope}


# --- incidents ---------------------------------------------------------------------------


def build_for_incident(
    event: Event, incident, *, bikes: Sequence[Bike], session: TrackSession | None, actor
) -> list[int]:
    """Add the items that wait for an incident of its kind; returns their tasks' ids.

    They come from every checklist of the weekend, in its kept version and tier: once per bike
    given, per rider of those bikes, or once. They are due from the incident on, and each incident
    adds them anew. Only an item with a session in its scope belongs to `session`; all others
    count for every session to come, as the bike has to be sound for all of them.
    """
    plans = (
        (checklist.template_id, item, target)
        for checklist, version in checklists_of(event)
        for item, target in expanded(waiting(version, checklist, incident), bikes, [session])
    )
    rows = rows_due(few_enough(plans, "kind"), incident, event_id=event.id, created_by=actor.id)
    task_ids = many.add(rows)
    # A crash voids all releases by itself, for a reason of its own.
    if incident.kind != Anchor.CRASH:
        grounds.tell(grounds.added(rows, task_ids), actor=actor)
    return task_ids


def rows_due(plans, incident, **shared) -> list[dict]:
    """Return the columns of the planned tasks, due from the incident on."""
    shared |= {"incident_id": incident.id}
    return [
        fanout.task_row(item, target, due_at=due_at, template_id=template_id, **shared)
        for template_id, item, target in plans
        for due_at in [due.shifted(incident.at, item["offset_minutes"])]
    ]


def waiting(version: TemplateVersion, checklist: EventChecklist, incident) -> list[dict]:
    """Return the items that wait for an incident of this kind."""
    items = items_of(version, checklist.tier)
    return [item for item in items if item["anchor"] == incident.kind]


def checklists_of(event: Event) -> Sequence[tuple[EventChecklist, TemplateVersion]]:
    return db.session.execute(
        sa.select(EventChecklist, TemplateVersion)
        .join(TemplateVersion, TemplateVersion.id == EventChecklist.template_version_id)
        .where(EventChecklist.event_id == event.id)
        .order_by(EventChecklist.template_id)
    ).all()
