"""What the station looks like at one moment: the frozen values that screens, the rehearsal and tests read.

The engine publishes a `StationSnapshot` after each step; a screen renders it and decides nothing. Times: `*_s` are seconds
[s] at the moment `at`; a negative "left" means overdue.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from devices.clock import Moment
from devices.events import AlarmKind, LinkPhase, Priority, Validity
from nursestation.core.model import (
    Baseline,
    ChartKind,
    Companion,
    ConfirmedHow,
    CuffReading,
    Driver,
    DrugUse,
    FlagOutcome,
    GateState,
    Grade,
    LeavingPath,
    MedicineAnswer,
    Operator,
    Patient,
    Phase,
    Pregnancy,
    Provenance,
    Referral,
    Role,
    ScoreKind,
    SeriesPlace,
    Severity,
    TimedStep,
)
from nursestation.core.protocols import Protocol

_NO_MOMENT = Moment(0, 0)


class Freshness(StrEnum):
    """How old a shown number is."""

    LIVE = "live"
    STALE = "stale"  # shown grey, with its age
    LOST = "lost"  # blanked: `value` is None
    NEVER = "never"  # nothing has come yet


class SignalState(StrEnum):
    """What becomes of a condition's signals (words of IEC 60601-1-8)."""

    ON = "on"
    ACKNOWLEDGED = "acknowledged"  # seen by an operator: it stays visible and makes no sound
    LATCHED = "latched"  # its cause is over; it stays until acknowledged
    AUDIO_PAUSED = "audio_paused"  # visible, its sound is paused
    ALARM_PAUSED = "alarm_paused"  # neither flashes nor sounds for a time


class AudioState(StrEnum):
    """What becomes of the station's alarm sound."""

    ON = "on"
    PAUSED = "paused"
    OFF = "off"


