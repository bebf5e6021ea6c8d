"""What the contract tests need to know of a driver, beside what it says of itself.

Each driver has `tests/protocol/specimens/<name>.py` with one `SPECIMEN`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from importlib import import_module

from devices.driver import CuffFault, CuffPhase, ProbeState
from devices.events import SensorStatus
from tests.helpers.bedside import WELL, S

Script = tuple[tuple[float, dict[str, object]], ...]


class Check(Enum):
    """How a frame is protected against damage."""

    CRC = "crc"  # no flipped bit gets through
    SUM = "sum"  # no flipped bit gets through in a frame of fixed length
    STUFFED_SUM = (
        "stuffed sum"  # a flipped escape shifts the frame, which a sum misses now and then: fields tell, waves cannot
    )
    NONE = "none"  # the protocol has no check: a flipped bit may make a number, as the driver's page says


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """One protocol.

    Attributes:
        good: Bytes of the shortest piece that gives `value` of `metric`, for a driver that has just been made.
        metric: Metric of that value.
        value: The value.
        may_send: Says whether one answer of `pending_writes` or `closing_writes` is among all that it may ever send.
        check: How its frames are protected.
        longest: Bytes of the longest frame that garbage may begin, so that this much of what follows is lost at most.
        alphabets: Bytes that its frames are made of, for noise that comes close.
        beginnings: Bytes that could begin a frame.
        time_scale: How many times longer than one second its numbers take.
        gone: Metrics whose sensors come off in the eventful script (lead and line off, thermometer unplugged).
        least: Pieces of the recording of at least so many bytes carry numbers.
        stride: Every so many of those pieces are enough for the tests that flip bits.
        enough: So many bytes of those pieces are enough, from the first on.
        wave: Bytes of one piece with fewer samples than a chunk; "" where that cannot be.
        ecg_gain: Size of the ECG as told over its true size.
        cuff_time: Whether the time of a cuff reading is known.
        cuff_states: Whether the monitor tells that a cuff cycle runs or has failed.
        probe_off: What is told of an oximeter's probe that is off the finger.
        half: How many bytes of `good` are certainly not whole.
        series: Returns so many good pieces in a row, where the driver passes over one that is sent again.
        without_patient: Waveforms that the driver gives and no simulated patient has.
    """

    good: bytes
    metric: str = "spo2"
    value: float = 97
    may_send: Callable[[bytes], bool] = field(default=lambda data: False)
    check: Check = Check.SUM
    longest: int = 40
    alphabets: Sequence[bytes] = ()
    beginnings: Sequence[bytes] = ()
    time_scale: float = 1.0
    gone: Sequence[str] = ()
    least: int = 1
    stride: int = 1
    enough: int | None = None
    wave: bytes = b""
    ecg_gain: float = 1.0
    cuff_time: bool = True
    cuff_states: bool = True
    probe_off: SensorStatus = SensorStatus.SENSOR_OFF
    half: int = 7
    series: Callable[[int], bytes] | None = None
    without_patient: Sequence[str] = ()

    @property
    def seconds(self) -> float:
        """Return the length of the eventful script."""
        return 21 * self.time_scale

    def at(self, second: float) -> float:
        """Return when something of the eventful script happens in this protocol's time [s]."""
        return second * self.time_scale

    @property
    def eventful(self) -> Script:
        """Return half a minute in which a cuff works and fails, and sensors come off."""
        return tuple((self.at(second), changes) for second, changes in self._script())

    def _script(self) -> Script:
        measuring = replace(WELL.cuff, phase=CuffPhase.MEASURING, cycle=1, pressure=136.0)
        done = replace(
            measuring,
            phase=CuffPhase.DONE,
            pressure=0.0,
            sys=131,
            dia=82,
            mean=99,
            pulse=70,
            measured_ns=round(self.at(6) * S),
        )
        again = replace(done, phase=CuffPhase.MEASURING, cycle=2, pressure=90.0)
        failed = replace(again, phase=CuffPhase.FAILED, pressure=0.0, fault=CuffFault.LEAK)
        lead_off = {
            "ecg_lead": ProbeState.OFF,
            "heart_rate": None,
            "co2_line": ProbeState.UNPLUGGED,
            "etco2": None,
            "fico2": None,
            "resp_rate": None,
        }
        return (
            (3.0, {"cuff": measuring}),
            (6.0, {"cuff": done}),
            (9.0, {"spo2_probe": ProbeState.OFF, "spo2": None, "pulse_rate": None, "perfusion_index": None}),
            (
                12.0,
                {
                    "spo2_probe": ProbeState.ON,
                    "spo2": 88.0,
                    "pulse_rate": 133.0,
                    "heart_rate": 133.0,
                    "perfusion_index": 1.4,
                },
            ),
            (13.0, lead_off),
            (14.0, {"temp_probe": ProbeState.UNPLUGGED, "temp": None}),
            (16.0, {"cuff": again}),
            (18.0, {"cuff": failed}),
        )


def specimen(name: str) -> Specimen:
    """Return what is known of the driver `name`."""
    found = import_module(f"tests.protocol.specimens.{name}").SPECIMEN
    assert isinstance(found, Specimen)
    return found
