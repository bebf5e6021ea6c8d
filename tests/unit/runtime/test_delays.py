import pytest

from devices.clock import ManualClock
from devices.events import AlarmKind, Mode, Priority, Validity
from nursestation.core.model import Provenance
from nursestation.core.records import ConditionRaised, Sample, SignalShown
from nursestation.runtime.delays import KEPT, Delays, Spread


@pytest.fixture
def clock():
    return ManualClock()


def _sample(at):
    return Sample(
        at=at, metric="spo2", value=98.0, validity=Validity.VALID, mode=Mode.REAL, provenance=Provenance.DEVICE,
        monitor="1:x", source="",
    )  # fmt: skip


def _raised(at, cause_ns):
    return ConditionRaised(
        at=at, condition_id="a", rule="limit.spo2.low", kind=AlarmKind.PHYSIOLOGICAL, priority=Priority.MEDIUM,
        text="SpO₂ 88 < 90 %", cause_ns=cause_ns,
    )  # fmt: skip


def test_nothing_measured_is_no_figure(clock):
    assert Delays(clock).figures().signal == Spread(0, None, None, None)


def test_it_measures_from_the_arrival_to_the_end_of_the_step(clock):
    delays, arrived = Delays(clock), clock.now()
    clock.advance(0.03)
    delays.note([_sample(arrived), _sample(arrived.shifted(20_000_000)), _raised(arrived, arrived.mono_ns)])
    figures = delays.figures()
    assert figures.judged == Spread(1, 30.0, 30.0, 30.0)  # the one that waited longest
    assert figures.condition == Spread(1, 30.0, 30.0, 30.0)


def test_a_condition_that_no_byte_caused_is_not_measured(clock):
    delays = Delays(clock)
    delays.note([_raised(clock.now(), None)])
    assert delays.figures().condition.n == 0


def test_a_signal_is_as_late_as_the_window_says(clock):
    delays = Delays(clock)
    for ms in range(1, 101):
        delays.note([SignalShown(at=clock.now(), condition_id=str(ms), delay_ms=float(ms))])
    assert delays.figures().signal == Spread(100, 50.0, 99.0, 100.0)


def test_quantiles_are_of_the_newest_and_the_longest_is_of_all(clock):
    delays = Delays(clock)
    for ms in [900.0, *[5.0] * KEPT]:
        delays.note([SignalShown(at=clock.now(), condition_id="a", delay_ms=ms)])
    assert delays.figures().signal == Spread(KEPT + 1, 5.0, 5.0, 900.0)