@dataclass(frozen=True, slots=True, kw_only=True)
class NumericView:
    """One metric on one chair, from the monitor that the chair prefers for it.

    `value` is None unless it may be shown; `why_blank` then says why in a nurse's words ("probe off", "no data"). `others`
    are the same metric from the chair's other monitors as (source line, value). `change` is value minus baseline.
    """

    metric: str
    value: float | None
    validity: Validity
    freshness: Freshness
    age_s: float | None
    source: str
    provenance: Provenance | None
    why_blank: str = ""
    low: float | None = None
    high: float | None = None
    priority: Priority | None = None
    change: float | None = None
    others: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffView:
    """The cuff: last reading, its age, when the next is due, and what the monitor is doing."""

    reading: CuffReading | None = None
    age_s: float | None = None
    is_overdue: bool = False
    due_in_s: float | None = None
    doing: str = ""  # "measuring 136 mmHg", "cuff loose or not connected", "repeat: press START on the monitor"
    priority: Priority | None = None
    percent_over_baseline: float | None = None
    every_min: float | None = None  # how often the protocol plans a reading just now, None where it plans none


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkView:
    """One monitor of a chair."""

    monitor: str
    driver: str
    title: str  # "Capnostream 20 on ttyUSB0"
    phase: LinkPhase
    reason: str
    quiet_s: float | None
    simulated: bool
    port: str = ""  # as set up: "/dev/ttyUSB0"
    adapter: str = ""  # "serial number A50285BI", "" when none is remembered
    model: str = ""  # what the monitor says of itself: "Philips MX450, no. DE12345"
    may_start_cuff: bool = False
    question: str = ""  # while it is held: what `ConfirmMonitorPatient` answers
    is_answered: bool = False  # held still, because the answer was "another patient"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateView:
    """One gate before the start.

    Attributes:
        id, title, state: Which, and how it stands.
        detail: Its evidence, or what is missing.
        opens_in_s: Where a clock will turn it.
        asks: A question that `ConfirmMonitors` answers with yes, "" where nothing is asked.
        by, at_utc_ns: Who gave the evidence (or overrode the gate), and when, UTC [ns]: "by R. Alvarez 13:05" goes behind
            `detail`. "" and None where a monitor, a clock or nobody did.
        warns: True where `detail` says what staff must look at though the gate is met: another patient of that name.
        may_override: A clinician may let the start pass it.
    """

    id: str
    title: str
    state: GateState
    detail: str
    opens_in_s: float | None = None
    asks: str = ""
    by: str = ""
    at_utc_ns: int | None = None
    warns: bool = False
    may_override: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionView:
    """One line of the discharge page.

    Attributes:
        id, title: Which.
        state: Met, unmet, unknown or overridden.
        evidence: What the record proves or a person said, with times.
        asks_person: True where a person answers it, False where the record does.
        score: The number last given, where the criterion has one.
        earliest_in_s: Soonest it can turn, where a clock decides.
        age_s: How old the evidence is, where it ages.
        items: The parts of the last answer, as (item, points).
        variant: The table that a score was taken by, "" where the criterion has none.
    """

    id: str
    title: str
    state: GateState
    evidence: str
    asks_person: bool
    score: int | None = None
    earliest_in_s: float | None = None
    age_s: float | None = None
    items: tuple[tuple[str, int], ...] = ()
    variant: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessView:
    """The discharge page. `digest` names this exact state; a signature over another one is refused.

    `path` is how the patient leaves, `meaning` what a signature means on that path; `why_not` says what stands against signing
    although the criteria are met, "" where nothing does.
    """

    criteria: tuple[CriterionView, ...]
    n_met: int
    may_sign: bool
    digest: str
    meaning: str
    path: LeavingPath = LeavingPath.WITH_DRIVER
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveView:
    """When the patient may leave at the earliest, and what holds them until then.

    Attributes:
        earliest_in_s: The soonest that every criterion that a clock decides can be met [s], 0 for now.
        holds: What is not met, in short words, in the order of the page: "observation 12 min", "BP", "driver".
    """

    earliest_in_s: float
    holds: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingView:
    """How it was chosen that the patient leaves; fields as `records.LeavingChosen`, people by their names."""

    path: LeavingPath
    reason: str
    arrangement: str
    risks_told: bool
    patient_signed: bool
    witness: str
    clinician: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrthostaticView:
    """The orthostatic check: fields as `records.OrthostaticRecorded`, with the largest falls found [mmHg], who and when."""

    lying: tuple[int, int, int | None] | None
    standing_1: tuple[int, int, int | None] | None
    standing_3: tuple[int, int, int | None] | None
    symptoms: bool
    skipped_because: str
    fall_sys: int | None
    fall_dia: int | None
    by: str
    at: Moment
    came_from: tuple[CuffReading | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsView:
    """The sheet that was printed or saved, and who has acknowledged it: "patient", "driver" or "" for nobody yet."""

    language: str
    how: str
    sha256: str
    at: Moment
    by: str
    acknowledged_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionView:
    """A present alarm condition. Sorted by priority, then oldest first; technical apart from physiological.

    Attributes:
        id, chair, rule, kind, priority, metric: As the record of its beginning; the priority as it is now.
        text: What it is, with the worst value and the limit in force ("SpO₂ 86 < 90 %").
        age_s: Since it began [s].
        acknowledged: An operator has seen it as it is now.
        signal: What becomes of its signals.
        raised: When it began.
        value: The worst so far, in the metric's unit; None where there is none.
        limit: The limit that it crossed.
        escalated: Nobody answered in time: its chair sounds.
        cause_ns: From when its first signal is waited for: monotonic arrival of the bytes that made it true, or when it was
            found where no bytes did [ns].
    """

    id: str
    chair: int | None
    rule: str
    kind: AlarmKind
    priority: Priority
    text: str
    age_s: float
    acknowledged: bool
    metric: str | None = None
    signal: SignalState = SignalState.ON
    raised: Moment = _NO_MOMENT
    value: float | None = None
    limit: float | None = None
    escalated: bool = False
    cause_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagView:
    """A BP flag of this visit, present or past."""

    id: str
    grade: Grade
    priority: Priority
    reading: CuffReading
    because: str
    prompt: str
    raised: Moment
    outcome: FlagOutcome
    confirmed_by: CuffReading | None
    repeat_in_s: float | None
    answered: str  # what was done, "" while nobody answered
    is_present: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartEntryView:
    """Something charted, as it is to be read now.

    Attributes:
        id, kind, text, severity, by: What, and who charted it.
        at: When it happened.
        resolved: When it was over, None while it lasts.
        noted_at: When it was charted; later than `at` where it was charted afterwards or its time was corrected.
        vitals: The numbers when it happened, (metric, value); () where none are known.
        struck: It was struck out: shown struck through, and no evidence for anything.
        because: Why, as it was charted ("BP rise"); "" where nobody said.
        original: What it said before each correction, oldest first; shown struck through.
        changed_by, changed_at, reason: Of the correction or the striking out that made it what it is; of a view in
            `original` the one that replaced it.
    """

    id: str
    at: Moment
    kind: ChartKind
    text: str
    severity: Severity | None
    by: str
    resolved: Moment | None
    noted_at: Moment | None = None
    vitals: tuple[tuple[str, float], ...] = ()
    struck: bool = False
    because: str = ""
    original: tuple["ChartEntryView", ...] = ()
    changed_by: str = ""
    changed_at: Moment | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugView:
    """A drug record.

    Attributes:
        id, use, at, by: What, when it was recorded, and who did.
        words: It in one line.
        witness: Who saw it, "" for nobody.
        struck: It was struck out or corrected: shown struck through, and no evidence for anything.
        replaced: It was corrected by a later one.
        changed_by, changed_at, reason: Of that.
    """

    id: str
    use: DrugUse
    at: Moment
    by: str
    words: str
    witness: str = ""
    struck: bool = False
    replaced: bool = False
    changed_by: str = ""
    changed_at: Moment | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreView:
    """A score that was recorded. `label` names it ("MOAA/S", "Pain"); `at` is when it was rated."""

    kind: ScoreKind
    label: str
    value: int
    at: Moment
    by: str
    items: tuple[tuple[str, int], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManualView:
    """A vital sign that staff measured, for where no monitor shows one: marked "by hand" with its time, never as live."""

    metric: str
    value: float
    at: Moment
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMeasurableView:
    """A vital sign that could not be measured, and why; gone when a newer value came."""

    metric: str
    reason: str
    at: Moment
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepToldView:
    """Who noted a step of the treatment, and what was said with it: the dose of the start, why of a pause or stop."""

    what: TimedStep
    index: int
    by: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeCorrectedView:
    """A step's time that was corrected; `before` is shown struck through, `after` is in force until the next one of the step."""

    what: TimedStep
    index: int
    before: Moment
    after: Moment
    reason: str
    by: str
    at: Moment


class DueKind(StrEnum):
    """What is due at a chair."""

    CUFF = "cuff"
    REPEAT_CUFF = "repeat_cuff"  # a flag waits for it
    SCORE = "score"
    INFUSION_END = "infusion_end"
    OBSERVATION_MINIMUM = "observation_minimum"
    OBSERVATION_END = "observation_end"
    DRIVER = "driver"
    FOOD = "food"  # the fasting clock turns green
    DRINK = "drink"
    SIDE_EFFECT = "side_effect"  # still open long after the end


@dataclass(frozen=True, slots=True, kw_only=True)
class DueView:
    """Something that is due at a chair.

    Attributes:
        chair, kind: Where, and what.
        what: In words ("Cuff", "MOAA/S", "Observation minimum over").
        due_in_s: In how long [s]; negative for since when.
        is_overdue: It is later than it may be.
        clashes_with: Other chairs that need hands at about the same time.
    """

    chair: int
    kind: DueKind
    what: str
    due_in_s: float
    is_overdue: bool
    clashes_with: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchingView:
    """Proof of watching: from the begin of the baseline until the patient was ready to leave, or until now.

    Attributes:
        coverage: (metric, fraction of the time with valid data, longest gap [s]) of heart rate (or pulse rate), SpO2,
            respiration and the cuff pressure ("nibp_sys": within the protocol's plan).
        cuffs_planned, cuffs_taken, cuffs_failed: Cuff readings that the plan called for, that were taken, that failed.
        longest_cuff_gap_s: Longest time between two readings [s].
        signed_in: Who was signed in: (name, from, until); None until now.
        alarms: Conditions of high or medium priority.
        median_response_s, slowest_response_s: From a condition's begin to the first acknowledgement [s]; None for none.
        began: When the watch began; None before the baseline.
        n_minutes: How many minutes there are from `began` on, the last one perhaps begun.
        gaps: For each metric of `coverage` the stretches of minutes that were not covered all through, in order and apart from
            each other: (first, the one behind the last).
    """

    coverage: tuple[tuple[str, float, float], ...] = ()
    cuffs_planned: int = 0
    cuffs_taken: int = 0
    cuffs_failed: int = 0
    longest_cuff_gap_s: float = 0.0
    signed_in: tuple[tuple[str, Moment, Moment | None], ...] = ()
    alarms: int = 0
    median_response_s: float | None = None
    slowest_response_s: float | None = None
    began: Moment | None = None
    n_minutes: int = 0
    gaps: tuple[tuple[tuple[int, int], ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmSpanView:
    """When an alarm condition of the patient was present, until it ended (a latched one until it was acknowledged).

    Attributes:
        metric, priority, text: Of what; the priority and the words as last told.
        start, end: `end` is None while it is present.
    """

    metric: str
    priority: Priority
    text: str
    start: Moment
    end: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitSpanView:
    """From when to when a metric had these alarm limits, in its unit; `end` is None for those that are in force."""

    metric: str
    low: float | None
    high: float | None
    start: Moment
    end: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhaseSpan:
    """One stretch of the visit; `end` is None for the present one."""

    phase: Phase
    start: Moment
    end: Moment | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitView:
    """The visit in a chair."""

    session: str
    patient: Patient
    protocol: Protocol
    phase: Phase
    paused: bool
    spans: tuple[PhaseSpan, ...]
    pauses: tuple[tuple[Moment, Moment | None], ...]
    opened: Moment
    infusion_started: Moment | None
    infusion_stopped: Moment | None
    infusion_run_s: float | None  # running time without pauses
    infusion_planned_s: float
    observation_s: float | None
    observation_left_s: float | None  # to the planned end; negative when past
    dose_text: str
    driver: Driver | None
    driver_confirmed: ConfirmedHow | None
    driver_confirmed_at_handover: bool
    baseline: Baseline | None
    baseline_ready: str  # "" when TakeBaseline would be taken, else what is still missing
    gates: tuple[GateView, ...]
    may_start: bool
    flags: tuple[FlagView, ...]
    chart: tuple[ChartEntryView, ...]
    cuffs: tuple[CuffReading, ...]
    readiness: ReadinessView | None  # from observation on
    simulated: bool
    fasting: tuple[int, int] | None  # last food, last drink, UTC [ns]
    exclusions: tuple[tuple[str, bool], ...]
    signed_by: str  # "" until discharged
    observation_min_s: float = 0.0  # how long the observation lasts at least
    observation_shortened: str = ""  # "from 15 min to 10 min by S. Okafor MD: ..."
    leave: LeaveView | None = None  # from the start until the visit is closed
    leaving: LeavingView | None = None  # None until it is chosen
    baseline_too_old: tuple[CuffReading, ...] = ()  # of the baseline phase, while it lasts; they do not count any more
    orthostatic: OrthostaticView | None = None
    instructions: InstructionsView | None = None
    handed_to: str = ""  # who took the patient over when the visit ended early
    scores: tuple[ScoreView, ...] = ()  # by time of rating
    manual: tuple[ManualView, ...] = ()  # the newest of each metric that no monitor shows now
    not_measurable: tuple[NotMeasurableView, ...] = ()
    times_corrected: tuple[TimeCorrectedView, ...] = ()
    steps_told: tuple[StepToldView, ...] = ()
    watching: WatchingView = WatchingView()
    series: SeriesPlace | None = None
    weight_kg: float | None = None  # of this visit; None until it is known
    weight_by: str = ""  # "" where it was not recorded by itself
    weight_measured: bool = False
    allergies: str | None = None  # "" for none known; None while nobody asked
    pregnancy: Pregnancy | None = None
    pregnancy_note: str = ""
    medicines: tuple[MedicineAnswer, ...] = ()
    referral: Referral | None = None
    available: str = ""  # who is immediately available
    companion: Companion | None = None
    checks_done: tuple[str, ...] = ()
    driver_code: str = ""  # to be given to the driver; "" where none is used
    drugs: tuple[DrugView, ...] = ()  # in the order they were recorded
    alarm_spans: tuple[AlarmSpanView, ...] = ()  # by begin
    limit_spans: tuple[LimitSpanView, ...] = ()  # of every metric that has limits, each by begin


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitView:
    """The alarm limits of one metric in force for a patient, in its unit.

    Attributes:
        metric: Which.
        low, high: In force; None for a side without a limit.
        preset_low, preset_high: What the preset says.
        low_min, low_max, high_min, high_max: How far a nurse may change them; None where a side may not be changed.
        priority: Of the condition.
        persist_s: How long a value must lie outside [s].
        changed_by: Who changed them for this patient, "" while they are the preset's.
    """

    metric: str
    low: float | None
    high: float | None
    preset_low: float | None
    preset_high: float | None
    low_min: float | None
    low_max: float | None
    high_min: float | None
    high_max: float | None
    priority: Priority
    persist_s: float
    changed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairPauseView:
    """ALARM PAUSED at a chair: why, for how much longer [s], and by whom."""

    reason: str
    left_s: float
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioView:
    """The station's alarm sound.

    Attributes:
        state: On, paused or off.
        left_s: While it is paused: for how much longer [s].
        by, reason: Who paused it or switched it off, and why; "" while it is on.
        until_ns: While it is paused: until when, monotonic [ns].
        held: The highest priority that the pause keeps silent, None for nothing.
        n_onsets: How often a condition of the priority that sounds has begun to sound, since the program started.
        n_silenced: How often an operator has silenced something since the program started.
        pause_s: How long a pause that begins now would last [s]; the preset's.
        reminder_s: From one reminder of AUDIO OFF to the next [s]; the preset's.
    """

    state: AudioState = AudioState.ON
    left_s: float | None = None
    by: str = ""
    reason: str = ""
    until_ns: int | None = None
    held: Priority | None = None
    n_onsets: int = 0
    n_silenced: int = 0
    pause_s: float = 120
    reminder_s: float = 180


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTestView:
    """The self-test at the start of the day: whether it was passed today, and when one was last done."""

    done_today: bool = False
    at: Moment | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairSnapshot:
    """One chair.

    Attributes (of the alarms):
        pause: ALARM PAUSED, None while it is not.
        limits: What the visit's continuous vitals are judged by; () without an open visit.
        proposal: "Limits from this patient": (metric, low, high, how they were worked out); () without a baseline.
        preset_name: The title of the file that the limits come from.
        clinic_preset: The title of the clinic's alarm preset: how long signals may be stopped, how far limits may be moved.
        drafts: What was typed and not yet sent: (form, ((field, text), ...)).
        drafts_by: (form, ids of the staff who were signed in while it was typed).
        nurse: Who looks after it; None for nobody, and for somebody who left.
        turns_ns: Until when time alone leaves its numbers as they are told here, monotonic [ns]; None for good.
        silent_waves: (metric of the wave, monitor, why none of it comes): what the monitor says of its sensor, or for how long
            nothing has come. The sensor is told whether or not samples come all the same.
    """

    number: int
    links: tuple[LinkView, ...]
    simulated: bool
    monitoring: bool  # False until each expected monitor gave a good frame: "NOT MONITORING"
    numerics: tuple[NumericView, ...]
    cuff: CuffView
    # (metric, monitor, source) that have come lately, or whose sensor the monitor finds fault with, in display order
    waves: tuple[tuple[str, str, str], ...]
    conditions: tuple[ConditionView, ...]
    visit: VisitView | None
    pause: ChairPauseView | None = None
    limits: tuple[LimitView, ...] = ()
    proposal: tuple[tuple[str, float | None, float | None, str], ...] = ()
    preset_name: str = ""
    clinic_preset: str = ""
    drafts: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = field(default=(), repr=False)
    drafts_by: tuple[tuple[str, tuple[str, ...]], ...] = field(default=(), repr=False)
    nurse: Operator | None = None
    turns_ns: int | None = field(default=None, repr=False)
    silent_waves: tuple[tuple[str, str, str], ...] = ()

    def draft(self, form: str) -> dict[str, str]:
        """Return what was typed into a form and not yet sent, by field; empty for nothing."""
        return next((dict(fields) for name, fields in self.drafts if name == form), {})

    def draft_by(self, form: str) -> tuple[str, ...]:
        """Return the ids of who was signed in while a form's draft was typed; () for none."""
        return next((by for name, by in self.drafts_by if name == form), ())

    def numeric(self, metric: str) -> NumericView | None:
        """Return the view of one metric, or None where no monitor of the chair gives it."""
        return next((view for view in self.numerics if view.metric == metric), None)


class StaffState(StrEnum):
    """How somebody on the staff stands with the station."""

    ACTIVE = "active"
    MUST_CHANGE_PIN = "must_change_pin"  # somebody else gave it: one of their own comes before all they do
    LOCKED = "locked"  # too many wrong PINs
    LEFT = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffView:
    """Somebody on the staff, or who was; `wait_s` is how long they must wait after wrong PINs before the next try [s]."""

    id: str
    name: str
    role: Role
    state: StaffState
    wait_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSnapshot:
    """The station.

    Attributes (of the staff):
        operators: Who may sign in.
        operator: Who is signed in.
        staff: Everybody, those who left too, by name.
        lock_after_s: Without a touch for so long the station locks itself [s]; None for never.
        locked_itself: Nobody is signed in because nobody touched it for so long.

    Attributes (of the record):
        held: The sessions of visits that must be kept until a hold is released.

    Attributes (of the alarms):
        audio: Whether alarms are heard.
        sound: What the station is to sound now: the highest priority after pauses and acknowledgements, None for silence.
        chair_sound: The chairs that are to sound too, because nobody answered: (chair, priority).
        chair_heard: The chairs of which something is to be heard, answered late or not: (chair, priority).
        self_test: Of lamps and sound.
        preset: The title of the clinic's alarm preset.
    """

    at: Moment
    operators: tuple[Operator, ...]
    operator: Operator | None
    chairs: tuple[ChairSnapshot, ...]
    conditions: tuple[ConditionView, ...]  # of every chair and of the station, as ConditionView sorts
    protocols: tuple[Protocol, ...]
    audio: AudioView = AudioView()
    sound: Priority | None = None
    chair_sound: tuple[tuple[int, Priority], ...] = ()
    chair_heard: tuple[tuple[int, Priority], ...] = ()
    self_test: SelfTestView = SelfTestView()
    preset: str = ""
    due: tuple[DueView, ...] = ()  # at every chair, soonest first
    staff: tuple[StaffView, ...] = ()
    lock_after_s: float | None = None
    locked_itself: bool = False
    held: frozenset[str] = frozenset()

    def chair(self, number: int) -> ChairSnapshot:
        """Return one chair.

        Raises:
            KeyError: there is no chair of that number.
        """
        for chair in self.chairs:
            if chair.number == number:
                return chair
        raise KeyError(number)
