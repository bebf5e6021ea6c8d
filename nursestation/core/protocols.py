"""Treatment protocols: every clinical number the program uses, as a file that a clinic edits.

Each number's source stands as a comment beside it in the shipped files (resources/protocols/*.toml); nothing clinical is a
constant in code. A session keeps the whole protocol it ran on.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from devices.events import Priority
from devices.vocabulary import METRICS
from nursestation.core.model import ChartKind, Grade, Phase, Role, Route, ScoreKind, Transport

Minutes = Annotated[float, Field(ge=0, le=24 * 60)]
Seconds = Annotated[float, Field(ge=0, le=3600)]
MmHg = Annotated[float, Field(ge=0, le=400)]
Percent = Annotated[float, Field(ge=0, le=400)]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class LimitRule(_File):
    """Alarm limits of one metric, in its unit; persistence and re-arm as in docs/adr/0006."""

    metric: str
    low: float | None = None
    high: float | None = None
    priority: Priority = Priority.MEDIUM
    persist_s: Seconds = 10
    rearm: float = Field(default=2, ge=0)  # how far back inside ends it, in the metric's unit
    rearm_s: Seconds = 5
    at_once_at_or_below: float | None = None  # no persistence at or under this value
    high_priority_at_or_below: float | None = None  # high priority at or under this value
    sat_seconds: float | None = Field(
        default=None, gt=0, le=100
    )  # SpO2 only, in place of persist_s: depth x time [% s]

    @model_validator(mode="after")
    def _check(self) -> "LimitRule":
        if self.metric not in METRICS:
            raise ValueError(f"unknown metric {self.metric!r}")
        if self.metric.startswith("nibp_"):
            raise ValueError(f"{self.metric}: cuff readings are judged by [bp], not by a limit")
        if self.sat_seconds is not None and (self.metric != "spo2" or self.low is None):
            raise ValueError(f"{self.metric}: sat_seconds is for the low limit of spo2")
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(f"{self.metric}: low {self.low} is not below high {self.high}")
        return self


class FlagRule(_File):
    """One rung of the BP ladder: any condition that is given raises it."""

    grade: Grade
    priority: Priority
    prompt: str
    sys_at_or_above: MmHg | None = None
    dia_at_or_above: MmHg | None = None
    rise_sys: MmHg | None = None
    rise_dia: MmHg | None = None
    rise_percent: Percent | None = None
    sys_below: MmHg | None = None
    mean_below: MmHg | None = None
    fall_percent: Percent | None = None
    high_priority_sys_below: MmHg | None = None
    with_symptom_from: Grade | None = None  # also raised when a red-flag symptom meets a flag of this grade or above
    confirm: bool = True  # two-step: a second reading decides
    repeat_within_min: Minutes = 2
    latching: bool = False


class BpRules(_File):
    """The patient's own baseline, and the ladder over it. `flags` stands mildest first, LOW last."""

    baseline_readings: int = Field(default=2, ge=1, le=6)
    baseline_min_apart_min: Minutes = 1
    baseline_max_apart_min: Minutes = 5
    baseline_max_age_min: Annotated[float, Field(gt=0, le=24 * 60)] | None = None  # when it is taken; None: any age
    start_ceiling_sys: MmHg = 140
    start_ceiling_dia: MmHg = 90
    flags: tuple[FlagRule, ...]
    red_flag_symptoms: tuple[str, ...]

    @model_validator(mode="after")
    def _check(self) -> "BpRules":
        order = [list(Grade).index(rule.grade) for rule in self.flags]
        if order != sorted(set(order)):
            raise ValueError("flags: each grade once, in the order watch, spike, severe, crisis, low")
        if self.baseline_min_apart_min > self.baseline_max_apart_min:
            raise ValueError("baseline_min_apart_min is above baseline_max_apart_min")
        shortest = (self.baseline_readings - 1) * self.baseline_min_apart_min
        if self.baseline_max_age_min is not None and self.baseline_max_age_min < shortest:
            raise ValueError(f"baseline_max_age_min: the readings take {shortest:g} min at least")
        return self


class CuffPlan(_File):
    """How often a cuff reading is due, per phase [min]; 0 = not planned."""

    baseline_min: Minutes = 5
    first_stretch_min: Minutes = 20  # how long `infusion_first_20_min` holds
    infusion_first_20_min: Minutes = 5
    infusion_later_min: Minutes = 10
    observation_min: Minutes = 15
    while_flagged_min: Minutes = 5
    overdue_after_min: Minutes = 3
    overdue_medium_min: Minutes = 6  # later than this it is of medium priority, during infusion and observation
    failed_medium_n: int = Field(default=2, ge=1, le=5)  # failed cycles in a row that are of medium priority then


