"""What staff did with the drug, in patient time, and what a script's times therefore mean.

Rules of the file:
1. Patient time counts seconds from `LEAD_S` before the session's start, so that averages are full when it begins.
2. What happens at a time changes only what comes after it: nothing that was told of the past is taken back.
"""

import math

from devices.simulator.pharmacokinetics import DoseSchedule, Infusion
from devices.simulator.script import Anchor, Timed

LEAD_S = 120.0
"""Patient time at the start of the session [s]."""


class Timeline:
    """The drug's story so far; times are patient time [s]."""

    def __init__(self) -> None:
        self.doses = DoseSchedule()
        self._anchors = {Anchor.SESSION_START: LEAD_S}
        self._interruptions: list[float] = []  # pauses and the end

    def start(self, t_s: float, infusion: Infusion) -> None:
        """Start the infusion; a second start is taken for a resumption."""
        if Anchor.INFUSION_START in self._anchors:
            self.resume(t_s)
            return
        self._anchors[Anchor.INFUSION_START] = t_s
        self.doses.start(t_s, infusion)

    def pause(self, t_s: float) -> None:
        """Pause the infusion."""
        if self.doses.is_running:
            self.doses.pause(t_s)
            self._interruptions.append(t_s)

    def resume(self, t_s: float) -> None:
        """Let it run on, unless it was stopped."""
        if Anchor.INFUSION_END not in self._anchors:
            self.doses.resume(t_s)

    def stop(self, t_s: float) -> None:
        """Stop it for good."""
        if Anchor.INFUSION_START in self._anchors and Anchor.INFUSION_END not in self._anchors:
            self.doses.pause(t_s)
            self._anchors[Anchor.INFUSION_END] = t_s
            self._interruptions.append(t_s)

    def inject(self, t_s: float, dose_mg: float) -> None:
        """Give the injection: begin and end of the drug at once."""
        self.doses.inject(t_s, dose_mg)
        for anchor in (Anchor.INFUSION_START, Anchor.INFUSION_END):
            self._anchors.setdefault(anchor, t_s)
        self._interruptions.append(t_s)

    def time_of(self, timed: Timed) -> float | None:
        """Return when `timed` happens, patient time [s]; None while its anchor has not happened."""
        anchor = self._anchors.get(timed.after)
        return None if anchor is None else anchor + timed.at

    def stretch(self, timed: Timed, lasting_s: float | None) -> tuple[float, float]:
        """Return begin and end of something that lasts (None = for good); both infinite while it cannot be known."""
        begin = self.time_of(timed)
        if begin is None:
            return math.inf, math.inf
        return begin, math.inf if lasting_s is None else begin + lasting_s

    def interrupted_after(self, t_s: float) -> float:
        """Return the first pause or end of the drug at or after `t_s`; infinity when there was none."""
        return min((t for t in self._interruptions if t >= t_s), default=math.inf)
