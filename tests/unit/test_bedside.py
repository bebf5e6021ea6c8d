"""The simulated bedside: what staff chart reaches the simulated patient, once, and only on its own chair."""

from collections.abc import Iterator

import pytest

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.errors import ScenarioError
from devices.simulator.physiology import Col
from nursestation.bedside import SimulatedBedside
from nursestation.core.records import CuffRequested, InfusionStarted

SOON_S = 30  # before the scenario's own first cuff cycle, at 60 s


@pytest.fixture
def clock() -> ManualClock:
    clock = ManualClock()
    clock.advance(1000)
    return clock


@pytest.fixture
def bedside(clock, tmp_path) -> Iterator[SimulatedBedside]:
    made = SimulatedBedside(["normal", "normal"], 1, clock.now(), tmp_path, taken=(1,))
    yield made
    made.close()


def cuff_cycles(bedside: SimulatedBedside, chair: int, at: Moment) -> int:
    return bedside.chairs[chair].patient.sensors(at.mono_ns + SOON_S * NS_PER_S).cuff.cycle


def test_chairs_get_the_numbers_that_are_free(bedside):
    assert [chair.number for chair in bedside.settings] == [2, 3]
    assert all(monitor.port for chair in bedside.settings for monitor in chair.monitor)


def test_a_cuff_reading_that_staff_ask_for_is_taken_on_that_chair(bedside, clock):
    now = clock.now()
    bedside.heed([CuffRequested(at=now, chair=2, session="s", operator="r.alvarez", reason="asked for")])
    assert cuff_cycles(bedside, 2, now) == 1
    assert cuff_cycles(bedside, 3, now) == 0


@pytest.mark.parametrize(
    ("operator", "earlier_s"),
    [(None, 0), ("r.alvarez", 500)],
    ids=["a flag's own wish waits for a person", "what was asked before a restart was answered then"],
)
def test_other_requests_press_nothing(bedside, clock, operator, earlier_s):
    at = clock.now().shifted(-earlier_s * NS_PER_S)
    bedside.heed([CuffRequested(at=at, chair=2, session="s", operator=operator, reason="repeat")])
    assert cuff_cycles(bedside, 2, clock.now()) == 0


def test_the_drug_reaches_the_patient_whose_infusion_was_charted(bedside, clock):
    now = clock.now()
    bedside.heed([InfusionStarted(at=now, chair=2, session="s", operator="r.alvarez", dose_text="42 mg")])
    later = now.mono_ns + 1200 * NS_PER_S
    drug = [bedside.chairs[chair].patient.body(later, Col.EFFECT_SITE) for chair in (2, 3)]
    assert drug[0] > 50
    assert drug[1] == 0


def test_an_unknown_scenario_leaves_nothing_behind(clock, tmp_path):
    with pytest.raises(ScenarioError, match="no-such"):
        SimulatedBedside(["normal", "no-such"], 1, clock.now(), tmp_path)
    assert not [path for path in tmp_path.rglob("*") if path.is_symlink()]
