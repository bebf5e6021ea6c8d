"""What the station looks like at one moment: the frozen values that screens, the rehearsal and tests read.

The engine publishes a `StationSnapshot` after each step; a screen renders it and decides nothing. Times: `*_s` are seconds
[s] at the moment `at`; a negative "left" means overdue.
"""

from dataclasses import dataclass
from enum import StrEnum

from devices.clock import Moment
from devices.events import AlarmKind, LinkPhase, Priority, Validity
from nursestation.core.model import (
    Baseline,
    ChartKind,
    ConfirmedHow,
    CuffReading,
    Driver,
    FlagOutcome,
    GateState,
    Grade,
    Operator,
    Patient,
    Phase,
    Provenance,
    Severity,
)
from nursestation.core.protocols import Protocol


class Freshness(StrEnum):
    """How old a shown number is."""

    LIVE = "live"
    STALE = "stale"  # shown grey, with its age
    LOST = "lost"  # blanked: `value` is None
    NEVER = "never"  # nothing has come yet


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
    doing: str = (
        ""  # "measuring 136 mmHg", "cuff loose or not connected", "repeat asked for: press START on the monitor"
    )
    priority: Priority | None = None
    percent_over_baseline: float | None = None


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

    `detail` is its evidence or what is missing; `opens_in_s` where a clock will turn it; `asks` is a question that
    `ConfirmMonitors` answers with yes, "" where nothing is asked.
    """

    id: str
    title: str
    state: GateState
    detail: str
    opens_in_s: float | None = None
    asks: str = ""


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
    """

    id: str
    title: str
    state: GateState
    evidence: str
    asks_person: bool
    score: int | None = None
    earliest_in_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadinessView:
    """The discharge page. `digest` names this exact state; a signature over another one is refused."""

    criteria: tuple[CriterionView, ...]
    n_met: int
    may_sign: bool
    digest: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionView:
    """A present alarm condition. Sorted by priority, then oldest first; technical apart from physiological."""

    id: str
    chair: int | None
    rule: str
    kind: AlarmKind
    priority: Priority
    text: str
    age_s: float
    acknowledged: bool
    metric: str | None = None


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
    """Something charted. `resolved` is None while it lasts."""

    id: str
    at: Moment
    kind: ChartKind
    text: str
    severity: Severity | None
    by: str
    resolved: Moment | None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairSnapshot:
    """One chair."""

    number: int
    links: tuple[LinkView, ...]
    simulated: bool
    monitoring: bool  # False until each expected monitor gave a good frame: "NOT MONITORING"
    numerics: tuple[NumericView, ...]
    cuff: CuffView
    waves: tuple[tuple[str, str, str], ...]  # (metric, monitor, source) that have come lately, in display order
    conditions: tuple[ConditionView, ...]
    visit: VisitView | None

    def numeric(self, metric: str) -> NumericView | None:
        """Return the view of one metric, or None where no monitor of the chair gives it."""
        return next((view for view in self.numerics if view.metric == metric), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class StationSnapshot:
    """The station."""

    at: Moment
    operators: tuple[Operator, ...]
    operator: Operator | None  # who is signed in
    chairs: tuple[ChairSnapshot, ...]
    conditions: tuple[ConditionView, ...]  # of every chair and of the station, as ConditionView sorts
    protocols: tuple[Protocol, ...]

    def chair(self, number: int) -> ChairSnapshot:
        """Return one chair.

        Raises:
            KeyError: there is no chair of that number.
        """
        for chair in self.chairs:
            if chair.number == number:
                return chair
        raise KeyError(number)
