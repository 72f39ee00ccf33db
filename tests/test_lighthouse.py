"""How `make lighthouse` judges its runs: slow pages fail, busy machines are said."""

import pytest
from lighthouse import AT_MOST, RUNS, TOO_BUSY, Run, is_enough, verdict, waiting

PERFECT = {"performance": 100, "accessibility": 100, "best-practices": 100}


def run(speed, waiting, **scores):
    return Run({**PERFECT, "performance": speed, **scores}, waiting)


@pytest.mark.parametrize(
    ("runs", "code"),
    [
        ([run(95, 1.1)], 0),
        ([run(80, 2.7), run(95, 2.7)], 0),
        ([run(94, 1.1)] * RUNS, 1),
        ([run(94, 1.1)] * RUNS + [run(60, 2.7)] * 2, 1),
        ([run(83, 2.7)] * AT_MOST, TOO_BUSY),
        ([run(94, 1.1)] * (RUNS - 1) + [run(83, 2.7)] * (AT_MOST - RUNS + 1), TOO_BUSY),
        ([run(83, 2.7, accessibility=99)] * AT_MOST, 1),
        ([run(99, 2.7, accessibility=99)], 1),
    ],
)
def test_only_quiet_runs_fail_for_their_speed(runs, code):
    assert is_enough(runs)
    assert verdict(runs)[0] == code


@pytest.mark.parametrize("runs", [[], [run(94, 1.1)] * (RUNS - 1), [run(83, 2.7)] * (AT_MOST - 1)])
def test_a_slow_page_is_measured_again(runs):
    assert not is_enough(runs)


def test_a_page_waits_as_long_as_its_tasks_take_without_computing():
    page, other = {"pid": 7, "tid": 7}, {"pid": 7, "tid": 9}
    trace = [
        {**page, "name": "thread_name", "args": {"name": "CrRendererMain"}},
        {**other, "name": "thread_name", "args": {"name": "Compositor"}},
        {**page, "name": "RunTask", "dur": 30, "tdur": 10},
        {**page, "name": "RunTask", "dur": 10, "tdur": 10},
        {**page, "name": "RunTask", "dur": 5},
        {**other, "name": "RunTask", "dur": 900, "tdur": 1},
        {**page, "name": "Paint", "dur": 900, "tdur": 1},
    ]

    assert waiting({"traceEvents": trace}) == 2
