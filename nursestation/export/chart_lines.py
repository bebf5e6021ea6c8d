"""What was charted, as lines of the report: each at the time it happened, and what was corrected struck through beside it.

Rules of the file:
1. A line that was corrected or struck out stays where it stood, struck through; what is to be read instead is a line of its own,
   at its own time, with the reason and by whom.
2. Only a line that stands is marked in the plot.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from devices.clock import Moment
from devices.vocabulary import METRICS
from nursestation.core.drug_words import drug_words
from nursestation.core.model import ChartKind, Severity, TimedStep
from nursestation.core.records import (
    Backdated,
    ChartCorrected,
    Charted,
    ChartResolved,
    ChartStruck,
    DrugRecorded,
    DrugStruck,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    NotMeasurable,
    Record,
    ScoreRecorded,
    TimeCorrected,
    VitalsEntered,
    happened,
    told,
)
from nursestation.core.scorings import label_of
from nursestation.core.wording import long_span
from nursestation.export.localtime import NS_PER_S

SEVERITY_WORDS = {Severity.MILD: "mild", Severity.MODERATE: "moderate", Severity.SEVERE: "severe"}
_CHART_WORDS = {
    ChartKind.SIDE_EFFECT: "",
    ChartKind.SYMPTOM: "Symptom: ",
    ChartKind.DOSE_CHANGE: "Dose: ",
    ChartKind.POSITION: "Position: ",
    ChartKind.OXYGEN: "Oxygen: ",
    ChartKind.MEDICATION: "Medication: ",
    ChartKind.CLINICIAN_TOLD: "Clinician told: ",
    ChartKind.NOTE: "Note: ",
}
_STEPS = (InfusionStarted, InfusionPaused, InfusionResumed, InfusionStopped)


@dataclass(frozen=True, slots=True)
class Line:
    """One line before it is numbered; `at` is when it happened, `operator` an id."""

    at: Moment
    text: str
    operator: str | None
    is_bold: bool = False
    is_marked: bool = False
    is_struck: bool = False


@dataclass(slots=True)
class _Entry:
    """A charted entry as it is to be read; `line` and `over_line` are its places among the lines."""

    kind: ChartKind
    at: Moment
    text: str
    severity: Severity | None
    line: int
    over: Moment | None = None
    over_line: int | None = None

    def words(self) -> str:
        severity = f", {SEVERITY_WORDS[self.severity]}" if self.severity else ""
        return f"{_titled(self.kind, self.text)}{severity}"


def _titled(kind: ChartKind, text: str) -> str:
    """Return what was charted under its title; a text that begins with that word ("Oxygen on") stands alone."""
    title = _CHART_WORDS[kind]
    return text if title and text.casefold().startswith(title.removesuffix(": ").casefold()) else f"{title}{text}"


class Lines:
    """The lines of one visit, in the order of its records.

    Args:
        name: Gives the name of a member of staff.

    Attributes:
        lines: So far.
    """

    def __init__(self, name: Callable[[str | None], str]) -> None:
        self.lines: list[Line] = []
        self._name = name
        self._drugs: dict[str, int] = {}
        self._entries: dict[str, _Entry] = {}
        self._steps: dict[tuple[TimedStep, int], int] = {}
        self._n_pauses = 0

    def add(self, line: Line) -> int:
        """Take a line and return its place."""
        self.lines.append(line)
        return len(self.lines) - 1

    def take(self, record: Record) -> bool:
        """Take a record of the chart; returns False for any other."""
        match record:
            case Charted():
                self._chart(record)
            case ChartResolved():
                self._resolve(record)
            case ChartCorrected() if record.entry_id in self._entries:
                self._correct(record, self._entries[record.entry_id])
            case ChartStruck() if record.entry_id in self._entries:
                entry = self._entries[record.entry_id]
                self._strike(entry.line)
                if entry.over_line is not None:
                    self._strike(entry.over_line)
                self.add(Line(record.at, f"Struck out: {entry.text} ({record.reason})", record.operator))
            case TimeCorrected():
                self._retime(record)
            case ScoreRecorded():
                parts = f" ({', '.join(f'{name} {value}' for name, value in record.items)})" if record.items else ""
                note = f": {record.note}" if record.note else ""
                self._add_told(record, f"{label_of(record.kind, record.label)} {record.value}{parts}{note}")
            case VitalsEntered():
                values = ", ".join(_value(metric, value) for metric, value in record.values)
                self._add_told(record, f"Measured by hand: {values}")
            case NotMeasurable():
                self._add_told(record, f"Not measurable: {METRICS[record.metric].label} ({record.reason})")
            case DrugRecorded():
                self._drug(record)
            case DrugStruck():
                self._strike(self._drugs[record.drug_id])
                text = f"Struck out: drug record ({record.reason}){self._witness(record)}"
                self.add(Line(record.at, text, record.operator))
            case _:
                return False
        return True

    def step(self, record: InfusionStarted | InfusionPaused | InfusionResumed | InfusionStopped, text: str) -> None:
        """Take a step of the treatment, whose time may be corrected."""
        place = self.add(Line(record.at, text, record.operator, is_marked=True))
        match record:
            case InfusionStarted():
                self._steps[TimedStep.INFUSION_STARTED, 0] = place
            case InfusionPaused():
                self._steps[TimedStep.INFUSION_PAUSED, self._n_pauses] = place
                self._n_pauses += 1
            case InfusionResumed():
                self._steps[TimedStep.INFUSION_RESUMED, self._n_pauses - 1] = place
            case InfusionStopped():
                self._steps[TimedStep.INFUSION_STOPPED, 0] = place

    def _add_told(self, record: Backdated, text: str, *, is_marked: bool = False) -> int:
        at = happened(record)
        return self.add(Line(at, f"{text}{_late(at, record.at)}", record.operator, is_marked=is_marked))

    def _strike(self, place: int) -> None:
        self.lines[place] = replace(self.lines[place], is_struck=True, is_marked=False)

    def _chart(self, record: Charted) -> None:
        at = happened(record)
        entry = _Entry(record.kind, at, record.text, record.severity, line=-1)
        why = f" ({record.reason})" if record.reason else ""
        entry.line = self._add_told(record, f"{entry.words()}{why}", is_marked=True)
        self._entries[record.entry_id] = entry

    def _resolve(self, record: ChartResolved) -> None:
        entry = self._entries.get(record.entry_id)
        place = self._add_told(record, f"Over: {entry.text if entry is not None else 'charted entry'}")
        if entry is not None:
            entry.over, entry.over_line = happened(record), place

    def _drug(self, record: DrugRecorded) -> None:
        why = f" (corrected: {record.reason})" if record.replaces else ""
        if record.replaces:
            self._strike(self._drugs[record.replaces])
        text = f"Drug record: {drug_words(record.use)}{self._witness(record)}{why}"
        self._drugs[record.drug_id] = self.add(Line(record.at, text, record.operator))

    def _witness(self, record: DrugRecorded | DrugStruck) -> str:
        return f"; witness {self._name(record.witness)}" if record.witness else ""

    def _correct(self, record: ChartCorrected, entry: _Entry) -> None:
        why = f" (corrected: {record.reason})"
        if record.happened_utc_ns is not None:
            entry.at = told(record, record.happened_utc_ns)
        entry.text = entry.text if record.text is None else record.text
        entry.severity = entry.severity if record.severity is None else record.severity
        if any(part is not None for part in (record.happened_utc_ns, record.text, record.severity)):
            self._strike(entry.line)
            entry.line = self.add(Line(entry.at, entry.words() + why, record.operator, is_marked=True))
        if record.resolved_utc_ns is not None and entry.over is not None and entry.over_line is not None:
            entry.over = told(record, record.resolved_utc_ns)
            self._strike(entry.over_line)
            entry.over_line = self.add(Line(entry.over, f"Over: {entry.text}{why}", record.operator))

    def _retime(self, record: TimeCorrected) -> None:
        place = self._steps.get((record.what, record.index))
        if place is None:
            return
        known = self.lines[place]
        self._strike(place)
        text = f"{known.text.partition(_RETIMED)[0]}{_RETIMED}{record.reason})"
        at = known.at.shifted(record.happened_utc_ns - record.before_utc_ns)
        self._steps[record.what, record.index] = self.add(Line(at, text, record.operator, is_marked=True))


_RETIMED = " (time corrected: "


def _late(at: Moment, noted: Moment) -> str:
    """Return how much later it was charted, "" where it was at once."""
    return f" (charted {long_span((noted.utc_ns - at.utc_ns) / NS_PER_S)} later)" if at != noted else ""


def _value(metric: str, value: float) -> str:
    known = METRICS[metric]
    unit = f" {known.unit.shown}" if known.unit is not None else ""
    return f"{known.label} {value:g}{unit}"
