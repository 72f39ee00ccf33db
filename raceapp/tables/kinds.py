"""The kind of session that a name stands for, in the words of organisers."""

import re

from raceapp.timetable.models import SessionKind

# The first pattern that matches counts: a superpole race is a race, a warm-up lap is none.
WORDS = {
    SessionKind.WARM_UP: r"warm[ -]?up|wup|wu\d?",
    SessionKind.TECH_CONTROL: r"(technical|tech\.?|vehicle) (control|inspection|check|verification)"
    r"|scrutineering|scrutiny|technische abnahme",
    SessionKind.SETUP: r"set[ -]?up|load[ -]?in|build[ -]?up|garage opening",
    SessionKind.PACK_DOWN: r"pack[ -]?(down|up)|load[ -]?out|tear[ -]?down|dismantling",
    SessionKind.PRACTICE: r"free practices?|practice start|night practice|timed practice|fp ?\d?"
    r"|test(s|ing)?|shakedown|track ?day",
    SessionKind.RACE: r"(superpole|sprint|qualifying|feature|long|short|main) race|race ?\d*|sprint"
    r"|gara ?\d*|course ?\d*|rennen ?\d*|carrera ?\d*|\d+ ?(h|hours?|heures|ore|stunden)",
    SessionKind.QUALIFYING: r"superpole ?\d?|super[ -]?pole|qualifying ?\d?|qualification ?\d?"
    r"|qualifications?|qualifiche|quali ?\d?|qualifs?|qp ?\d?|q ?\d?|time attack|shootout",
}
AFTERWARDS = {
    SessionKind.PRACTICE: r"practices?( ?\d)?|p ?\d|pr ?\d?|session ?\d|prove( libere)?|essais",
    SessionKind.RACE: r"grand prix",
}
# Things that go with a session and are none: a race briefing is no race.
NONE = re.compile(
    r"\b(?:briefings?|podium|press conference|parade|autographs?|pit[ -]?walk|ceremony)\b",
    re.IGNORECASE,
)
PATTERNS = [
    (kind, re.compile(rf"\b(?:{words})\b", re.IGNORECASE))
    for kind, words in (*WORDS.items(), *AFTERWARDS.items())
]


def guessed(name: str) -> SessionKind | None:
    """Return the kind that `name` tells, or None."""
    if NONE.search(name):
        return None
    for kind, pattern in PATTERNS:
        if pattern.search(name):
            return kind
    return None