class MedicineRule(_File):
    """A medicine (or a kind of them) to ask for before the start.

    `note_needed`: taken, it needs a word; `ask` says which ("Which prescriber was asked?").
    """

    name: str
    note_needed: bool = False
    ask: str = ""


class GateRules(_File):
    """What must be true before the start. `referral` "asked": an answer is wanted, and there may be none."""

    food_hours: float = Field(default=6, ge=0, le=24)
    drink_hours: float = Field(default=2, ge=0, le=24)
    ask_weight: bool = False
    ask_allergies: bool = False
    ask_pregnancy: bool = False
    medicines: tuple[MedicineRule, ...] = ()
    referral: Literal["required", "asked", "off"] = "off"
    available: bool = False  # who is immediately available is named
    checks: tuple[str, ...] = ()  # what a person confirms: rescue equipment, pump read back, cuff on the other arm
    baseline_scores: tuple[ScoreKind, ...] = ()
    transports: tuple[Transport, ...] = Field(
        default=(Transport.FAMILY_OR_FRIEND, Transport.MEDICAL_TRANSPORT, Transport.OTHER_ADULT), min_length=1
    )
    exclusions: tuple[str, ...]
    required_metrics: tuple[tuple[str, ...], ...] = (
        ("heart_rate", "pulse_rate"),
        ("spo2",),
        ("nibp_sys",),
        ("resp_rate",),
    )  # one of each group must be delivering
    override_role: Role = Role.CLINICIAN


class DischargeRules(_File):
    """What must be true before the patient leaves."""

    bp_within_percent: Percent = 20
    bp_readings: int = Field(default=1, ge=1, le=5)
    bp_max_age_min: Minutes = 15
    stable_min: Minutes = 15
    stable_gap_s: Seconds = 30  # a longer gap in the data breaks the stable stretch
    vitals_max_age_min: Minutes = 15  # how long ago the sensors may have come off once the visit is ready
    score_max_age_min: Minutes = 30  # an older Aldrete or MOAA/S score is asked for again
    hr_low: float = 50
    hr_high: float = 120
    spo2_low: float = 92
    rr_low: float = 8
    rr_high: float = 24
    aldrete_at_least: int = Field(default=9, ge=0, le=10)
    moaas_at_least: int = Field(default=5, ge=0, le=5)
    no_driving_hours: tuple[int, int] = (24, 48)
    recovery_score: Literal["aldrete", "mpadss"] = "aldrete"
    mpadss_at_least: int = Field(default=9, ge=0, le=10)
    ask_orientation: bool = False
    ask_gait: bool = False
    ask_orthostatic: bool = False
    orthostatic_fall_sys: MmHg = 20  # from lying to standing: this much or more stands against leaving
    orthostatic_fall_dia: MmHg = 10
    require_drug_record: bool = False  # what was drawn, given and wasted is recorded before the patient leaves
    driver_code: bool = False  # the code that the driver was given at check-in is asked for at hand-over
    observation_floor_min: Minutes = 0  # a clinician may shorten the observation to this and no further
    end_early_needs_handover: bool = False  # once the drug was given, an early end names who takes the patient over
    instructions_printed: bool = False  # printed and acknowledged, where it is on; else answered by staff
    instructions_by_language: dict[str, str] = {}
    instructions: str
    meaning: str
    meaning_no_driver: str = (
        "I assessed this patient and discharge them without a driver, as a clinician arranged with them"
    )
    meaning_against_advice: str = (
        "The patient leaves against advice; what was not met is listed, and the risks were explained"
    )


class EventButton(_File):
    """What is charted with one tap; `key` is the digit that does it from the keyboard."""

    text: str = Field(min_length=1)
    kind: ChartKind
    key: int | None = Field(default=None, ge=1, le=9)
    asks_severity: bool = False

    @property
    def asks_dose(self) -> bool:
        """Say whether it leads to the sheet for the new dose or rate: a change without its number says nothing."""
        return self.kind is ChartKind.DOSE_CHANGE


class ScorePlan(_File):
    """A score that is due every so often in some phases; the first one so long after they begin."""

    kind: ScoreKind
    phases: tuple[Phase, ...] = Field(min_length=1)
    every_min: float = Field(gt=0, le=24 * 60)


class WatchRules(_File):
    """What counts as watched."""

    gap_s: Seconds = 30  # a longer stretch without valid data is a gap
    side_effect_open_min: Minutes = 60  # one still open so long after the end is told


