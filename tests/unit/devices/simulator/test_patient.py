"""The patient: one truth whatever way it is asked, and waves that agree with the numbers."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from devices.driver import CuffPhase, ProbeState
from devices.simulator.patient import SimulatedPatient
from devices.simulator.physiology import Col
from devices.simulator.scenario import load_scenario, parse_scenario
from devices.simulator.traits import draw_traits

S = 1_000_000_000
MS = 1_000_000
NORMAL = load_scenario("normal")

UNFIXED = """
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


def unfixed(more=""):
    return parse_scenario(UNFIXED.format(more=more), "unfixed.toml")


def sampled(patient, metric, first_s, last_s, rate_hz):
    times = np.arange(first_s * rate_hz, last_s * rate_hz) / rate_hz
    return times, np.array(patient.wave(metric, [round(t * S) for t in times]))


def peaks(times, values, above, apart_s):
    """Return the times of local maxima above a level, at least `apart_s` from each other."""
    found = []
    for i in range(1, len(values) - 1):
        if values[i] > above and values[i - 1] < values[i] >= values[i + 1]:
            if found and times[i] - found[-1] < apart_s:
                continue
            found.append(times[i])
    return found


def rises(times, values, level):
    """Return the times at which a wave crosses `level` on its way up."""
    return [times[i] for i in range(1, len(values)) if values[i - 1] < level <= values[i]]


# --- one truth


def everything(patient, t_ns):
    waves = {metric: patient.wave(metric, [t_ns])[0] for metric in ("ecg", "pleth", "resp", "co2")}
    return patient.sensors(t_ns), waves


@settings(max_examples=25, deadline=None)
@given(
    asked=st.lists(st.integers(0, 900_000), min_size=1, max_size=40),
    steps_ms=st.lists(st.integers(1, 2_500), min_size=1, max_size=20),
)
def test_answers_do_not_depend_on_how_one_asks(asked, steps_ms):
    seldom = SimulatedPatient(NORMAL, 7)
    often = SimulatedPatient(NORMAL, 7)
    t_ms = 0
    for step in steps_ms * 5:
        t_ms += step
        everything(often, t_ms * MS)
    for t_ms in sorted(asked):
        assert everything(seldom, t_ms * MS) == everything(often, t_ms * MS), t_ms


JUMPY = "".join(
    f'[[target]]\nmetric = "{metric}"\nby = {by}\nafter = "infusion_start"\nat = {at}\nramp = 1\nhold = 900\n'
    for metric, by in (("sys", 40), ("heart_rate", 50), ("resp_rate", 15), ("etco2", 20), ("perfusion_index", 5))
    for at in (0, 1)
)


@settings(max_examples=25, deadline=None)
@example(steps_ms=[50], started_ms=1401, pressed_ms=1000)  # between two of the cuff's ten readings a second
@given(
    steps_ms=st.lists(st.integers(50, 3_000), min_size=1, max_size=12),
    started_ms=st.integers(1_000, 20_000),
    pressed_ms=st.integers(1_000, 20_000),
)
def test_nothing_told_is_taken_back_by_what_staff_do(steps_ms, started_ms, pressed_ms):
    patient, told = SimulatedPatient(unfixed(JUMPY), 3), []
    acts = sorted([(started_ms, "infusion_started"), (pressed_ms, "start_cuff")])
    t_ms, steps = 0, itertools.cycle(steps_ms)
    while t_ms < 40_000:
        while acts and acts[0][0] <= t_ms:
            getattr(patient, acts.pop(0)[1])(t_ms * MS)
        told.append((t_ms, everything(patient, t_ms * MS)))
        t_ms += next(steps)
    assert [(t, everything(patient, t * MS)) for t, _ in told] == told


@pytest.mark.parametrize("started_ms", range(5_000, 11_000, 170))
def test_what_staff_do_acts_the_same_however_one_asks(started_ms):
    seldom, often = (SimulatedPatient(unfixed(JUMPY), 3) for _ in range(2))
    for t_ms in range(0, started_ms + 1, 90):
        everything(often, t_ms * MS)
    for patient in (seldom, often):
        patient.infusion_started(started_ms * MS)
    for t_ms in range(0, 30_000, 700):
        assert everything(seldom, t_ms * MS) == everything(often, t_ms * MS), t_ms
        assert seldom.body(t_ms * MS, Col.EFFECT_SITE) == often.body(t_ms * MS, Col.EFFECT_SITE)


