"""The contract of a driver: bytes in, events out; no port, no thread, no clock.

The laws (held for every driver by tests/protocol/test_contract.py):
(a) any split of a byte stream gives the same events, the clock held still;
(b) no byte string makes `feed` raise, or buffer more than the driver's named cap;
(c) after garbage, decoding resumes within one longest frame, also of a session that began before we listened;
(d) what the monitor side encodes, `feed` gives back;
(e) every metric stands in the vocabulary;
(f) a docs page and a vectors folder exist.

The monitor's side of the same wire (`MonitorSide`) lives in the same file as the driver: it turns what sensors say
(`Sensors`) into bytes and answers the host as the monitor would, so the simulator can stand in for the hardware.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable

from devices.events import DriverEvent


class Parity(StrEnum):
    """Serial parity."""

    NONE = "N"
    EVEN = "E"
    ODD = "O"


@dataclass(frozen=True, slots=True)
class SerialSettings:
    """Line settings of a serial port."""

    baud: int
    data_bits: int = 8
    parity: Parity = Parity.NONE
    stop_bits: int = 1
    rtscts: bool = False

    def __str__(self) -> str:
        flow = " RTS/CTS" if self.rtscts else ""
        return f"{self.baud} {self.data_bits}{self.parity}{self.stop_bits}{flow}"


def line_settings(
    known: Sequence[SerialSettings],
    *,
    baud: int | None = None,
    data_bits: int | None = None,
    parity: Parity | None = None,
    stop_bits: int | None = None,
    rtscts: bool | None = None,
) -> SerialSettings:
    """Return a driver's line settings with what a person chose put over them.

    A choice that one of the driver's own settings has brings the rest of that one along: a monitor that speaks at
    115200 8N1 or at 19200 8O1 is meant at 19200 8O1 when 19200 is all that is given.

    Args:
        known: The driver's own (`DriverInfo.serial`), the usual one first.
        baud: Chosen speed [bit/s]; here and below None leaves the driver's.
        data_bits: Chosen data bits.
        parity: Chosen parity.
        stop_bits: Chosen stop bits.
        rtscts: Chosen flow control.
    """
    chosen = {"baud": baud, "data_bits": data_bits, "parity": parity, "stop_bits": stop_bits, "rtscts": rtscts}
    given = {name: value for name, value in chosen.items() if value is not None}
    agreeing = (own for own in known if all(getattr(own, name) == value for name, value in given.items()))
    base = next(agreeing, known[0])
    return SerialSettings(
        baud=base.baud if baud is None else baud,
        data_bits=base.data_bits if data_bits is None else data_bits,
        parity=base.parity if parity is None else parity,
        stop_bits=base.stop_bits if stop_bits is None else stop_bits,
        rtscts=base.rtscts if rtscts is None else rtscts,
    )


@dataclass(frozen=True, slots=True)
class Datagrams:
    """How a protocol that is also spoken over UDP goes into datagrams and comes out of them.

    A driver knows one stream of bytes: the transport puts each datagram that arrives into the frame that the same message
    has on the serial line, and takes the messages of what the driver writes out of theirs. So a recording made over the
    network is decoded like any other.

    Attributes:
        port: The monitor's UDP port.
        frame: Returns the serial frame of one datagram.
        messages: Returns the datagrams to send for whole serial frames.
    """

    port: int
    frame: Callable[[bytes], bytes]
    messages: Callable[[bytes], tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class DriverInfo:
    """What a driver says of itself.

    Attributes:
        name: As on the command line ("ge_dinamap").
        vendor: Maker of the monitors.
        models: Models that speak this protocol.
        numerics: Names of the numerics it may give.
        waveforms: Names of the waveforms it may give.
        serial: Line settings to try, the usual one first.
        max_quiet_ms: Longest silence of a healthy link [ms]; past it the port counts as silent.
        interval_ms: Time between two values of a continuous numeric [ms]; none counts as old before its next one is due.
        source: The document that the decoder follows.
        standing: How well tried it is, in one sentence for people.
        sends: What it writes to the monitor, in words ("" = receive only).
        identity: What on the wire may tell who the patient is, in words ("" = the protocol carries nothing of that kind).
        datagrams: How it is spoken over UDP; None where it is not.
        starts_cuff: Whether the driver is a `StartsCuff`.
        check_bits: Bits of one message that say nothing but that it is one: its check (8 for a byte's sum, 16 for a CRC), or
            the fixed words of a text (8 a letter). Marks of a packet's start do not count. So much does a whole message say
            about which monitor is on a line.
    """

    name: str
    vendor: str
    models: tuple[str, ...]
    numerics: tuple[str, ...]
    waveforms: tuple[str, ...]
    serial: tuple[SerialSettings, ...]
    max_quiet_ms: int
    source: str
    standing: str
    sends: str = ""
    interval_ms: int = 1000
    identity: str = ""
    datagrams: Datagrams | None = None
    starts_cuff: bool = False
    check_bits: int = 0


class Driver(Protocol):
    """Decodes one monitor's protocol. Made without arguments; one instance a port.

    Same bytes at the same times give the same events.
    """

    info: ClassVar[DriverInfo]

    @property
    def unknown(self) -> Mapping[str, int]:
        """Return what the monitor has sent with a value and we have no name for: name (and code) to how often.

        Kept over `reset`, at most `devices.readings.UNKNOWN_MAX` names. May be read by another thread.
        """
        ...

    def feed(self, data: bytes, now_ns: int) -> tuple[DriverEvent, ...]:
        """Take bytes in whatever pieces they came and return what they complete.

        Args:
            data: Bytes from the wire.
            now_ns: Their arrival, monotonic [ns]; never goes back.

        Raises:
            Nothing: a damaged frame is a `FrameRejected`. Any exception is a bug.
        """
        ...

    def tick(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Let time pass: give out samples held back too long, give up on a reply, go back to greeting."""
        ...

    def pending_writes(self, now_ns: int) -> bytes:
        """Return (once) the bytes that the protocol wants sent now; b"" for none.

        Polls and session messages only: never a command that makes a monitor act on a patient.
        """
        ...

    def closing_writes(self, now_ns: int) -> bytes:
        """Return what takes leave of the monitor before we close the line in good order (stop, release); b"" for nothing."""
        ...

    def reset(self, now_ns: int) -> tuple[DriverEvent, ...]:
        """Forget partial frames and the session's state, as after a reconnect; give out samples held back."""
        ...


@runtime_checkable
class StartsCuff(Protocol):
    """A driver of a module whose cuff only the host can start. Nothing but a person's explicit act leads here."""

    def start_cuff(self, now_ns: int) -> None:
        """Let the next `pending_writes` start one measurement of an adult's blood pressure."""
        ...

    def stop_cuff(self, now_ns: int) -> None:
        """Let the next `pending_writes` end the measurement and empty the cuff."""
        ...


class ProbeState(StrEnum):
    """Where a simulated sensor is."""

    ON = "on"
    OFF = "off"  # plugged in, not on the patient
    UNPLUGGED = "unplugged"
    SEARCHING = "searching"


class CuffPhase(StrEnum):
    """Where a simulated cuff cycle stands."""

    IDLE = "idle"  # none yet
    MEASURING = "measuring"
    DONE = "done"
    FAILED = "failed"


class CuffFault(StrEnum):
    """Why a simulated cuff cycle failed."""

    LEAK = "leak"  # loose cuff or leak
    MOTION = "motion"
    WEAK = "weak"  # weak pulse
    TIMEOUT = "timeout"
    OVERPRESSURE = "overpressure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuff:
    """The simulated cuff now, and its last good result.

    Attributes:
        phase: Where the newest cycle stands.
        cycle: Its number; counts from 1, 0 before the first.
        pressure: Pressure in the cuff [mmHg].
        sys, dia, mean: Last good result [mmHg]; None before the first.
        pulse: Pulse rate of that result [/min].
        measured_ns: When that result was ready, monotonic [ns].
        fault: Why the newest cycle failed.
    """

    phase: CuffPhase = CuffPhase.IDLE
    cycle: int = 0
    pressure: float = 0.0
    sys: int | None = None
    dia: int | None = None
    mean: int | None = None
    pulse: int | None = None
    measured_ns: int | None = None
    fault: CuffFault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensors:
    """What a monitor's sensors say at one moment; None for what they cannot measure now.

    Units: rates [/min], spo2 and perfusion_index [%], etco2 and fico2 [mmHg], temp [degC], st [mV].
    """

    heart_rate: float | None
    pulse_rate: float | None
    spo2: float | None
    perfusion_index: float | None
    resp_rate: float | None
    etco2: float | None
    fico2: float | None
    temp: float | None
    st: float | None = None
    ecg_lead: ProbeState = ProbeState.ON
    spo2_probe: ProbeState = ProbeState.ON
    co2_line: ProbeState = ProbeState.ON
    temp_probe: ProbeState = ProbeState.ON
    cuff: Cuff = field(default_factory=Cuff)


class Patient(Protocol):
    """What a monitor is connected to; `devices.simulator.patient` has the real one, tests have small ones.

    Both calls are functions of time: asked twice for one time they answer the same. Times never go back by more than a second.
    """

    def sensors(self, t_ns: int) -> Sensors:
        """Return what the sensors say at `t_ns`, monotonic [ns]."""
        ...

    def wave(self, metric: str, t_ns: Sequence[int]) -> list[float | None]:
        """Sample a waveform at the given times.

        Returns:
            One value a time: ecg [mV] of lead II, pleth 0 to 1, resp -1 to 1, co2 [mmHg]; None where the sensor gives none.
        """
        ...


@runtime_checkable
class CuffPatient(Patient, Protocol):
    """A patient whose cuff a monitor can start and stop, as a module does on the host's command."""

    def start_cuff(self, t_ns: int) -> None:
        """Start a cycle at `t_ns`, monotonic [ns]; nothing happens while one goes on."""
        ...

    def stop_cuff(self, t_ns: int) -> None:
        """End the cycle that goes on at `t_ns`, monotonic [ns], without a result."""
        ...


class MonitorSide(Protocol):
    """The monitor's end of the wire, for the simulator and for round trips. Made without arguments."""

    def receive(self, data: bytes, now_ns: int) -> None:
        """Take bytes that the host sent, in whatever pieces."""
        ...

    def transmit(self, patient: Patient, now_ns: int) -> bytes:
        """Return all that the monitor sends from the last call up to `now_ns`.

        Emission times lie on the protocol's own grid (every 4 ms, every second), counted from the first call, and each
        value is what the sensors say at that grid time: the bytes depend on the grid, not on when the caller looks.
        """
        ...

    def restart(self, now_ns: int) -> None:
        """Behave as after a power cycle: session state gone, streams off until the host asks where the protocol wants that."""
        ...
