"""What the station knows: mutable, changed by `fold.py` alone, but for the live state of the monitors.

Two kinds of state live here:
1. What records tell (operators, visits, flags, conditions). Only `fold` writes it, so that stored records rebuild it.
2. What a monitor says this second (latest values, link, cuff parts, limit timers). It is not kept over a restart.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from devices.clock import NS_PER_S, Moment
from devices.events import AlarmKind, DeviceAlarm, LinkPhase, Mode, Priority, RejectReason, SensorStatus, Validity
from nursestation.core.chain import GENESIS
from nursestation.core.clinic_files import Setting
from nursestation.core.inputs import ChairSetup, MonitorBinding
from nursestation.core.model import (
    Baseline,
    ChartKind,
    Companion,
    ConfirmedHow,
    CuffReading,
    Driver,
    DrugUse,
    FlagOutcome,
    Grade,
    Identifier,
    LeavingPath,
    MedicineAnswer,
    MonitorFacts,
    Operator,
    Patient,
    Phase,
    Pregnancy,
    Provenance,
    Referral,
    Route,
    ScoreKind,
    SeriesPlace,
    Severity,
    TimedStep,
    ToldPatient,
)
from nursestation.core.presets import AlarmPreset
from nursestation.core.protocols import Protocol
from nursestation.core.records import (
    CriterionEvidence,
    DischargeSigned,
    HandedOver,
    InstructionsAcknowledged,
    InstructionsPrinted,
    LeavingChosen,
    ObservationShortened,
    OrthostaticRecorded,
    SelfTested,
)
from nursestation.core.snapshot import (
    AlarmSpanView,
    ChartEntryView,
    DrugView,
    GateView,
    LimitSpanView,
    LimitView,
    ScoreView,
    StepToldView,
    TimeCorrectedView,
)
from nursestation.core.watching import Watch


def seconds_between(earlier: Moment, later: Moment) -> float:
    """Return the monotonic time from `earlier` to `later` [s]."""
    return (later.mono_ns - earlier.mono_ns) / NS_PER_S


# --- the monitors, live -------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Latest:
    """The newest numeric of one metric from one monitor.

    `usable_ns` is when a usable value last came, `valid_ns` when one without doubt did, monotonic [ns].
    """

    value: float | None
    validity: Validity
    mode: Mode
    source: str
    provenance: Provenance
    mono_ns: int
    usable_ns: int | None
    valid_ns: int | None


@dataclass(slots=True)
class Sensor:
    """What a monitor says of one of its measurements, since when [monotonic ns]."""

    status: SensorStatus
    text: str
    since_ns: int


@dataclass(slots=True)
class CuffParts:
    """The numerics of one cuff cycle that have come so far [mmHg, /min]."""

    cycle: int | None
    measured_ns: int | None
    arrived: Moment
    provenance: Provenance
    sys: int | None = None
    dia: int | None = None
    mean: int | None = None
    pulse: int | None = None
    doubted: bool = False


@dataclass(slots=True)
class Rejects:
    """Damaged frames of one reason that no record tells of yet; `told_ns` is when the last record was made."""

    n: int = 0
    told_ns: int | None = None


@dataclass(slots=True)
class Played:
    """Values of a test or demonstration: of which, since when and until when they came, monotonic [ns]."""

    mode: Mode
    since_ns: int
    last_ns: int


@dataclass(slots=True)
class MonitorState:
    """One monitor now."""

    binding: MonitorBinding
    phase: LinkPhase = LinkPhase.DISCONNECTED
    reason: str = ""
    heard_ns: int | None = None  # last good event of this run, monotonic
    begun_ns: int | None = None  # when it was set up, or heard again after its link was lost, monotonic
    latest: dict[str, Latest] = field(default_factory=dict)
    sensors: dict[str, Sensor] = field(default_factory=dict)
    alarms: dict[str, DeviceAlarm] = field(default_factory=dict)  # by code: as last told, `t_ns` on our clock
    identity: tuple[str | None, str | None, str | None, str | None] | None = None
    patient: ToldPatient | None = None  # who it says is connected to it
    played: Played | None = None
    rejects: dict[RejectReason, Rejects] = field(default_factory=dict)
    waves: dict[tuple[str, str], int] = field(default_factory=dict)  # (metric, source) -> arrival, monotonic [ns]
    cuff_parts: CuffParts | None = None  # then the monitor stands in `StationState.open_cuffs` too
    cuff_done: tuple[int | None, int | None] | None = None  # cycle and measured_ns of the cycle that was dealt with


# --- the visit, from records --------------------------------------------------------------------------------------


@dataclass(slots=True)
class Condition:
    """An alarm condition; present while it stands in a `conditions` table.

    Attributes (of its signals):
        acknowledged_by, acknowledged_at: Who silenced it, and when; None while its signals are made.
        seen_by: Who has seen it at the priority that it has; stays when the signals come again after their time.
        silenced_value: The worst value when it was last silenced.
        is_latched: Its cause is over, and it waits to be acknowledged.
        is_escalated: Nobody answered in time, so the chair sounds.
        unanswered_ns: Since when its signals have been made without an answer, monotonic [ns].
        is_shown: How long its first signal took is known.
    """

    id: str
    chair: int | None
    rule: str
    subject: str
    kind: AlarmKind
    priority: Priority
    text: str
    raised: Moment
    metric: str | None
    value: float | None
    limit: float | None
    cause_ns: int | None = None
    acknowledged_by: str | None = None
    acknowledged_at: Moment | None = None
    seen_by: str | None = None
    silenced_value: float | None = None
    is_latched: bool = False
    is_escalated: bool = False
    unanswered_ns: int = 0
    is_shown: bool = False
    ended: Moment | None = None

    @property
    def is_low_worse(self) -> bool:
        """Say whether a lower value is a worse one."""
        return self.rule.endswith(".low")


@dataclass(slots=True)
class PatientWatch:
    """Who one monitor said is connected to it during a visit.

    Attributes:
        told: The newest.
        accepted: Those who count as the patient in the chair.
        held_since: Since when the monitor is held because the nurse is asked; None while it is not.
        is_denied: Whether she answered that it is another patient.
        held: The times it was held before, monotonic [ns].
    """

    told: ToldPatient
    accepted: tuple[ToldPatient, ...] = ()
    held_since: Moment | None = None
    is_denied: bool = False
    held: list[tuple[int, int]] = field(default_factory=list)


@dataclass(slots=True)
class Flag:
    """A BP flag. `repeat_by_ns` is monotonic; `decided_by` the second reading."""

    id: str
    grade: Grade
    priority: Priority
    reading: CuffReading
    because: str
    prompt: str
    raised: Moment
    repeat_by_ns: int | None
    outcome: FlagOutcome = FlagOutcome.OPEN
    decided_by: CuffReading | None = None
    answered: str = ""
    is_present: bool = True


@dataclass(frozen=True, slots=True)
class ChartVersion:
    """What a charted entry said until it was corrected; `changed_by`, `changed` and `reason` tell of the correction."""

    at: Moment
    text: str
    severity: Severity | None
    resolved: Moment | None
    vitals: tuple[tuple[str, float], ...]
    changed_by: str
    changed: Moment
    reason: str


@dataclass(frozen=True, slots=True)
class Struck:
    """Who struck an entry out, when and why."""

    by: str
    at: Moment
    reason: str


@dataclass(slots=True)
class ChartEntry:
    """Something charted, as it is to be read now.

    Attributes:
        at: When it happened.
        noted: When it was charted.
        vitals: The numbers when it happened, (metric, value).
        because: Why, as it was charted; "" where nobody asked.
        earlier: What it said before each correction, oldest first.
        struck: Who struck it out; None while it stands.
    """

    id: str
    at: Moment
    kind: ChartKind
    text: str
    severity: Severity | None
    by: str
    noted: Moment
    resolved: Moment | None = None
    vitals: tuple[tuple[str, float], ...] = ()
    because: str = ""
    earlier: tuple[ChartVersion, ...] = ()
    struck: Struck | None = None

    @property
    def is_lasting(self) -> bool:
        """Say whether it stands and is not over yet."""
        return self.struck is None and self.resolved is None


@dataclass(slots=True)
class Drug:
    """A drug record; `witness` by id, "" for none.

    `struck` tells who struck it out, or corrected it by the record `replaced_by`; None while it stands.
    """

    id: str
    use: DrugUse
    at: Moment
    by: str
    witness: str = ""
    struck: Struck | None = None
    replaced_by: str = ""


@dataclass(frozen=True, slots=True)
class Score:
    """A score that was recorded; `at` is when it was rated."""

    kind: ScoreKind
    value: int
    at: Moment
    by: str
    items: tuple[tuple[str, int], ...] = ()
    note: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class ByHand:
    """A vital sign that staff measured, in the metric's unit."""

    value: float
    at: Moment
    by: str


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """Why a vital sign could not be measured."""

    reason: str
    at: Moment
    by: str