def test_one_call_for_many_times_equals_many_calls():
    times = [t * 4 * MS for t in range(2_000)]
    together = SimulatedPatient(NORMAL, 7).wave("ecg", times)
    patient = SimulatedPatient(NORMAL, 7)
    assert [patient.wave("ecg", [t])[0] for t in times] == together


def test_seeds_differ():
    one, two = (SimulatedPatient(NORMAL, seed).wave("ecg", [t * 40 * MS for t in range(100)]) for seed in (1, 2))
    assert one != two


def test_start_time_only_shifts():
    at_zero, later = SimulatedPatient(NORMAL, 7), SimulatedPatient(NORMAL, 7, start_ns=5 * S)
    for t in range(0, 200, 7):
        assert at_zero.sensors(t * S).heart_rate == later.sensors((t + 5) * S).heart_rate


# --- waves agree with numbers


def test_heart_rate_is_the_count_of_r_waves():
    patient = SimulatedPatient(NORMAL, 11)
    times, values = sampled(patient, "ecg", 0, 120, 250)
    counted = peaks(times, values, 0.55 * values.max(), 0.25)
    for second in range(20, 120, 10):
        last = [t for t in counted if t <= second][-9:]
        assert patient.sensors(second * S).heart_rate == pytest.approx(60 * 8 / (last[-1] - last[0]), rel=0.01)


def test_r_waves_are_where_the_patient_says():
    patient = SimulatedPatient(NORMAL, 11)
    times, values = sampled(patient, "ecg", 0, 60, 500)
    counted = peaks(times, values, 0.55 * values.max(), 0.25)
    told = [t / S for t in patient.r_waves_ns(60 * S) if 0.01 < t / S < 59.99]
    assert counted == pytest.approx(told, abs=0.004)


def test_pulse_follows_every_r_wave_by_a_fifth_to_a_third_of_a_second():
    patient = SimulatedPatient(NORMAL, 5)
    times, values = sampled(patient, "pleth", 0, 60, 500)
    feet = [times[i] for i in range(1, len(values) - 1) if values[i - 1] > values[i] <= values[i + 1] < 0.14]
    r_waves = patient.r_waves_ns(60 * S) / S
    assert len(feet) > 50
    for foot in feet[1:-1]:
        assert 0.2 <= foot - r_waves[r_waves <= foot].max() <= 0.3


def test_resp_rate_is_the_count_of_breaths_in_both_waves():
    patient = SimulatedPatient(NORMAL, 9)
    times, co2 = sampled(patient, "co2", 0, 180, 50)
    _, resp = sampled(patient, "resp", 0, 180, 50)
    breaths_out = rises(times, co2, 15)
    chest = peaks(times, resp, 0.7, 1.5)
    assert abs(len(breaths_out) - len(chest)) <= 1
    rate = np.mean([patient.sensors(second * S).resp_rate for second in range(20, 180)])
    assert rate == pytest.approx(60 * (len(breaths_out) - 1) / (breaths_out[-1] - breaths_out[0]), rel=0.04)


def test_a_patient_who_does_not_breathe_has_flat_waves_and_after_a_while_the_rate_0():
    pause = "[[target]]\nmetric = 'resp_rate'\nto = 0\nat = 60\nramp = 1\nhold = 60\nsettle = 1\n"
    patient = SimulatedPatient(unfixed(pause), 9)
    _, co2 = sampled(patient, "co2", 68, 120, 50)
    _, resp = sampled(patient, "resp", 68, 120, 50)
    assert co2.max() == 0
    assert np.ptp(resp) < 0.15, "nothing but the trace of the heart"
    rates = [patient.sensors(second * S).resp_rate for second in range(60, 140)]
    assert min(rates[:20]) > 5
    assert set(rates[28:60]) == {0}
    assert rates[-1] > 2
    _, again = sampled(patient, "co2", 124, 140, 50)
    assert again.max() > 25


def test_expired_co2_rises_as_the_chest_falls():
    patient = SimulatedPatient(NORMAL, 9)
    times, resp = sampled(patient, "resp", 0, 120, 50)
    _, co2 = sampled(patient, "co2", 0, 120, 50)
    for top in peaks(times, resp, 0.7, 1.5):
        following = (times > top - 0.3) & (times < top + 0.5)
        assert co2[following].max() > 15
        before = (times > top - 0.8) & (times < top - 0.35)
        assert co2[before].max(initial=0) < 5


