import numpy as np
import pytest

from devices.clock import NS_PER_S, ManualClock, Moment
from devices.vocabulary import Unit
from nursestation.core.records import Gap
from nursestation.ui.plots.wave_store import WaveStore
from tests.helpers.published import make_wave

PLETH = ("pleth", "m", "")


def _store(**told):
    clock, store = ManualClock(Moment(1000 * NS_PER_S, 0)), WaveStore()
    for _ in range(20):
        store.add([make_wave(clock.advance(0.1), lambda t: t * 0 + 0.5, **told)])
    return clock, store


def test_a_wave_is_kept_by_chair_and_key():
    _, store = _store()
    trace, newest = store.trace(2, PLETH), store.newest(2, PLETH)
    assert trace is not None
    assert newest is not None
    assert store.keys(2) == (PLETH,)
    assert trace.next_index == trace.index_at(1002 * NS_PER_S) + 1
    assert newest.at.mono_ns == 1002 * NS_PER_S
    assert (store.trace(3, PLETH), store.newest(3, PLETH), store.keys(3)) == (None, None, ())


def test_waves_of_one_rate_share_a_ring():
    clock, store = _store()
    store.add(
        [make_wave(clock.now(), lambda t: t * 0, chair=3), make_wave(clock.now(), lambda t: t, chair=4, rate_hz=50)]
    )
    assert store.bank(2, PLETH) is store.bank(3, PLETH)
    assert store.bank(2, PLETH) is not store.bank(4, PLETH)


def test_a_gap_leaves_room():
    clock, store = _store()
    before = store.trace(2, PLETH).next_index
    gap = Gap(at=clock.now(), chair=2, metric="pleth", monitor="m", source="", n_samples=7, reason="lost")
    store.add([gap])
    assert store.trace(2, PLETH).next_index == before + 7
    store.add([Gap(at=clock.now(), chair=9, metric="pleth", monitor="m", source="", n_samples=7, reason="lost")])
    assert store.keys(9) == ()


def test_the_version_tells_when_places_have_to_be_given_anew():
    clock, store = _store()
    known = store.version
    store.add([make_wave(clock.advance(0.1), lambda t: t * 0)])
    assert store.version == known
    store.add([make_wave(clock.advance(0.1), lambda t: t * 0, rate_hz=50.0, n=5)])
    assert store.version == known + 1
    store.forget(2)
    assert store.version == known + 2
    assert store.keys(2) == ()


def test_a_wave_that_comes_in_another_unit_begins_anew():
    """A capnogram is relative until its monitor has told its unit: what came before stands on no scale in mmHg."""
    clock, store = _store(metric="co2")
    known, co2 = store.version, ("co2", "m", "")
    store.add([make_wave(clock.advance(0.1), lambda t: t * 0 + 38, metric="co2", unit=Unit.MMHG, scale=0.1)])
    assert store.version == known + 1
    trace = store.trace(2, co2)
    values = trace.read(trace.next_index - 100, trace.next_index)
    assert np.nanmin(values) == pytest.approx(38)


def test_a_still_store_does_not_go_on():
    clock, store = _store()
    still = store.still([(2, PLETH), (3, PLETH)])
    end = store.trace(2, PLETH).next_index
    store.add([make_wave(clock.advance(0.1), lambda t: t * 0 + 0.9)])
    assert still.keys(2) == (PLETH,)
    assert still.keys(3) == ()
    assert still.trace(2, PLETH).next_index == end
    np.testing.assert_array_equal(still.trace(2, PLETH).read(end - 50, end), store.trace(2, PLETH).read(end - 50, end))
