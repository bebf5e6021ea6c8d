"""How well a driver understands what is on a line: the evidence by which monitors are told apart.

Evidence is counted in bits, as in odds: n bits mean that bytes without sense would look so once in 2 to the n. Whole
messages bring the bits of their check, every byte that fitted brings one (even the loosest of the protocols ties one bit
of each byte, the mark of a packet's start), every kind of thing told four.

Rules of the file:
1. Counting starts with the first message understood: a stream is joined in mid-frame, and ends in mid-frame.
2. One message proves nothing, whatever its check: noise on a fast line makes one within seconds.
3. Where two drivers fit, the one whose messages have a check is believed; and one that doubts all its own numbers gives
   way to one that does not.
4. Evidence is worth only as much as the share of the bytes that fitted. Noise, and the right monitor at a wrong speed,
   leave most bytes over.
"""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeGuard

from devices.driver import SerialSettings
from devices.events import DeviceInfo, DeviceStatus, DriverEvent, FrameRejected, Gap, Numeric, Validity, WaveformChunk
from devices.registry import DriverEntry
from devices.vocabulary import METRICS

SURE_BITS = 40
"""From so many bits on, a monitor is named: odds of one in 10^12, far beyond all noise that a line carries in a year."""
LIKELY_BITS = 20
_MESSAGES = 2
_BITS_A_KIND = 4
_MOST_BITS = 1_000.0
_CHECKED_SHARE = 0.75
_UNCHECKED_SHARE = 0.9
_RIVAL_SHARE = 0.7