def test_etco2_is_the_end_of_the_plateau():
    patient = SimulatedPatient(NORMAL, 9)
    for second in range(15, 120, 15):
        _, co2 = sampled(patient, "co2", second - 12, second, 100)
        tops = [co2[i] for i in range(1, len(co2) - 1) if co2[i] > 20 and co2[i] >= co2[i - 1] and co2[i] > co2[i + 1]]
        assert patient.sensors(second * S).etco2 == pytest.approx(tops[-1], abs=0.5)
    assert patient.sensors(15 * S).fico2 == co2.min() == 0


def test_waves_keep_to_their_ranges():
    patient = SimulatedPatient(NORMAL, 2)
    for metric, low, high in (("ecg", -1, 2), ("pleth", 0, 1), ("resp", -1, 1), ("co2", 0, 60)):
        _, values = sampled(patient, metric, 0, 60, 125)
        assert low <= values.min() < values.max() <= high


def test_pulse_rate_equals_heart_rate_on_average():
    patient = SimulatedPatient(NORMAL, 2)
    told = [patient.sensors(t * S) for t in range(300)]
    assert np.mean([s.pulse_rate - s.heart_rate for s in told]) == pytest.approx(0, abs=0.2)


def test_unknown_waves_and_no_times():
    patient = SimulatedPatient(NORMAL, 2)
    assert patient.wave("art", [0, 1]) == [None, None]
    assert patient.wave("ecg", []) == []


# --- sensors and artefacts


def test_probe_off_blanks_its_numbers_and_its_wave_then_searches():
    patient = SimulatedPatient(unfixed('[[sensor]]\nsensor = "spo2_probe"\nat = 20\nlasting = 40'), 1)
    before, off, back, well = (patient.sensors(t * S) for t in (19, 40, 62, 70))
    assert before.spo2 is not None
    assert off.spo2_probe is ProbeState.OFF
    assert (off.spo2, off.pulse_rate, off.perfusion_index) == (None, None, None)
    assert off.heart_rate is not None
    assert patient.wave("pleth", [40 * S, 40 * S + MS]) == [None, None]
    assert patient.wave("ecg", [40 * S])[0] is not None
    assert (back.spo2_probe, back.spo2) == (ProbeState.SEARCHING, None)
    assert well.spo2_probe is ProbeState.ON
    assert well.spo2 is not None


def test_lead_off_leaves_breathing_to_the_co2_line():
    patient = SimulatedPatient(unfixed('[[sensor]]\nsensor = "ecg_lead"\nat = 20'), 1)
    told = patient.sensors(300 * S)
    assert (told.heart_rate, told.st) == (None, None)
    assert told.resp_rate is not None
    assert patient.wave("resp", [300 * S]) == [None]


def test_motion_lowers_spo2_spoils_the_pleth_and_the_cuff():
    scenario = unfixed('[resting]\nspo2 = 98\n[[artefact]]\nkind = "motion"\nat = 50\nlasting = 120')
    patient, still = SimulatedPatient(scenario, 1), SimulatedPatient(unfixed("[resting]\nspo2 = 98"), 1)
    lowered = [still.sensors(t * S).spo2 - patient.sensors(t * S).spo2 for t in range(80, 160)]
    assert 2.9 <= min(lowered) <= max(lowered) <= 10.1
    assert patient.wave("pleth", [100 * S]) != still.wave("pleth", [100 * S])
    assert patient.sensors(170 * S).cuff.phase is CuffPhase.FAILED


def test_cold_finger_gives_a_small_pulse():
    patient = SimulatedPatient(unfixed('[[artefact]]\nkind = "low_perfusion"\nat = 10\nlasting = 60'), 1)
    _, warm = sampled(patient, "pleth", 0, 10, 100)
    _, cold = sampled(patient, "pleth", 20, 30, 100)
    assert np.ptp(cold) < 0.4 * np.ptp(warm)
    assert patient.sensors(30 * S).perfusion_index == pytest.approx(0.25)


