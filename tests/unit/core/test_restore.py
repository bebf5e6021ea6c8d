"""A station that is given its stored records stands where it stood."""

from dataclasses import replace

import pytest

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.events import AdmissionState, DevicePatient, DeviceStatus, Priority, SensorStatus
from nursestation.core import commands as c
from nursestation.core import records as r
from nursestation.core.chain import from_json, to_json
from nursestation.core.model import ChartKind, FlagOutcome, Phase
from nursestation.core.presets import AlarmPreset
from nursestation.core.snapshot import ChairSnapshot, ConditionView
from nursestation.core.station import ChairSetup, Station
from tests.helpers.visit import (
    MONITOR,
    NURSE,
    NURSE_PIN,
    Clinic,
    PlainPins,
    binding,
    handed_over,
    load_protocol,
    make_clinic,
    run_visit,
)

BOOT_NS = 77 * NS_PER_S


def stored(records: list[r.Record]) -> list[r.Record]:
    """Return what a store keeps, as it reads it back: discrete records through JSON, and the samples of sessions."""
    kept: list[r.Record] = []
    for record in records:
        if isinstance(record, r.DISCRETE):
            kept.append(from_json(type(record).__name__, to_json(record)))
        elif isinstance(record, r.Sample) and record.session is not None:
            kept.append(record)
    return kept


def restarted(
    clinic: Clinic,
    *,
    after_s: float = 0.0,
    same_clock: bool = False,
    unclean: bool = True,
    preset: AlarmPreset | None = None,
) -> Clinic:
    """Return the clinic after a restart of the program, on a monotonic clock of its own unless told otherwise."""
    now = clinic.clock.now().shifted(round(after_s * NS_PER_S))
    if not same_clock:
        now = Moment(BOOT_NS, now.utc_ns)
    chairs = (
        ChairSetup(number=1, monitors=()),
        ChairSetup(number=2, monitors=(binding(simulated=clinic.simulated),)),
    )
    station = Station(chairs, [load_protocol()], PlainPins(), "0.1.0", preset)
    new = Clinic(station=station, clock=ManualClock(now), simulated=clinic.simulated, cycle=clinic.cycle)
    new.records.extend(station.restore(stored(clinic.records), now, unclean=unclean))
    return new


def lasting(chair: ChairSnapshot) -> tuple[object, ...]:
    """Return what of a chair must survive a restart: all but the monitors' live state, and who is signed in."""
    visit = chair.visit
    if visit is not None:
        visit = replace(visit, watching=replace(visit.watching, signed_in=()))
    return (visit, chair.cuff, [(v.id, v.text, v.acknowledged) for v in chair.conditions])


@pytest.fixture
def clinic() -> Clinic:
    """A visit in the infusion, with a BP flag waiting for its repeat and a pause behind it."""
    clinic = make_clinic()
    clinic.start()
    clinic.run(60)
    clinic.do(c.PauseInfusion(chair=2), c.ResumeInfusion(chair=2))
    clinic.do(c.Chart(chair=2, kind=ChartKind.SIDE_EFFECT, text="Nausea"))
    clinic.cuff(182, 111)
    clinic.run(30)
    return clinic


def test_an_open_visit_goes_on_where_it_stood(clinic: Clinic) -> None:
    before = clinic.view
    assert lasting(restarted(clinic, same_clock=True).view) == lasting(before)


def test_times_move_onto_the_new_clock(clinic: Clinic) -> None:
    before = clinic.visit
    after = restarted(clinic, after_s=20)
    visit = after.visit
    assert visit.phase is Phase.INFUSION
    assert visit.infusion_run_s == before.infusion_run_s + 20
    assert visit.flags[0].repeat_in_s == before.flags[0].repeat_in_s - 20
    assert after.view.cuff.age_s == 50
    assert visit.opened.utc_ns == before.opened.utc_ns
    assert visit.cuffs[0].measured_utc_ns == before.cuffs[0].measured_utc_ns
    after.run(70)
    assert after.visit.flags[0].outcome is FlagOutcome.OPEN
    after.run(1)
    assert after.visit.flags[0].outcome is FlagOutcome.NOT_REPEATED


def test_a_clock_step_before_the_restart_stretches_nothing(clinic: Clinic) -> None:
    before = clinic.visit.infusion_run_s
    clinic.clock.step_utc(7200)
    clinic.run(10)
    assert restarted(clinic).visit.infusion_run_s == before + 10


