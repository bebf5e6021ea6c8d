"""Scenario files: the shipped ones load and do what they say; a mistake is told in one sentence."""

import pytest

from devices.driver import CuffPhase, ProbeState
from devices.errors import ScenarioError
from devices.simulator.patient import SimulatedPatient
from devices.simulator.scenario import load_scenario, parse_scenario, scenario_folder, scenario_names
from devices.simulator.script import seconds

S = 1_000_000_000
SHIPPED = (
    "apnoea",
    "bp-spike",
    "cable-pulled",
    "crisis",
    "cuff-failing",
    "desaturation",
    "intellivue-monitor",
    "mild-desaturation",
    "monitor-reboot",
    "normal",
    "paused-infusion",
    "probe-off",
    "s5-monitor",
    "spike-artefact",
    "vasovagal",
    "visit-early-stop",
    "visit-injection",
    "visit-no-driver",
    "visit-pain",
    "visit-plain",
    "visit-spike",
)
START = 10 * 60  # of the infusion, in the visits below [s]


def test_shipped_scenarios():
    assert scenario_names() == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_scenario_loads_and_names_a_simulated_patient(name):
    scenario = load_scenario(name)
    assert scenario.patient.name.startswith("Sim ")
    assert scenario.title
    assert scenario.description
    assert len(scenario.monitor) >= 1


def test_shipped_patients_have_names_of_their_own():
    assert len({load_scenario(name).patient.name for name in SHIPPED}) == len(SHIPPED)


def visit(name, seed, last_min, *, pause_min=None):
    """Return the readings of a visit as (minutes since the infusion's start, cuff), and the patient."""
    patient, readings = SimulatedPatient(load_scenario(name), seed), []
    acts = [(START, patient.infusion_started)]
    if pause_min is not None:
        acts.append((START + pause_min * 60, patient.infusion_paused))
    cycle = 0
    for t in range(START + last_min * 60):
        while acts and acts[0][0] <= t:
            acts.pop(0)[1](t * S)
        cuff = patient.sensors(t * S).cuff
        if cuff.phase is CuffPhase.DONE and cuff.cycle != cycle:
            cycle = cuff.cycle
            readings.append(((t - START) / 60, cuff))
    return readings, patient


