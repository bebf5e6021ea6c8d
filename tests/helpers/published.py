"""What an engine would publish, for the window's tests: an outbox that is filled by hand, and waves."""

from collections.abc import Callable, Sequence

import numpy as np

from devices.clock import NS_PER_S, Moment
from devices.events import Mode
from nursestation.core.records import Record, Wave
from nursestation.core.snapshot import StationSnapshot


class HandOutbox:
    """An outbox whose heart beats only when told to."""

    def __init__(self) -> None:
        self.heartbeat = 0
        self.items: list[Record | StationSnapshot] = []

    def drain(self, limit: int) -> Sequence[Record | StationSnapshot]:
        """Return at most `limit` of what waits."""
        taken, self.items = self.items[:limit], self.items[limit:]
        return taken


def make_wave(
    at: Moment,
    of: Callable[[np.ndarray], np.ndarray],
    *,
    metric: str = "pleth",
    monitor: str = "m",
    source: str = "",
    rate_hz: float = 100.0,
    scale: float = 0.001,
    unit=None,
    n: int = 10,
    chair: int = 2,
) -> Wave:
    """Return `n` samples of the function `of` (time [s] to value), the last of them at `at`."""
    t = at.mono_ns / NS_PER_S - np.arange(n)[::-1] / rate_hz
    raw = np.round(of(t) / scale).astype("<i2")
    return Wave(
        at=at,
        chair=chair,
        session="s",
        metric=metric,
        monitor=monitor,
        source=source,
        rate_hz=rate_hz,
        scale=scale,
        offset=0.0,
        unit=unit,
        samples=raw.tobytes(),
        mode=Mode.SIMULATED,
    )