def test_two_restarts_are_as_good_as_one(clinic: Clinic) -> None:
    first = restarted(clinic, after_s=20)
    first.run(10)
    first.records[:0] = clinic.records
    second = restarted(first, after_s=5)
    assert second.visit.infusion_run_s == clinic.visit.infusion_run_s + 35


def test_the_restart_itself_is_recorded_and_signs_everybody_out(clinic: Clinic) -> None:
    after = restarted(clinic)
    (started,) = after.of(r.StationStarted)
    assert (started.unclean, started.resumed, started.version) == (True, (clinic.visit.session,), "0.1.0")
    assert after.station.snapshot(after.clock.now()).operator is None
    assert after.refused(c.PauseInfusion(chair=2)) == "Nobody is signed in: sign in first."
    after.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN), c.PauseInfusion(chair=2))


def test_a_run_that_was_killed_in_a_visit_is_told_of_until_somebody_has_seen_it(clinic: Clinic) -> None:
    after = restarted(clinic)
    told = ended(after)
    assert (told.chair, told.priority) == (None, Priority.MEDIUM)
    assert told.text == (
        "Nursestation ended out of order: nothing was watched or recorded until it was started again. Look at every patient."
    )
    after.run(600)
    after.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
    assert ended(after) is not None
    after.do(c.Acknowledge(chair=2, condition_id=told.id))
    assert ended(after) is None


def test_an_end_in_order_or_without_a_visit_is_not_told_of(clinic: Clinic) -> None:
    assert ended(restarted(clinic, unclean=False)) is None
    clinic.do(handed_over("ill"), c.FreeChair(chair=2))
    assert ended(restarted(clinic)) is None


def ended(clinic: Clinic) -> ConditionView | None:
    """Return the condition that the run before did not end in order."""
    told = clinic.station.snapshot(clinic.clock.now()).conditions
    return next((one for one in told if one.rule == "station.ended"), None)


def test_a_first_start_resumes_nothing() -> None:
    (started,) = make_clinic().of(r.StationStarted)
    assert (started.resumed, started.unclean) == ((), False)


def test_an_old_determination_told_again_after_the_restart_is_known(clinic: Clinic) -> None:
    after = restarted(clinic, after_s=20)
    after.cuff(182, 111, age_s=52, cycle=1)
    assert after.of(r.CuffTaken) == []
    assert after.visit.flags[0].outcome is FlagOutcome.OPEN
    after.cuff(183, 111, cycle=2)
    assert after.visit.flags[0].outcome is FlagOutcome.CONFIRMED


def test_live_troubles_of_the_run_before_end_and_come_back_when_true(clinic: Clinic) -> None:
    for _ in range(6):
        clinic.wait(1)
    assert "link.lost" in [condition.rule for condition in clinic.view.conditions]
    after = restarted(clinic)
    assert [condition.rule for condition in after.view.conditions] == ["bp.severe"]
    for _ in range(5):
        after.wait(1)
    assert [condition.rule for condition in after.view.conditions] == ["bp.severe", "link.lost"]


def test_a_limit_condition_outlives_the_restart_until_it_is_judged(clinic: Clinic) -> None:
    clinic.run(11, {"spo2": 86.0})
    after = restarted(clinic)
    assert "limit.spo2.low" in [condition.rule for condition in after.view.conditions]
    after.run(7)
    assert "limit.spo2.low" not in [condition.rule for condition in after.view.conditions]


def test_failed_cuff_cycles_before_the_restart_count(clinic: Clinic) -> None:
    def fail(where: Clinic) -> None:
        for status in (SensorStatus.MEASURING, SensorStatus.FAILED):
            where.event(DeviceStatus(t_ns=0, metric="nibp", status=status, text="cuff loose"))

    fail(clinic)
    after = restarted(clinic)
    fail(after)
    (failed,) = [one for one in after.view.conditions if one.rule == "cuff.failed"]
    assert (failed.priority, failed.text) == (Priority.MEDIUM, "No cuff reading 2 times in a row: cuff loose")


def test_the_stable_stretch_goes_on_when_samples_are_given() -> None:
    clinic = make_clinic()
    clinic.start()
    clinic.do(c.StopInfusion(chair=2, reason="enough"))
    clinic.run(890)
    after = restarted(clinic, after_s=5)
    after.run(10)
    line = after.visit.readiness.criteria[2]
    assert (line.id, line.state.value) == ("vitals_stable", "met")


