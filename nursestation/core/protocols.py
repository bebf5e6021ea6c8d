"""Treatment protocols: every clinical number the program uses, as a file that a clinic edits.

Each number's source stands as a comment beside it in the shipped files (resources/protocols/*.toml); nothing clinical is a
constant in code. A session keeps the whole protocol it ran on.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from devices.events import Priority
from devices.vocabulary import METRICS
from nursestation.core.model import Grade, Role, Route

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


class GateRules(_File):
    """What must be true before the start."""

    food_hours: float = Field(default=6, ge=0, le=24)
    drink_hours: float = Field(default=2, ge=0, le=24)
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
    instructions: str
    meaning: str


class Technical(_File):
    """When silence becomes a technical condition [s]."""

    stale_after_s: Seconds = 3
    lost_after_s: Seconds = 10
    no_data_low_s: Seconds = 5
    no_data_medium_s: Seconds = 15
    doubted_after_s: Seconds = 30  # nothing but doubted values for so long is told: project decision


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
    observation_min: Minutes
    observation_planned_min: Minutes
    series_length: int | None = Field(default=None, ge=1, le=30)
    limits: tuple[LimitRule, ...]
    technical: Technical = Technical()
    bp: BpRules
    cuff: CuffPlan = CuffPlan()
    gates: GateRules
    discharge: DischargeRules
    side_effects: tuple[str, ...]
