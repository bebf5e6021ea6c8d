"""The table of a visit in even steps of time: medians of what was measured, pressures as they were taken. No Qt."""

import math
from collections.abc import Mapping
from datetime import tzinfo

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


def interval_rows(
    visit: VisitView, view: TrendView, series: Mapping[str, Pyramid], minutes: int, until: float, zone: tzinfo | None
) -> tuple[CuffRow, ...]:
    """Return a row for every `minutes` of the visit up to minute `until`, newest first.

    A row holds what came from its time on until the next one: of HR, SpO2 and RR the median, "---" where nothing came; of the
    pressure the last cuff reading in it, "" where there was none.
    """
    readings = [(row.at, row) for row in cuff_rows(visit, view, series, zone)]  # newest first
    rate = "heart_rate" if "heart_rate" in series else "pulse_rate"
    measured = {metric: series[metric].arrays() for metric in (rate, "spo2", "resp_rate") if metric in series}
    first = math.floor(view.first / minutes)
    rows: list[CuffRow] = []
    for n in range(math.floor(until / minutes), first - 1, -1):
        begin, end = float(n * minutes), float((n + 1) * minutes)
        taken = next((row for at, row in readings if begin <= at < end), None)
        second = round(view.zero_utc_s + 60 * begin)
        middle = begin + minutes / 2
        phase = next((band.phase for band in view.phases if band.start <= middle < band.end), None)
        rows.append(
            CuffRow(
                at=begin,
                time=clock_text(second * NS_PER_S, zone),
                minute=minute_text(view, begin),
                phase="" if phase is None else PHASE_WORDS[phase],
                pressure="" if taken is None else taken.pressure,
                mean="" if taken is None else taken.mean,
                from_baseline="" if taken is None else taken.from_baseline,
                heart_rate=value_text(rate, _median(measured.get(rate), second, 60 * minutes)),
                spo2=value_text("spo2", _median(measured.get("spo2"), second, 60 * minutes)),
                resp_rate=value_text("resp_rate", _median(measured.get("resp_rate"), second, 60 * minutes)),
                flag="" if taken is None else taken.flag,
                flagged=taken is not None and taken.flagged,
            )
        )
    return tuple(rows)


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