@dataclass(frozen=True, slots=True)
class StepTold:
    """Who noted a step of the treatment, by id, and what was said with it: the dose of the start, why of a pause or stop."""

    what: TimedStep
    index: int
    by: str
    words: str


@dataclass(frozen=True, slots=True)
class TimeChange:
    """A step's time that was corrected: until then `before`, from then on `after`."""

    what: TimedStep
    index: int
    before: Moment
    after: Moment
    reason: str
    by: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person said of a discharge criterion, and when."""

    met: bool
    evidence: str
    score: int | None
    by: str
    at: Moment
    items: tuple[tuple[str, int], ...] = ()
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """Who gave what a gate rests on, by id, and when."""

    by: str
    at: Moment


@dataclass(frozen=True, slots=True)
class Waiver:
    """A clinician's override of a gate or criterion.

    `lacking` is what the monitors' gate lacked then; `steady` are the vital signs that were inside the discharge limits for
    long enough then.
    """

    reason: str
    clinician: str
    at: Moment
    lacking: tuple[str, ...] = ()
    steady: frozenset[str] = frozenset()


@dataclass(slots=True)
class Span:
    """A stretch of the visit in one phase, or of the infusion in pause. `is_cut`: a pause that the infusion's stop ended."""

    start: Moment
    end: Moment | None = None
    is_cut: bool = False


