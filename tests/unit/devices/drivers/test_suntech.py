from dataclasses import replace
from itertools import groupby, pairwise

import pytest

from devices.driver import Cuff, CuffFault, CuffPatient, CuffPhase, StartsCuff
from devices.drivers.suntech import (
    ABORT,
    ASK_PRESSURE,
    ASK_RESULT,
    START_ADULT,
    Suntech,
    SuntechMonitor,
    encode,
    encode_result,
)
from devices.events import DeviceStatus, FrameRejected, Numeric, SensorStatus
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import load_scenario
from tests.helpers.bedside import MS, WELL, Bedside, S, ScriptedPatient

ACCEPTED, DONE, ABORTED, BUSY, DAMAGED, REFUSED, ASLEEP = (encode(ord(letter)) for letter in "OKABENS")
GOOD = encode_result(Cuff(phase=CuffPhase.DONE, cycle=1, sys=138, dia=86, mean=104, pulse=67))


def pressure(mmhg):
    return encode(*mmhg.to_bytes(2, "little", signed=True))


def of(events, kind):
    return [event for event in events if isinstance(event, kind)]


def statuses(events):
    """Return the states one after the other, an unchanged one once."""
    return [state for state, _ in groupby((event.status, event.text) for event in of(events, DeviceStatus))]


class Startable(ScriptedPatient):
    """A patient whose cuff takes twenty seconds from when it is started, and reads what `outcome` says."""

    def __init__(self, **outcome):
        super().__init__()
        self.starts, self.stops = [], []
        self.outcome = {"phase": CuffPhase.DONE, "sys": 131, "dia": 82, "mean": 99, "pulse": 70, **outcome}

    def start_cuff(self, t_ns):
        self.starts.append(t_ns)

    def stop_cuff(self, t_ns):
        self.stops.append(t_ns)

    def sensors(self, t_ns):
        begun = [start for start in self.starts if start <= t_ns]
        if not begun or any(begun[-1] <= stop <= t_ns for stop in self.stops):
            return WELL
        if t_ns - begun[-1] < 20 * S:
            return replace(WELL, cuff=Cuff(phase=CuffPhase.MEASURING, cycle=len(begun), pressure=120.0))
        return replace(WELL, cuff=Cuff(cycle=len(begun), measured_ns=begun[-1] + 20 * S, **self.outcome))


def bedside_of(patient):
    return Bedside(Suntech(), SuntechMonitor(), patient)


def started(driver, now_ms=1000, answer=ACCEPTED):
    """Start the cuff at `now_ms` and return the events of the module's answer 50 ms later."""
    driver.start_cuff(now_ms * MS)
    assert driver.pending_writes(now_ms * MS) == START_ADULT
    return list(driver.feed(answer, (now_ms + 50) * MS)) if answer else []


