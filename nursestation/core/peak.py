"""The highest pressure of a visit and how far it lies above the baseline: one way to say it, for screens, report and history."""

from collections.abc import Sequence

from nursestation.core.model import Baseline, CuffReading


def peak(readings: Sequence[CuffReading], baseline: Baseline | None) -> CuffReading | None:
    """Return the reading with the highest systolic pressure besides those of the baseline; of equals the first.

    Where there is no other, the baseline's own count; None without a reading.
    """
    return max(_sought_among(readings, baseline), key=lambda reading: reading.sys, default=None)


def peak_dia(readings: Sequence[CuffReading], baseline: Baseline | None) -> CuffReading | None:
    """Return the reading with the highest diastolic pressure, of the same readings as `peak`."""
    return max(_sought_among(readings, baseline), key=lambda reading: reading.dia, default=None)


def rise(reading: CuffReading, baseline_sys: int) -> tuple[int, int]:
    """Return how far a systolic pressure lies above the baseline [mmHg, %]."""
    difference = reading.sys - baseline_sys
    return difference, round(100 * difference / baseline_sys)


def _sought_among(readings: Sequence[CuffReading], baseline: Baseline | None) -> Sequence[CuffReading]:
    after = [reading for reading in readings if baseline is not None and reading not in baseline.readings]
    return after or readings