def median(values):
    return sorted(values)[len(values) // 2]


@pytest.mark.parametrize("seed", [*range(6), 7])
def test_bp_spike_is_a_spike_with_every_seed_and_settles_after_the_pause(seed):
    readings, _ = visit("bp-spike", seed, 55, pause_min=36.5)
    base_sys = median([c.sys for t, c in readings if t < 0])
    base_dia = median([c.dia for t, c in readings if t < 0])
    assert base_sys < 140
    assert base_dia < 90
    for t, cuff in readings:
        if 0 < t < 31:
            assert cuff.sys < 150
        if 35 <= t < 37:
            # the ladder's rung "spike", not yet "severe"
            assert 160 <= cuff.sys < 180
            assert cuff.sys - base_sys < 40
            assert cuff.dia - base_dia < 25
    assert any(35 <= t < 37 for t, _ in readings)
    assert readings[-1][1].sys < base_sys + 12


def test_bp_spike_stays_up_until_somebody_pauses():
    readings, _ = visit("bp-spike", 7, 42)
    assert readings[-1][1].sys > 160


@pytest.mark.parametrize("seed", [1, 7])
def test_crisis_reaches_the_crisis_rung(seed):
    readings, _ = visit("crisis", seed, 26)
    assert readings[-1][1].sys >= 200


@pytest.mark.parametrize("seed", [1, 7])
def test_vasovagal_is_slow_and_low_and_recovers(seed):
    readings, patient = visit("vasovagal", seed, 15)
    low = next(cuff for t, cuff in readings if 1.3 < t < 3)
    assert low.sys < 90
    assert 38 < low.pulse < 50
    assert readings[-1][1].sys > 100
    assert patient.sensors((START + 120) * S).heart_rate < 48


@pytest.mark.parametrize("seed", [1, 7])
def test_mild_desaturation_dips_to_91(seed):
    _, patient = visit("mild-desaturation", seed, 30)
    dips = [patient.sensors((START + t) * S).spo2 for t in range(20 * 60, 28 * 60)]
    assert 90 < min(dips) < 92
    assert dips[120 + 19] > 95  # the finger lags behind the lung
    assert dips[120 + 75] < 93
    assert dips[-1] > 94


@pytest.mark.parametrize("seed", range(6))
def test_normal_visit_crosses_no_spike_rung(seed):
    readings, _ = visit("normal", seed, 55)
    base_sys = median([c.sys for t, c in readings if t < 0])
    base_dia = median([c.dia for t, c in readings if t < 0])
    for t, cuff in readings:
        assert cuff.sys < min(160, base_sys + 25), t
        assert cuff.dia < min(100, base_dia + 15), t


def test_probe_off_lasts_40_seconds():
    _, patient = visit("probe-off", 1, 15)
    told = [patient.sensors((START + t) * S).spo2_probe for t in range(700, 800)]
    assert told.count(ProbeState.OFF) == 40


def test_cuff_failing_fails_and_is_well_again():
    patient = SimulatedPatient(load_scenario("cuff-failing"), 1)
    patient.infusion_started(START * S)
    phases = {t: patient.sensors((START + t) * S).cuff.phase for t in (340, 440, 960, 1260, 1560)}
    assert phases == {
        340: CuffPhase.MEASURING,
        440: CuffPhase.DONE,
        960: CuffPhase.FAILED,
        1260: CuffPhase.FAILED,
        1560: CuffPhase.DONE,
    }


GOOD = """title = "t"
description = "d"

[patient]
name = "Sim Anyone"
age = 40
sex = "female"
weight_kg = 70

[[monitor]]
driver = "berry_pm6750"
"""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("age = 40", "age = 400"), r"own\.toml, line 6: patient\.age: .*less than or equal to 100"),
        (GOOD.replace('"Sim Anyone"', '"Jane"'), r"line 5: patient\.name: .*begins with \"Sim \""),
        (GOOD.replace("weight_kg", "wieght_kg"), r"line 4: patient\.weight_kg: Field required.* 1 more"),
        (GOOD + "[cuf]\nevery = 3\n", r"line 12: cuf: Extra inputs"),
        (GOOD + '[[target]]\nmetric = "sys"\nto = 1\nhold = "3 min"\n', r"line 15: target\.1\.hold: expected a time"),
        (GOOD + '[[target]]\nmetric = "sys"\nhold = 3\n', r"line 12: target\.1: expected exactly one of to and by"),
        (GOOD + '[[target]]\nmetric = "sys"\nto = 3\n', r"expected exactly one of hold and until"),
        (GOOD + '[[operator]]\ndo = "dance"\n', r"line 12: operator\.1: .*'do'"),
        (GOOD + '[[operator]]\ndo = "pause_infusion"\n', r"line 12: operator\.1\..*reason: Field required"),
        (
            GOOD + '[[sensor]]\nsensor = "spo2_probe"\n\n[[sensor]]\nsensor = "spo2_probe"\nat = true\n',
            r"line 17: sensor\.2\.at: expected a time",
        ),
        (GOOD + '[[fault]]\nkind = "lost"\nmonitor = "nonin"\n', r"monitor 'nonin'; expected one of berry_pm6750"),
        ("title = \n", r"own\.toml is not a TOML file: .*line 1"),
        (GOOD.split("[[monitor]]")[0], r"monitor: Field required"),
    ],
)
def test_a_mistake_names_file_line_key_and_what_is_expected(text, said):
    with pytest.raises(ScenarioError, match=said):
        parse_scenario(text, "own.toml")


def test_unknown_scenario_lists_the_known_ones():
    with pytest.raises(ScenarioError, match=r"no scenario named 'nromal'.*normal"):
        load_scenario("nromal")


def test_own_file_by_its_path(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD)
    assert load_scenario(path).title == "t"
    assert load_scenario("mine", tmp_path).title == "t"
    assert scenario_names(tmp_path) == ("mine",)


def test_unreadable_file(tmp_path):
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "gone.toml")
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ScenarioError, match="cannot be read"):
        load_scenario(tmp_path / "bytes.toml")


def test_folder_holds_what_is_shipped():
    assert (scenario_folder() / "normal.toml").is_file()


@pytest.mark.parametrize(
    ("text", "value"), [("00:36:30", 2190), ("36:30", 2190), ("1:00:00", 3600), (2.5, 2.5), (0, 0), ("90:00", 5400)]
)
def test_times(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["36", "00:75", -1, None, True, "1h", "", "00:00:60"])
def test_no_times(text):
    with pytest.raises(ValueError, match="expected a time"):
        seconds(text)
