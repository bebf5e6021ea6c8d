"""Which monitor took a cuff reading: the record of a reading names it by its title, the readings beside it by its id."""

from collections.abc import Mapping

from nursestation.core.model import CuffReading
from nursestation.export.visit import VisitRecord

Cycle = tuple[int, float, int | None]
"""When a cycle was measured, UTC [ns], its systolic pressure [mmHg], and its number."""


def cuff_monitors(visit: VisitRecord) -> Mapping[Cycle, str]:
    """Return the monitor's id of every cuff cycle that a monitor delivered."""
    return {
        (sample.at.utc_ns if sample.measured_utc_ns is None else sample.measured_utc_ns, sample.value, sample.cycle): (
            sample.monitor
        )
        for sample in visit.samples
        if sample.metric == "nibp_sys" and sample.value is not None
    }


def cycle_of(reading: CuffReading) -> Cycle:
    """Return by what a reading is found there."""
    return reading.measured_utc_ns, float(reading.sys), reading.cycle
