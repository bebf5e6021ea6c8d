"""What the measurement state says of a value: whether it can be trusted, and whether it is a patient's at all.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0, p. 77: a value is valid only while the upper byte
of its state is zero; the lower byte tells of alarms and of the course of a measurement. Two bits of the upper byte have no
published meaning: a value that bears one is not used.
"""

from devices.drivers.philips_intellivue.codes import OperatingMode, State
from devices.events import Mode, Validity

_NO_PUBLISHED_MEANING = 0x0300
_DOUBTS = (
    (int(State.INVALID), Validity.INVALID),
    (int(State.UNAVAILABLE), Validity.UNAVAILABLE),
    (int(State.CALIBRATING), Validity.CALIBRATING),
    (_NO_PUBLISHED_MEANING, Validity.INVALID),
    (int(State.QUESTIONABLE), Validity.QUESTIONABLE),
    (int(State.EARLY), Validity.QUESTIONABLE),
)
_ANY_DOUBT = sum(bit for bit, _ in _DOUBTS)
_TEST, _DEMO = int(State.TEST), int(State.DEMO)
_NOT_A_PATIENT = _TEST | _DEMO
NO_SAMPLES = int(State.INVALID | State.UNAVAILABLE | State.CALIBRATING) | _NO_PUBLISHED_MEANING
"""Bits of which each says that samples are not to be drawn."""
_DEMO_MODE = int(OperatingMode.DEMO)
_NOT_MONITORING = int(OperatingMode.SERVICE | OperatingMode.CONFIGURATION)


def validity_of(state: int) -> Validity:
    """Return whether a value of this state can be trusted; test and demonstration are told by `mode_of`."""
    if state & _ANY_DOUBT:
        return next(validity for bit, validity in _DOUBTS if state & bit)
    return Validity.VALID


def mode_of(state: int, monitor: Mode) -> Mode:
    """Return how a value of this state came about; `monitor` is that of the monitor as a whole."""
    if state & _NOT_A_PATIENT:
        return Mode.DEMO if state & _DEMO else Mode.TEST
    return monitor


def mode_of_monitor(operating_mode: int) -> Mode:
    """Return how all values come about in this operating mode."""
    if operating_mode & _DEMO_MODE:
        return Mode.DEMO
    return Mode.TEST if operating_mode & _NOT_MONITORING else Mode.REAL