@dataclass(slots=True)
class Stretch:
    """How long one metric of one monitor has been inside the discharge limits without a gap; times monotonic [ns].

    Attributes:
        since_ns: Start of the present stretch; None while outside.
        last_ns: Last usable sample.
        outside_ns: Since when values are outside without a break; None while inside.
        last_outside_ns: When a stretch was last broken by values outside; None for never.
    """

    since_ns: int | None
    last_ns: int
    outside_ns: int | None = None
    last_outside_ns: int | None = None


@dataclass(frozen=True, slots=True)
class PatientLimits:
    """A patient's own alarm limits of one metric, and who set them; None for a side without a limit."""

    low: float | None
    high: float | None
    by: str


class LimitsSince(NamedTuple):
    """What the limits of a metric have been from a moment on, in its unit; None for a side without a limit."""

    metric: str
    since: Moment
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ChairPause:
    """ALARM PAUSED at a chair: why, by whom, and until when at the most, monotonic [ns]."""

    reason: str
    by: str
    until_ns: int


@dataclass(slots=True)
class AudioPause:
    """AUDIO PAUSED: by whom, until when at the most, monotonic [ns], and the ids of the conditions that it silences."""

    by: str
    until_ns: int
    covered: set[str]


@dataclass(slots=True)
class Audio:
    """The station's alarm sound.

    Attributes:
        pause: AUDIO PAUSED, None while it is not.
        off: (who, why) of AUDIO OFF, None while it is not.
        n_onsets: How often a condition of each priority has begun to sound.
        n_silenced: How often an operator has silenced something.
    """

    pause: AudioPause | None = None
    off: tuple[str, str] | None = None
    n_onsets: dict[Priority, int] = field(default_factory=dict)
    n_silenced: int = 0


