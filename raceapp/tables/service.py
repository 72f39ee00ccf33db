"""Who may import tables, with the weekend held meanwhile."""

from collections.abc import Callable

from raceapp import errors
from raceapp.events import service as events
from raceapp.events.models import Event


def held_event(event_id: int, *, may: Callable[..., bool], actor) -> Event:
    """Return the weekend, held for a change, for those who `may` change what the table holds.

    Raises Forbidden for the rest of its crew, NotFound for everybody else.
    """
    event = events.get_for_crew(event_id, actor=actor, for_update=True)
    if not may(actor, events.crew_roles(event_id, actor)):
        raise errors.Forbidden("Only a crew chief or a team manager may import tables.")
    return event
