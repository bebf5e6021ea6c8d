"""A serial line with line settings: what is sent at one setting and heard at another arrives as a real receiver hears it.

Rules of the file:
1. The wire is a row of bits in time, idle high. A receiver waits for a low, looks at the middle of each bit of its own
   speed, and takes what it finds; it resumes at the next low after a high. Nothing is random.
2. As under Linux, a receiver without parity checking hands on what it heard, framing errors and all; a bedside monitor
   (`is_strict`) drops what has a framing or parity error.
3. `Line` opens as `devices.transport.Opener` does. The monitor's end lives at its own settings and moves with the clock.
"""

from collections.abc import Callable
from math import ceil

from devices.clock import Clock
from devices.driver import MonitorSide, Parity, Patient, SerialSettings
from devices.errors import LinkError


def heard(data: bytes, sent_at: SerialSettings, heard_at: SerialSettings, *, is_strict: bool = False) -> bytes:
    """Return what a receiver makes of bytes that are sent without a pause."""
    if _frame(sent_at) == _frame(heard_at):
        return data
    wire = "".join(_bits(byte, sent_at) for byte in data) + "1" * 16
    step = sent_at.baud / heard_at.baud  # bits of the sender in one of the receiver
    n_bits = heard_at.data_bits + (heard_at.parity is not Parity.NONE) + 1
    out = bytearray()
    start = wire.find("0")
    while start >= 0:
        looks = [start + (k + 0.5) * step for k in range(n_bits + 1)]
        if looks[-1] >= len(wire):
            break
        bits = [wire[int(at)] == "1" for at in looks]
        at = ceil(looks[-1])
        if bits[0]:  # a glitch, gone by the middle of the start bit
            start = wire.find("0", int(looks[0]) + 1)
            continue
        value = sum(bit << k for k, bit in enumerate(bits[1 : 1 + heard_at.data_bits]))
        is_good = bits[-1] and (heard_at.parity is Parity.NONE or bits[-2] == _parity(value, heard_at.parity))
        if is_good or not is_strict:
            out.append(value)
        start = wire.find("0", at if bits[-1] else max(at, wire.find("1", at)))
    return bytes(out)


def _frame(settings: SerialSettings) -> tuple[object, ...]:
    return settings.baud, settings.data_bits, settings.parity


def _parity(value: int, parity: Parity) -> bool:
    return bool(value.bit_count() % 2) is (parity is Parity.EVEN)


def _bits(byte: int, settings: SerialSettings) -> str:
    value = byte & ((1 << settings.data_bits) - 1)
    data = f"{value:0{settings.data_bits}b}"[::-1]
    check = "" if settings.parity is Parity.NONE else str(int(_parity(value, settings.parity)))
    return f"0{data}{check}{'1' * settings.stop_bits}"


class Line:
    """A port with a monitor at the other end.

    Attributes:
        sent: All that was written, with the settings of the moment.
        opened_at: Settings of each opening.
        noise: Gives what else is heard, from the seconds that have passed since it was asked last.
    """

    def __init__(
        self,
        clock: Clock,
        settings: SerialSettings,
        monitor: MonitorSide | None = None,
        patient: Patient | None = None,
        noise: Callable[[float], bytes] = lambda seconds: b"",
    ) -> None:
        self.name = "/dev/ttyTEST0"
        self.sent: list[tuple[SerialSettings, bytes]] = []
        self.opened_at: list[SerialSettings] = []
        self.noise = noise
        self.refused: set[SerialSettings] = set()
        self._clock = clock
        self._settings = settings
        self._monitor = monitor
        self._patient = patient
        self._host: SerialSettings | None = None
        self._last_ns = clock.now().mono_ns

    @property
    def is_open(self) -> bool:
        return self._host is not None

    def device(self) -> str | None:
        return self.name

    def open(self, settings: SerialSettings) -> "_LineEnd":
        if settings in self.refused:
            raise LinkError(f"{self.name} cannot be opened with {settings}: choose other line settings.")
        assert self._host is None, "opened twice"
        self.take()
        self._host = settings
        self.opened_at.append(settings)
        return _LineEnd(self)

    def take(self) -> bytes:
        """Return what has arrived at the host since the last time."""
        now_ns = self._clock.now().mono_ns
        passed_s, self._last_ns = (now_ns - self._last_ns) / 1e9, now_ns
        said = b""
        if self._monitor is not None and self._patient is not None:
            said = self._monitor.transmit(self._patient, now_ns)
        if self._host is None:
            return b""
        return heard(said, self._settings, self._host) + self.noise(passed_s)

    def put(self, data: bytes) -> None:
        assert self._host is not None
        self.sent.append((self._host, data))
        if self._monitor is not None:
            arrived = heard(data, self._host, self._settings, is_strict=True)
            if arrived:
                self._monitor.receive(arrived, self._clock.now().mono_ns)

    def hang_up(self) -> None:
        self._host = None


class _LineEnd:
    def __init__(self, line: Line) -> None:
        self._line: Line | None = line
        self.name = line.name

    def read(self) -> bytes:
        assert self._line is not None, "read after close"
        return self._line.take()

    def write(self, data: bytes) -> None:
        assert self._line is not None, "written after close"
        self._line.put(data)

    def close(self) -> None:
        if self._line is not None:
            self._line.hang_up()
            self._line = None
