"""Items of checklists, templates of them, and a weekend big enough to build one for."""

from datetime import UTC, datetime, timedelta

ITEM = {
    "key": "ws-bolts",
    "section": "Brakes",
    "title": "Torque the front caliper bolts",
    "scope": "bike",
    "crew_role": "mechanic",
    "anchor": "event_start",
    "offset_minutes": -60,
    "session_kinds": None,
    "is_critical": True,
    "needs_check": True,
    "measurement": None,
    "tier": "club",
}
FIRST_DAY = datetime(2026, 6, 12, 8, tzinfo=UTC)
# With four bikes and two riders this makes 790 tasks of the shipped library.
TIMETABLE = (
    ("Garage", "setup"),
    ("Scrutineering", "tech_control"),
    ("FP1", "practice"),
    ("FP2", "practice"),
    ("FP3", "practice"),
    ("Superpole", "qualifying"),
    ("Warm-up", "warm_up"),
    ("Race 1", "race"),
    ("Race 2", "race"),
)
BIKES = (("44 A", "Jo Keller"), ("44 B", "Jo Keller"), ("7 A", "Max Orsi"), ("7 B", "Max Orsi"))
FULL_WEEKEND = {
    "event": 18,
    "session": 8,
    "bike": 56,
    "bike_session": 656,
    "rider": 4,
    "rider_session": 48,
}


NOTHING = dict.fromkeys(FULL_WEEKEND, 0)
SCOPES = tuple(FULL_WEEKEND)


def item(key: str = "ws-bolts", **fields) -> dict:
    return {**ITEM, "key": key, **fields}


def template(*items: dict, **fields) -> dict:
    return {"name": "Superbike", "items": list(items) or [ITEM], **fields}


def fill(paddock, *, bikes=BIKES, timetable=TIMETABLE) -> None:
    """Give the weekend these bikes and sessions, two hours apart."""
    for label, rider in bikes:
        paddock.bike(label, rider, number=int(label.split()[0]))
    for number, (name, kind) in enumerate(timetable):
        starts_at = FIRST_DAY + timedelta(hours=2 * number)
        paddock.session(name, starts_at, kind=kind, ends_at=starts_at + timedelta(minutes=30))


EVERY_SCOPE = [
    item(scope, scope=scope, anchor="session_start" if "session" in scope else "event_start")
    for scope in SCOPES
]