class Technical(_File):
    """When silence becomes a technical condition [s]."""

    stale_after_s: Seconds = 3
    lost_after_s: Seconds = 10
    no_data_low_s: Seconds = 5
    no_data_medium_s: Seconds = 15
    doubted_after_s: Seconds = 30  # nothing but doubted values for so long is told: project decision


class SeriesPlan(_File):
    """How treatments follow each other: how many make a series, how far apart they are, and when a booster is due.

    `length` is what is planned, `length_min` and `length_max` what a prescriber may choose instead (each `length` where it is
    not given). An interval counts from one treatment's day to the next one's; a booster's months from the last treatment.
    """

    length: int = Field(ge=1, le=60)
    length_min: int | None = Field(default=None, ge=1, le=60)
    length_max: int | None = Field(default=None, ge=1, le=60)
    interval_days_min: int | None = Field(default=None, ge=0, le=365)
    interval_days_max: int | None = Field(default=None, ge=0, le=365)
    weekdays_only: bool = False  # a weekend between two treatments counts for nothing, and none is planned on one
    booster_months_min: float | None = Field(default=None, gt=0, le=36)
    booster_months_max: float | None = Field(default=None, gt=0, le=36)

    @model_validator(mode="after")
    def _check(self) -> "SeriesPlan":
        if self.length_min is not None and self.length_min > self.length:
            raise ValueError(f"length_min {self.length_min} is above length {self.length}")
        if self.length_max is not None and self.length_max < self.length:
            raise ValueError(f"length_max {self.length_max} is below length {self.length}")
        for name in ("interval_days", "booster_months"):
            least, most = getattr(self, f"{name}_min"), getattr(self, f"{name}_max")
            if (least is None) != (most is None):
                raise ValueError(f"{name}_min and {name}_max are given together")
            if least is not None and least > most:
                raise ValueError(f"{name}_min {least:g} is above {name}_max {most:g}")
        return self


class Protocol(_File):
    """One treatment protocol."""

    name: str  # file name without its ending; what sessions refer to
    title: str
    version: int = Field(ge=1)
    author: str
    schema_version: Literal[1] = 1
    route: Route
    dose_text: str
    dose_mg_per_kg: float | None = Field(default=None, gt=0, le=10)
    planned_min: Minutes
    planned_allowed_min: tuple[Minutes, Minutes] | None = None  # what may be chosen at the start instead
    observation_min: Minutes
    observation_planned_min: Minutes
    series: SeriesPlan | None = None
    limits: tuple[LimitRule, ...]
    technical: Technical = Technical()
    bp: BpRules
    cuff: CuffPlan = CuffPlan()
    gates: GateRules
    discharge: DischargeRules
    side_effects: tuple[str, ...]
    events: tuple[EventButton, ...] = ()  # a side effect that is not among them is a button all the same
    scores: tuple[ScorePlan, ...] = ()
    watch: WatchRules = WatchRules()

    @model_validator(mode="before")
    @classmethod
    def _take_older(cls, given: object) -> object:
        """Read what an earlier version wrote into a session: a series was a bare count."""
        if not isinstance(given, dict) or "series_length" not in given:
            return given
        taken = {key: value for key, value in given.items() if key != "series_length"}
        if given["series_length"] is not None and taken.get("series") is None:
            taken["series"] = {"length": given["series_length"]}
        return taken

    @property
    def buttons(self) -> tuple[EventButton, ...]:
        """Return what is charted with one tap: `events`, then the side effects that are not among them.

        Those have no key, except where there are no events at all: then the first nine have one each.
        """
        named = {button.text.casefold() for button in self.events if button.kind is ChartKind.SIDE_EFFECT}
        more = [text for text in self.side_effects if text.casefold() not in named]
        return self.events + tuple(
            EventButton(
                text=text,
                kind=ChartKind.SIDE_EFFECT,
                key=n if n <= 9 and not self.events else None,
                asks_severity=True,
            )
            for n, text in enumerate(more, start=1)
        )

    @model_validator(mode="after")
    def _check(self) -> "Protocol":
        keys = [button.key for button in self.events if button.key is not None]
        twice = next((key for key in keys if keys.count(key) > 1), None)
        if twice is not None:
            raise ValueError(f"events: key {twice} stands there twice")
        if self.planned_allowed_min is not None:
            least, most = self.planned_allowed_min
            if not least <= self.planned_min <= most:
                raise ValueError(
                    f"planned_allowed_min {least:g} to {most:g} does not hold planned_min {self.planned_min:g}"
                )
        if self.observation_min > self.observation_planned_min:
            raise ValueError(
                f"observation_min {self.observation_min:g} is above observation_planned_min {self.observation_planned_min:g}"
            )
        return self
