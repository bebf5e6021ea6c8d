"""What the sheet of vitals by hand makes of what is typed; no Qt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devices.vocabulary import METRICS
from nursestation.core.commands import EnterVitals


@dataclass(frozen=True, slots=True)
class ByHand:
    """A field of the sheet: a metric, its name and unit for people, and the group by which it is told not measurable."""

    metric: str
    title: str
    unit: str
    group: str


FIELDS = (
    ByHand("pulse_rate", "Pulse", "a minute", "pulse_rate"),
    ByHand("spo2", "SpO₂", "%", "spo2"),
    ByHand("resp_rate", "Breathing", "a minute", "resp_rate"),
    ByHand("nibp_sys", "BP systolic", "mmHg", "nibp_sys"),
    ByHand("nibp_dia", "BP diastolic", "mmHg", "nibp_sys"),
    ByHand("temp", "Temperature", "°C", "temp"),
)
"""In the order in which they are asked."""
GROUPS = (
    ("pulse_rate", "Pulse"),
    ("spo2", "SpO₂"),
    ("resp_rate", "Breathing"),
    ("nibp_sys", "BP"),
    ("temp", "Temperature"),
)
"""What may be told as not measurable."""
WHY_NOT = ("Patient moves", "Patient declines", "Cold hands", "Sensor does not hold", "Cuff does not fit", "No device")
_MISSING = "Enter what you measured, or choose what could not be measured."


def vitals_by_hand(
    chair: int, typed: Mapping[str, str], unmeasured: Sequence[str], reason: str, at_utc_ns: int | None = None
) -> EnterVitals | str:
    """Return the command for what was typed, or the sentence that says what is missing.

    Args:
        chair: Whose vitals.
        typed: Texts by metric; an empty one was not measured.
        unmeasured: Groups that could not be measured.
        reason: Why not.
        at_utc_ns: When it was measured, UTC [ns]; None for now.
    """
    values: list[tuple[str, float]] = []
    for field in FIELDS:
        text = typed.get(field.metric, "").strip().replace(",", ".")
        if not text:
            continue
        if field.group in unmeasured:
            return f"{field.title} has a number: take it out, or do not tell it as not measurable."
        known = METRICS[field.metric]
        value = _number(text)
        if value is None or not known.is_plausible(value):
            return f"{field.title}: enter {known.low:g} to {known.high:g} {field.unit}."
        values.append((field.metric, value))
    names = [metric for metric, _ in values]
    if ("nibp_sys" in names) != ("nibp_dia" in names):
        return "Enter both pressures, the systolic and the diastolic."
    told = dict(values)
    if "nibp_sys" in told and told["nibp_dia"] >= told["nibp_sys"]:
        return "The diastolic pressure must be lower than the systolic."
    if unmeasured and not reason:
        return "Choose or write why it could not be measured."
    if not values and not unmeasured:
        return _MISSING
    return EnterVitals(
        chair=chair,
        values=tuple(values),
        not_measurable=tuple((group, reason) for group in unmeasured),
        at_utc_ns=at_utc_ns,
    )


def _number(text: str) -> float | None:
    whole, _, rest = text.partition(".")
    is_number = whole.isdecimal() and (not rest or rest.isdecimal())
    return float(text) if is_number else None
