"""Files of a mebibyte that are made to keep a reader busy are refused, or read, at once."""

import time

import pytest
from helpers import created, problem
from timetable_files import EVENT, HEAD, ICS, TAIL

SIZE = 1024 * 1024 - 4096
SECONDS = 1.5  # of CPU time; they take a tenth of that, some took minutes, and some never ended
DATES = ",".join(["20260612T082000Z"] * (SIZE // 17))
OBSERVANCE = (
    "BEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0000\r\nTZOFFSETTO:+0100\r\n"
    "{}\r\nEND:STANDARD\r\n"
)

pytestmark = pytest.mark.timed


def within_event(*lines: str) -> str:
    """A file of one session, in which these lines stand."""
    text = "".join(f"{line}\r\n" for line in lines)
    return f"{HEAD}{EVENT.replace('END:VEVENT', f'{text}END:VEVENT')}{TAIL}"


def with_zone(*observances: str) -> str:
    """A file of one session in a zone of the file's own."""
    zone = f"BEGIN:VTIMEZONE\r\nTZID:Paddock\r\n{''.join(observances)}END:VTIMEZONE\r\n"
    event = EVENT.replace("DTSTART:20260612T082000Z", "DTSTART;TZID=Paddock:20260612T102000")
    return f"{HEAD}{zone}{event}{TAIL}"


def ruled(rule: str) -> str:
    return OBSERVANCE.format(f"RRULE:{rule}")


def folded(line: str) -> str:
    return "\r\n ".join(line[place : place + 74] for place in range(0, len(line), 74))


def nested(depth: int) -> str:
    return "BEGIN:VEVENT\r\n" * depth + "END:VEVENT\r\n" * depth


ALARM = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nEND:VALARM"


@pytest.fixture
def quick():
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


@pytest.mark.parametrize(
    "text",
    [
        within_event(f"EXDATE:{DATES}"),
        within_event(*["EXDATE:20260612T082000Z"] * (SIZE // 25)),
        within_event(folded(f"DESCRIPTION:{'x' * (SIZE * 70 // 80)}")),
        within_event(*[ALARM] * (SIZE // len(ALARM) - 8000)),
        within_event(*["X:"] * (SIZE // 4)),
        within_event(f'X-A;B="{"x" * SIZE}":y'),
        with_zone(*[ruled("FREQ=YEARLY")] * 20),
    ],
    ids=["dates", "lines of dates", "one line", "alarms", "lines", "parameter", "zone"],
)
def test_what_no_timetable_is_made_of_costs_nothing(quick, send, shown, text):
    created(send(text, ICS), status=200)

    assert [name for name, *_ in shown()] == ["FP1"]


@pytest.mark.parametrize(
    "text",
    [
        within_event(f"RDATE:{DATES}"),
        within_event(f"SUMMARY:{'x' * SIZE}"),
        within_event(*["STATUS:TENTATIVE"] * (SIZE // 18)),
        f"{HEAD}{nested(1000)}{TAIL}",
        f"{HEAD}{'BEGIN:X' * 9}{TAIL}" + "BEGIN:X\r\n" * (SIZE // 9),
        with_zone(ruled("FREQ=SECONDLY")),
        with_zone(ruled("FREQ=YEARLY;INTERVAL=0")),
        with_zone(ruled("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30")),
        with_zone(ruled("FREQ=YEARLY;BYMONTH=3;BYDAY=1SU;BYMONTHDAY=20")),
        with_zone(ruled("FREQ=YEARLY;BYHOUR=1,2,3;BYMINUTE=1,2,3;BYDAY=MO,TU,WE,TH")),
        with_zone(*[ruled("FREQ=YEARLY")] * 200),
        with_zone(OBSERVANCE.format(f"RDATE:{DATES[:4800]}") * 20),
    ],
    ids=range(12),
)
def test_what_would_keep_a_reader_busy_is_refused(quick, send, shown, text):
    body = problem(send(text, ICS), 422)

    assert "errors" not in body and body["detail"].endswith(".")
    assert shown() == []
