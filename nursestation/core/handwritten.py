"""Vitals that staff measured by hand, and why one could not be measured.

Rules of the file:
1. A number by hand is its own record and never a monitor's: it is shown with its time and marked, where no monitor shows
   the metric; it ends and raises no alarm of a limit, and covers nothing in the proof of watching.
2. A cuff reading by hand is a reading of the visit like any other: the BP ladder judges it. One that is older than the newest
   reading is kept and not judged, for a newer one says how it is now.
3. What could not be measured is said with its reason, and is over with the next value.
"""

from devices.vocabulary import METRICS
from nursestation.core import cuff, remembered, vitals
from nursestation.core import records as r
from nursestation.core.commands import EnterVitals
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn

_CUFF = ("nibp_sys", "nibp_dia", "nibp_mean", "nibp_pulse_rate")


def enter(turn: Turn, chair: ChairState, visit: Visit, command: EnterVitals) -> None:
    """Take vitals by hand.

    Raises:
        Refusal: nothing is told, a number cannot be right, a reason is missing, or the time cannot be.
    """
    values = dict(command.values)
    unmeasured = {metric: reason.strip() for metric, reason in command.not_measurable}
    named = [metric for metric, _ in (*command.values, *command.not_measurable)]
    if not named:
        raise Refusal("Enter a value, or say what could not be measured.")
    for metric in named:
        if metric not in vitals.CONTINUOUS and metric not in _CUFF:
            raise Refusal(f"{metric!r} is no vital sign that can be entered.")
        if named.count(metric) > 1:
            raise Refusal(f"{METRICS[metric].label} is told twice: keep one.")
    for metric, value in values.items():
        _check(metric, value)
    for metric, reason in unmeasured.items():
        if not reason:
            raise Refusal(f"Say why {METRICS[metric].label} could not be measured.")
    at = remembered.past(turn, visit, command.at_utc_ns)
    happened_utc_ns = at.utc_ns if at != turn.now else None
    pressure = {metric: values[metric] for metric in _CUFF if metric in values}
    if pressure:
        _check_pressure(pressure)
    continuous = tuple((metric, value) for metric, value in command.values if metric not in _CUFF)
    if continuous:
        turn.emit(r.VitalsEntered(**turn.acted(chair), values=continuous, happened_utc_ns=happened_utc_ns))
    for metric, reason in unmeasured.items():
        turn.emit(r.NotMeasurable(**turn.acted(chair), metric=metric, reason=reason, happened_utc_ns=happened_utc_ns))
    if pressure:
        whole = {metric: round(value) for metric, value in pressure.items()}
        cuff.take_by_hand(
            turn,
            chair,
            sys=whole["nibp_sys"],
            dia=whole["nibp_dia"],
            mean=whole.get("nibp_mean"),
            pulse=whole.get("nibp_pulse_rate"),
            at=at,
        )


def _check(metric: str, value: float) -> None:
    known = METRICS[metric]
    if not known.is_plausible(value):
        raise Refusal(f"{known.label} {value:g} cannot be right: enter {known.low:g} to {known.high:g}.")


def _check_pressure(pressure: dict[str, float]) -> None:
    if "nibp_sys" not in pressure or "nibp_dia" not in pressure:
        raise Refusal("Enter both pressures, the upper and the lower one.")
    if pressure["nibp_dia"] >= pressure["nibp_sys"]:
        raise Refusal("The upper number must be higher than the lower one: check the reading.")
    mean = pressure.get("nibp_mean")
    if mean is not None and not pressure["nibp_dia"] < mean < pressure["nibp_sys"]:
        raise Refusal("The mean pressure lies between the other two: check the reading.")