class TestThePersonsAct:
    def test_the_bytes_are_the_adults_start_and_the_abort(self):
        assert bytes.fromhex("3A 20 A6") == START_ADULT
        assert bytes.fromhex("3A 79 01 00 4C") == ABORT
        assert isinstance(Suntech(), StartsCuff)

    def test_a_start_is_sent_once_and_its_reading_told_once(self):
        bedside = bedside_of(Startable()).run(5)
        bedside.driver.start_cuff(bedside.now_ns)
        bedside.run(60)
        assert [data for _, data in bedside.sent].count(START_ADULT) == 1
        assert {data for _, data in bedside.sent} == {START_ADULT, ASK_PRESSURE, ASK_RESULT}
        assert len(bedside.patient.starts) == 1
        numbers = [(e.metric, e.value, e.cycle) for e in of(bedside.events, Numeric)]
        assert numbers == [
            ("nibp_sys", 131, 1),
            ("nibp_dia", 82, 1),
            ("nibp_mean", 99, 1),
            ("nibp_pulse_rate", 70, 1),
        ]
        (measured_ns,) = {e.measured_ns for e in of(bedside.events, Numeric)}
        assert measured_ns == pytest.approx(25 * S, abs=0.3 * S)
        texts = [text for _, text in statuses(bedside.events)]
        assert texts == ["ready", "measuring", "measuring 120 mmHg", "finished"]

    def test_without_it_an_hour_brings_no_start(self):
        bedside = bedside_of(Startable()).run(3600, step_ms=500)
        assert {data for _, data in bedside.sent} == {ASK_PRESSURE}
        assert not bedside.patient.starts

    def test_a_second_press_while_it_measures_does_nothing(self):
        bedside = bedside_of(Startable()).run(2)
        for _ in range(5):
            bedside.driver.start_cuff(bedside.now_ns)
            bedside.run(2)
        assert len(bedside.patient.starts) == 1

    def test_two_measurements_are_two_readings(self):
        bedside = bedside_of(Startable()).run(2)
        for _ in range(2):
            bedside.driver.start_cuff(bedside.now_ns)
            bedside.run(30)
        assert [e.cycle for e in of(bedside.events, Numeric) if e.metric == "nibp_sys"] == [1, 2]

    def test_stop_empties_the_cuff_at_once(self):
        bedside = bedside_of(Startable()).run(2)
        bedside.driver.start_cuff(bedside.now_ns)
        bedside.run(5)
        bedside.driver.stop_cuff(bedside.now_ns)
        bedside.run(30)
        assert [data for _, data in bedside.sent].count(ABORT) == 1
        assert statuses(bedside.events)[-1] == (SensorStatus.STOPPED, "stopped")
        assert not of(bedside.events, Numeric)
        assert bedside.driver.closing_writes(bedside.now_ns) == b""

    def test_stop_before_the_start_was_sent_leaves_only_the_stop(self):
        driver = Suntech()
        driver.start_cuff(0)
        driver.stop_cuff(0)
        assert [driver.pending_writes(t * MS) for t in (0, 100, 200)] == [ABORT, ASK_PRESSURE, b""]

    def test_somebody_elses_measurement_can_be_stopped_too(self):
        driver = Suntech()
        driver.feed(pressure(120), 0)
        driver.stop_cuff(0)
        assert driver.pending_writes(0) == ABORT
        assert statuses(driver.feed(ABORTED, 50 * MS)) == [(SensorStatus.STOPPED, "stopped")]

    def test_a_start_that_could_not_be_sent_is_forgotten(self):
        driver = Suntech()
        driver.start_cuff(0)
        (told,) = driver.tick(2001 * MS)
        assert told.status is SensorStatus.FAILED
        assert driver.pending_writes(2001 * MS) == ASK_PRESSURE

    def test_a_start_that_waits_too_long_is_not_sent_without_a_tick_either(self):
        driver = Suntech()
        driver.start_cuff(0)
        assert driver.pending_writes(2001 * MS) == ASK_PRESSURE

    def test_a_start_that_somebody_else_was_faster_with_is_not_sent(self):
        driver = Suntech()
        driver.start_cuff(0)
        driver.feed(pressure(100), 50 * MS)
        assert driver.pending_writes(60 * MS) == ASK_PRESSURE
        assert driver.pending_writes(160 * MS) == b""

    def test_a_reconnect_forgets_a_start(self):
        driver = Suntech()
        driver.start_cuff(0)
        driver.reset(100 * MS)
        assert driver.pending_writes(100 * MS) == ASK_PRESSURE
        assert driver.pending_writes(300 * MS) == b""

    @pytest.mark.parametrize(
        ("letter", "text"), [(BUSY, "busy"), (DAMAGED, "damaged"), (REFUSED, "refused"), (ASLEEP, "asleep")]
    )
    def test_a_start_that_is_not_taken_is_told(self, letter, text):
        driver = Suntech()
        ((status, told),) = statuses(started(driver, answer=letter))
        assert status is SensorStatus.FAILED
        assert text in told
        assert driver.closing_writes(2 * S) == b""
        driver.start_cuff(3 * S)
        assert driver.pending_writes(3 * S) == START_ADULT

    def test_a_module_that_does_not_answer_the_start_is_told(self):
        driver = Suntech()
        started(driver, answer=b"")
        assert driver.tick(3400 * MS) == ()
        assert "did not answer" in statuses(driver.tick(3401 * MS))[0][1]
        assert driver.feed(ACCEPTED, 3500 * MS) == ()

    def test_an_answer_lost_while_the_cuff_fills_does_not_matter(self):
        driver = Suntech()
        started(driver, answer=b"")
        driver.feed(pressure(60), 2000 * MS)
        assert driver.tick(4000 * MS) == ()
        assert driver.closing_writes(4 * S) == ABORT

    def test_the_result_of_the_last_is_awaited_before_the_next_is_started(self):
        driver = Suntech()
        driver.feed(DONE, 0)
        driver.start_cuff(0)
        assert driver.pending_writes(0) == ASK_RESULT
        assert driver.pending_writes(100 * MS) == ASK_PRESSURE
        driver.feed(GOOD, 150 * MS)
        assert driver.pending_writes(200 * MS) == START_ADULT


