"""Tells whether frames come as often as the protocol says: two oximeters of one frame layout differ in nothing else.

Rules of the file:
1. Only a steady stream is judged: a pause or damaged bytes begin the count anew.
2. Times are arrivals, so the first frames of a count, which may have lain in a buffer, are not counted.
"""

_S = 1_000_000_000
COUNTED_NS = 5 * _S
PAUSE_NS = _S // 2
SLACK = 0.2
"""How far the rate may lie from the nominal one, as a part of it."""


class Pace:
    """Counts the frames of one stream.

    Attributes:
        is_wrong: Whether the last stretch of `COUNTED_NS` was off the nominal rate by more than `SLACK`.
    """

    def __init__(self, nominal_hz: float) -> None:
        """Expect `nominal_hz` frames a second."""
        self.is_wrong = False
        self._nominal_hz = nominal_hz
        self._began_ns: int | None = None
        self._last_ns = 0
        self._n_frames = 0

    def count(self, n_frames: int, now_ns: int) -> None:
        """Count frames that arrived together at `now_ns`, monotonic [ns]."""
        last_ns, self._last_ns = self._last_ns, now_ns
        if self._began_ns is None or now_ns - last_ns > PAUSE_NS:
            self._began_ns, self._n_frames = now_ns, 0
            return
        self._n_frames += n_frames
        took_ns = now_ns - self._began_ns
        if took_ns >= COUNTED_NS:
            rate_hz = self._n_frames * _S / took_ns
            self.is_wrong = abs(rate_hz - self._nominal_hz) > SLACK * self._nominal_hz
            self._began_ns, self._n_frames = now_ns, 0

    def interrupt(self) -> None:
        """Begin to count anew: bytes were lost or damaged."""
        self._began_ns = None

    def forget(self) -> None:
        """Know nothing, as before the first frame."""
        self._began_ns = None
        self.is_wrong = False
