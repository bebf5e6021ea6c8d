"""The program's own delays in words, and what it waits for on purpose; no Qt.

Rules of the file:
1. What was measured here and now stands first; what was measured elsewhere is named as such.
2. A wait on purpose comes from the treatment protocols and is told apart from a delay.

Source of what is told: IEC 60601-1-8:2006+A2:2020, 6.4.1 (where the condition's and the signal's delay may exceed 10 s
together, the instructions for use state each).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from devices.vocabulary import METRICS
from nursestation.core.protocols import LimitRule, Protocol
from nursestation.core.wording import unit_behind
from nursestation.runtime.delays import DelayFigures, Spread
from nursestation.ui.pacing import Drawing


@dataclass(frozen=True, slots=True)
class DelayLine:
    """One delay: what it is, and how long it takes."""

    title: str
    what: str
    figures: str


MEASURED_ELSEWHERE = (
    "Measured with four simulated monitors on two shared cores of a server: a new number stands on the screen after 27 ms in "
    "half of the cases, and within 73 ms in 99 of 100. Waves are drawn about 100 ms late on purpose, so that they run evenly."
)
"""The figures of docs/performance.md in words."""

NOT_INCLUDED = (
    "What the monitor itself takes comes before all of this: it averages its values, and a cuff takes its time to measure. Its "
    "manual says how long. The bedside monitor gives the alarms; Nursestation shows them a second time."
)


def delay_lines(figures: DelayFigures) -> tuple[DelayLine, ...]:
    """Return the delays as measured since the start."""
    return (
        DelayLine("A value", "from its arrival until every limit was judged with it", spread_text(figures.judged)),
        DelayLine(
            "An alarm condition",
            "from the arrival of the value that caused it until it is in the record",
            spread_text(figures.condition),
        ),
        DelayLine(
            "An alarm signal",
            "from the arrival of that value until the alarm is on the screen",
            spread_text(figures.signal),
        ),
    )


def drawing_text(drawing: Drawing) -> str:
    """Return how many pictures of the waves are drawn a second, and that the program lowered it where it did."""
    if drawing.is_lowered:
        drawn = min(drawing.drawn, drawing.asked)
        return (
            f"This computer cannot keep up: waves are drawn {drawn} times a second instead of {drawing.wanted}. "
            "Numbers, alarms and the record come as fast as ever. Close other programs; it becomes faster again by itself."
        )
    return (
        f"Waves are drawn {drawing.drawn} times a second. Where a computer cannot keep up, they are drawn less often."
    )


def spread_text(spread: Spread) -> str:
    """Return "half within 0.03 s, 99 of 100 within 0.09 s, longest 0.20 s (1234 measured)"."""
    if spread.p50_ms is None or spread.p99_ms is None or spread.longest_ms is None:
        return "nothing measured yet since the start"
    half, most, longest = (f"{ms / 1000:.3f} s" for ms in (spread.p50_ms, spread.p99_ms, spread.longest_ms))
    return f"half within {half}, 99 of 100 within {most}, longest {longest} ({spread.n} measured)"


def waits(protocols: Iterable[Protocol]) -> tuple[tuple[str, str], ...]:
    """Return, for each protocol, what a condition waits for before it begins: (title, words)."""
    return tuple((protocol.title, _waits(protocol)) for protocol in protocols)


def _waits(protocol: Protocol) -> str:
    parts = [part for rule in protocol.limits for part in _limit(rule)]
    technical = protocol.technical
    later = f"medium after {technical.no_data_medium_s:g} s during the treatment"
    parts.append(
        f"no data from a monitor, or a probe or lead off: low priority after {technical.no_data_low_s:g} s, {later}"
    )
    parts.append(f"no value of a vital that is watched: low priority after {technical.lost_after_s:g} s, {later}")
    parts.append(f"nothing but doubted values: after {technical.doubted_after_s:g} s")
    parts.append("blood pressure: with the reading, at once")
    parts.append(f"a planned cuff reading: {protocol.cuff.overdue_after_min:g} min after it was due")
    return "; ".join(parts) + "."


def _limit(rule: LimitRule) -> list[str]:
    metric = METRICS[rule.metric]
    unit = unit_behind(rule.metric)
    found = []
    if rule.low is not None:
        at_once = rule.at_once_at_or_below
        lasting = f"after {rule.persist_s:g} s"
        if rule.sat_seconds is not None:
            lasting = f"when depth times time reaches {rule.sat_seconds:g} % s, or the third time within a minute"
        also = "" if at_once is None else f", at {at_once:g} or below at once"
        found.append(f"{metric.short} below {rule.low:g}{unit}: {lasting}{also}")
    if rule.high is not None:
        found.append(f"{metric.short} above {rule.high:g}{unit}: after {rule.persist_s:g} s")
    return found