class TestGivingUp:
    def test_after_three_minutes_the_cuff_is_emptied(self):
        driver = Suntech()
        started(driver)
        sent = []
        for t in range(1100, 181_000, 100):
            driver.feed(pressure(100), t * MS)
            assert driver.tick(t * MS) == ()
            sent.append(driver.pending_writes(t * MS))
        assert ABORT not in sent
        driver.tick(181_001 * MS)
        assert driver.pending_writes(181_100 * MS) == ABORT
        told = statuses(driver.feed(ABORTED, 181_150 * MS))
        assert told == [(SensorStatus.FAILED, "took too long, stopped after three minutes")]
        assert driver.tick(181_200 * MS) == ()
        assert ABORT not in [driver.pending_writes(t * MS) for t in range(181_200, 190_000, 100)]

    def test_somebody_elses_measurement_is_not_stopped(self):
        driver = Suntech()
        for t in range(0, 400_000, 200):
            driver.feed(pressure(100), t * MS)
            driver.tick(t * MS)
            assert driver.pending_writes(t * MS) != ABORT
        assert driver.closing_writes(400 * S) == b""

    def test_a_stop_that_is_not_answered_is_repeated_and_told(self):
        driver = Suntech()
        started(driver)
        driver.stop_cuff(2 * S)
        assert driver.pending_writes(2 * S) == ABORT
        assert driver.tick(4400 * MS) == ()
        assert "open the cuff" in statuses(driver.tick(4401 * MS))[0][1]
        assert driver.pending_writes(4401 * MS) == ABORT
        assert statuses(driver.feed(ABORTED, 4500 * MS)) == [(SensorStatus.STOPPED, "stopped")]
        assert driver.tick(9 * S) == ()

    def test_leaving_empties_a_cuff_that_we_filled(self):
        driver = Suntech()
        assert driver.closing_writes(0) == b""
        started(driver)
        assert driver.closing_writes(2 * S) == ABORT
        driver.feed(DONE, 3 * S)
        assert driver.closing_writes(4 * S) == b""

    def test_a_cuff_that_is_empty_long_without_done_has_no_reading(self):
        driver = Suntech()
        driver.feed(pressure(100), 0)
        driver.feed(pressure(5), 1 * S)
        driver.feed(pressure(90), 5 * S)  # a second try
        driver.feed(pressure(5), 6 * S)
        assert driver.tick(16 * S) == ()
        assert "ended without a reading" in statuses(driver.tick(16_001 * MS))[0][1]

    def test_a_result_that_does_not_come_is_asked_for_again_and_given_up(self):
        driver = Suntech()
        driver.feed(DONE, 0)
        sent = []
        for t in range(0, 15_000, 100):
            driver.tick(t * MS)
            sent.append((t, driver.pending_writes(t * MS)))
        assert [t for t, data in sent if data == ASK_RESULT] == [0, 2000, 4000, 6000, 8000, 10_000]
        assert driver.feed(GOOD, 15 * S) == ()


