"""What stands where on the session trend: everything but the curves, in pixels. No Qt.

The scene is laid out anew when the window moves or something new came, in well under a millisecond: painting it then computes
nothing. x counts from the left of the plot, y from its top.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from devices.events import Priority
from nursestation.core.model import Phase
from nursestation.core.wording import PHASE_WORDS
from nursestation.ui.plots.deviation import percent_from, percent_text
from nursestation.ui.plots.lanes import LOW_PRESSURE, Lane, Lanes
from nursestation.ui.plots.trend_view import (
    BASELINE_BAND_PERCENT,
    Caret,
    EventFlag,
    TrendView,
    spread,
    stagger,
    told_carets,
)

DOT_PX = 8.0
CARET_PX = 12.0
STRIP_PX = 6.0
"""Height of the strip that marks an alarm on its lane [px]."""
LEFT_PX = 8
"""Room for half a caret at the axis [px]."""
_OVER_CARET_PX = 7
"""From the tip of a caret to the figures over it [px]."""
_LONGEST_WORDS_PX = 12
"""Of an event [lines of text]."""
_NAMED = {
    "spo2": ("SpO₂ %", "spo2"),
    "resp_rate": ("RR /min", "resp"),
    "etco2": ("EtCO₂ mmHg", "co2"),
    "temp": ("Temp °C", "text"),
}
"""Of each further lane its name and the role of its colour."""
_RATE = "heart_rate"
_LIMITED = {_RATE: "heart_rate", "spo2": "spo2", "resp_rate": "resp"}
"""Whose limits are drawn, and the role of their colour."""
_PHASE_ROLES = {
    Phase.INFUSION: "phase_infusion",
    Phase.OBSERVATION: "phase_observation",
    Phase.READY: "phase_observation",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """Minutes to pixels: `first` to `last` [min] lie at `left` to `right` [px]."""

    first: float
    last: float
    left: float
    right: float

    @property
    def px_per_min(self) -> float:
        """Return the width of a minute [px]."""
        return (self.right - self.left) / (self.last - self.first)

    def x(self, minute: float) -> float:
        """Return where a minute lies [px]."""
        return self.left + (minute - self.first) * self.px_per_min

    def minute(self, x: float) -> float:
        """Return the minute at `x` [px]."""
        return self.first + (x - self.left) / self.px_per_min

    def is_seen(self, start: float, end: float) -> bool:
        """Say whether anything from `start` to `end` [min] is in the window."""
        return end >= self.first and start <= self.last


class Letters(NamedTuple):
    """The letters that words are set in: `width` of a text [px], a text shortened to a width, height of a line [px]."""

    width: Callable[[str], float]
    elide: Callable[[str, float], str]
    row_px: float


class Word(NamedTuple):
    """A text whose left end and middle height are given [px]; `is_free` of the data's area: in the gutter beside it."""

    text: str
    left: float
    middle: float
    width: float
    role: str
    is_free: bool = False


class Fill(NamedTuple):
    """A filled stretch."""

    left: float
    right: float
    top: float
    bottom: float
    role: str
    alpha: float = 1.0


class Rule(NamedTuple):
    """A horizontal line through the data's area, from `left` to `right` [px] where it is not of its whole width."""

    y: float
    role: str
    is_dashed: bool = False
    left: float | None = None
    right: float | None = None


class Strip(NamedTuple):
    """An alarm on its lane."""

    left: float
    right: float
    y: float
    lane_top: float
    lane_bottom: float
    priority: Priority


class Mark(NamedTuple):
    """A cuff reading: heights of its carets and of its dot; `foot` is where its bar ends.

    The dot is the mean; where distances from the baseline are shown, it is the diastolic, which then has no caret.
    """

    x: float
    sys: float
    dia: float | None
    dot: float | None
    foot: float
    flagged: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """All of it."""

    fills: tuple[Fill, ...]
    rules: tuple[Rule, ...]
    strips: tuple[Strip, ...]
    marks: tuple[Mark, ...]
    dots: tuple[tuple[float, float], ...]
    words: tuple[Word, ...]


