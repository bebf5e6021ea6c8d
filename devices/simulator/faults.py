"""Trouble on a serial line: lost, flipped, cut and duplicated bytes, and silence; seeded.

Rules of the file:
1. Which bytes are hit depends on the seed and on their place in the fault's stretch of the stream, not on the pieces in
   which they came: the same stream at the same times is hurt the same way.
2. A fault always hits within the first `SURE_WITHIN` bytes that pass while it lasts; its rate adds further hits.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

SURE_WITHIN = 16
LONGEST_CUT = 24
_BLOCK = 4096


class FaultKind(StrEnum):
    """What goes wrong."""

    LOST = "lost"  # single bytes are missing
    FLIPPED = "flipped"  # one bit of a byte is wrong
    CUT = "cut"  # runs of bytes are missing, as when a frame is cut
    DUPLICATED = "duplicated"  # bytes come twice
    SILENCE = "silence"  # nothing comes
    RESTART = "restart"  # the monitor loses power and starts again
    UNPLUGGED = "unplugged"  # the cable (or the adapter) is pulled


DEFAULT_LASTING_S = {
    FaultKind.LOST: 2.0,
    FaultKind.FLIPPED: 2.0,
    FaultKind.CUT: 2.0,
    FaultKind.DUPLICATED: 2.0,
    FaultKind.SILENCE: 20.0,
    FaultKind.RESTART: 30.0,
    FaultKind.UNPLUGGED: 20.0,
}
"""How long a fault lasts where nobody says [s]."""

DEFAULT_RATE = 0.01
"""Hits a byte where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireFault:
    """One fault of a line.

    Attributes:
        kind: What goes wrong.
        at_ns: Its begin, monotonic [ns].
        lasting_s: Its length [s].
        rate: Hits a byte; unused for silence, restart and unplugged.
    """

    kind: FaultKind
    at_ns: int
    lasting_s: float
    rate: float = DEFAULT_RATE

    @property
    def end_ns(self) -> int:
        """Return its end, monotonic [ns]."""
        return self.at_ns + round(self.lasting_s * 1e9)

    def is_active(self, now_ns: int) -> bool:
        """Say whether it goes on at `now_ns`."""
        return self.at_ns <= now_ns < self.end_ns


def parse_fault(text: str, start_ns: int) -> WireFault:
    """Read "KIND@SECONDS" or "KIND@SECONDS+LASTING", as on the command line.

    Args:
        text: For instance "flipped@30" or "silence@60+15".
        start_ns: What the seconds count from, monotonic [ns].

    Raises:
        ValueError: It is neither; the message says what is expected.
    """
    kind_text, _, times = text.partition("@")
    at_text, _, lasting_text = times.partition("+")
    try:
        kind = FaultKind(kind_text)
        at_s = float(at_text)
        lasting_s = float(lasting_text) if lasting_text else DEFAULT_LASTING_S[kind]
        if not (0 <= at_s < 1e6 and 0 < lasting_s < 1e6):
            raise ValueError(at_text)
    except ValueError:
        kinds = ", ".join(FaultKind)
        raise ValueError(
            f"{text!r} is no fault; write KIND@SECONDS or KIND@SECONDS+LASTING with KIND {kinds}"
        ) from None
    return WireFault(kind=kind, at_ns=start_ns + round(at_s * 1e9), lasting_s=lasting_s)


class HurtLine:
    """A line with faults: what goes in comes out hurt."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._faults: list[_Hurting] = []

    def add(self, fault: WireFault) -> None:
        """Add a fault; its time may lie ahead."""
        self._faults.append(_Hurting(fault, (self._seed, len(self._faults))))

    def passed(self, data: bytes, now_ns: int) -> bytes:
        """Return what is left of `data`, sent at `now_ns` (monotonic [ns], never going back)."""
        for hurting in self._faults:
            if data and hurting.fault.is_active(now_ns):
                data = hurting.hurt(data)
        return data


class _Hurting:
    """One fault and how many bytes it has seen."""

    def __init__(self, fault: WireFault, seed: tuple[int, int]) -> None:
        self.fault = fault
        self._seed = seed
        self._n_seen = 0
        self._cut_left = 0

    def hurt(self, data: bytes) -> bytes:
        kind = self.fault.kind
        if kind is FaultKind.SILENCE:
            return b""
        if kind in (FaultKind.RESTART, FaultKind.UNPLUGGED):
            return data  # acts on the monitor or on the cable, not on the bytes
        out = bytearray()
        chances = self._chances(len(data))
        for byte, (chance, choice) in zip(data, chances.tolist(), strict=True):
            hit = chance < self.fault.rate
            if kind is FaultKind.CUT:
                if hit and not self._cut_left:
                    self._cut_left = 2 + int(choice * (LONGEST_CUT - 2))
                if self._cut_left:
                    self._cut_left -= 1
                else:
                    out.append(byte)
            elif not hit:
                out.append(byte)
            elif kind is FaultKind.FLIPPED:
                out.append(byte ^ (1 << int(choice * 8)))
            elif kind is FaultKind.DUPLICATED:
                out += bytes((byte, byte))
        return bytes(out)

    def _chances(self, n: int) -> NDArray[np.float64]:
        """Return for the next `n` bytes, shape `(n, 2)`: the chance that decides on a hit, and one that shapes it."""
        first, last = self._n_seen, self._n_seen + n
        self._n_seen = last
        blocks = range(first // _BLOCK, (last - 1) // _BLOCK + 1)
        drawn = np.concatenate([self._block(block) for block in blocks])
        start = first - blocks[0] * _BLOCK
        return drawn[start : start + n]

    def _block(self, number: int) -> NDArray[np.float64]:
        drawn = np.random.default_rng((*self._seed, number)).random((_BLOCK, 2))
        if number == 0:
            drawn[int(drawn[0, 1] * SURE_WITHIN), 0] = 0.0
        return drawn
