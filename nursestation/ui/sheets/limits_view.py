"""The limits sheet as data: a line a vital, a stepper a side; no Qt.

Rules of the file:
1. A stepper moves within the preset's bounds and stops at them; a side that the preset does not let move has none.
2. What was changed is sent, and nothing else: a side that stands as it was stays the preset's.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.vocabulary import METRICS
from nursestation.core.commands import AcceptLimits, SetLimit
from nursestation.core.snapshot import ChairSnapshot, LimitView

STEPS = {"heart_rate": 5.0, "pulse_rate": 5.0}
"""How far one tap moves a limit, in the metric's unit; 1 where it is not named. Source: project decision."""

Edits = Mapping[tuple[str, bool], float]
"""(metric, is it the low side) to the limit that is to be set."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SideView:
    """One side of a vital.

    Attributes:
        text: The limit as it would be.
        down, up: What a tap on either button makes of it; None where the bound is reached.
        is_edited: It differs from what is in force.
    """

    text: str
    down: float | None
    up: float | None
    is_edited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitLine:
    """One vital: `low` or `high` is None for a side without a limit."""

    metric: str
    title: str
    low: SideView | None
    high: SideView | None
    note: str


def limit_lines(limits: Sequence[LimitView], edits: Edits) -> tuple[LimitLine, ...]:
    """Return the lines of the sheet, with what was stepped so far."""
    return tuple(_line(view, edits) for view in limits)


def limit_commands(chair: int, limits: Sequence[LimitView], edits: Edits) -> tuple[SetLimit, ...]:
    """Return what is to be sent for the edits: one command a vital that differs from what is in force."""
    found = []
    for view in limits:
        low = _changed(edits.get((view.metric, True)), view.low)
        high = _changed(edits.get((view.metric, False)), view.high)
        if low is not None or high is not None:
            found.append(SetLimit(chair=chair, metric=view.metric, low=low, high=high))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedLine:
    """One line of "limits from this patient": what would be in force, from what, and what is in force now."""

    metric: str
    text: str
    how: str


def proposed_lines(chair: ChairSnapshot) -> tuple[ProposedLine, ...]:
    """Return the proposal, a line a vital."""
    now = {view.metric: _span(view.low, view.high) for view in chair.limits}
    return tuple(
        ProposedLine(
            metric=metric,
            text=f"{_title(metric)}  {_span(low, high)}, now {now.get(metric, 'none')}",
            how=how,
        )
        for metric, low, high, how in chair.proposal
    )


def accept(chair: ChairSnapshot, chosen: Sequence[str]) -> AcceptLimits:
    """Return the command that takes over the proposal of the chosen metrics."""
    lines = tuple((metric, low, high) for metric, low, high, _ in chair.proposal if metric in chosen)
    return AcceptLimits(chair=chair.number, limits=lines)


def limits_text(chair: ChairSnapshot) -> str:
    """Return whose presets its alarms follow, for its page: "Limits: Depression IV · HR changed · alarms: Clinic default"."""
    if not chair.limits:
        return ""
    changed = ", ".join(METRICS[view.metric].short for view in chair.limits if view.changed_by)
    parts = (
        f"Limits: {chair.preset_name}",
        f"{changed} changed" if changed else "",
        f"alarms: {chair.clinic_preset}" if chair.clinic_preset else "",
    )
    return " · ".join(part for part in parts if part)


def _line(view: LimitView, edits: Edits) -> LimitLine:
    preset = f"preset {_span(view.preset_low, view.preset_high)}"
    rest = f"by {view.changed_by}" if view.changed_by else f"after {view.persist_s:g} s · {view.priority.value}"
    return LimitLine(
        metric=view.metric,
        title=_title(view.metric),
        low=_side(view.metric, view.low, view.low_min, view.low_max, edits.get((view.metric, True))),
        high=_side(view.metric, view.high, view.high_min, view.high_max, edits.get((view.metric, False))),
        note=f"{preset} · {rest}",
    )


def _side(
    metric: str, now: float | None, least: float | None, most: float | None, edited: float | None
) -> SideView | None:
    if now is None:
        return None
    value = now if edited is None else edited
    step = STEPS.get(metric, 1.0)
    down = up = None
    if least is not None and most is not None:
        down = max(value - step, least) if value > least else None
        up = min(value + step, most) if value < most else None
    return SideView(text=f"{value:g}", down=down, up=up, is_edited=value != now)


def _changed(edited: float | None, now: float | None) -> float | None:
    return edited if edited is not None and edited != now else None


def _title(metric: str) -> str:
    unit = METRICS[metric].unit
    return f"{METRICS[metric].short} {unit.shown}" if unit is not None else METRICS[metric].short


def _span(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return "none"
    if high is None:
        return f"from {low:g}"
    return f"up to {high:g}" if low is None else f"{low:g}–{high:g}"
