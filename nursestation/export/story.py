"""What happened in a visit, told from its records: the values that the report prints.

A pure fold; it decides nothing and computes no alarm anew. `utc` values are wall time [ns]; `t` values and spans lie on the
visit's steady line of time [ns].
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from nursestation.core.alarm_log import LogRow
from nursestation.core.model import (
    Baseline,
    CuffReading,
    Driver,
    FlagOutcome,
    LeavingPath,
    MonitorFacts,
    Phase,
    Provenance,
)
from nursestation.core.peak import peak
from nursestation.core.records import (
    AllergiesRecorded,
    BaselineTaken,
    ConsentRecorded,
    CriterionOverridden,
    CuffTaken,
    DischargeSigned,
    DriverConfirmed,
    DriverNamed,
    ExclusionsAnswered,
    FastingRecorded,
    FlagAnswered,
    FlagDecided,
    FlagEnded,
    FlagRaised,
    GateOverridden,
    HandedOver,
    IdentityConfirmed,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    LeavingChosen,
    MonitorIdentified,
    ObservationShortened,
    PhaseChanged,
    Record,
    SessionMonitors,
    SessionOpened,
    TimeCorrected,
    WeightRecorded,
)
from nursestation.core.steps import as_corrected
from nursestation.export.alarms import alarm_rows
from nursestation.export.events import in_words
from nursestation.export.visit import VisitRecord


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time; `end` None while it lasts."""

    start: int
    end: int | None


@dataclass(frozen=True, slots=True)
class PhaseSpan:
    """A stretch of the visit in one phase."""

    phase: Phase
    start: int
    start_utc: int
    end: int | None


@dataclass(frozen=True, slots=True)
class Cuff:
    """A cuff reading, with where it lies on the line of time and the flag it raised or decided."""

    reading: CuffReading
    t: int
    phase: Phase
    flag: str = ""


@dataclass(frozen=True, slots=True)
class Flag:
    """A blood-pressure flag from its reading to its end."""

    raised: FlagRaised
    decided: FlagDecided | None = None
    answers: tuple[FlagAnswered, ...] = ()
    ended: FlagEnded | None = None


@dataclass(frozen=True, slots=True)
class Override:
    """Something unmet that a clinician let pass."""

    utc: int
    what: str
    reason: str
    clinician: str


@dataclass(slots=True)
class Story:
    """The visit as the report tells it; built once by `tell`, then only read."""

    opened: SessionOpened
    end: int = 0  # of what is recorded, on the steady line
    spans: list[PhaseSpan] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    infusion: Span | None = None
    infusion_started: InfusionStarted | None = None
    infusion_stopped: InfusionStopped | None = None
    ended: PhaseChanged | None = None
    baseline: Baseline | None = None
    baseline_taken: BaselineTaken | None = None
    cuffs: list[Cuff] = field(default_factory=list)
    flags: dict[str, Flag] = field(default_factory=dict)
    alarms: tuple[LogRow, ...] = ()
    identity: IdentityConfirmed | None = None
    weight: WeightRecorded | None = None
    allergies: AllergiesRecorded | None = None
    consent: ConsentRecorded | None = None
    fasting: FastingRecorded | None = None
    exclusions: ExclusionsAnswered | None = None
    driver: Driver | None = None
    driver_confirmed: list[DriverConfirmed] = field(default_factory=list)
    overrides: list[Override] = field(default_factory=list)
    discharge: DischargeSigned | None = None
    handed_over: HandedOver | None = None
    monitors: dict[str, MonitorFacts] = field(default_factory=dict)

    @property
    def phase(self) -> Phase:
        """Return where the visit stands."""
        return self.spans[-1].phase if self.spans else Phase.CHECK_IN

    @property
    def peak(self) -> Cuff | None:
        """Return the cuff reading with the highest systolic pressure after the baseline was taken; of equals the first."""
        highest = peak([cuff.reading for cuff in self.cuffs], self.baseline)
        return next((cuff for cuff in self.cuffs if cuff.reading is highest), None)

    def phase_at(self, t: int) -> Phase:
        """Return where the visit stood at a time on the steady line [ns]."""
        found = (span.phase for span in reversed(self.spans) if span.start <= t)
        return next(found, self.spans[0].phase if self.spans else self.phase)

    def time_in(self, phase: Phase) -> int:
        """Return how long the visit was in a phase [ns]."""
        return sum((span.end or self.end) - span.start for span in self.spans if span.phase is phase)

    @property
    def paused_ns(self) -> int:
        """Return how long the infusion was paused in all [ns]."""
        return sum((span.end or self.end) - span.start for span in self.pauses)

    @property
    def infusion_ns(self) -> int:
        """Return how long the infusion ran, pauses not counted [ns]."""
        if self.infusion is None:
            return 0
        return (self.infusion.end or self.end) - self.infusion.start - self.paused_ns


def tell(visit: VisitRecord) -> Story:
    """Fold a visit's records into its story."""
    opened = next(record for record in visit.records if isinstance(record, SessionOpened))
    story = Story(opened, alarms=alarm_rows(visit))
    for record in _as_read(visit):
        story.end = max(story.end, visit.timeline.steady_ns(record.at))
        _course(story, visit, record)
        _pressure(story, visit, record)
        _papers(story, record)
    story.cuffs.sort(key=lambda cuff: cuff.t)  # one may have been told long after it was measured
    if visit.samples and not story.phase.is_over:
        story.end = max(story.end, visit.timeline.steady_ns(visit.samples[-1].at))
    return story


