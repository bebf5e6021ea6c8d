"""The table of a visit in even steps of time: medians of what was measured, pressures as they were taken. No Qt."""

import math
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import overload

import numpy as np

from devices.clock import NS_PER_S
from nursestation.core.snapshot import VisitView
from nursestation.core.wording import PHASE_WORDS
from nursestation.ui.plots.cuff_rows import CuffRow, cuff_rows
from nursestation.ui.plots.pyramid import Pyramid, Series
from nursestation.ui.plots.readout import minute_text, value_text
from nursestation.ui.plots.trend_view import TrendView
from nursestation.ui.timetext import clock_text

INTERVALS_MIN = (1, 5, 15)


class IntervalRows(Sequence[CuffRow]):
    """A row for every `minutes` of a visit up to minute `until`, newest first, each made when somebody looks at it.

    A row holds what came from its time on until the next one: of HR, SpO2 and RR the median, "---" where nothing came; of the
    pressure the last cuff reading in it, "" where there was none. A visit that was left open has hundreds of thousands of rows.
    """

    def __init__(
        self,
        visit: VisitView,
        view: TrendView,
        series: Mapping[str, Pyramid],
        minutes: int,
        until: float,
        zone: tzinfo | None,
    ) -> None:
        newest_first = cuff_rows(visit, view, series, zone)
        self._taken = {math.floor(row.at // minutes): row for row in reversed(newest_first)}
        self._rate = "heart_rate" if "heart_rate" in series else "pulse_rate"
        self._measured = {
            metric: series[metric].arrays() for metric in (self._rate, "spo2", "resp_rate") if metric in series
        }
        self._view, self._minutes, self._zone = view, minutes, zone
        self._numbers = range(math.floor(until / minutes), math.floor(view.first / minutes) - 1, -1)
        self._made: dict[int, CuffRow] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, index: int) -> CuffRow: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[CuffRow]: ...
    def __getitem__(self, index: int | slice) -> CuffRow | Sequence[CuffRow]:
        if isinstance(index, slice):
            return tuple(self._row(n) for n in self._numbers[index])
        return self._row(self._numbers[index])

    def _row(self, n: int) -> CuffRow:
        if n not in self._made:
            self._made[n] = self._make(n)
        return self._made[n]

    def _make(self, n: int) -> CuffRow:
        minutes, view, taken = self._minutes, self._view, self._taken.get(n)
        begin = float(n * minutes)
        second = round(view.zero_utc_s + 60 * begin)
        middle = begin + minutes / 2
        phase = next((band.phase for band in view.phases if band.start <= middle < band.end), None)

        def median(metric: str) -> str:
            return value_text(metric, _median(self._measured.get(metric), second, 60 * minutes))

        return CuffRow(
            at=begin,
            time=clock_text(second * NS_PER_S, self._zone),
            minute=minute_text(view, begin),
            phase="" if phase is None else PHASE_WORDS[phase],
            pressure="" if taken is None else taken.pressure,
            mean="" if taken is None else taken.mean,
            from_baseline="" if taken is None else taken.from_baseline,
            heart_rate=median(self._rate),
            spo2=median("spo2"),
            resp_rate=median("resp_rate"),
            flag="" if taken is None else taken.flag,
            flagged=taken is not None and taken.flagged,
        )


def header_text(minutes: int) -> str:
    """Return what the table's numbers are, as a sentence above it."""
    if not minutes:
        return "At each cuff reading, as measured at that second."
    each = "minute" if minutes == 1 else f"{minutes} minutes"
    return f"HR, SpO₂, RR: median of each {each}. BP: last reading in it, as measured."


def _median(measured: tuple[Series, Series] | None, second: int, length_s: int) -> float | None:
    if measured is None:
        return None
    t, v = measured
    values = v[np.searchsorted(t, second) : np.searchsorted(t, second + length_s)]
    values = values[~np.isnan(values)]
    return float(np.median(values)) if len(values) else None
