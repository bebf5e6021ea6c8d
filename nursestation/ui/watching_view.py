"""The proof of watching as text and rows of minutes, for the screen and for paper; no Qt."""

from dataclasses import dataclass
from datetime import tzinfo

from devices.clock import Moment
from nursestation.core.snapshot import WatchingView
from nursestation.ui.durations import span_text
from nursestation.ui.timetext import clock_text

METRIC_WORDS = {"heart_rate": "Heart rate", "spo2": "SpO₂", "resp_rate": "Breathing", "nibp_sys": "Blood pressure"}


@dataclass(frozen=True, slots=True)
class CoverLine:
    """One metric: its name, its share of the time, its longest gap, and of how many minutes which were not covered all through.

    `gaps` are stretches of minutes: (first, the one behind the last).
    """

    title: str
    share: str
    gap: str
    n_minutes: int
    gaps: tuple[tuple[int, int], ...]

    @property
    def is_whole(self) -> bool:
        """Say whether nothing was missed."""
        return not self.gaps


@dataclass(frozen=True, slots=True)
class WatchedView:
    """All of it.

    Attributes:
        lines: One a metric; () before the baseline.
        facts: (what, how it was) of cuff, people and alarms.
        share: The least share of any metric, for a button ("97 %"); "" before the baseline.
    """

    lines: tuple[CoverLine, ...]
    facts: tuple[tuple[str, str], ...]
    share: str


def watched_view(view: WatchingView, zone: tzinfo | None) -> WatchedView:
    """Return the proof of watching as text."""
    lines = tuple(
        CoverLine(
            METRIC_WORDS.get(metric, metric),
            _percent(fraction),
            f"longest gap {span_text(gap_s)}" if fraction < 1 else "no gap",
            view.n_minutes,
            view.gaps[n],
        )
        for n, (metric, fraction, gap_s) in enumerate(view.coverage)
    )
    if not lines:
        return WatchedView((), (), "")
    failed = f", {view.cuffs_failed} failed" if view.cuffs_failed else ""
    facts = (
        ("Cuff readings", f"{view.cuffs_taken} taken of {view.cuffs_planned} planned{failed}"),
        ("Longest without one", span_text(view.longest_cuff_gap_s)),
        ("Signed in", ", ".join(_signed_in(*one, zone) for one in view.signed_in) or "nobody"),
        ("Alarms", _alarms(view)),
    )
    return WatchedView(lines, facts, _percent(min(fraction for _, fraction, _ in view.coverage)))


def _percent(fraction: float) -> str:
    """Return a share cut down to whole per cent: only what is whole is 100 %."""
    return f"{int(fraction * 100 + 1e-9)} %"


def _signed_in(name: str, since: Moment, until: Moment | None, zone: tzinfo | None) -> str:
    end = f" to {clock_text(until.utc_ns, zone)}" if until is not None else ""
    return f"{name} {'from ' if not end else ''}{clock_text(since.utc_ns, zone)}{end}"


def _alarms(view: WatchingView) -> str:
    if not view.alarms:
        return "none of medium or high priority"
    count = f"{view.alarms} of medium or high priority"
    if view.median_response_s is None or view.slowest_response_s is None:
        return f"{count}, none acknowledged"
    median, slowest = span_text(view.median_response_s), span_text(view.slowest_response_s)
    return f"{count}; acknowledged after {median} in the middle, {slowest} at the slowest"