class TestResults:
    def test_after_an_abort_done_brings_no_old_result(self):
        driver = Suntech()
        assert not of(driver.feed(pressure(100) + ABORTED + DONE + GOOD, 0), Numeric)
        driver.feed(DONE, 5001 * MS)
        assert len(of(driver.feed(GOOD, 5100 * MS), Numeric)) == 4

    @pytest.mark.parametrize("sign", [ACCEPTED, pressure(0) + pressure(60)])
    def test_a_measurement_begun_after_somebodys_abort_counts(self, sign):
        driver = Suntech()
        assert len(of(driver.feed(pressure(100) + ABORTED + sign + DONE + GOOD, 0), Numeric)) == 4

    def test_a_measurement_begun_after_our_stop_counts_once_the_module_has_taken_it(self):
        driver = Suntech()
        started(driver)
        driver.stop_cuff(2 * S)
        assert driver.pending_writes(2 * S) == ABORT
        driver.feed(ABORTED + ACCEPTED, 2100 * MS)  # the answer to a second stop starts nothing
        assert not of(driver.feed(DONE + GOOD, 2200 * MS), Numeric)
        started(driver, 3000)
        assert len(of(driver.feed(DONE + GOOD, 4000 * MS), Numeric)) == 4

    def test_a_cuff_still_filling_when_it_is_stopped_is_no_new_measurement(self):
        driver = Suntech()
        started(driver)
        driver.stop_cuff(2 * S)
        assert driver.pending_writes(2 * S) == ABORT
        assert not of(driver.feed(pressure(60) + DONE + GOOD, 2100 * MS), Numeric)
        driver = Suntech()
        started(driver)
        driver.stop_cuff(2 * S)
        driver.pending_writes(2 * S)
        driver.feed(pressure(60), 2100 * MS)
        assert "open the cuff" in statuses(driver.tick(4401 * MS))[-1][1]

    def test_an_abort_is_told_whoever_asked_for_it(self):
        assert statuses(Suntech().feed(ABORTED, 0)) == [(SensorStatus.STOPPED, "stopped")]

    def test_a_result_before_a_reconnect_is_gone(self):
        driver = Suntech()
        driver.feed(DONE, 0)
        driver.reset(S)
        assert driver.feed(GOOD, 2 * S) == ()

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            ({7 - 2: 0}, "ended without a reading"),
            ({20 - 2: 3}, "out of range, or too many tries"),
            ({20 - 2: 99}, "module fault 99: do not use, call service"),
            ({20 - 2: 55}, "cuff fault 55"),
            ({2 - 2: 80}, "result makes no sense, measure again"),
            ({3 - 2: 9}, "result makes no sense, measure again"),
        ],
    )
    def test_numbers_are_shown_only_where_all_says_so(self, change, text):
        data = list(GOOD[2:-1])
        for at, value in change.items():
            data[at] = value
        events = Suntech().feed(DONE + encode(*data), 0)
        assert statuses(events) == [(SensorStatus.FAILED, text)]
        assert not of(events, Numeric)

    def test_stopped_by_its_user_is_no_failure(self):
        data = [*bytes(18), 86, 0, 0]
        assert statuses(Suntech().feed(DONE + encode(*data), 0)) == [(SensorStatus.STOPPED, "stopped")]

    def test_a_rate_of_0_is_none(self):
        data = list(GOOD[2:-1])
        data[16 - 2] = 0
        assert [e.metric for e in of(Suntech().feed(DONE + encode(*data), 0), Numeric)] == [
            "nibp_sys",
            "nibp_dia",
            "nibp_mean",
        ]

    def test_the_cuff_that_empties_after_done_is_no_new_measurement(self):
        driver = Suntech()
        driver.feed(pressure(100) + DONE + pressure(60), 0)
        assert statuses(driver.feed(GOOD + pressure(30) + pressure(4), S)) == [(SensorStatus.OK, "finished")]
        assert statuses(driver.feed(pressure(50), 2 * S)) == [(SensorStatus.MEASURING, "measuring 50 mmHg")]


class TestPolling:
    def test_never_two_commands_within_a_tenth_of_a_second(self):
        bedside = bedside_of(Startable()).run(3)
        bedside.driver.start_cuff(bedside.now_ns)
        bedside.run(60)
        times = [t for t, _ in bedside.sent]
        assert min(later - earlier for earlier, later in pairwise(times)) >= 100 * MS

    def test_every_second_and_faster_while_it_measures(self):
        driver = Suntech()
        idle = [t for t in range(0, 5000, 50) if driver.pending_writes(t * MS)]
        assert idle == [0, 1000, 2000, 3000, 4000]
        driver.feed(pressure(90), 5000 * MS)
        assert [t for t in range(5000, 6000, 50) if driver.pending_writes(t * MS)] == [5000, 5300, 5600, 5900]

    def test_an_idle_module_is_heard_all_the_time(self):
        bedside = bedside_of(ScriptedPatient()).run(60)
        times = [event.t_ns for event in bedside.events]
        assert max(later - earlier for earlier, later in pairwise(times)) <= 1100 * MS
        assert statuses(bedside.events) == [(SensorStatus.OK, "ready")]

    def test_half_a_packet_is_not_waited_for(self):
        driver = Suntech()
        driver.feed(bytes.fromhex("3E 43") + DONE, 0)
        assert not driver.tick(200 * MS)
        (rejected,) = driver.tick(201 * MS)
        assert isinstance(rejected, FrameRejected)
        assert rejected.length == 2
        assert len(of(driver.feed(GOOD, 300 * MS), Numeric)) == 4


