"""Friday of the race weekend in tests/test_story.py: a delay, a failed pressure, a crash."""

from datetime import timedelta

from helpers import created, problem
from story import FRIDAY, moment

REASON = "Rear sensor is dead, pressure read by hand at pit exit"
VALUE = "Pads 5.2 mm; bolts 35 Nm"


def the_timetable_slips_25_minutes(weekend):
    weekend.clock.now = FRIDAY
    before, planned = due_times(weekend), weekend.session("FP1")["planned_starts_at"]
    trial = weekend.shift("FP1", 25, dry_run=True)
    assert due_times(weekend) == before

    moved = weekend.shift("FP1", 25)

    assert moved == trial
    assert [row["id"] for row in moved["sessions"]] == [weekend.sessions[n] for n in ("FP1", "FP2")]
    hanging = {task["id"] for name in ("FP1", "FP2") for task in weekend.tasks(session=name)}
    assert {row["id"] for row in moved["tasks"]} == hanging
    slip = {task_id: timedelta(minutes=25 * (task_id in hanging)) for task_id in before}
    assert due_times(weekend) == {task_id: due + slip[task_id] for task_id, due in before.items()}
    assert weekend.session("FP1")["planned_starts_at"] == planned == "2026-06-12T09:00:00Z"
    assert weekend.session("FP1")["starts_at"] == "2026-06-12T09:25:00Z"


def due_times(weekend):
    return {task["id"]: moment(task["due_at"]) for task in weekend.tasks()}


def a_mechanic_torques_a_caliper_and_another_person_checks_it(weekend):
    weekend.clock.now = FRIDAY + timedelta(hours=6, minutes=40)
    weekend.caliper = weekend.task("ti-brakes", "44 A", "Scrutineering")
    mechanic, another = weekend.mechanic, weekend.second_mechanic
    without_value = problem(weekend.sign(mechanic, weekend.caliper, "done"), 422)
    assert "Pad mm; Nm" in without_value["errors"]["json"]["value"][0]

    done = created(weekend.sign(mechanic, weekend.caliper, "done", value=VALUE))
    assert (done["status"], done["assigned_to"], done["done_by"]) == ("done", *[mechanic.id] * 2)
    assert weekend.ask("/v1/tasks?needs_check_by=me", by=another) == [done]
    problem(weekend.sign(mechanic, weekend.caliper, "check"), 409)
    problem(weekend.sign(weekend.tyres, weekend.caliper, "check"), 403)
    checked = created(weekend.sign(another, weekend.caliper, "check"))
    assert (checked["checked_by"], checked["value"]) == (another.id, VALUE)
    assert (
        another.email.split("@")[0]
        in problem(weekend.sign(weekend.chief, weekend.caliper, "check"), 409)["detail"]
    )


def a_pressure_is_out_of_limits_and_fails(weekend):
    for name in ("Garage", "Scrutineering"):
        weekend.say(name, "finished")
    weekend.clock.now = FRIDAY + timedelta(hours=9, minutes=15)
    weekend.pressure = weekend.task("ps-press", "44 A", "FP1")
    before = weekend.read(weekend.pressure)

    refused = problem(weekend.sign(weekend.tyres, weekend.pressure, "done", value=1.7), 422)
    assert "sign it as failed" in refused["errors"]["json"]["value"][0]
    problem(weekend.sign(weekend.tyres, weekend.pressure, "fail", value=1.7), 422)
    assert weekend.read(weekend.pressure) == before
    note = "The valve leaks"
    failed = created(weekend.sign(weekend.tyres, weekend.pressure, "fail", value=1.7, note=note))
    assert [failed[name] for name in ("status", "value", "note")] == ["failed", 1.7, note]


def the_crew_chief_cannot_release_the_bike(weekend):
    weekend.make_ready("44 A", "FP1", leaving=(weekend.pressure,))

    assert problem(weekend.release("44 A", "FP1"), 409)["blocking"] == [weekend.pressure]
    problem(weekend.release("44 A", "FP1", by=weekend.mechanic), 403)
    problem(weekend.release("44 A", "FP1", by=weekend.stranger), 404)
    row = weekend.readiness("44 A", "FP1")
    assert (row["failed"], row["blocking"], row["release"]) == (1, [weekend.pressure], None)


