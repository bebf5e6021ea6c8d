import numpy as np
import pytest

from devices.clock import NS_PER_S
from devices.events import MISSING_SAMPLE
from nursestation.ui.plots.bank import Bank
from nursestation.ui.plots.trace import decode

RATE = 100.0


def _at(seconds):
    return round(seconds * NS_PER_S)


def _ramp(first, n):
    return np.arange(first, first + n, dtype=np.float32)


def _stream(trace, start_s, n_chunks, *, clock_ratio=1.0, first=0):
    """Feed 10-sample chunks that arrive every 0.1 s of ours, times `clock_ratio`."""
    for n in range(n_chunks):
        trace.add(_ramp(first + 10 * n, 10), _at(start_s + 0.1 * clock_ratio * n))


def test_decoding_scales_and_leaves_out_what_the_monitor_called_invalid():
    raw = np.array([100, MISSING_SAMPLE, -100], dtype="<i2").tobytes()
    values = decode(raw, 0.01, 0.5)
    assert values[0] == pytest.approx(1.5)
    assert np.isnan(values[1])
    assert values[2] == pytest.approx(-0.5)


def test_a_sample_stands_at_its_time():
    trace = Bank(RATE).column("one")
    trace.add(_ramp(0, 10), _at(5))
    assert trace.next_index == trace.index_at(_at(5)) + 1
    assert trace.read(491, 501).tolist() == list(range(10))


def test_late_arrival_does_not_move_samples():
    trace = Bank(RATE).column("one")
    trace.add(_ramp(0, 10), _at(5))
    trace.add(_ramp(10, 10), _at(5.17))  # 0.07 s late
    assert trace.read(491, 511).tolist() == list(range(20))


def test_missing_time_is_a_gap():
    trace = Bank(RATE).column("one")
    trace.add(_ramp(0, 10), _at(5))
    trace.add(_ramp(10, 10), _at(6.1))  # 1 s is missing
    assert np.isnan(trace.read(501, 601)).all()
    assert trace.read(601, 611).tolist() == list(range(10, 20))


def test_lost_samples_are_a_gap_of_their_number():
    trace = Bank(RATE).column("one")
    trace.add(_ramp(0, 10), _at(5))
    trace.add_gap(10)
    trace.add(_ramp(20, 10), _at(5.2))
    assert np.isnan(trace.read(501, 511)).all()
    assert trace.read(511, 521).tolist() == list(range(20, 30))


def test_a_gap_of_unknown_length_breaks_the_line():
    trace = Bank(RATE).column("one")
    trace.add_gap(None)  # before the first sample there is nothing to break
    trace.add(_ramp(0, 10), _at(5))
    trace.add_gap(None)
    assert np.isnan(trace.read(501, 502)).all()


@pytest.mark.parametrize("ratio", [0.998, 1.002])
def test_a_clock_that_drifts_is_followed_without_a_gap(ratio):
    trace = Bank(RATE).column("one")
    _stream(trace, 5, 600, clock_ratio=ratio)
    end_s = 5 + 0.1 * ratio * 599
    assert abs(trace.next_index - trace.index_at(_at(end_s))) <= 4
    newest = trace.read(trace.next_index - 1000, trace.next_index)
    assert np.isfinite(newest).all()
    assert (np.diff(newest) <= 2).all()


def test_samples_faster_than_time_are_left_out_not_drawn_ahead():
    trace = Bank(RATE).column("one")
    for n in range(50):
        trace.add(_ramp(10 * n, 10), _at(5 + 0.01 * n))  # ten times too fast
    assert trace.next_index <= trace.index_at(_at(5.5)) + 1 + 1.61 * RATE


@pytest.mark.parametrize("apart_s", [0.0, 0.02])
def test_four_blocks_at_once_are_shown_one_after_the_other(apart_s):
    trace = Bank(RATE).column("one")
    for turn in range(12):
        for block in range(4):
            first = 100 * turn + 25 * block
            trace.add(_ramp(first, 25), _at(5 + turn + apart_s * block))
    kept = trace.read(trace.next_index - 1200, trace.next_index)
    assert kept.tolist() == list(range(1200))
    assert trace.next_index == trace.index_at(_at(16)) + 1 + 75


def test_a_message_of_a_second_is_shown_at_the_pace_of_its_samples():
    trace = Bank(RATE).column("one")
    for turn in range(12):
        trace.add(_ramp(100 * turn, 100), _at(5 + turn + 0.03 * (turn % 2)))
    assert trace.read(trace.next_index - 1200, trace.next_index).tolist() == list(range(1200))
    assert trace.next_index == trace.index_at(_at(16)) + 1 + 75


def test_a_burst_that_does_not_come_leaves_a_gap():
    trace = Bank(RATE).column("one")
    for turn in (0, 1, 3, 4):
        trace.add(_ramp(100 * turn, 100), _at(5 + turn))
    kept = trace.read(trace.next_index - 500, trace.next_index)
    assert kept[:200].tolist() == list(range(200))
    assert np.isnan(kept[200:300]).all()
    assert kept[300:].tolist() == list(range(300, 500))


def test_nothing_is_kept_before_the_first_sample_or_beyond_the_ring():
    trace = Bank(RATE, kept_s=1.0).column("one")
    assert np.isnan(trace.read(0, 5)).all()
    _stream(trace, 5, 30)
    assert np.isnan(trace.read(trace.next_index - 150, trace.next_index - 100)).all()
    assert np.isfinite(trace.read(trace.next_index - 100, trace.next_index)).all()


def test_one_chunk_longer_than_the_ring_keeps_its_end():
    trace = Bank(RATE, kept_s=1.0).column("one")
    trace.add(_ramp(0, 250), _at(5))
    assert trace.read(trace.next_index - 3, trace.next_index).tolist() == [247, 248, 249]


def test_what_was_held_up_and_comes_at_once_costs_nothing_of_what_follows():
    trace = Bank(RATE).column("one")
    _stream(trace, 5, 20)
    for n in range(10):  # a second was held up
        trace.add(_ramp(200 + 10 * n, 10), _at(7.9))
    _stream(trace, 8, 40, first=300)
    kept = trace.read(trace.index_at(_at(5)), trace.next_index)
    gap = np.flatnonzero(np.isnan(kept))
    assert 0 < len(gap) <= 1.0 * RATE
    assert gap[-1] - gap[0] == len(gap) - 1, "one gap, and none behind it"
    fresh = kept[kept >= 300]
    assert len(fresh) >= 0.88 * 400, "one sample in ten is left out until it is in step again"
    assert fresh[0] == 300 or fresh[0] == 301
