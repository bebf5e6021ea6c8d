"""Pictures of a rehearsal: the program's own window, drawn offscreen from the same outbox that a window drains."""

from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from devices.clock import Clock
from nursestation.assembly import RunningStation
from nursestation.core.snapshot import StationSnapshot


class Pictures:
    """Takes a picture at each turn of the visit."""

    def __init__(self, station: RunningStation, clock: Clock, out: Path, tell: Callable[[str], None]) -> None:
        self.made: list[str] = []

    def __enter__(self) -> "Pictures":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def look(self, snapshot: StationSnapshot) -> None:
        pass