def it_is_fixed_and_the_bike_is_released(weekend):
    created(weekend.sign(weekend.tyres, weekend.pressure, "done", value=2.4))
    assert problem(weekend.release("44 A", "FP1"), 409)["blocking"] == [weekend.pressure]
    created(weekend.sign(weekend.chief, weekend.pressure, "check"))

    release = created(weekend.release("44 A", "FP1"))

    assert (release["released_by"], release["override_reason"]) == (weekend.chief.id, None)
    assert release["readiness"]["blocking"] == []
    assert weekend.pressure in release["readiness"]["counted"]
    problem(weekend.release("44 A", "FP1"), 409)


def the_chief_overrides_once_with_a_reason(weekend):
    pressure = weekend.task("ps-press", "44 B", "FP1")
    weekend.make_ready("44 B", "FP1", leaving=(pressure,))
    assert problem(weekend.release("44 B", "FP1"), 409)["blocking"] == [pressure]

    release = created(weekend.release("44 B", "FP1", override_reason=REASON))

    assert release["override_reason"] == REASON
    assert release["readiness"]["blocking"] == [pressure]
    assert weekend.readiness("44 B", "FP1")["release"] == release


def a_crash_in_fp2_reopens_what_it_must(weekend):
    weekend.say("FP1", "finished")
    weekend.clock.now = FRIDAY + timedelta(hours=13, minutes=40)
    for bike in ("44 A", "44 B"):
        weekend.make_ready(bike, "FP2")
        created(weekend.release(bike, "FP2"))
    weekend.say("FP2", "running")
    critical = [task for task in weekend.tasks("44 A", "FP2") if task["is_critical"]]
    must = sorted(task["id"] for task in critical if task["completed"])
    others = {task["id"]: task for task in weekend.tasks() if task["id"] not in must}

    crash = {"bike_id": weekend.bikes["44 A"], "note": "Low-side at turn 8"}
    weekend.crash = weekend.report(weekend.mechanic, "crash", "FP2", **crash)

    assert weekend.crash["reopened"] == must and len(must) == 7
    for task in map(weekend.read, must):
        assert [task[name] for name in ("status", "done_by", "checked_by")] == ["open", None, None]
    assert {task["id"]: task for task in weekend.tasks() if task["id"] in others} == others
    added = {task["item_key"]: task for task in map(weekend.read, weekend.crash["created"])}
    assert added.keys() == {"cr-rider", "cr-triage", "cr-full", "cr-recheck"}
    assert moment(added["cr-full"]["due_at"]) == weekend.clock.now + timedelta(minutes=30)


def the_crash_takes_back_the_release_to_come_and_no_other(weekend):
    places = [("44 A", "FP1"), ("44 B", "FP1"), ("44 B", "FP2"), ("44 A", "FP2")]

    valid = [weekend.readiness(*place)["release"] is not None for place in places]

    assert valid == [True, True, True, False]
    path = f"/v1/sessions/{weekend.sessions['FP2']}/releases"
    voided = [row for row in weekend.ask(path, by=weekend.tyres) if row["voided_at"]]
    assert [row["bike_id"] for row in voided] == [weekend.bikes["44 A"]]
    assert "crash of bike 44 A" in voided[0]["void_reason"]
    blocking = problem(weekend.release("44 A", "FP2"), 409)["blocking"]
    assert set(weekend.crash["reopened"]) < set(blocking)


def the_bike_is_repaired_and_goes_out_again(weekend):
    weekend.make_ready("44 A", "FP2")

    release = created(weekend.release("44 A", "FP2"))

    counted = set(release["readiness"]["counted"])
    repairs = {task["id"] for task in weekend.tasks("44 A") if task["anchor"] == "crash"}
    assert len(repairs) == 3 and repairs <= counted
    assert release["readiness"]["blocking"] == []


CHAPTERS = (
    the_timetable_slips_25_minutes,
    a_mechanic_torques_a_caliper_and_another_person_checks_it,
    a_pressure_is_out_of_limits_and_fails,
    the_crew_chief_cannot_release_the_bike,
    it_is_fixed_and_the_bike_is_released,
    the_chief_overrides_once_with_a_reason,
    a_crash_in_fp2_reopens_what_it_must,
    the_crash_takes_back_the_release_to_come_and_no_other,
    the_bike_is_repaired_and_goes_out_again,
)
