"""When the reader looks: just before the window takes what there is for a frame.

What is read right after a frame waits for the whole next one, and threads that work at the same time wait for each other.
So the reader's passes keep step with the frames and a little ahead of them: fewer passes, none of them in vain, and the
station's work done while the window rests. Where no frame comes (the window is held up, or there is none) the reader keeps
its own time: alarms and record need no window.
"""

from devices.clock import NS_PER_S, Clock

AHEAD_NS = 10_000_000
"""How long before a frame the reader looks: with sixteen full lines it and the engine take 2 to 3 ms, and some 8 ms where every
monitor tells its numbers at once."""

LONGEST_STEP_NS = 20_000_000
"""Longest time between two looks; where frames are further apart, there are several to a frame."""

OWN_REST_S = 0.008
_LEAST_REST_NS = 2_000_000
_STALE_NS = NS_PER_S // 10


class Cadence:
    """Tells the reader how long to rest.

    Args:
        clock: The machine's own, not a scaled one.
        frame_ns: Time between two frames [ns].

    Thread:
        `framed` belongs to the window's thread, `rest_s` to the reader's; they share one number.
    """

    def __init__(self, clock: Clock, frame_ns: int) -> None:
        self._clock = clock
        self._step_ns = frame_ns // -(-frame_ns // LONGEST_STEP_NS)
        self._framed_ns: int | None = None

    def framed(self) -> None:
        """Note that the window takes what there is, now."""
        self._framed_ns = self._clock.now().mono_ns

    def rest_s(self) -> float:
        """Return how long the reader is to rest from now on [s]."""
        now_ns, framed_ns = self._clock.now().mono_ns, self._framed_ns
        if framed_ns is None or now_ns - framed_ns > _STALE_NS:
            return OWN_REST_S
        passed_ns = now_ns - (framed_ns - AHEAD_NS)
        n_steps = -(-(passed_ns + _LEAST_REST_NS) // self._step_ns)
        return (n_steps * self._step_ns - passed_ns) / NS_PER_S
