"""The outbox keeps every record but waves, and only the newest snapshot."""

from devices.clock import Moment
from devices.events import Mode, Validity
from nursestation.core.model import Provenance
from nursestation.core.records import Sample, Wave
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.outbox import Outbox


def _sample(t: int) -> Sample:
    return Sample(
        at=Moment(t, t),
        metric="spo2",
        value=97,
        validity=Validity.VALID,
        mode=Mode.REAL,
        provenance=Provenance.DEVICE,
        monitor="m",
        source="",
    )


def _wave(t: int) -> Wave:
    return Wave(
        at=Moment(t, t),
        metric="ecg",
        monitor="m",
        source="II",
        rate_hz=250,
        scale=1,
        offset=0,
        unit=None,
        samples=b"\0\0",
        mode=Mode.REAL,
    )


def _snapshot(t: int) -> StationSnapshot:
    return StationSnapshot(at=Moment(t, t), operators=(), operator=None, chairs=(), conditions=(), protocols=())


def test_records_come_in_order_then_waves_then_the_newest_snapshot():
    outbox = Outbox()
    outbox.publish([_sample(1), _wave(1)], _snapshot(1))
    outbox.publish([_sample(2)], _snapshot(2))
    assert list(outbox.drain(10)) == [_sample(1), _sample(2), _wave(1), _snapshot(2)]
    assert list(outbox.drain(10)) == []


def test_a_stalled_window_loses_old_waves_alone():
    outbox = Outbox(max_waves=3)
    for t in range(10):
        outbox.publish([_sample(t), _wave(t)])
    drained = outbox.drain(100)
    assert [record for record in drained if isinstance(record, Sample)] == [_sample(t) for t in range(10)]
    assert [record for record in drained if isinstance(record, Wave)] == [_wave(t) for t in (7, 8, 9)]


def test_a_drain_takes_no_more_than_asked():
    outbox = Outbox()
    outbox.publish([_sample(t) for t in range(5)])
    assert len(outbox.drain(2)) == 2
    assert len(outbox.drain(10)) == 3


def test_whoever_wants_to_know_is_told_when_the_window_takes_what_there_is():
    told = []
    outbox = Outbox(on_drain=lambda: told.append(len(outbox)))
    outbox.publish([_wave(1)])
    outbox.drain(10)
    assert told == [1]