def test_the_signature_covers_the_same_chain_after_a_restart() -> None:
    def signed(clinic: Clinic, *, restart: bool) -> str:
        clinic.start()
        clinic.run(10)
        clinic.do(c.StopInfusion(chair=2, reason="enough"))
        clinic.run(900)
        clinic.cuff(126, 78)
        clinic.do(c.MarkReady(chair=2))
        clinic.assess()
        if restart:
            clinic = restarted(clinic)
            clinic.do(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))
        clinic.do(clinic.sign())
        return clinic.of(r.DischargeSigned)[0].signature.covers

    assert signed(make_clinic(), restart=True) == signed(make_clinic(), restart=False)


def test_a_closed_visit_stands_as_it_was_signed() -> None:
    _, records, clock = run_visit(every_s=5)
    clinic = Clinic(station=make_clinic().station, clock=clock, records=records)
    after = restarted(clinic, same_clock=True)
    assert after.visit.signed_by == "R. Alvarez RN"
    assert after.of(r.StationStarted)[0].resumed == ()


def test_a_visit_in_a_chair_that_is_no_longer_configured_is_kept_while_open(clinic: Clinic) -> None:
    station = Station((ChairSetup(number=1, monitors=()),), [load_protocol()], PlainPins(), "0.1.0")
    now = clinic.clock.now()
    station.restore(stored(clinic.records), now, unclean=False)
    assert station.snapshot(now).chair(2).visit is not None
    _, records, clock = run_visit(every_s=5)
    other = Station((ChairSetup(number=1, monitors=()),), [load_protocol()], PlainPins(), "0.1.0")
    other.restore(stored(records), clock.now(), unclean=False)
    assert [chair.number for chair in other.snapshot(clock.now()).chairs] == [1]


def test_wrong_pins_are_remembered(clinic: Clinic) -> None:
    for _ in range(5):
        clinic.refused(c.SignIn(operator_id=NURSE, pin="000000"))
    after = restarted(clinic, after_s=10)
    assert "try again in 0:20" in after.refused(c.SignIn(operator_id=NURSE, pin=NURSE_PIN))


def test_a_clock_set_back_while_the_program_was_not_running_puts_nothing_into_the_future(clinic: Clinic) -> None:
    before = clinic.visit.infusion_run_s
    new = restarted(clinic, after_s=-1800)
    assert new.visit.infusion_run_s == before
    assert new.view.cuff.age_s == 30
    assert new.view.cuff.due_in_s == 90  # the repeat of the flag


def test_a_determination_told_again_is_known_though_the_clock_stepped_before_the_restart(clinic: Clinic) -> None:
    clinic.clock.step_utc(3600)
    clinic.run(10)
    new = restarted(clinic, after_s=20)
    new.cuff(182, 111, age_s=60, cycle=1)
    assert new.of(r.CuffTaken) == []


def test_after_a_restart_the_monitors_are_given_the_time_to_speak_up(clinic: Clinic) -> None:
    clinic.run(5)
    after = restarted(clinic, after_s=60)
    after.numeric("spo2", 97.0)  # the first of a message; the heart rate is still to come
    after.tick()
    assert not [one for one in after.of(r.ConditionRaised) if one.rule.startswith("data.")]


def test_numbers_of_before_a_hold_are_not_shown_after_it_by_a_restart_either(clinic: Clinic) -> None:
    def tell(patient_id: str) -> None:
        at = clinic.clock.now().mono_ns
        clinic.event(DevicePatient(t_ns=at, admission=AdmissionState.ADMITTED, patient_id=patient_id))
        clinic.do(c.ConfirmMonitorPatient(chair=2, monitor=MONITOR, same=True))

    tell("4711")
    clinic.run(5)
    clinic.do(c.EnterVitals(chair=2, values=(("resp_rate", 12.0),)))
    tell("4712")
    before = clinic.view
    assert [one.value for one in before.numerics] == [None, None, None, None]
    after = restarted(clinic, same_clock=True).view
    assert [one.value for one in after.numerics] == [None, None, None, None]
    assert after.visit is not None
    assert before.visit is not None
    assert [(one.metric, one.value) for one in after.visit.manual] == [("resp_rate", 12.0)]
    assert after.visit.manual == before.visit.manual
