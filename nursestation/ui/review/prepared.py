"""What a visit's pictures are drawn from, made in the thread that reads it. No Qt."""

from nursestation.export.visit import VisitRecord
from nursestation.ui.plots.trend_model import TrendModel


def trend_of(visit: VisitRecord) -> TrendModel:
    """Return the trend's memory with all of a visit's readings."""
    model = TrendModel()
    for sample in visit.samples:
        model.add(sample)
    return model