class TestTheSimulatedModule:
    def test_it_obeys_a_start_with_the_patients_cuff(self):
        patient = SimulatedPatient(load_scenario("normal"), 3)
        assert isinstance(patient, CuffPatient)
        bedside = bedside_of(patient).run(2, step_ms=100)
        assert patient.sensors(bedside.now_ns).cuff.phase is CuffPhase.IDLE
        bedside.driver.start_cuff(bedside.now_ns)
        bedside.run(1, step_ms=100)
        assert patient.sensors(bedside.now_ns).cuff.phase is CuffPhase.MEASURING
        while not of(bedside.events, Numeric):
            bedside.run(0.1, step_ms=100)
        cuff = patient.sensors(bedside.now_ns).cuff
        assert cuff.cycle == 1
        assert [e.value for e in of(bedside.events, Numeric)] == [cuff.sys, cuff.dia, cuff.mean, cuff.pulse]

    def test_it_refuses_where_there_is_no_cuff_to_start(self):
        bedside = bedside_of(ScriptedPatient()).run(1)
        bedside.driver.start_cuff(bedside.now_ns)
        bedside.run(1)
        assert statuses(bedside.events)[-1] == (SensorStatus.FAILED, "not started: the module refused")

    @pytest.mark.parametrize("make", [Startable, lambda: SimulatedPatient(load_scenario("normal"), 3)])
    def test_after_an_abort_it_takes_the_next_start(self, make):
        module, patient = SuntechMonitor(), make()
        module.transmit(patient, 0)
        replies = []
        for second, command in enumerate((START_ADULT, START_ADULT, ABORT, ABORT, START_ADULT), 1):
            module.receive(command, second * S)
            replies.append(module.transmit(patient, second * S + 500 * MS))
        assert replies == [ACCEPTED, BUSY, ABORTED, ACCEPTED, ACCEPTED]
        later = b"".join(module.transmit(patient, (6 + i) * S) for i in range(90))
        assert later.startswith(DONE)

    def test_it_is_busy_while_it_measures(self):
        module, patient = SuntechMonitor(), Startable()
        module.receive(START_ADULT, 0)
        module.receive(START_ADULT, S)
        assert module.transmit(patient, 2 * S) == ACCEPTED + BUSY

    @pytest.mark.parametrize("fault", list(CuffFault))
    def test_its_failures_are_told(self, fault):
        patient = Startable(phase=CuffPhase.FAILED, fault=fault, sys=None)
        bedside = bedside_of(patient).run(1)
        bedside.driver.start_cuff(bedside.now_ns)
        bedside.run(30)
        assert statuses(bedside.events)[-1][0] is SensorStatus.FAILED
        assert not of(bedside.events, Numeric)

    def test_it_keeps_an_old_result_over_a_power_cycle_and_says_nothing_of_it(self):
        patient = Startable()
        bedside = bedside_of(patient).run(1)
        bedside.driver.start_cuff(bedside.now_ns)
        bedside.run(30)
        bedside.monitor.restart(bedside.now_ns)
        bedside.events.clear()
        bedside.run(10)
        assert not of(bedside.events, Numeric)
        bedside.monitor.receive(ASK_RESULT, bedside.now_ns)
        assert encode_result(patient.sensors(bedside.now_ns).cuff) in bedside.monitor.transmit(patient, bedside.now_ns)

    def test_it_answers_what_is_damaged_and_what_we_never_ask(self):
        module, patient = SuntechMonitor(), ScriptedPatient()
        module.receive(b"noise\x3a\x20\xa7" + bytes.fromhex("3A 99 3A 79 02 03 48 3A 00 C6 3A 17 A0 00 0F"), 0)
        module.receive(bytes.fromhex("3A 79 02"), 0)
        module.receive(bytes.fromhex("40 0B"), 0)
        replies = module.transmit(patient, S)
        assert replies == DAMAGED + encode(0, 0, 0) + ACCEPTED + ACCEPTED + encode(*bytes(64))
