"""How spans of time, numbers, phases and staff read in the core's sentences.

The core knows no time zone, so it never writes a clock time.
"""

from collections.abc import Mapping

from devices.vocabulary import METRICS, Unit
from nursestation.core.model import CuffReading, Grade, Operator, Phase, Provenance, Role

_MINUTE_S, _HOUR_S = 60, 3600


VALID = "valid, as the monitor says"
"""How good a value was that a limit was judged on: no other is judged."""
ALARMED = "the monitor's own alarm"
"""The same, of what a monitor alarmed of and did not show."""

PHASE_WORDS: Mapping[Phase, str] = {
    Phase.CHECK_IN: "Check-in",
    Phase.BASELINE: "Baseline",
    Phase.INFUSION: "Infusion",
    Phase.OBSERVATION: "Observation",
    Phase.READY: "Ready to go",
    Phase.DISCHARGED: "Discharged",
    Phase.ENDED_EARLY: "Ended early",
}
"""What a phase is called on the screens, in the report and in every export."""

FLAG_WORDS: Mapping[Grade, str] = {
    Grade.WATCH: "BP watch",
    Grade.SPIKE: "BP spike",
    Grade.SEVERE: "BP severe",
    Grade.CRISIS: "BP crisis",
    Grade.LOW: "BP low",
}
"""What a BP flag is called, by its rung, on the screens and on the record."""

ROLE_WORDS: Mapping[Role, str] = {
    Role.NURSE: "nurse",
    Role.LEAD_NURSE: "lead nurse",
    Role.CLINICIAN: "clinician",
    Role.OFFICE: "office",
}

FLAG_ANSWERS: Mapping[str, str] = {
    "repeat": "repeat",
    "slowed": "slowed",
    "paused": "paused",
    "stopped": "stopped",
    "clinician_told": "clinician told",
    "artefact": "artefact",
}
"""What a BP flag is answered with by a tap, by name: these words stand on the record, and name nobody."""


def reading_quality(reading: CuffReading) -> str:
    """Return how good a cuff reading is, in words; one that its monitor doubts is none."""
    if reading.provenance is Provenance.MANUAL:
        return "entered by hand"
    return "measured by the monitor" if reading.time_known else "measured by the monitor, time of arrival"


def staff_name(operators: Mapping[str, Operator], operator_id: str) -> str:
    """Return the name of a member of staff as it stands on records; the id of one who is not known."""
    known = operators.get(operator_id)
    return operator_id if known is None else known.name


def span(seconds: float) -> str:
    """Return a length of time as a nurse's timer shows it: "0:40", "34:10", "1:02:00". Negative reads as zero."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{secs:02}" if hours else f"{minutes}:{secs:02}"


def left(seconds: float) -> str:
    """Return how long is still to go, rounded up so that it reads "0:00" only when nothing is left."""
    return span(-(-max(0.0, seconds) // 1))


def long_span(seconds: float) -> str:
    """Return a length of hours in words, cut to the minute: "37 h 22 min", "5 h", "40 min"; under a minute "40 s"."""
    whole = max(0, int(seconds))
    if whole < _MINUTE_S:
        return f"{whole} s"
    hours, minutes = whole // _HOUR_S, whole % _HOUR_S // _MINUTE_S
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{minutes} min" if minutes else "") if part)


def long_left(seconds: float) -> str:
    """Return how many hours and minutes are still to go, rounded up to the minute: "2 h 5 min"."""
    return long_span(-(-max(0.0, seconds) // _MINUTE_S) * _MINUTE_S)


def number(value: float) -> str:
    """Return a value with no more digits than a monitor shows: whole, or one decimal."""
    return f"{value:.0f}" if value == int(value) else f"{value:.1f}"


def unit_behind(metric: str) -> str:
    """Return what follows a number of this metric where several stand in one text: " mmHg", " °C"; nothing for a rate."""
    unit = METRICS[metric].unit
    return "" if unit is None or unit is Unit.PER_MIN else f" {unit.shown}"


def listed(parts: list[str]) -> str:
    """Return the parts as a list in a sentence: "a", "a and b", "a, b and c"; "" for none."""
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


_COUNTS = ("no", "one", "two", "three", "four", "five", "six")


def count(n: int, noun: str) -> str:
    """Return a small count in words: "one cuff reading", "two cuff readings"."""
    word = _COUNTS[n] if n < len(_COUNTS) else str(n)
    return f"{word} {noun}" if n == 1 else f"{word} {noun}s"