@dataclass(slots=True)
class LimitWatch:
    """Timers of one alarm limit; times monotonic [ns].

    Attributes:
        outside_ns: Since when outside.
        inside_ns: Since when back inside.
        area: How far outside for how long, with an integral [metric's unit x s].
        last: When it was last judged outside, and by how much.
        crossings: When it went outside, lately.
    """

    outside_ns: int | None = None
    inside_ns: int | None = None
    area: float = 0.0
    last: tuple[int, float] | None = None
    crossings: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class AsRecorded:
    """What screens show of a visit that its own records alone change; worked out once for each state of its `chain`.

    `gates` is None before the start, while clocks and monitors turn them.
    """

    chain: str
    gates: tuple[GateView, ...] | None
    chart: tuple[ChartEntryView, ...]
    scores: tuple[ScoreView, ...]
    times_corrected: tuple[TimeCorrectedView, ...]
    steps_told: tuple[StepToldView, ...]
    limits: tuple[LimitView, ...]
    proposal: tuple[tuple[str, float | None, float | None, str], ...]
    drugs: tuple[DrugView, ...] = ()
    alarm_spans: tuple[AlarmSpanView, ...] = ()
    limit_spans: tuple[LimitSpanView, ...] = ()


@dataclass(slots=True)
class Visit:
    """One session."""

    session: str
    chair: int
    patient: Patient
    protocol: Protocol
    simulated: bool
    opened: Moment
    phase: Phase = Phase.CHECK_IN
    spans: list[tuple[Phase, Span]] = field(default_factory=list)
    pauses: list[Span] = field(default_factory=list)
    infusion_started: Moment | None = None
    infusion_stopped: Moment | None = None
    chosen_min: float | None = None  # how long the infusion is to run, where that was chosen at the start [min]
    dose_text: str = ""
    series: SeriesPlace | None = None
    said: dict[str, Said] = field(default_factory=dict)  # by gate: who gave it last
    identifiers: tuple[Identifier, ...] = ()
    weight: tuple[float, bool] | None = None  # [kg], and whether it was measured
    allergies: str | None = None  # "" for none known; None while nobody asked
    pregnancy: Pregnancy | None = None
    pregnancy_note: str = ""
    medicines: tuple[MedicineAnswer, ...] = ()
    referral: Referral | None = None
    available: str = ""
    checks: dict[str, Said] = field(default_factory=dict)  # by text: who confirmed it
    companion: Companion | None = None
    fasting: tuple[int, int] | None = None
    exclusions: tuple[tuple[str, bool], ...] = ()
    driver: Driver | None = None
    driver_confirmed: tuple[ConfirmedHow, Phase] | None = None
    driver_code: str = ""  # "" where none was given
    driver_code_matched: bool = False  # as told at the last confirmation
    driver_identity_seen: str = ""  # the document looked at in place of the code
    gate_waivers: dict[str, Waiver] = field(default_factory=dict)
    baseline: Baseline | None = None
    baseline_at: Moment | None = None
    cuffs: list[tuple[CuffReading, Phase]] = field(default_factory=list)  # by time of measurement, phase as it was then
    cuff_requested: Moment | None = None
    cuff_trouble: str = ""
    cuff_failures: int = 0  # cycles without a result since the last reading
    cuff_failed: Moment | None = None  # the last of them
    cuff_started: str | None = None  # monitor whose cuff was started from here, until it gave a result
    monitor_patients: dict[str, PatientWatch] = field(default_factory=dict)
    fed: tuple[MonitorFacts, ...] = ()
    fed_prefer: tuple[tuple[str, str], ...] = ()
    fed_before: tuple[MonitorFacts, ...] | None = None  # the monitors of this chair's last session
    fed_confirmed: tuple[MonitorFacts, ...] | None = None
    entries: dict[str, ChartEntry] = field(default_factory=dict)
    drugs: dict[str, Drug] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)  # by time of rating
    by_hand: dict[str, ByHand] = field(default_factory=dict)  # by metric: the newest
    not_measured: dict[str, NotMeasured] = field(default_factory=dict)  # by metric: the newest
    times_corrected: list[TimeChange] = field(default_factory=list)
    steps_told: list[StepTold] = field(default_factory=list)
    flags: dict[str, Flag] = field(default_factory=dict)
    conditions: dict[str, Condition] = field(default_factory=dict)
    past_conditions: list[Condition] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    waivers: dict[str, Waiver] = field(default_factory=dict)
    limits: dict[str, PatientLimits] = field(default_factory=dict)
    limits_changed: list[LimitsSince] = field(default_factory=list)  # by time
    alarm_pause: ChairPause | None = None
    shortened: ObservationShortened | None = None
    shortened_by: set[str] = field(default_factory=set)  # everybody who did
    orthostatic: OrthostaticRecorded | None = None
    instructions_printed: InstructionsPrinted | None = None
    instructions_acknowledged: InstructionsAcknowledged | None = None  # of that sheet
    leaving: LeavingChosen | None = None
    handed_over: HandedOver | None = None
    evidence: tuple[CriterionEvidence, ...] = ()
    signed: DischargeSigned | None = None
    delivered: set[str] = field(default_factory=set)
    stretches: dict[tuple[str, str], Stretch] = field(default_factory=dict)
    chain: str = GENESIS
    as_recorded: AsRecorded | None = None
    watches: dict[str, LimitWatch] = field(default_factory=dict)  # live
    watch: Watch = field(default_factory=Watch)
    lately: deque[tuple[int, tuple[tuple[str, float], ...]]] = field(default_factory=deque)  # live: see `remembered.py`

    @property
    def begun_by_start(self) -> Phase:
        """Return the phase that the start of the treatment begins."""
        return Phase.OBSERVATION if self.protocol.route is Route.IM else Phase.INFUSION

    @property
    def is_open(self) -> bool:
        """Say whether the visit still goes on."""
        return not self.phase.is_over

    @property
    def is_paused(self) -> bool:
        """Say whether the pump stands still."""
        return bool(self.pauses) and self.pauses[-1].end is None

    @property
    def planned_min(self) -> float:
        """Return how long the infusion is to run [min]."""
        return self.protocol.planned_min if self.chosen_min is None else self.chosen_min

    @property
    def weight_kg(self) -> float | None:
        """Return the weight of this visit [kg]; None while it is still to be taken."""
        if self.weight is not None:
            return self.weight[0]
        return None if self.protocol.gates.ask_weight else self.patient.weight_kg

    @property
    def known_allergies(self) -> str | None:
        """Return the allergies, "" for none known; None where nobody asked and none that count were told."""
        if self.allergies is not None:
            return self.allergies
        return None if self.protocol.gates.ask_allergies else self.patient.allergies or None

    @property
    def phase_began(self) -> Moment:
        """Return when the present phase began."""
        return self.spans[-1][1].start if self.spans else self.opened

    def phase_at(self, mono_ns: int) -> Phase:
        """Return the phase at a monotonic time [ns], the first one for what was before it."""
        found = (phase for phase, stretch in reversed(self.spans) if stretch.start.mono_ns <= mono_ns)
        return next(found, self.spans[0][0] if self.spans else self.phase)

    def began(self, phase: Phase) -> Moment | None:
        """Return when `phase` began, or None when it has not."""
        return next((stretch.start for which, stretch in self.spans if which is phase), None)

    @property
    def observation_min(self) -> float:
        """Return how long the observation lasts at least [min]: the protocol's minimum, or what a clinician shortened it to."""
        return self.protocol.observation_min if self.shortened is None else self.shortened.minutes

    @property
    def path(self) -> LeavingPath:
        """Return how the patient leaves."""
        return LeavingPath.WITH_DRIVER if self.leaving is None else self.leaving.path

    def pauses_signals_of(self, condition: Condition) -> bool:
        """Say whether ALARM PAUSED of the chair would stop a condition's signals; what it spares: docs/adr/0016.

        Spared are the rungs that latch, and what keeps the station from seeing the patient once he is back.
        """
        if condition.rule.startswith(("link.lost", "monitor.")):
            return False
        return not any(rule.latching and condition.rule == f"bp.{rule.grade}" for rule in self.protocol.bp.flags)

    def present_flag(self, *, low: bool) -> Flag | None:
        """Return the BP flag that is present: of pressure too low, or too high; there is at most one of each."""
        for flag in reversed(self.flags.values()):
            if flag.is_present and (flag.grade is Grade.LOW) is low:
                return flag
        return None


