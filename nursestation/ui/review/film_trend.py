"""A visit's trend up to the moment that a replay has come to. No Qt."""

import numpy as np

from nursestation.ui.plots.pyramid import Pyramid
from nursestation.ui.plots.trend_model import TrendModel


class FilmTrend(TrendModel):
    """Gives of another model what lies before a moment: what has not come yet is not shown.

    Attributes:
        until_s: That moment, UTC [s].
    """

    def __init__(self) -> None:
        super().__init__()
        self._whole = TrendModel()
        self.until_s = 0.0

    def show(self, whole: TrendModel) -> None:
        """Give of another visit from now on."""
        self._whole = whole

    def series(self, chair: int, session: str) -> dict[str, Pyramid]:
        """Return the values up to that moment by metric; a metric of which nothing has come is not in it."""
        found: dict[str, Pyramid] = {}
        for metric, pyramid in self._whole.series(chair, session).items():
            t, v = pyramid.arrays()
            n = int(np.searchsorted(t, self.until_s, side="right"))
            if n:
                found[metric] = Pyramid()
                found[metric].extend(t[:n].astype(np.int64), v[:n])
        return found