def _as_read(visit: VisitRecord) -> Sequence[Record]:
    """Return the records with the treatment's steps at their corrected times, in the order they happened."""
    if not any(isinstance(record, TimeCorrected) for record in visit.records):
        return visit.records
    return sorted(as_corrected(visit.records), key=lambda record: visit.timeline.steady_ns(record.at))


def _course(story: Story, visit: VisitRecord, record: Record) -> None:
    t = visit.timeline.steady_ns(record.at)
    match record:
        case PhaseChanged():
            if story.spans:
                story.spans[-1] = replace(story.spans[-1], end=t)
            story.spans.append(PhaseSpan(record.after, t, record.at.utc_ns, None))
            if record.after.is_over:
                story.ended = record
                _end_pause(story, t)
                if story.infusion is not None and story.infusion.end is None:
                    story.infusion = replace(story.infusion, end=t)
        case InfusionStarted():
            story.infusion_started = record
            story.infusion = Span(t, None)
        case InfusionPaused():
            story.pauses.append(Span(t, None))
        case InfusionResumed():
            _end_pause(story, t)
        case InfusionStopped():
            story.infusion_stopped = record
            _end_pause(story, t)
            if story.infusion is not None:
                story.infusion = replace(story.infusion, end=t)
        case _:
            pass


def _end_pause(story: Story, t: int) -> None:
    if story.pauses and story.pauses[-1].end is None:
        story.pauses[-1] = replace(story.pauses[-1], end=t)


def _pressure(story: Story, visit: VisitRecord, record: Record) -> None:
    match record:
        case BaselineTaken():
            story.baseline, story.baseline_taken = record.baseline, record
        case CuffTaken():
            # The reading belongs where it was measured; the record's moment is its arrival.
            t = visit.timeline.steady_ns(record.at) - (record.at.mono_ns - record.reading.measured_mono_ns)
            is_by_hand = record.reading.provenance is Provenance.MANUAL  # it may be told long after
            story.cuffs.append(Cuff(record.reading, t, story.phase_at(t) if is_by_hand else story.phase))
        case FlagRaised():
            story.flags[record.flag_id] = Flag(record)
            _mark(story, record.reading, f"{record.grade.value.upper()} flag")
        case FlagDecided() if record.flag_id in story.flags:
            story.flags[record.flag_id] = replace(story.flags[record.flag_id], decided=record)
            if record.reading is not None:
                _mark(story, record.reading, OUTCOMES[record.outcome])
        case FlagAnswered() if record.flag_id in story.flags:
            flag = story.flags[record.flag_id]
            story.flags[record.flag_id] = replace(flag, answers=(*flag.answers, record))
        case FlagEnded() if record.flag_id in story.flags:
            story.flags[record.flag_id] = replace(story.flags[record.flag_id], ended=record)
        case _:
            pass


OUTCOMES = {
    FlagOutcome.OPEN: "repeat awaited",
    FlagOutcome.CONFIRMED: "repeat: confirmed",
    FlagOutcome.NOT_CONFIRMED: "repeat: not confirmed",
    FlagOutcome.NOT_REPEATED: "not repeated in time",
}


def _mark(story: Story, reading: CuffReading, text: str) -> None:
    for index in range(len(story.cuffs) - 1, -1, -1):
        cuff = story.cuffs[index]
        if cuff.reading == reading:
            if text not in cuff.flag.split("; "):  # one reading may decide two flags
                story.cuffs[index] = replace(cuff, flag=f"{cuff.flag}; {text}" if cuff.flag else text)
            return


def _papers(story: Story, record: Record) -> None:
    match record:
        case IdentityConfirmed():
            story.identity = record
        case WeightRecorded():
            story.weight = record
        case AllergiesRecorded():
            story.allergies = record
        case ConsentRecorded():
            story.consent = record
        case FastingRecorded():
            story.fasting = record
        case ExclusionsAnswered():
            story.exclusions = record
        case DriverNamed():
            story.driver = record.driver
        case DriverConfirmed():
            story.driver_confirmed.append(record)
        case GateOverridden():
            what = f"Before the start: {in_words(record.gate)}"
            story.overrides.append(Override(record.at.utc_ns, what, record.reason, record.clinician))
        case CriterionOverridden():
            what = f"At discharge: {in_words(record.criterion)}"
            story.overrides.append(Override(record.at.utc_ns, what, record.reason, record.clinician))
        case ObservationShortened():
            what = f"Observation of {record.minutes:g} min in place of {record.before:g} min"
            story.overrides.append(Override(record.at.utc_ns, what, record.reason, record.clinician))
        case HandedOver():
            story.handed_over = record
        case LeavingChosen(path=LeavingPath.NO_DRIVER):
            what = f"Leaves without a driver; arranged instead: {record.arrangement}"
            story.overrides.append(Override(record.at.utc_ns, what, record.reason, record.clinician))
        case DischargeSigned():
            story.discharge = record
        case SessionMonitors():
            story.monitors.update((one.monitor, one) for one in record.monitors)
        case MonitorIdentified() if (
            record.monitor not in story.monitors
        ):  # a session of before there was the other record
            vendor, model, serial = record.vendor, record.model, record.serial
            story.monitors[record.monitor] = MonitorFacts(
                monitor=record.monitor, driver="", title="", vendor=vendor, model=model, serial=serial
            )
        case _:
            pass
