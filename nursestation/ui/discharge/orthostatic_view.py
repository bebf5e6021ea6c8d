"""The check lying and standing: which reading belongs to which posture, and what is typed of it; no Qt.

Rules of the file:
1. A cuff reading is told by when it was measured, not by when it came; one that may belong to two postures is taken by hand.
2. What a person typed is never written over.
3. A posture offers only a reading that was measured after the one of the posture before; what a person changes of a reading is
   theirs, and no reading any more.
"""

from collections.abc import Mapping, Sequence
from datetime import tzinfo
from enum import StrEnum

from devices.clock import NS_PER_S
from devices.vocabulary import METRICS
from nursestation.core.commands import RecordOrthostatic
from nursestation.core.model import CuffReading
from nursestation.ui.durations import duration_text
from nursestation.ui.timetext import clock_text


class Posture(StrEnum):
    """When a pressure is measured."""

    LYING = "lying"
    MINUTE_1 = "minute_1"
    MINUTE_3 = "minute_3"


TITLES = {Posture.LYING: "Lying", Posture.MINUTE_1: "After 1 min", Posture.MINUTE_3: "After 3 min"}
PARTS = ("sys", "dia", "pulse")
STOOD = "stood"
FROM = "from"
"""Part of a posture in the draft: when the cuff reading that it was taken from was measured, UTC [ns]."""
WAITS = "Waiting for a new reading"
BY_HAND = "Entered by hand"

_WHEN_S = {Posture.MINUTE_1: (40.0, 130.0), Posture.MINUTE_3: (150.0, 300.0)}
"""From and until when after standing up a reading counts for a posture [s]; a cuff takes half a minute. Project decision."""
_LYING_AGE_S = 900.0
"""How old a reading may be to stand for the one lying [s]. Project decision: the visit's last pressure is judged as long."""


def lying_reading(cuffs: Sequence[CuffReading], now_utc_ns: int) -> CuffReading | None:
    """Return the newest reading, where it is new enough to stand for the one lying."""
    last = cuffs[-1] if cuffs else None
    return last if last is not None and now_utc_ns - last.measured_utc_ns <= _LYING_AGE_S * NS_PER_S else None


def standing_reading(cuffs: Sequence[CuffReading], posture: Posture, stood_utc_ns: int) -> CuffReading | None:
    """Return the first reading that was measured in the time of a posture after standing up, None while there is none."""
    since_s, until_s = _WHEN_S[posture]
    return next(
        (one for one in cuffs if since_s <= (one.measured_utc_ns - stood_utc_ns) / NS_PER_S <= until_s),
        None,
    )


def came_from(cuffs: Sequence[CuffReading], fields: Mapping[str, str]) -> dict[Posture, CuffReading]:
    """Return the reading that each posture's numbers are; one that was typed, or changed by hand, is not among them.

    Args:
        cuffs: The readings of the visit.
        fields: What stands in the form, by f"{posture}_{part}" and f"{posture}_{FROM}".
    """
    found: dict[Posture, CuffReading] = {}
    for posture in Posture:
        typed = tuple(fields.get(f"{posture}_{part}", "").strip() for part in PARTS)
        told = fields.get(f"{posture}_{FROM}", "")
        for reading in cuffs:
            if str(reading.measured_utc_ns) == told and filled(reading) == typed:
                found[posture] = reading
    return found


def offered(
    cuffs: Sequence[CuffReading],
    posture: Posture,
    taken: Mapping[Posture, CuffReading],
    stood_utc_ns: int | None,
    now_utc_ns: int,
) -> CuffReading | None:
    """Return the newest reading that a posture may be, None while there is none.

    Args:
        cuffs: The readings of the visit, oldest first.
        posture: Which one.
        taken: What the postures came from so far.
        stood_utc_ns: When the patient stood up, UTC [ns]; None where nobody has said so.
        now_utc_ns: UTC [ns].
    """
    order = list(Posture)
    before = [taken[one] for one in order[: order.index(posture)] if one in taken]
    after = [taken[one] for one in order[order.index(posture) + 1 :] if one in taken]
    if posture is Posture.LYING:
        since_ns = now_utc_ns - round(_LYING_AGE_S * NS_PER_S)
        until_ns = now_utc_ns if stood_utc_ns is None else stood_utc_ns
    else:
        if stood_utc_ns is None and not before:
            return None
        since_ns, until_ns = stood_utc_ns or 0, now_utc_ns
    for reading in reversed(cuffs):
        is_between = all(reading.measured_mono_ns > one.measured_mono_ns for one in before) and all(
            reading.measured_mono_ns < one.measured_mono_ns for one in after
        )
        if is_between and since_ns <= reading.measured_utc_ns <= until_ns:
            return reading
    return None