_PARTS = {
    "nibp": "cuff",
    "spo2": "oximeter",
    "co2": "capnograph",
    "temp": "thermometer",
    "ecg": "ECG",
    "resp": "breath",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A monitor that the port may have.

    Attributes:
        driver: Name of the driver that understood it.
        settings: Line settings at which it did.
        score: From 0 to 1: how well.
        device: Who the monitor says it is; None when it did not say.
        why: What was understood, in words.
    """

    driver: str
    settings: SerialSettings
    score: float
    device: DeviceInfo | None
    why: str


class Tally:
    """One driver on trial at one line setting, and what it makes of the bytes.

    Attributes:
        entry: The driver.
        settings: The line setting.
        driver: The instance on trial.
        n_messages: Pieces of the stream that told something, or answered the driver without telling anything new; several
            messages that arrive at once count once.
    """

    def __init__(self, entry: DriverEntry, settings: SerialSettings) -> None:
        self.entry = entry
        self.settings = settings
        self.driver = entry.make()
        self.n_messages = 0
        self._n_bytes = 0
        self._n_rejected = 0
        self._has_rejected = False
        self._kinds: dict[str, None] = {}
        self._device: DeviceInfo | None = None
        self._is_in_doubt = False
        self._has_asked = False
        self._has_failed = False

    @property
    def name(self) -> str:
        """Return the driver's name."""
        return self.entry.info.name

    @property
    def has_check(self) -> bool:
        """Say whether its messages carry a check."""
        return self.entry.info.check_bits > 0

    @property
    def is_in_doubt(self) -> bool:
        """Say whether the driver itself called all the numbers questionable that it gave last."""
        return self._is_in_doubt

    @property
    def share(self) -> float:
        """Return which part of the bytes fitted, from 0 to 1."""
        return max(0.0, 1 - self._n_rejected / self._n_bytes) if self._n_bytes and not self._has_failed else 0.0

    @property
    def bits(self) -> float:
        """Return the evidence [bit]."""
        gained = (
            self.n_messages * self.entry.info.check_bits
            + (self._n_bytes - self._n_rejected)
            + _BITS_A_KIND * len(self._kinds)
        )
        return min(gained * self.share, _MOST_BITS)

    @property
    def has_rejected(self) -> bool:
        """Say whether any byte at all was turned down; while none was, the first message may still be coming."""
        return self._has_rejected

    @property
    def is_promising(self) -> bool:
        """Say whether listening longer may make sure of it."""
        return self.n_messages > 0 and self.share >= _CHECKED_SHARE

    @property
    def is_likely(self) -> bool:
        """Say whether it is worth a mention, though not sure."""
        return self.bits >= LIKELY_BITS and self.n_messages >= _MESSAGES and self.share >= self._wanted_share

    @property
    def is_sure(self) -> bool:
        """Say whether this driver's monitor, or one that looks like it, is on the line."""
        return self.bits >= SURE_BITS and self.n_messages >= _MESSAGES and self.share >= self._wanted_share

    @property
    def candidate(self) -> Candidate:
        """Return the same for people."""
        told = ", ".join(self._kinds) or "nothing yet"
        left_over = (
            f"{self._n_rejected} of {self._n_bytes} bytes made no sense" if self._n_rejected else "every byte fitted"
        )
        return Candidate(
            self.name,
            self.settings,
            round(self.share * (1 - 0.5 ** (self.bits / LIKELY_BITS)), 3),
            self._device,
            f"It told: {told}; {left_over}.",
        )

    def feed(self, data: bytes, now_ns: int) -> None:
        """Let the driver read what has arrived."""
        if self._has_failed:
            return
        try:
            events = self.driver.feed(data, now_ns) if data else ()
            self.driver.tick(now_ns)
        except Exception as error:  # noqa: BLE001 -- drivers may come from outside: a faulty one is out of the running
            self._fail(error)
            return
        n_before = n_rejected = n_good = 0
        doubts = [event.validity is Validity.QUESTIONABLE for event in events if _has_value(event)]
        if doubts:
            self._is_in_doubt = all(doubts)
        for event in events:
            match event:
                case FrameRejected():
                    self._has_rejected = True
                    if self.n_messages or n_good:
                        n_rejected += event.length
                    else:
                        n_before += event.length
                case Gap():
                    pass
                case _:
                    n_good += 1
                    if isinstance(event, Numeric | WaveformChunk):
                        self._kinds.setdefault(METRICS[event.metric].label)
                    elif isinstance(event, DeviceStatus):
                        self._kinds.setdefault(f"state of its {_PARTS.get(event.metric, event.metric)}")
                    elif isinstance(event, DeviceInfo):
                        self._device = event
                        self._kinds.setdefault("its name")
        if n_good or self.n_messages:
            self._n_bytes += max(0, len(data) - n_before)
            self._n_rejected += n_rejected
        is_answer = self._has_asked and self.n_messages > 0 and bool(data) and not n_rejected
        if n_good or is_answer:
            self.n_messages += 1
            self._has_asked = False

    def pending_writes(self, now_ns: int) -> bytes:
        """Return what the driver wants to say; nothing once it has failed."""
        wanted = self._said(lambda: self.driver.pending_writes(now_ns))
        self._has_asked = self._has_asked or wanted != b""
        return wanted

    def closing_writes(self, now_ns: int) -> bytes:
        """Return how the driver takes leave; nothing once it has failed."""
        return self._said(lambda: self.driver.closing_writes(now_ns))

    def _said(self, ask: Callable[[], bytes]) -> bytes:
        if self._has_failed:
            return b""
        try:
            return ask()
        except Exception as error:  # noqa: BLE001 -- as in `feed`
            self._fail(error)
            return b""

    def _fail(self, error: Exception) -> None:
        self._has_failed = True
        _log.error("driver %s failed: %s", self.name, type(error).__name__)

    def rivals(self, other: "Tally") -> bool:
        """Say whether the other explains the same bytes too well for this one to be named alone."""
        if self.has_check and not other.has_check:
            return False  # what holds with its check cannot be chance; the other's fit can
        n_mine, n_other = self._n_bytes - self._n_rejected, other._n_bytes - other._n_rejected
        return other.n_messages > 0 and other.share >= _UNCHECKED_SHARE and n_other >= _RIVAL_SHARE * n_mine

    @property
    def _wanted_share(self) -> float:
        return _CHECKED_SHARE if self.has_check else _UNCHECKED_SHARE


def standing(tallies: Iterable[Tally]) -> tuple[Tally, ...]:
    """Return who may be on the line, the best first: nobody while none is sure, else the best and its rivals."""
    ordered = sorted(tallies, key=lambda tally: (not tally.has_check, tally.is_in_doubt, -tally.bits))
    best = next((tally for tally in ordered if tally.is_sure), None)
    if best is None:
        return ()
    rivals = [other for other in ordered if other is not best and best.rivals(other)]
    return (best, *(other for other in rivals if best.is_in_doubt or not other.is_in_doubt))


def _has_value(event: DriverEvent) -> TypeGuard[Numeric]:
    return isinstance(event, Numeric) and event.value is not None
