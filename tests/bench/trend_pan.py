"""Panning over a day, or a month, of six vitals at one value a second. Prints one JSON line for the bench.

    python -m tests.bench.trend_pan ours|plain day|month

`ours` is the program's own plot of a visit, with its axes, phases, cuff readings, words and limit lines. `plain` is what
pyqtgraph gives by its defaults: the same curves in one plot with all their points, one pixel thick and not antialiased, and
nothing beside them. Of the two heart rates that are remembered one is drawn, so six vitals are five curves.

A step sets another window, lets the events run, and has the picture painted; its processor time is measured. The windows cover
95 % of the record, and then 10 % of it.
"""

import json
import sys
from collections.abc import Callable
from time import perf_counter, process_time

import numpy as np
from PySide6.QtWidgets import QApplication

from devices.clock import NS_PER_S, Moment
from nursestation.core.model import Phase
from nursestation.core.snapshot import PhaseSpan
from nursestation.paths import resource
from nursestation.ui import theme
from nursestation.ui.plots.pyramid import Pyramid, Series
from nursestation.ui.plots.trend_model import TREND_METRICS
from nursestation.ui.plots.trend_view import trend_view
from nursestation.ui.plots.trend_window import Look
from nursestation.ui.shell import make_application
from tests.bench.processor import resident_mib
from tests.helpers.station_views import BASELINE, NOW, make_entry, make_reading, make_visit

SIZE = (1400, 500)
DAYS = {"day": 1, "month": 30}
PARTS = (0.95, 0.1)
STEPS = 60
_SEED = 7
_LEVELS = {"heart_rate": 78.0, "pulse_rate": 78.0, "spo2": 97.0, "resp_rate": 14.0, "etco2": 36.0, "temp": 36.8}
_WAVERS = {"heart_rate": 2.0, "pulse_rate": 2.0, "spo2": 0.8, "resp_rate": 1.0, "etco2": 1.2, "temp": 0.05}
_DRAWN = {"heart_rate": "heart_rate", "spo2": "spo2", "resp_rate": "resp", "etco2": "co2", "temp": "text"}
"""By metric the colour."""

Step = Callable[[float, float], None]


def record(days: int) -> tuple[Series, dict[str, Series]]:
    """Return seconds of UTC and of each metric its values at them, in the steps that monitors give, with gaps."""
    random = np.random.default_rng(_SEED)
    n = days * 86_400
    seconds = NOW.utc_ns // NS_PER_S - n + np.arange(n)
    values: dict[str, Series] = {}
    for metric in TREND_METRICS:
        drift = 8 * np.sin(np.arange(n) / 4000 + random.uniform(0, 6)) * _WAVERS[metric] / 2
        noise = random.normal(0, _WAVERS[metric], n)
        step = 0.1 if metric == "temp" else 1.0
        values[metric] = np.round((_LEVELS[metric] + drift + noise) / step) * step
        for begin in random.integers(0, n - 600, 4 * days):
            values[metric][begin : begin + int(random.integers(20, 600))] = np.nan
    values["spo2"] = np.minimum(values["spo2"], 100)
    return seconds, values


def ours(application: QApplication, seconds: Series, values: dict[str, Series]) -> Step:
    """Return the step of the program's plot."""
    from nursestation.ui.plots.trend_plot import TrendPlot

    series = {metric: Pyramid() for metric in TREND_METRICS}
    for metric, pyramid in series.items():
        pyramid.extend(seconds, values[metric])
    hours = len(seconds) // 3600
    opened = Moment(NOW.mono_ns, int(seconds[0]) * NS_PER_S)
    start = opened.shifted(3600 * NS_PER_S)
    visit = make_visit(
        Phase.INFUSION,
        opened=opened,
        infusion_started=start,
        infusion_run_s=float(len(seconds)),
        spans=(
            PhaseSpan(phase=Phase.BASELINE, start=opened, end=start),
            PhaseSpan(phase=Phase.INFUSION, start=start, end=None),
        ),
        baseline=BASELINE,
        cuffs=tuple(make_reading(130, 82, ago_s=3600.0 * hour) for hour in range(min(hours, 24), 0, -1)),
        chart=tuple(make_entry(str(n), "Nausea", at=NOW.shifted(-n * 7200 * NS_PER_S)) for n in range(8, 0, -1)),
    )
    plot = TrendPlot(theme.DARK_THEME)
    plot.resize(*SIZE)
    plot.show()
    application.processEvents()
    view = trend_view(visit, NOW)
    plot.render(view, series)

    def step(first: float, last: float) -> None:
        plot.show_look(Look(last - first, view.first + first))
        application.processEvents()

    return step


def plain(application: QApplication, seconds: Series, values: dict[str, Series]) -> Step:
    """Return the step of pyqtgraph's own plot."""
    import pyqtgraph as pg

    plot = pg.PlotWidget(background=theme.DARK_THEME.colour("plot"))
    plot.resize(*SIZE)
    minutes = (seconds - seconds[0]) / 60.0
    for n, (metric, role) in enumerate(_DRAWN.items()):
        level = _LEVELS[metric]
        heights = 10 + 18 * n + (values[metric] - level) * 0.8 / _WAVERS[metric]
        plot.plot(minutes, heights, pen=theme.DARK_THEME.colour(role))
    plot.setYRange(0, 100, padding=0)
    plot.show()
    application.processEvents()

    def step(first: float, last: float) -> None:
        plot.setXRange(first, last, padding=0)
        application.processEvents()

    return step


def measure(step: Step, minutes: float) -> dict[str, dict[str, float]]:
    """Return by window size the median and worst processor time of a step [ms]."""
    found: dict[str, dict[str, float]] = {}
    for part in PARTS:
        span = minutes * part
        took: list[float] = []
        for n in range(STEPS + 3):
            first = (minutes - span) * (n % STEPS) / STEPS
            began = process_time()
            step(first, first + span)
            took.append(1e3 * (process_time() - began))
        steady = sorted(took[3:])
        found[f"{part:g}"] = {"median_ms": steady[len(steady) // 2], "worst_ms": steady[-1]}
    return found


def main() -> None:
    who, span = sys.argv[1:]
    application = make_application(resource("fonts"))
    before_mib = resident_mib()
    seconds, values = record(DAYS[span])
    began = perf_counter()
    match who:
        case "ours":
            step = ours(application, seconds, values)
        case "plain":
            step = plain(application, seconds, values)
        case _:
            raise SystemExit(f"{who} is neither ours nor plain")
    opened_ms = 1e3 * (perf_counter() - began)
    steps = measure(step, len(seconds) / 60.0)
    after_mib = resident_mib()
    added = None if before_mib is None or after_mib is None else after_mib - before_mib
    told = {
        "who": who,
        "span": span,
        "metrics": len(values),
        "curves": len(_DRAWN),
        "opened_ms": opened_ms,
        "added_mib": added,
        "pan": steps,
    }
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
