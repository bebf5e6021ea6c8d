"""When things happen in a scenario, and what its operator does.

Rules of the file:
1. A time is "HH:MM:SS", "MM:SS" or a number of seconds, counted from an `Anchor`.
2. The plain steps of a visit need no script; only what deviates from them stands in a scenario's `[[operator]]` tables.
3. Words of staff (severity, kinds of chart entry) are those of the visit's record, so that whoever plays the script need
   not translate.
"""

import re
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_CLOCK_FACE = re.compile(r"(?:(\d{1,2}):)?(\d{1,2}):([0-5]\d)")


def seconds(value: object) -> float:
    """Read "HH:MM:SS", "MM:SS" or a number of seconds.

    Raises:
        ValueError: It is none of these, or negative.
    """
    if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
        return float(value)
    face = _CLOCK_FACE.fullmatch(value) if isinstance(value, str) else None
    if face is None:
        raise ValueError('expected a time such as "00:36:30" or "36:30", or a number of seconds')
    hours, minutes, rest = (int(part or 0) for part in face.groups())
    return hours * 3600.0 + minutes * 60.0 + rest


Seconds = Annotated[float, BeforeValidator(seconds)]
"""A duration [s], written as `seconds` reads it."""


class Table(BaseModel):
    """A table of a scenario file: frozen, and a key that it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Anchor(StrEnum):
    """What a time counts from."""

    SESSION_START = "session_start"  # the monitors are connected to the patient
    INFUSION_START = "infusion_start"  # the pump runs, or the injection is given
    INFUSION_END = "infusion_end"  # the pump is stopped; for an injection the same as INFUSION_START


class Timed(Table):
    """Something that happens `at` [s] after its anchor."""

    after: Anchor = Anchor.SESSION_START
    at: Seconds = 0.0


class _Step(Table):
    """One step of the operator.

    Attributes:
        after: What `at` counts from. "flag": each time a blood-pressure flag is raised; "flag_decided": each time the
            repeat reading has confirmed or dismissed one.
        at: How long after it [s].
        grade: With a flag, only for flags of this grade; None for any.
    """

    after: Literal["session_start", "infusion_start", "infusion_end", "flag", "flag_decided"] = "session_start"
    at: Seconds = 0.0
    grade: Literal["watch", "spike", "severe", "crisis", "low"] | None = None


class CheckIn(_Step):
    """Check the patient in, on this protocol."""

    do: Literal["check_in"]
    protocol: str | None = None


class ConfirmDriver(_Step):
    """Confirm who takes the patient home."""

    do: Literal["confirm_driver"]
    how: Literal["by_phone", "seen_in_person", "booking"] = "by_phone"


class TakeBaseline(_Step):
    """Accept the newest readings as the baseline."""

    do: Literal["take_baseline"]


class StartInfusion(_Step):
    """Start the infusion, or give the injection."""

    do: Literal["start_infusion"]


class PauseInfusion(_Step):
    """Pause the pump."""

    do: Literal["pause_infusion"]
    reason: str


class ResumeInfusion(_Step):
    """Let the pump run on."""

    do: Literal["resume_infusion"]


class StopInfusion(_Step):
    """Stop the pump for good; the observation begins."""

    do: Literal["stop_infusion"]
    reason: str = ""


class RequestCuff(_Step):
    """Ask for a cuff reading and press START on the bedside monitor."""

    do: Literal["request_cuff"]


class ChartEntry(_Step):
    """Chart what happened; `resolved` [s], from the same anchor, is when it was over."""

    do: Literal["chart"]
    kind: Literal["side_effect", "symptom", "dose_change", "position", "oxygen", "medication", "clinician_told", "note"]
    text: str
    severity: Literal["mild", "moderate", "severe"] | None = None
    reason: str = ""
    resolved: Seconds | None = None


class AnswerFlag(_Step):
    """Say what was done about a flag; meant with after = "flag" or "flag_decided"."""

    do: Literal["answer_flag"]
    action: str
    reason: str = ""
    outcome: Literal["not_confirmed"] | None = None


class Acknowledge(_Step):
    """Acknowledge every condition that is present."""

    do: Literal["acknowledge"]


class Score(_Step):
    """Record what the patient says or looks like; later scores of that kind keep the value until the next of these."""

    do: Literal["score"]
    kind: Literal["moaas", "rass", "pain", "orientation", "unreal"]
    value: int


class NoDriver(_Step):
    """Nobody comes for the patient: a clinician lets them go without a driver."""

    do: Literal["no_driver"]
    reason: str
    arrangement: str


class EndEarly(_Step):
    """Close the visit before its end; `handed_to` is who has the patient in care then."""

    do: Literal["end_early"]
    reason: str
    handed_to: str = ""


OperatorStep = Annotated[
    CheckIn
    | ConfirmDriver
    | TakeBaseline
    | StartInfusion
    | PauseInfusion
    | ResumeInfusion
    | StopInfusion
    | RequestCuff
    | ChartEntry
    | AnswerFlag
    | Acknowledge
    | Score
    | NoDriver
    | EndEarly,
    Field(discriminator="do"),
]
"""What an operator may do in a scenario, told apart by `do`."""