@dataclass(slots=True)
class ChairState:
    """One chair: its monitors live, and the visit in it."""

    setup: ChairSetup
    monitors: dict[str, MonitorState]
    prefer: dict[str, str]
    visit: Visit | None = None
    idle_cuff: CuffReading | None = None  # last reading while no visit is open; never part of a session
    fed: tuple[MonitorFacts, ...] | None = None  # the monitors of its newest session; None before the first
    drafts: dict[str, dict[str, str]] = field(default_factory=dict)  # by form: what was typed and not yet sent
    drafts_by: dict[str, tuple[str, ...]] = field(default_factory=dict)  # by form: ids of who was signed in meanwhile
    nurse: str | None = None  # id of who looks after it

    @property
    def number(self) -> int:
        """Return the chair's number."""
        return self.setup.number

    @property
    def open_visit(self) -> Visit | None:
        """Return the visit while it goes on."""
        return self.visit if self.visit is not None and self.visit.is_open else None

    @property
    def simulated(self) -> bool:
        """Say whether any monitor of the chair is simulated."""
        return any(monitor.binding.simulated for monitor in self.monitors.values())

    def hold_on(self, monitor: str) -> PatientWatch | None:
        """Return what holds a monitor: during the open visit it named another patient. None while nothing does."""
        visit = self.open_visit
        watch = visit.monitor_patients.get(monitor) if visit is not None else None
        return watch if watch is not None and watch.held_since is not None else None


