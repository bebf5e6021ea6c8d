"""The monitor's two clocks: its local date and time, and the counter of 1/8 ms that stands on every result.

The counter starts over every 2^32 / 8000 s = 149.1 hours; differences of up to half of that are told right.

Source: Philips IntelliVue Data Export Interface Programming Guide, rev. G.0 (absolute and relative time).
"""

from datetime import datetime, timedelta

from devices.drivers.philips_intellivue.codes import TICKS_PER_S

_ROUND = 1 << 32
_US_PER_TICK = 1_000_000 // TICKS_PER_S


def ticks_between(earlier: int, later: int) -> int:
    """Return how many ticks lie between two relative times; negative when `later` is the earlier one."""
    ticks = (later - earlier) % _ROUND
    return ticks - _ROUND if ticks >= _ROUND // 2 else ticks


class MonitorClock:
    """What the monitor's own clock shows at a relative time, once both have been told for one moment."""

    def __init__(self) -> None:
        self._known: tuple[datetime, int] | None = None

    def set(self, local: datetime, relative: int) -> None:
        """Take what both clocks showed at one moment."""
        self._known = local, relative

    def forget(self) -> None:
        """Know nothing, as after the monitor's restart."""
        self._known = None

    def at(self, relative: int) -> datetime | None:
        """Return the monitor's local time at `relative`; None while that is not known."""
        if self._known is None:
            return None
        local, then = self._known
        try:
            local += timedelta(microseconds=ticks_between(then, relative) * _US_PER_TICK)
        except OverflowError:
            return None
        self._known = local, relative  # lest the counter run round unseen where the monitor's clock is not read again
        return local
