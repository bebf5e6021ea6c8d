"""Alarm conditions as the bar, the list and the tiles show them."""

from collections.abc import Sequence
from dataclasses import dataclass

from devices.events import AlarmKind, Priority
from devices.vocabulary import METRICS
from nursestation.core.snapshot import ConditionView, StationSnapshot
from nursestation.ui.durations import duration_text

KIND_WORDS = {AlarmKind.PHYSIOLOGICAL: "Patient", AlarmKind.TECHNICAL: "Equipment"}
PRIORITY_WORDS = {Priority.HIGH: "high", Priority.MEDIUM: "medium", Priority.LOW: "low"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """One condition. `where` is "Chair 2", or "Station" for what concerns no chair; `opens` the sheet that answers it, or ""."""

    condition: str
    chair: int | None
    priority: Priority
    kind: AlarmKind
    where: str
    text: str
    lasting: str
    acknowledged: bool
    opens: str = ""

    @property
    def spoken(self) -> str:
        """Return the line for a screen reader."""
        seen = ", acknowledged" if self.acknowledged else ""
        return f"{PRIORITY_WORDS[self.priority]} priority alarm, {self.where}: {self.text}, for {self.lasting}{seen}"


def alarm_lines(snapshot: StationSnapshot) -> tuple[AlarmLine, ...]:
    """Return every present condition, the most urgent first, and of one urgency those not yet acknowledged first."""
    lines = [_line(condition) for condition in snapshot.conditions]
    return tuple(sorted(lines, key=lambda line: (-line.priority.rank, line.acknowledged)))


def rotation(lines: Sequence[AlarmLine]) -> tuple[AlarmLine, ...]:
    """Return the lines that the bar shows in turn: those of the highest priority, unacknowledged ones if there are any."""
    if not lines:
        return ()
    top = [line for line in lines if line.priority is lines[0].priority]
    return tuple(line for line in top if not line.acknowledged) or tuple(top)


def alarm_word(condition: ConditionView) -> str:
    """Return a condition in two or three words, for a tile: "BP SPIKE", "SpO₂ LOW", "MONITOR SILENT 0:22"."""
    kind, _, rest = condition.rule.partition(".")
    what, _, side = rest.partition(".")
    if kind == "bp":
        return f"BP {what.replace('_', ' ').upper()}"
    if kind == "limit" and what in METRICS:
        return f"{METRICS[what].short} {side.upper()}"
    if condition.rule in _WORDS:
        return _WORDS[condition.rule]
    if kind == "link":
        return f"MONITOR SILENT {duration_text(condition.age_s)}"
    return condition.text


def _line(condition: ConditionView) -> AlarmLine:
    return AlarmLine(
        condition=condition.id,
        chair=condition.chair,
        priority=condition.priority,
        kind=condition.kind,
        where="Station" if condition.chair is None else f"Chair {condition.chair}",
        text=condition.text,
        lasting=duration_text(condition.age_s),
        acknowledged=condition.acknowledged,
        opens=_SHEETS.get(condition.rule, ""),
    )


_WORDS = {"monitor.patient": "OTHER PATIENT?", "monitor.demo": "MONITOR IN DEMO"}
_SHEETS = {"monitor.patient": "monitor_patient"}