@dataclass(slots=True)
class SignInTries:
    """Wrong PINs in a row, and when the last one was, monotonic [ns]."""

    n: int = 0
    last_ns: int = 0


@dataclass(slots=True)
class StationState:
    """Everything."""

    chairs: dict[int, ChairState]
    configured: set[int]  # numbers of the chairs that are set up; a visit may still run in another one
    protocols: dict[str, Protocol]
    preset: AlarmPreset
    monitors: dict[str, tuple[ChairState, MonitorState]]
    operators: dict[str, Operator] = field(default_factory=dict)
    operator: str | None = None
    tries: dict[str, SignInTries] = field(default_factory=dict)
    held: set[str] = field(default_factory=set)  # sessions that are not to be purged
    touched_ns: int = 0  # when somebody last used the station, monotonic
    lock_after_s: float | None = None  # without a touch; None for never
    locked_itself: bool = False  # nobody is signed in because nobody touched it
    conditions: dict[str, Condition] = field(default_factory=dict)  # of the station itself
    n_conditions: int = 0  # of the station itself, ever
    audio: Audio = field(default_factory=Audio)
    self_test: SelfTested | None = None
    sessions: set[str] = field(default_factory=set)
    open_cuffs: set[str] = field(default_factory=set)  # monitors whose cuff parts wait for more
    started: Moment | None = None  # of this run; None until the first input
    clock: Moment | None = None  # of the last input
    known_settings: tuple[Setting, ...] | None = None  # what the clinic's files say, as it stands in the record
    known_protocols: dict[str, Protocol] | None = None  # likewise, by name

    @property
    def signed_in(self) -> Operator | None:
        """Return who is signed in."""
        return self.operators.get(self.operator) if self.operator is not None else None

    def present_conditions(self) -> Iterator[Condition]:
        """Give every condition that is present: of the chairs, then of the station."""
        for chair in self.chairs.values():
            if chair.visit is not None:
                yield from chair.visit.conditions.values()
        yield from self.conditions.values()


def new_chair(setup: ChairSetup) -> ChairState:
    """Return a free chair, its monitors not heard yet."""
    monitors = {binding.id: MonitorState(binding) for binding in setup.monitors}
    return ChairState(setup=setup, monitors=monitors, prefer=dict(setup.prefer))
