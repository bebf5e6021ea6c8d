"""The cuff: how long it takes, what it reads, how it fails."""

import itertools

import numpy as np
import pytest

from devices.driver import CuffFault, CuffPhase
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import parse_scenario

S = 1_000_000_000

TEXT = """
title = "t"
description = "d"
[patient]
name = "Sim Anyone"
age = 40
sex = "female"
weight_kg = 70
{more}
[[monitor]]
driver = "berry_pm6750"
"""
NO_AUTO = "[cuff]\nauto = []\n"


def patient_with(more="", seed=1):
    return SimulatedPatient(parse_scenario(TEXT.format(more=more), "t.toml"), seed)


def followed(patient, last_s, step_s=0.5):
    """Return (seconds, cuff) at every step."""
    return [(i * step_s, patient.sensors(round(i * step_s * S)).cuff) for i in range(int(last_s / step_s))]


def spans(seen):
    """Return begin, end and the cuff after it, of each stretch of measuring."""
    found, begin = [], None
    for t, cuff in seen:
        if cuff.phase is CuffPhase.MEASURING and begin is None:
            begin = t
        elif cuff.phase is not CuffPhase.MEASURING and begin is not None:
            found.append((begin, t, cuff))
            begin = None
    return found


@pytest.mark.parametrize("seed", range(12))
def test_a_good_cycle_takes_20_to_45_seconds(seed):
    cycles = spans(followed(patient_with(seed=seed), 1200))
    assert len(cycles) >= 6
    for begin, end, cuff in cycles:
        assert cuff.phase is CuffPhase.DONE
        assert 20 <= end - begin <= 45


def test_first_inflation_is_160_and_later_ones_30_above_the_last_systolic():
    patient = patient_with("[resting]\nsys = 118\ndia = 74")
    seen = followed(patient, 400)
    (first_begin, first_end, first), (begin, end, _) = spans(seen)[:2]
    highest = [max(c.pressure for t, c in seen if b <= t < e) for b, e in ((first_begin, first_end), (begin, end))]
    assert highest == [pytest.approx(160, abs=1), pytest.approx(first.sys + 30, abs=1)]


def test_pressure_falls_in_steps_and_is_gone_afterwards():
    seen = followed(patient_with(), 120, 0.1)
    pressures = [c.pressure for _, c in seen if c.phase is CuffPhase.MEASURING]
    falling = pressures[pressures.index(max(pressures)) :]
    drops = {round(a - b, 6) for a, b in itertools.pairwise(falling)}
    assert all(drop >= 0 for drop in drops)
    assert 8.0 in drops
    assert seen[-1][1].pressure == 0


def test_high_pressure_is_reached_from_the_first_cycle_on():
    (_, _, cuff) = spans(followed(patient_with("[resting]\nsys = 205\ndia = 118"), 150))[0]
    assert cuff.sys == pytest.approx(205, abs=20)


def test_reading_is_the_body_s_with_the_device_s_scatter():
    errors = []
    for seed in range(40):
        patient = patient_with(
            "[resting]\nsys = 120\ndia = 75\n[variation]\nsys = 0\ndia = 0\n[cuff]\nscatter = 3\nbias = 0", seed
        )
        errors += [cuff.sys - 120 for _, _, cuff in spans(followed(patient, 900, 2.0))]
    assert abs(np.mean(errors)) < 1
    assert np.std(errors) == pytest.approx(3, abs=0.8)


def test_mean_lies_between_and_the_time_is_the_end_of_the_cycle():
    for _, end, cuff in spans(followed(patient_with(), 1000)):
        assert cuff.dia < cuff.mean < cuff.sys
        assert cuff.measured_ns / S == pytest.approx(end, abs=0.5)
        assert 40 < cuff.pulse < 120


def test_automatic_cycles_keep_their_interval_and_count_up():
    cycles = spans(followed(patient_with(), 800))
    assert [round(begin) for begin, _, _ in cycles] == [60, 240, 420, 600]
    assert [cuff.cycle for _, _, cuff in cycles] == [1, 2, 3, 4]


def test_a_later_schedule_takes_over_when_it_begins():
    patient = patient_with()
    patient.infusion_started(100 * S)
    assert [round(begin) for begin, _, _ in spans(followed(patient, 1100))] == [60, 240, 400, 700, 1000]


def test_last_reading_stays_while_the_next_is_taken():
    patient = patient_with()
    (_, _, first), (begin, end, _) = spans(followed(patient, 400))[:2]
    during = patient.sensors(round((begin + end) / 2 * S)).cuff
    assert during.phase is CuffPhase.MEASURING
    assert (during.sys, during.measured_ns, during.cycle) == (first.sys, first.measured_ns, 2)