def scene(
    view: TrendView, scale: Scale, lanes: Lanes, letters: Letters, height: float, *, from_baseline: bool
) -> Scene:
    """Lay out `view` in the window that `scale` is of, `height` [px] high.

    Args:
        view: What there is.
        scale: Minutes to pixels.
        lanes: Values to pixels.
        letters: What words are set in.
        height: Of the whole plot [px].
        from_baseline: The pressure lane shows the distance from the baseline [%] in place of mmHg.
    """
    baseline = view.baseline if from_baseline else None
    dots, event_words = _events(view, scale, lanes, letters)
    phase_fills, phase_words = _phases(view, scale, lanes, letters, height)
    marks = _marks(view, scale, lanes.pressure, baseline)
    return Scene(
        fills=(*phase_fills, *_band(view, scale, lanes.pressure, baseline)),
        rules=(*_rules(view, lanes, letters.row_px, baseline), *_limit_rules(view, scale, lanes, baseline)),
        strips=_strips(view, scale, lanes),
        marks=marks,
        dots=dots,
        words=(
            *phase_words,
            *event_words,
            *_figures(view, scale, lanes, letters, baseline, marks, phase_words),
            *_names(view, scale, lanes, letters, baseline),
        ),
    )


def apart(lane: Lane, row_px: float) -> tuple[float, ...]:
    """Return the lane's ticks that can be told apart at its height: all, every second one, and so on; one is the middle one."""
    step_px = lane.height * (lane.ticks[1] - lane.ticks[0]) / (lane.high - lane.low)
    every = max(1, math.ceil(row_px / max(step_px, 0.1)))
    n = len(lane.ticks)
    return lane.ticks[::every] if every < n else lane.ticks[n // 2 : n // 2 + 1]


def minute_ticks(scale: Scale, *, n_most: int = 10) -> tuple[int, ...]:
    """Return the whole minutes that are named under the window: at most `n_most`, at round steps."""
    steps = (1, 2, 5, 10, 20, 30, 60, 120, 240, 360, 720, 1440)
    length = scale.last - scale.first
    step = next((step for step in steps if length / step <= n_most), 1440 * max(1, math.ceil(length / 1440 / n_most)))
    return tuple(range(math.ceil(scale.first / step) * step, math.floor(scale.last) + 1, step))


def _phases(
    view: TrendView, scale: Scale, lanes: Lanes, letters: Letters, height: float
) -> tuple[list[Fill], list[Word]]:
    fills: list[Fill] = []
    words: list[Word] = []
    for band in view.phases:
        if band.end <= scale.first or band.start >= scale.last:
            continue
        left, right = scale.x(max(band.start, scale.first)), scale.x(min(band.end, scale.last))
        fills.append(Fill(left, right, 0, height, _PHASE_ROLES.get(band.phase, "phase_baseline")))
        for title in (band.title, PHASE_WORDS[band.phase]):
            width = letters.width(title)
            if width <= right - left - 6:
                words.append(Word(title, (left + right - width) / 2, lanes.titles, width, "soft"))
                break
    return fills, words


def _band(view: TrendView, scale: Scale, lane: Lane, baseline: tuple[int, int] | None) -> list[Fill]:
    if view.baseline is None:
        return []
    sys = view.baseline[0]
    low, high = (0, BASELINE_BAND_PERCENT) if baseline else (sys, sys * (1 + BASELINE_BAND_PERCENT / 100))
    return [Fill(scale.left, scale.right, lane.y(high), lane.y(low), "nibp", 0.12)]


def _rules(view: TrendView, lanes: Lanes, row_px: float, baseline: tuple[int, int] | None) -> tuple[Rule, ...]:
    lane = lanes.pressure
    rules = [Rule(lane.y(tick), "line") for tick in apart(lane, row_px)]
    rules += [Rule(y, "line_strong") for y in lanes.rules]
    if baseline is not None:
        rules.append(Rule(lane.y(0), "line_strong"))
    limit = _limit(view, baseline)
    if limit is not None:
        rules.append(Rule(lane.y(limit), "bad", is_dashed=True))
    return tuple(rules)


def _limit_rules(view: TrendView, scale: Scale, lanes: Lanes, baseline: tuple[int, int] | None) -> list[Rule]:
    """Draw the limits of each vital on its lane, where they held; one outside the lane would lie wrongly on its edge."""
    rules: list[Rule] = []
    for span in view.limits:
        if span.metric not in _LIMITED or not scale.is_seen(span.start, span.end):
            continue
        is_rate = span.metric == _RATE
        lane = lanes.pressure if is_rate else lanes.others.get(span.metric)
        if lane is None:
            continue
        left, right = scale.x(max(span.start, scale.first)), scale.x(min(span.end, scale.last))
        for limit in (span.low, span.high):
            value = _from_rate(view, limit) if is_rate and baseline is not None else limit
            if value is not None and lane.low < value < lane.high:
                rules.append(Rule(lane.y(value), _LIMITED[span.metric], is_dashed=True, left=left, right=right))
    return rules


def _from_rate(view: TrendView, limit: float | None) -> float | None:
    """Return a limit of the heart rate as its distance from the baseline [%]."""
    return None if limit is None or not view.baseline_rate else (limit / view.baseline_rate - 1) * 100


def _limits_text(view: TrendView, metric: str, until: float) -> str:
    """Return the limits of a metric at the end of the window, as beside its number; "" for none."""
    spans = [span for span in view.limits if span.metric == metric and span.start <= until]
    if not spans or (spans[-1].low is None and spans[-1].high is None):
        return ""
    low, high = spans[-1].low, spans[-1].high
    if low is not None and high is not None:
        return f"{low:g}–{high:g}"
    return f"min {low:g}" if low is not None else f"max {high:g}"


def _limit(view: TrendView, baseline: tuple[int, int] | None) -> float | None:
    if view.spike_limit is None or baseline is None:
        return view.spike_limit
    return (view.spike_limit - baseline[0]) * 100 / baseline[0]


def _strips(view: TrendView, scale: Scale, lanes: Lanes) -> tuple[Strip, ...]:
    """Lay each alarm on the lane of its metric: pressure's at the top of the lane, the others' at the bottom of theirs."""
    strips: list[Strip] = []
    for alarm in view.alarms:
        if not scale.is_seen(alarm.start, alarm.end):
            continue
        is_rate = alarm.metric in ("heart_rate", "pulse_rate")
        lane = lanes.pressure if is_rate or alarm.metric.startswith("nibp") else lanes.others.get(alarm.metric)
        if lane is None:
            continue
        is_low = lane is not lanes.pressure or is_rate
        y = lane.bottom - STRIP_PX / 2 if is_low else lane.top + STRIP_PX / 2
        left = scale.x(max(alarm.start, scale.first))
        right = max(left + 2, scale.x(min(alarm.end, scale.last)))
        strips.append(Strip(left, right, y, lane.top, lane.bottom, alarm.priority))
    return tuple(sorted(strips, key=lambda strip: strip.priority.rank))  # the graver lies over the other


def _marks(view: TrendView, scale: Scale, lane: Lane, baseline: tuple[int, int] | None) -> tuple[Mark, ...]:
    marks: list[Mark] = []
    margin = CARET_PX / scale.px_per_min
    for caret in sorted(view.carets, key=lambda one: one.flagged):  # the flagged lie over the others
        if not scale.first - margin <= caret.at <= scale.last + margin:
            continue
        x = scale.x(caret.at)
        if baseline is not None:
            sys, dia = percent_from(baseline, caret)
            marks.append(Mark(x, lane.y(sys), None, lane.y(dia), lane.y(0), caret.flagged))
            continue
        mean = None if caret.mean is None else lane.y(caret.mean)
        marks.append(Mark(x, lane.y(caret.sys), lane.y(caret.dia), mean, lane.y(caret.dia), caret.flagged))
    return tuple(marks)


def _figures(
    view: TrendView,
    scale: Scale,
    lanes: Lanes,
    letters: Letters,
    baseline: tuple[int, int] | None,
    marks: Sequence[Mark],
    titles: Sequence[Word],
) -> list[Word]:
    """Write the flagged readings over their carets, the highest of those that stand close together; none on the present.

    One that would lie upon a reading goes to a side that is free; in a low lane all stand beside their carets, so that the
    readings have all of its height. Where other readings take every side a figure is left to the cursor and the table, for
    nobody could read it; but not the highest: it has a place in the line of the `titles`, or over its caret at any price
    where the lane has room for words.
    """
    lane = lanes.pressure
    is_low = lane.height < LOW_PRESSURE * letters.row_px
    widest = letters.width("000/000") + 6
    seen = [caret for caret in view.carets if scale.first <= caret.at <= scale.last]
    words: list[Word] = []
    for n, caret in enumerate(told_carets(seen, widest / scale.px_per_min)):
        percent = None if baseline is None else percent_from(baseline, caret)[0]
        text = f"{caret.sys}/{caret.dia}" if percent is None else percent_text(percent)
        y = lane.y(caret.sys if percent is None else percent)
        x, width = scale.x(caret.at), letters.width(text)
        right = scale.right if view.now is None else min(scale.right, max(scale.x(view.now), scale.left + width))
        over = max(y - _OVER_CARET_PX - letters.row_px / 2, lane.top + 2)
        middle, aside = max(y, lane.top + STRIP_PX + letters.row_px / 3), CARET_PX / 2 + 4
        ways = [(x - width / 2, over), (x - width + CARET_PX / 2, over), (x - CARET_PX / 2, over)]
        places = [] if is_low else [(max(min(left, right - width), scale.left), at) for left, at in ways]
        limit = scale.right if is_low else right
        beside = [(left, middle) for left in (x - width - aside, x + aside)]
        places += [(left, at) for left, at in beside if scale.left <= left <= limit - width]
        if is_low and n == 0:
            places += [(max(min(left, right - width), scale.left), lanes.titles) for left, _ in ways]
        found = [Word(text, left, at, width, "bad") for left, at in places]
        clear = [word for word in found if _is_clear(word, letters.row_px, marks, [*titles, *words])]
        words += clear[:1] or (found[:1] if n == 0 and not is_low else [])
    return words


def _is_clear(word: Word, row_px: float, marks: Sequence[Mark], words: Sequence[Word]) -> bool:
    """Say whether a word lies upon no reading and upon none of these words."""
    half, up = CARET_PX / 2, row_px / 3  # letters without a descender fill two thirds of their line
    for mark in marks:
        ends = (mark.sys, mark.foot, mark.foot if mark.dot is None else mark.dot)
        top, bottom = min(ends) - half, max(ends) + half
        is_beside = mark.x + half <= word.left or mark.x - half >= word.left + word.width
        if not is_beside and top < word.middle + up and bottom > word.middle - up:
            return False
    return all(
        abs(word.middle - other.middle) >= row_px
        or word.left >= other.left + other.width
        or word.left + word.width <= other.left
        for other in words
    )


def _events(
    view: TrendView, scale: Scale, lanes: Lanes, letters: Letters
) -> tuple[tuple[tuple[float, float], ...], list[Word]]:
    """Lay each event's mark on one line, and its words under it where they overlap no other's."""
    seen: Sequence[EventFlag] = [event for event in view.events if scale.first <= event.at <= scale.last]
    longest = _LONGEST_WORDS_PX * letters.row_px
    words: list[tuple[float, str, float]] = []
    for event in seen:
        text = letters.elide(event.text, longest)
        width = letters.width(text)
        words.append((max(scale.left, min(scale.x(event.at) - DOT_PX / 2, scale.right - width)), text, width))
    rows = stagger([(left, left + width + 12) for left, _, width in words], len(lanes.rows))
    return (
        tuple((scale.x(event.at), lanes.dots) for event in seen),
        [
            Word(text, left, lanes.rows[row], width, "event")
            for (left, text, width), row in zip(words, rows, strict=True)
            if row is not None
        ],
    )


def _names(
    view: TrendView, scale: Scale, lanes: Lanes, letters: Letters, baseline: tuple[int, int] | None
) -> list[Word]:
    """Name the lanes, the baseline and the limit in the gutter, each as near to its height as the others allow."""
    lane, row = lanes.pressure, letters.row_px
    named: list[tuple[float, str, str]] = []
    if view.baseline is not None:
        sys, dia = view.baseline
        named.append((lane.y(0 if baseline else sys), f"Baseline {sys}/{dia}", "soft"))
    limit = _limit(view, baseline)
    if limit is not None:
        named.append((lane.y(limit), f"Limit {view.spike_limit:g}", "bad"))
    rate = _limits_text(view, _RATE, scale.last)
    if lane.height < LOW_PRESSURE * row:  # then the pressure's own lines say what it is
        named += [(lane.bottom - row / 2, f"HR {rate}", "heart_rate")] if rate else []
    else:
        unit = ("HR % from base", "BP % from base") if baseline else (f"HR {rate or '/min'}", "BP mmHg")
        named.append((lane.bottom - row / 2, unit[0], "heart_rate"))
        named.append((lane.bottom - 3 * row / 2, unit[1], "nibp"))
    if view.simulated:
        named.append((lanes.dots, "SIMULATED", "warn"))  # a low lane has its dots within it: the others give way
    named.sort(key=lambda one: -one[0])
    up = spread([-y for y, _, _ in named], row)
    words = [(-y, text, role) for y, (_, text, role) in zip(up, named, strict=True)]
    for metric, its in lanes.others.items():
        name, role = _NAMED[metric]
        limits = _limits_text(view, metric, scale.last) if metric in _LIMITED else ""
        words.append(((its.top + its.bottom) / 2, f"{name.partition(' ')[0]} {limits}" if limits else name, role))
    return [Word(text, scale.right + 8, y, letters.width(text), role, is_free=True) for y, text, role in words]


def caret_at(carets: Sequence[Caret], minute: float) -> Caret | None:
    """Return the last reading before `minute`, None before the first."""
    return next((caret for caret in reversed(carets) if caret.at <= minute), None)
