"""Which monitor is on this port? Listens, then greets, and names what answers."""

from collections.abc import Mapping
from dataclasses import dataclass

from devices.clock import Moment
from devices.driver import SerialSettings
from devices.events import DeviceInfo
from devices.port import Tap
from devices.registry import DriverEntry
from devices.transport import Opener


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the search is.

    Attributes:
        text: What is being tried, for people.
        fraction: From 0 to 1, never going back.
    """

    text: str
    fraction: float


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


@dataclass(frozen=True, slots=True)
class Finding:
    """How a search ended.

    Attributes:
        best: The monitor, when there is no doubt; else None.
        candidates: All that it may be, the likeliest first.
        sentence: The same for people, with what to do when nothing was found.
    """

    best: Candidate | None
    candidates: tuple[Candidate, ...]
    sentence: str


class Detector:
    """Finds out which monitor is on a port. Call `step` every 10 ms or so until there is a `finding`.

    Args:
        opener: Opens the port, once for each of the line settings.
        drivers: Those to try (`devices.registry.all_drivers`).
        tap: Is given every chunk received.
    """

    def __init__(self, opener: Opener, drivers: Mapping[str, DriverEntry], *, tap: Tap | None = None) -> None:
        self._opener = opener
        self._drivers = drivers
        self._tap = tap

    @property
    def progress(self) -> Progress:
        """Return how far the search is."""
        return Progress("", 0.0)

    @property
    def finding(self) -> Finding | None:
        """Return how the search ended; None while it goes on."""
        return None

    def step(self, now: Moment) -> None:
        """Do what is due; never blocks.

        Args:
            now: The present; never goes back.
        """

    def close(self, now: Moment) -> None:
        """Take leave of the monitor and let go of the port. May be called again, and before there is a finding."""