def test_start_key_starts_a_cycle_and_is_deaf_during_one():
    patient = patient_with(NO_AUTO)
    followed(patient, 50)
    patient.start_cuff(50 * S)
    assert patient.sensors(51 * S).cuff.phase is CuffPhase.MEASURING
    patient.start_cuff(55 * S)
    assert len(spans(followed(patient, 200))) == 1


def test_stop_key_ends_a_cycle_without_a_result():
    patient = patient_with(NO_AUTO)
    patient.start_cuff(50 * S)
    before, during = patient.sensors(50 * S).cuff, patient.sensors(55 * S).cuff
    assert (during.phase, during.cycle) == (CuffPhase.MEASURING, 1)
    patient.stop_cuff(55 * S)
    assert patient.sensors(56 * S).cuff == before
    patient.stop_cuff(57 * S)
    assert patient.sensors(200 * S).cuff == before
    patient.start_cuff(200 * S)
    assert [(cuff.phase, cuff.cycle) for _, _, cuff in spans(followed(patient, 300))] == [
        (CuffPhase.IDLE, 0),
        (CuffPhase.DONE, 2),
    ]


def test_scripted_times_count_from_their_anchor():
    patient = patient_with('[cuff]\nauto = []\ntimes = [{ after = "infusion_start", at = "01:00" }]')
    assert patient.sensors(400 * S).cuff.phase is CuffPhase.IDLE
    patient.infusion_started(400 * S)
    assert [round(begin) for begin, _, _ in spans(followed(patient, 600))] == [460]


TROUBLE = '[cuff]\n[[cuff.trouble]]\nat = 50\nlasting = 60\nfault = "{fault}"\nretry = "{retry}"\n'


def test_a_failed_attempt_is_retried_once_at_higher_pressure():
    patient = patient_with(TROUBLE.format(fault="motion", retry="succeeds"))
    seen = followed(patient, 180, 0.2)
    begin, end, cuff = spans(seen)[0]
    assert (cuff.phase, cuff.cycle, cuff.fault) == (CuffPhase.DONE, 1, None)
    assert 45 < end - begin < 95
    pressures = np.array([c.pressure for t, c in seen if begin <= t < end])
    rises = np.flatnonzero((pressures[:-1] == 0) & (pressures[1:] > 0))
    again = rises[-1]
    assert again > 100
    assert pressures[again:].max() == pytest.approx(pressures[:again].max() + 40, abs=1)


@pytest.mark.parametrize("fault", list(CuffFault))
def test_a_cycle_that_fails_twice_says_why_and_gives_no_number(fault):
    patient = patient_with(TROUBLE.format(fault=fault.value, retry="fails"))
    begin, end, cuff = spans(followed(patient, 400))[0]
    assert (cuff.phase, cuff.fault, cuff.sys) == (CuffPhase.FAILED, fault, None)
    assert end - begin <= 260
    second = patient.sensors(500 * S).cuff
    assert (second.phase, second.fault) == (CuffPhase.DONE, None)


def test_a_leaking_cuff_never_gets_up():
    seen = followed(patient_with(TROUBLE.format(fault="leak", retry="fails")), 120)
    assert 40 < max(cuff.pressure for _, cuff in seen) < 70


def test_a_heart_too_slow_cannot_be_measured():
    patient = patient_with("[resting]\nheart_rate = 32")
    assert spans(followed(patient, 300))[0][2].fault is CuffFault.WEAK


def test_a_failed_cycle_keeps_the_last_good_reading_with_its_own_time():
    patient = patient_with('[cuff]\n[[cuff.trouble]]\nat = 200\nlasting = 60\nfault = "weak"\n')
    (_, _, good), (_, _, failed) = spans(followed(patient, 400))[:2]
    assert failed.phase is CuffPhase.FAILED
    assert (failed.sys, failed.measured_ns) == (good.sys, good.measured_ns)


def test_a_misread_cycle_is_off_by_what_the_scenario_says_and_the_next_is_not():
    plain = "[cuff]\nscatter = 0\nbias = 0\nauto = [{ at = 60, every = 120 }]\n"
    wrong = plain + "[[cuff.misreading]]\nat = 50\nlasting = 60\nsys = 29\ndia = 12\n"
    told, true = (
        [(cuff.sys, cuff.dia) for _, _, cuff in spans(followed(patient_with(text), 300))[:2]] for text in (wrong, plain)
    )
    assert told[0] == (true[0][0] + 29, true[0][1] + 12)
    assert told[1] == true[1]