def test_cuff_on_the_probes_arm_blinds_the_probe():
    patient = SimulatedPatient(unfixed("[cuff]\nsame_arm_as_probe = true"), 1)
    told = patient.sensors(70 * S)
    assert told.cuff.phase is CuffPhase.MEASURING
    assert (told.spo2_probe, told.spo2) == (ProbeState.SEARCHING, None)
    assert patient.wave("pleth", [70 * S]) == [None]


# --- the drug


def test_pressure_follows_the_drug_and_comes_back():
    patient = SimulatedPatient(unfixed("[response]\nsys = 20\n[variation]\nsys = 0\ndia = 0"), 1)
    patient.infusion_started(60 * S)
    mean = {
        minute: np.mean([patient.body((60 + minute * 60 + s) * S, Col.SYS) for s in range(20)])
        for minute in (0, 20, 40, 100)
    }
    assert mean[40] - mean[0] == pytest.approx(20, abs=1.5)
    assert 10 < mean[20] - mean[0] < 18
    assert mean[100] - mean[0] < 2.5


def test_pause_lets_the_pressure_ebb():
    patient = SimulatedPatient(unfixed(), 1)
    patient.infusion_started(0)
    peak = patient.body(900 * S, Col.EFFECT_SITE)
    patient.infusion_paused(900 * S)
    ebb = patient.body(1500 * S, Col.EFFECT_SITE)
    patient.infusion_resumed(1500 * S)
    assert ebb < 0.6 * peak < patient.body(2400 * S, Col.EFFECT_SITE)
    patient.infusion_stopped(2400 * S)
    patient.infusion_resumed(2401 * S)
    assert patient.body(3600 * S, Col.EFFECT_SITE) < 0.5 * peak


def test_injection_acts_without_a_pump():
    patient = SimulatedPatient(unfixed('[infusion]\nroute = "im"'), 1)
    patient.injected(0)
    assert patient.body(1500 * S, Col.EFFECT_SITE) > 150


def test_population_of_responses():
    drawn = [draw_traits(unfixed(), seed) for seed in range(1_500)]
    sys, dia = (np.array([getattr(t, name) for t in drawn]) for name in ("sys_response", "dia_response"))
    assert sys.mean() == pytest.approx(14, abs=1)
    assert sys.std() == pytest.approx(11, abs=1)
    assert dia.mean() == pytest.approx(9.5, abs=0.8)
    assert np.corrcoef(sys, dia)[0, 1] == pytest.approx(0.7, abs=0.06)


def test_population_at_rest():
    drawn = [draw_traits(unfixed(), seed) for seed in range(1_500)]
    for name, mean, sd, low, high in (
        ("sys", 122, 13, 90, 175),
        ("dia", 76, 9, 50, 105),
        ("heart_rate", 72, 10, 45, 110),
        ("resp_rate", 15, 2.5, 9, 22),
        ("etco2", 38, 3, 30, 46),
    ):
        values = np.array([getattr(t, name) for t in drawn])
        assert values.mean() == pytest.approx(mean, abs=4 * sd / math.sqrt(1_500)), name
        assert values.std() == pytest.approx(sd, rel=0.1), name
        assert low <= values.min() <= values.max() <= high


def test_systolic_rise_seen_by_the_body_over_many_patients():
    rise = []
    for seed in range(60):
        patient = SimulatedPatient(unfixed(), seed)
        before = np.mean([patient.body(s * S, Col.SYS) for s in range(20)])
        patient.infusion_started(20 * S)
        rise.append(np.mean([patient.body((2410 + s) * S, Col.SYS) for s in range(20)]) - before)
    assert np.mean(rise) == pytest.approx(14, abs=4.5)


def test_fixing_one_value_leaves_the_others_of_a_seed():
    free, fixed = draw_traits(unfixed(), 4), draw_traits(unfixed("[resting]\nsys = 130"), 4)
    assert fixed.sys == 130
    assert (free.dia, free.heart_rate, free.spo2) == (fixed.dia, fixed.heart_rate, fixed.spo2)


def test_interval_variability_is_that_of_an_adult():
    spread = []
    for seed in range(12):
        patient = SimulatedPatient(unfixed("[resting]\nheart_rate = 65"), seed)
        spread.append(np.std(np.diff(patient.r_waves_ns(300 * S))) / MS)
    assert 30 < np.mean(spread) < 75  # SDNN 50 (16) ms