def take_words(reading: CuffReading | None, held: CuffReading | None, is_typed: bool, zone: tzinfo | None) -> str:
    """Return the word on a posture's button.

    Args:
        reading: What is offered.
        held: What the posture came from.
        is_typed: Whether anything stands in its fields.
        zone: Of the times; the machine's for None.
    """
    if reading is not None and reading != held:
        return reading_words(reading, zone)
    if held is not None:
        return f"From the cuff at {clock_text(held.measured_utc_ns, zone)}"
    return BY_HAND if is_typed else WAITS


def filled(reading: CuffReading) -> tuple[str, str, str]:
    """Return a reading as it stands in the fields: systolic, diastolic, pulse ("" for none)."""
    return str(reading.sys), str(reading.dia), "" if reading.pulse is None else f"{reading.pulse:g}"


def reading_words(reading: CuffReading, zone: tzinfo | None) -> str:
    """Return the word on the button that takes a reading over: "Take 126/78 of 14:32"."""
    return f"Take {reading.sys}/{reading.dia} of {clock_text(reading.measured_utc_ns, zone)}"


def standing_line(stood_utc_ns: int | None, now_utc_ns: int) -> str:
    """Return what to do now, with the clock since standing up."""
    if stood_utc_ns is None:
        return "Measure lying. Press Stands up now when the patient stands, hold on to them, and measure after 1 and 3 min."
    passed_s = (now_utc_ns - stood_utc_ns) / NS_PER_S
    stands = f"Standing for {duration_text(passed_s)}"
    for at_s, minutes in ((60, 1), (180, 3)):
        if passed_s < at_s:
            return f"{stands} · start the cuff for {minutes} min in {duration_text(at_s - passed_s + 0.999)}"
    return f"{stands} · both times have come"


def made(
    chair: int, fields: Mapping[str, str], symptoms: bool, cuffs: Sequence[CuffReading] = ()
) -> RecordOrthostatic | str:
    """Return the command for what is typed, or the sentence that says what is missing.

    Args:
        chair: Whose check it is.
        fields: What is typed, by f"{posture}_{part}", and what was taken over, by f"{posture}_{FROM}".
        symptoms: Dizzy, faint or unsteady on standing.
        cuffs: The readings of the visit.
    """
    readings: dict[Posture, tuple[int, int, int | None] | None] = {}
    for posture in Posture:
        read = _reading(posture, [fields.get(f"{posture}_{part}", "").strip() for part in PARTS])
        if isinstance(read, str):
            return read
        readings[posture] = read
    if readings[Posture.LYING] is None:
        return "Enter the pressure lying."
    if readings[Posture.MINUTE_1] is None and readings[Posture.MINUTE_3] is None:
        return "Enter at least one pressure standing."
    lying, one, three = (came_from(cuffs, fields).get(posture) for posture in Posture)
    return RecordOrthostatic(
        chair=chair,
        lying=readings[Posture.LYING],
        standing_1=readings[Posture.MINUTE_1],
        standing_3=readings[Posture.MINUTE_3],
        symptoms=symptoms,
        came_from=(
            None if lying is None else lying.measured_utc_ns,
            None if one is None else one.measured_utc_ns,
            None if three is None else three.measured_utc_ns,
        ),
    )


def _reading(posture: Posture, typed: Sequence[str]) -> tuple[int, int, int | None] | str | None:
    title = TITLES[posture].lower()
    sys, dia, pulse = typed
    if not any(typed):
        return None
    if not (sys.isdecimal() and dia.isdecimal()) or (pulse and not pulse.isdecimal()):
        return f"Enter both pressures {title} as whole numbers; the pulse may be left out."
    for metric, text in zip(("nibp_sys", "nibp_dia", "nibp_pulse_rate"), typed, strict=True):
        if text and not METRICS[metric].is_plausible(int(text)):
            return f"{text} cannot be right {title}: look again."
    if int(dia) >= int(sys):
        return f"The lower pressure {title} must be below the upper one."
    return int(sys), int(dia), int(pulse) if pulse else None
