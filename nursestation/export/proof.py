"""The report's proof of watching: one strip of what was covered, minute by minute, and the sums beside it.

Rules of the file:
1. The numbers are the screen's (`core/watching.py`); nothing is counted anew here.
2. The strip reads in black and white: a covered minute is filled, one with a gap in it is an empty box, with a stroke through
   it where there is room; the box is never too narrow to be seen.
"""

from collections.abc import Sequence
from datetime import tzinfo

from reportlab.lib.colors import Color, white
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from devices.clock import Moment
from nursestation.core.snapshot import WatchingView
from nursestation.export.layout import INK, MEDIUM, NOTE, REGULAR, SECTION, SOFT, drawable, grid, text
from nursestation.export.localtime import NS_PER_S, clock, span
from nursestation.export.outcome import percent
from nursestation.export.story import Story

LABELS = {"heart_rate": "Heart rate", "spo2": "SpO₂", "resp_rate": "Breathing", "nibp_sys": "Blood pressure"}
_FILL = Color(0.6, 0.6, 0.6)
_LEAST, _STROKED = 2.0, 4.0  # a gap is never drawn narrower; narrower than this it has no stroke [pt]
_ROW, _GAP, _AXIS = 9.0, 3.0, 12.0
_LEFT, _RIGHT = 66.0, 108.0
_MINUTE_NS = 60 * NS_PER_S
_STEPS_MIN = (5, 10, 15, 30, 60, 120)
_MOST_STEPS = 9


def watching_section(view: WatchingView, story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return the section; nothing before the baseline has begun."""
    if view.began is None or not view.n_minutes:
        return []
    gap_s = story.opened.protocol.watch.gap_s
    note = (
        "From the begin of the baseline until the patient was ready to leave. Filled: the whole minute was covered; "
        f"white box: a gap lies in it. A gap: no valid value for longer than {gap_s:g} s; for the cuff: a reading that the plan "
        "asked for was overdue."
    )
    rows = _rows(view, zone)
    return [
        KeepTogether([
            text("Proof of watching", SECTION),
            Strip(view, width, zone),
            Spacer(0, 1 * mm),
            text(note, NOTE),
            Spacer(0, 1.5 * mm),
            grid(("What", "How many, when"), rows, [width * 0.24, width * 0.76]),
        ])
    ]  # fmt: skip


def _rows(view: WatchingView, zone: tzinfo | None) -> list[tuple[str, str]]:
    failed = f"{view.cuffs_failed} without a result" if view.cuffs_failed else "none failed"
    cuffs = f"{view.cuffs_planned} planned, {view.cuffs_taken} taken, {failed}; longest time between two "
    cuffs += _span(view.longest_cuff_gap_s)
    people = "; ".join(f"{name} {_stretch(since, until, zone)}" for name, since, until in view.signed_in) or "nobody"
    return [("Cuff readings", cuffs), ("Signed in", people), ("Alarms of high or medium priority", _alarms(view))]


def _alarms(view: WatchingView) -> str:
    if not view.alarms:
        return "none"
    if view.median_response_s is None or view.slowest_response_s is None:
        return f"{view.alarms}, none acknowledged"
    return (
        f"{view.alarms}; first acknowledged after {_span(view.median_response_s)} (median), "
        f"{_span(view.slowest_response_s)} at the slowest"
    )


def _stretch(since: Moment, until: Moment | None, zone: tzinfo | None) -> str:
    return f"{clock(since.utc_ns, zone)} to {clock(until.utc_ns, zone) if until is not None else 'now'}"


def _span(seconds: float) -> str:
    return span(round(seconds * NS_PER_S))


class Strip(Flowable):  # type: ignore[misc]  # reportlab is untyped
    """One row for each metric, one field for each minute, the share that was covered at its end."""

    def __init__(self, view: WatchingView, width: float, zone: tzinfo | None) -> None:
        super().__init__()
        self._view = view
        self._zone = zone
        self.width = width
        self.height = len(view.coverage) * (_ROW + _GAP) + _AXIS

    def draw(self) -> None:
        """Draw on the canvas that reportlab has set."""
        for index, (metric, fraction, longest_s) in enumerate(self._view.coverage):
            bottom = self.height - (index + 1) * (_ROW + _GAP) + _GAP
            self._label(bottom, LABELS.get(metric, metric), fraction, longest_s)
            self._fields(bottom, self._view.gaps[index])
        self._axis()

    def _label(self, bottom: float, label: str, fraction: float, longest_s: float) -> None:
        canvas = self.canv
        canvas.setFillColor(INK)
        canvas.setFont(REGULAR, 8)
        canvas.drawString(0, bottom + 1.8, drawable(label))
        canvas.setFont(MEDIUM, 8)
        right = self.width - _RIGHT + 8
        canvas.drawString(right, bottom + 1.8, percent(fraction))
        canvas.setFillColor(SOFT)
        canvas.setFont(REGULAR, 7.5)
        longest = f"longest {_span(longest_s)}" if fraction < 1 else "no gap"
        canvas.drawRightString(self.width, bottom + 1.8, longest)

    def _fields(self, bottom: float, gaps: Sequence[tuple[int, int]]) -> None:
        canvas = self.canv
        canvas.setLineWidth(0.5)
        canvas.setStrokeColor(INK)
        canvas.setFillColor(_FILL)
        begins = (0, *(behind for _, behind in gaps))
        ends = (*(first for first, _ in gaps), self._view.n_minutes)
        for begin, end in zip(begins, ends, strict=True):
            if begin < end:
                canvas.rect(self._x(begin), bottom, self._x(end) - self._x(begin), _ROW, stroke=0, fill=1)
        canvas.setFillColor(white)
        for begin, end in gaps:  # over what is covered, so that a short one is seen
            left = self._x(begin)
            width = max(self._x(end) - left, _LEAST)
            canvas.rect(left, bottom, width, _ROW, stroke=1, fill=1)
            if width >= _STROKED:
                canvas.line(left, bottom, left + width, bottom + _ROW)

    def _x(self, minute: float) -> float:
        return _LEFT + (self.width - _LEFT - _RIGHT) * minute / self._view.n_minutes

    def _axis(self) -> None:
        canvas, began = self.canv, self._view.began
        assert began is not None
        n = self._view.n_minutes
        step = next((step for step in _STEPS_MIN if n / step <= _MOST_STEPS), -(-n // (_MOST_STEPS * 60)) * 60)
        canvas.setStrokeColor(SOFT)
        canvas.setFillColor(SOFT)
        canvas.setLineWidth(0.4)
        canvas.setFont(REGULAR, 7)
        for minute in range(0, n + 1, step):
            x = self._x(minute)
            canvas.line(x, _AXIS, x, _AXIS - 3)
            canvas.drawCentredString(x, _AXIS - 10, clock(began.utc_ns + minute * _MINUTE_NS, self._zone))
