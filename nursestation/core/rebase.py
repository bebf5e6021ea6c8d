"""Stored records on the present monotonic clock.

A run of the program has a monotonic clock of its own. Records of an earlier run are moved onto the present one so that their
distance to `now` is that of the wall clock since the run's last record, and their distances to each other stay monotonic: a
step of the wall clock inside a run moves nothing. Where the wall clock was set back while the program was not running, the
last record counts as of now: nothing lies in the future.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from devices.clock import Moment
from nursestation.core import records as r
from nursestation.core.model import CuffReading


def onto(records: Iterable[r.Record], now: Moment) -> Iterator[tuple[r.Record, r.Record]]:
    """Give each record, oldest first, as (stored, moved onto the clock of `now`). A run begins with `StationStarted`."""
    run: list[r.Record] = []
    for record in records:
        if isinstance(record, r.StationStarted) and run:
            yield from _moved(run, now)
            run = []
        run.append(record)
    yield from _moved(run, now)


def _moved(run: list[r.Record], now: Moment) -> Iterator[tuple[r.Record, r.Record]]:
    if not run:
        return
    last = max(run, key=lambda record: record.at.mono_ns).at
    passed_ns = max(0, now.utc_ns - last.utc_ns)
    shift_ns = now.mono_ns - passed_ns - last.mono_ns
    for record in run:
        yield record, record if shift_ns == 0 else shifted(record, shift_ns)


def shifted(record: r.Record, shift_ns: int) -> r.Record:
    """Return the record with its monotonic times moved by `shift_ns` [ns]; UTC times stay."""
    at = Moment(record.at.mono_ns + shift_ns, record.at.utc_ns)
    match record:
        case r.ConditionRaised():
            cause_ns = None if record.cause_ns is None else record.cause_ns + shift_ns
            since_ns = None if record.since_ns is None else record.since_ns + shift_ns
            return replace(record, at=at, cause_ns=cause_ns, since_ns=since_ns)
        case r.CuffTaken() | r.FlagRaised() | r.FlagEnded():
            return replace(record, at=at, reading=_reading(record.reading, shift_ns))
        case r.FlagDecided() if record.reading is not None:
            return replace(record, at=at, reading=_reading(record.reading, shift_ns))
        case r.BaselineTaken():
            readings = tuple(_reading(reading, shift_ns) for reading in record.baseline.readings)
            return replace(record, at=at, baseline=replace(record.baseline, readings=readings))
        case r.OrthostaticRecorded():
            known = tuple(None if reading is None else _reading(reading, shift_ns) for reading in record.came_from)
            return replace(record, at=at, came_from=known)
        case _:
            return replace(record, at=at)


def _reading(reading: CuffReading, shift_ns: int) -> CuffReading:
    return replace(reading, measured_mono_ns=reading.measured_mono_ns + shift_ns)
