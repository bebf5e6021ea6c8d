"""The trend of a visit near its end: how long one drawing of it holds the window up. Prints one JSON line for the bench."""

import json
import sys
from time import perf_counter

from nursestation.core.records import Sample
from nursestation.paths import resource
from nursestation.ui import theme
from nursestation.ui.plots.trend import REDRAW_NS, Trend
from nursestation.ui.plots.trend_model import TrendModel
from nursestation.ui.shell import make_application
from tests.helpers.visit import run_visit

REPEATS = 7
SIZE = (700, 330)  # what the page leaves it in a window of 1280x800


def main() -> None:
    application = make_application(resource("fonts"))
    station, records, clock = run_visit()
    model = TrendModel()
    for record in records:
        if isinstance(record, Sample):
            model.add(record)
    trend = Trend(theme.DARK_THEME, model)
    trend.resize(*SIZE)
    trend.show()
    application.processEvents()
    chair = next(chair for chair in station.snapshot(clock.now()).chairs if chair.visit is not None)
    took_ms = []
    for _ in range(REPEATS + 1):
        now = clock.advance_ns(60 * REDRAW_NS)  # a minute moves the present by a pixel and more
        began = perf_counter()
        trend.render(chair, now)
        application.processEvents()  # paints
        took_ms.append(1e3 * (perf_counter() - began))
        assert trend.drawn_at == now
    assert chair.visit is not None
    minutes = (clock.now().mono_ns - chair.visit.opened.mono_ns) / REDRAW_NS / 60
    sys.stdout.write(json.dumps({"ms": took_ms[1:], "minutes": minutes, "cuffs": len(chair.visit.cuffs)}) + "\n")


if __name__ == "__main__":
    main()
