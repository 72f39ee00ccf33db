"""What a change of a session's state does to its tasks and to the releases for it.

A state is a status, or GONE for a session that has been taken off the timetable. The table names
every pair, so that no way from one state to another is left to chance.
"""

from dataclasses import dataclass

from raceapp.timetable.models import SessionStatus, TrackSession

SCHEDULED, RUNNING, FINISHED, CANCELLED = SessionStatus
GONE = None


@dataclass(frozen=True)
class Effect:
    """`closes` and `opens` are about tasks; `voids` voids every release, `checks` only those that a
    task blocks."""

    closes: bool = False
    opens: bool = False
    voids: bool = False
    checks: bool = False


NOTHING = Effect()
FALLS_AWAY = Effect(closes=True, voids=True)
TAKES_PLACE_AFTER_ALL = Effect(opens=True, checks=True)
GOES_ON = Effect(checks=True)
STAYS_OFF = Effect(opens=True)  # Off for another reason, which the tasks note.

TRANSITIONS = {
    (SCHEDULED, RUNNING): NOTHING,
    (SCHEDULED, FINISHED): NOTHING,
    (SCHEDULED, CANCELLED): FALLS_AWAY,
    (SCHEDULED, GONE): FALLS_AWAY,
    (RUNNING, SCHEDULED): NOTHING,
    (RUNNING, FINISHED): NOTHING,
    (RUNNING, CANCELLED): FALLS_AWAY,
    (RUNNING, GONE): FALLS_AWAY,
    (FINISHED, SCHEDULED): GOES_ON,
    (FINISHED, RUNNING): GOES_ON,
    (FINISHED, CANCELLED): FALLS_AWAY,
    (FINISHED, GONE): FALLS_AWAY,
    (CANCELLED, SCHEDULED): TAKES_PLACE_AFTER_ALL,
    (CANCELLED, RUNNING): TAKES_PLACE_AFTER_ALL,
    (CANCELLED, FINISHED): TAKES_PLACE_AFTER_ALL,
    (CANCELLED, GONE): FALLS_AWAY,
    (GONE, SCHEDULED): TAKES_PLACE_AFTER_ALL,
    (GONE, RUNNING): TAKES_PLACE_AFTER_ALL,
    (GONE, FINISHED): TAKES_PLACE_AFTER_ALL,
    (GONE, CANCELLED): STAYS_OFF,
}


def effect_of(before: SessionStatus | None, session: TrackSession) -> Effect:
    """Return what follows from a session's state now, given the one before."""
    return TRANSITIONS.get((before, session.state), NOTHING)
