"""The alarm preset: how the alarm signals behave, and how far a nurse may move a patient's limits, as a file of the clinic.

The limits themselves are the treatment protocol's (`protocols.py`): they belong to the drug and the visit. Each number's
source stands as a comment beside it in the shipped file (resources/presets/clinic.toml).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from devices.vocabulary import METRICS
from nursestation.core.sounds.figures import PAUSE_REMINDER

Seconds = Annotated[float, Field(gt=0, le=3600)]


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=False)


class Steps(_File):
    """By how much an acknowledged condition must worsen to make its signals again [%, mmHg, /min]."""

    spo2: float = Field(default=5, gt=0, title="SpO₂ worse by so much sounds again")
    sys: float = Field(default=20, gt=0, title="Blood pressure worse by so much sounds again")
    hr: float = Field(default=20, gt=0, title="Heart rate worse by so much sounds again")

    def of(self, metric: str | None) -> float | None:
        """Return the step of a metric in its unit, None where there is none."""
        if metric in ("heart_rate", "pulse_rate"):
            return self.hr
        return {"spo2": self.spo2, "nibp_sys": self.sys}.get(metric or "")


class SignalRules(_File):
    """How long signals may be stopped, and when they come again."""

    audio_paused_s: float = Field(default=120, gt=0, le=120, title="Seconds of a sound pause")
    realarm_s: Seconds = Field(default=180, title="Seconds until an acknowledged alarm sounds again")
    realarm_steps: Steps = Steps()
    chair_pause_s: Seconds = Field(default=300, title="Seconds of a chair's alarm pause")
    escalation_s: Seconds = Field(default=120, title="Seconds unanswered until the chair sounds too")
    reminder_s: float = Field(
        default=180,
        ge=PAUSE_REMINDER.low / 1000,
        le=PAUSE_REMINDER.high / 1000,
        title="Seconds between reminders that the sound is off",
    )


class Bounds(_File):
    """How far a nurse may move the limits of one metric, in its unit; a side that is not given may not be moved."""

    metric: str
    low_min: float | None = Field(default=None, title="low limit may be set from")
    low_max: float | None = Field(default=None, title="low limit may be set up to")
    high_min: float | None = Field(default=None, title="high limit may be set from")
    high_max: float | None = Field(default=None, title="high limit may be set up to")

    @model_validator(mode="after")
    def _check(self) -> "Bounds":
        if self.metric not in METRICS:
            raise ValueError(f"unknown metric {self.metric!r}")
        for side, least, most in (("low", self.low_min, self.low_max), ("high", self.high_min, self.high_max)):
            if (least is None) != (most is None):
                raise ValueError(f"{self.metric}: {side}_min and {side}_max are given together")
            if least is not None and most is not None and least > most:
                raise ValueError(f"{self.metric}: {side}_min {least:g} is above {side}_max {most:g}")
        return self


class AutoRule(_File):
    """Limits from the patient's own baseline value v: v * times + plus, no lower than `low_least`, no higher than `high_most`."""

    metric: str
    low_times: float = Field(gt=0, le=1, title="low limit from the patient, times the baseline")
    low_plus: float = Field(default=0, title="low limit from the patient, plus")
    low_least: float = Field(title="low limit from the patient, no lower than")
    high_times: float = Field(ge=1, le=5, title="high limit from the patient, times the baseline")
    high_plus: float = Field(default=0, title="high limit from the patient, plus")
    high_most: float = Field(title="high limit from the patient, no higher than")


class Apnoea(_File):
    """For how long a monitor must show a breathing rate of 0 until no breath is a condition [s]."""

    zero_s: float = Field(default=3, ge=0, le=20, title="Seconds of a breathing rate of 0 until it is an alarm")


class Rounds(_File):
    """The list of what is due next at every chair."""

    clash_min: float = Field(
        default=2, ge=0, le=30, title="Minutes within which two chairs clash"
    )  # things that need hands at two chairs within so long clash


class AlarmPreset(_File):
    """The clinic's alarm preset; `name` is the file's name without its ending."""

    name: str = "clinic"
    title: str = Field(default="Built-in preset", title="Title of the preset")
    signals: SignalRules = SignalRules()
    bounds: tuple[Bounds, ...] = ()
    auto: tuple[AutoRule, ...] = ()
    apnoea: Apnoea = Apnoea()
    rounds: Rounds = Rounds()

    @model_validator(mode="after")
    def _check(self) -> "AlarmPreset":
        for name, rules in (("bounds", self.bounds), ("auto", self.auto)):
            metrics = [rule.metric for rule in rules]
            twice = next((metric for metric in metrics if metrics.count(metric) > 1), None)
            if twice is not None:
                raise ValueError(f"{name}: {twice} stands there twice")
        return self

    def bounds_of(self, metric: str) -> Bounds | None:
        """Return how far the limits of a metric may be moved, None for not at all."""
        return next((bounds for bounds in self.bounds if bounds.metric == metric), None)
