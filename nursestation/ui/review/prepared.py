"""What a visit's pictures are drawn from, made in the thread that reads it. No Qt object is made here."""

import importlib

from nursestation.core.records import SessionMonitors
from nursestation.export.visit import VisitRecord
from nursestation.ui.plots.trend_model import TrendModel


def trend_of(visit: VisitRecord) -> TrendModel:
    """Return the trend's memory with all of a visit's readings; the page that draws it is imported meanwhile.

    The plotting library comes with that page (docs/adr/0026): in the window's thread it would stop every wave for a third of
    a second.
    """
    importlib.import_module("nursestation.ui.review.page")
    model = TrendModel(_preferred(visit))
    for sample in visit.samples:
        model.add(sample)
    return model


def _preferred(visit: VisitRecord) -> dict[tuple[int, str], str]:
    """Return whose values the chair's own trend drew, as it was set up last."""
    told = [one for one in visit.records if isinstance(one, SessionMonitors)]
    chair = visit.summary.chair
    return {} if chair is None or not told else {(chair, metric): monitor for metric, monitor in told[-1].prefer}
