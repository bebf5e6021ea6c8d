"""What a monitor that is being tried gives: its newest numbers, a few seconds of its waves, how fast it speaks.

Pure bookkeeping over the events of one port; the port is driven by the workbench.
"""

from collections import deque
from dataclasses import dataclass, field

from devices.clock import NS_PER_S, Moment
from devices.events import DeviceInfo, FrameRejected, LinkPhase, Numeric, PortEvent, RejectReason, WaveformChunk
from devices.history import PortCounters
from devices.vocabulary import Unit

WAVE_S = 5
"""How much of each wave is kept [s]."""
_WAVES_MAX = 6
_RATE_OVER_NS = 4 * NS_PER_S
_CUFF = "nibp_sys"


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveTail:
    """The newest seconds of one wave.

    Attributes:
        metric, source: Which.
        rate_hz: Samples a second.
        scale, offset, unit: value = raw x scale + offset, in `unit`.
        samples: Shape `(n,)` int16 little-endian, at most `WAVE_S` seconds; `MISSING_SAMPLE` where there is none.
    """

    metric: str
    source: str
    rate_hz: float
    scale: float
    offset: float
    unit: Unit | None
    samples: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffHeard:
    """The last cuff reading: its systolic value with the monitor's own time, and when it arrived here."""

    numeric: Numeric
    arrived: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What was heard of a monitor so far.

    Attributes:
        at: The moment of this summary.
        began: When the trial began.
        phase, reason: Where the link stands, and the sentence that goes with it.
        counters: What the port has done.
        bytes_per_s, events_per_s: Over the last few seconds.
        numerics: The newest of each metric and source, in the order of their first coming.
        waves: The newest seconds of each wave.
        cuff: The last cuff reading; None before the first.
        device: Who the monitor says it is; None when it did not say.
        rejected: Frames that made no sense, by reason.
    """

    at: Moment
    began: Moment
    phase: LinkPhase = LinkPhase.DISCONNECTED
    reason: str = ""
    counters: PortCounters = field(default_factory=PortCounters)
    bytes_per_s: float = 0.0
    events_per_s: float = 0.0
    numerics: tuple[Numeric, ...] = ()
    waves: tuple[WaveTail, ...] = ()
    cuff: CuffHeard | None = None
    device: DeviceInfo | None = None
    rejected: tuple[tuple[RejectReason, int], ...] = ()


class Pace:
    """How fast a port speaks, over the last few seconds."""

    def __init__(self) -> None:
        self._counts: deque[tuple[int, int, int]] = deque()

    def note(self, counters: PortCounters, now: Moment) -> tuple[float, float]:
        """Take the counters of this moment; return bytes and events a second, 0 with the first ones."""
        self._counts.append((now.mono_ns, counters.bytes_in, counters.events))
        while len(self._counts) > 2 and now.mono_ns - self._counts[1][0] >= _RATE_OVER_NS:
            self._counts.popleft()
        then_ns, bytes_then, events_then = self._counts[0]
        passed_s = (now.mono_ns - then_ns) / NS_PER_S
        if passed_s <= 0:
            return 0.0, 0.0
        return (counters.bytes_in - bytes_then) / passed_s, (counters.events - events_then) / passed_s


class Tryout:
    """Gathers the events of one port. One thread at a time."""

    def __init__(self, began: Moment) -> None:
        self._began = began
        self._numerics: dict[tuple[str, str], Numeric] = {}
        self._waves: dict[tuple[str, str], WaveTail] = {}
        self._cuff: CuffHeard | None = None
        self._device: DeviceInfo | None = None
        self._rejected: dict[RejectReason, int] = {}
        self._pace = Pace()
        self._pace.note(PortCounters(), began)

    def add(self, events: tuple[PortEvent, ...], now: Moment) -> None:
        """Take what came at `now`."""
        for event in events:
            match event:
                case Numeric():
                    self._numerics[event.metric, event.source] = event
                    if event.metric == _CUFF and event.value is not None:
                        self._cuff = CuffHeard(numeric=event, arrived=now)
                case WaveformChunk():
                    self._wave(event)
                case DeviceInfo():
                    self._device = event
                case FrameRejected():
                    self._rejected[event.reason] = self._rejected.get(event.reason, 0) + 1
                case _:
                    pass

    def trial(self, phase: LinkPhase, reason: str, counters: PortCounters, now: Moment) -> Trial:
        """Return what was heard up to `now`."""
        bytes_per_s, events_per_s = self._pace.note(counters, now)
        return Trial(
            at=now,
            began=self._began,
            phase=phase,
            reason=reason,
            counters=counters,
            bytes_per_s=bytes_per_s,
            events_per_s=events_per_s,
            numerics=tuple(self._numerics.values()),
            waves=tuple(self._waves.values()),
            cuff=self._cuff,
            device=self._device,
            rejected=tuple(self._rejected.items()),
        )

    def _wave(self, chunk: WaveformChunk) -> None:
        key = (chunk.metric, chunk.source)
        before = self._waves.get(key)
        if before is None and len(self._waves) >= _WAVES_MAX:
            return
        is_same = before is not None and (before.rate_hz, before.scale, before.offset) == (
            chunk.rate_hz,
            chunk.scale,
            chunk.offset,
        )
        samples = (before.samples if before is not None and is_same else b"") + chunk.samples
        self._waves[key] = WaveTail(
            metric=chunk.metric,
            source=chunk.source,
            rate_hz=chunk.rate_hz,
            scale=chunk.scale,
            offset=chunk.offset,
            unit=chunk.unit,
            samples=samples[-2 * max(1, round(WAVE_S * chunk.rate_hz)) :],
        )
