"""What waits to be written keeps its order, and only waveforms are bounded."""

import tracemalloc
from dataclasses import replace

from devices.events import Mode
from nursestation.core.records import Gap, SignedIn, Wave
from nursestation.store.backlog import REASON, Backlog
from tests.helpers.written_visit import SESSION, minute


def a_wave(index, metric="ecg", n=100):
    return Wave(
        at=minute(index / 240), chair=1, session=SESSION, metric=metric, monitor="1:berry", source="", rate_hz=n * 4.0,
        scale=1.0, offset=0.0, unit=None, samples=b"\1\0" * n, mode=Mode.REAL,
    )  # fmt: skip


def a_sign_in(index):
    return SignedIn(at=minute(index / 240), operator="op-1")


def test_what_was_put_comes_out_in_order_and_what_is_put_back_comes_first():
    backlog = Backlog()
    records = [a_sign_in(index) for index in range(5)]
    backlog.put(records)
    taken = backlog.take(3)
    assert taken == records[:3]
    backlog.put_back(taken)
    assert backlog.oldest == records[0]
    assert backlog.take(10) == records


def test_beyond_the_bound_the_oldest_waves_become_one_gap_a_trace_and_nothing_else_is_lost():
    backlog = Backlog(wave_bytes=200 * 8)
    records = []
    for index in range(20):
        records += [a_wave(index), a_wave(index, "pleth"), a_sign_in(index)]
    backlog.put(records)
    kept = backlog.take(1000)
    assert [record for record in kept if isinstance(record, SignedIn)] == records[2::3]
    waves = [record for record in kept if isinstance(record, Wave)]
    gaps = {record.metric: record for record in kept if isinstance(record, Gap)}
    assert waves == [record for record in records if isinstance(record, Wave)][-len(waves) :]
    assert 0 < sum(len(wave.samples) for wave in waves) <= 200 * 8
    assert len(gaps) == len([record for record in kept if isinstance(record, Gap)]) == 2
    for metric, gap in gaps.items():
        n_kept = sum(len(wave.samples) // 2 for wave in waves if wave.metric == metric)
        assert gap.n_samples + n_kept == 20 * 100
        assert gap.reason == REASON


def test_a_gap_told_by_the_wire_is_not_joined_with_a_dropped_stretch():
    lost = Gap(
        at=minute(0.01),
        chair=1,
        session=SESSION,
        metric="ecg",
        monitor="1:berry",
        source="",
        n_samples=7,
        reason="wire",
    )
    backlog = Backlog(wave_bytes=100)
    backlog.put([a_wave(0), a_wave(1), lost, a_wave(3), a_wave(4)])
    gaps = backlog.take(10)
    assert [(gap.n_samples, gap.reason) for gap in gaps] == [(200, REASON), (7, "wire"), (200, REASON)]


def test_the_bound_is_on_memory_and_not_on_samples_alone():
    """A monitor sends ten samples at a time: what is around them takes most of the room."""
    bound = 1_000_000
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        backlog = Backlog(wave_bytes=bound)
        for index in range(8000):
            backlog.put([replace(a_wave(index, n=10), samples=bytes(bytearray(20)))])
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(backlog) > 1000
    assert held - before < 2 * bound
