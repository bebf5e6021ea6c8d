"""One steady line of time through the runs of the program that recorded a visit."""

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from devices.clock import Moment


@dataclass(frozen=True, slots=True)
class Timeline:
    """Moments on one steady line of time, so that spans are right though the wall clock was stepped.

    A run of the program anchors its monotonic clock at its first record. A moment belongs to the run whose clock agrees with
    it best: two runs of one start of the computer agree anyway, and two starts differ by more than a step of the clock does.

    Attributes:
        runs: Of the runs that wrote of the visit, the moments at which they began.
        others: The same of runs that wrote of the station alone, before the visit or between its runs.
    """

    runs: tuple[Moment, ...]
    others: tuple[Moment, ...] = ()

    def steady_ns(self, moment: Moment) -> int:
        """Return when a `moment` of the visit was, on the steady line [ns]; it equals UTC where the clock was never stepped."""
        if len(self.runs) == 1:  # nearly every visit; readings are asked for by the hundred thousand
            return self.runs[0].utc_ns + moment.mono_ns - self.runs[0].mono_ns
        return _steady_ns(self.runs, moment)

    def all_steady_ns(self, moments: Iterable[Moment]) -> list[int]:
        """Return the same of many moments, in their order [ns]: a visit's readings are hundreds of thousands."""
        if len(self.runs) == 1:
            ahead_ns = self.runs[0].utc_ns - self.runs[0].mono_ns
            return [ahead_ns + moment.mono_ns for moment in moments]
        aheads = tuple(dict.fromkeys(run.utc_ns - run.mono_ns for run in self.runs))
        if not aheads:
            return [moment.utc_ns for moment in moments]
        in_order = sorted(aheads)
        halfways = [
            earlier + later + (aheads.index(earlier) < aheads.index(later)) for earlier, later in pairwise(in_order)
        ]  # twice what lies between two; exactly there the run that came first has it
        return [
            in_order[bisect.bisect_right(halfways, 2 * (moment.utc_ns - moment.mono_ns))] + moment.mono_ns
            for moment in moments
        ]

    def station_ns(self, moment: Moment) -> int:
        """Return when a `moment` of the station's own was, on the same line [ns]: it may be of another start of the computer."""
        return _steady_ns((*self.runs, *self.others), moment)


def _steady_ns(runs: tuple[Moment, ...], moment: Moment) -> int:
    if not runs:
        return moment.utc_ns
    run = min(runs, key=lambda run: abs((moment.utc_ns - run.utc_ns) - (moment.mono_ns - run.mono_ns)))
    return run.utc_ns + moment.mono_ns - run.mono_ns
