"""Pictures of a rehearsal: the program's own window, drawn offscreen from the same outbox that a window drains.

A computer that cannot draw at all (a library of Qt is missing) rehearses without pictures, and says so.
"""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from devices.clock import Clock, SystemClock
from nursestation.assembly import RunningStation
from nursestation.core.model import FlagOutcome, Phase
from nursestation.core.snapshot import StationSnapshot, VisitView
from nursestation.paths import resource

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

    from nursestation.ui.shell import Shell

SIZE = (1280, 800)
_INTO_INFUSION_S = 900.0  # the infusion is pictured once there is something on its trend


class Pictures:
    """Takes a picture at each turn of the visit.

    Attributes:
        made: File names so far.
    """

    def __init__(
        self, station: RunningStation, clock: Clock, out: Path, tell: Callable[[str], None], *, wanted: bool = True
    ) -> None:
        self.made: list[str] = []
        self._station = station
        self._clock = clock
        self._out = out
        self._tell = tell
        self._wanted = wanted
        self._taken: set[str] = set()
        self._application: QApplication | None = None
        self._shell: Shell | None = None

    def __enter__(self) -> "Pictures":
        if not self._wanted:
            return self
        try:
            self._open()
        except ImportError as error:
            self._tell(f"No pictures: Qt cannot be loaded here ({error}).")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shell is not None:
            self._shell.window.close()

    def look(self, snapshot: StationSnapshot) -> None:
        """Take the pictures whose moment has come."""
        if self._shell is None:
            return
        for name, page in _due(snapshot):
            if name not in self._taken:
                self._taken.add(name)
                self._take(self._shell, name, page)

    def _open(self) -> None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from nursestation.ui import theme
        from nursestation.ui.shell import make_application, make_shell

        self._application = make_application(resource("fonts"))
        theme.apply(self._application, theme.DARK_THEME)
        self._shell = make_shell(
            self._station.outbox,
            self._station.inbox.post,
            clock=self._clock,
            wall=SystemClock(),
            theme=theme.DARK_THEME,
            exports=self._out,
            prefer={},
        )
        self._shell.window.resize(*SIZE)
        self._shell.window.show()

    def _take(self, shell: "Shell", name: str, page: str) -> None:
        while len(self._station.outbox):
            shell.bridge.drain()
        shell.window.open(page)
        for _ in range(3):  # the trend is drawn after its first layout, a wrapped label measured after it
            shell.bridge.drain()
            self._process()
        path = self._out / f"{len(self.made) + 1}-{name}.png"
        shell.window.grab().save(str(path))
        self.made.append(path.name)
        shell.window.open("chair")

    def _process(self) -> None:
        assert self._application is not None
        self._application.processEvents()


def _due(snapshot: StationSnapshot) -> list[tuple[str, str]]:
    """Return the pictures that the visit has come to, as (name, page)."""
    visit = next((chair.visit for chair in snapshot.chairs if chair.visit is not None), None)
    if visit is None:
        return []
    due = []
    if visit.phase is Phase.CHECK_IN and visit.driver_confirmed is not None:
        due.append(("check-in", "check_in"))
    if visit.phase is Phase.BASELINE and len(visit.cuffs) > 1:
        due.append(("baseline", "chair"))
    if (visit.infusion_run_s or 0.0) >= _INTO_INFUSION_S:
        due.append(("infusion", "chair"))
    due += _flag_pictures(visit)
    if visit.paused:
        due.append(("paused", "chair"))
    if visit.phase is Phase.OBSERVATION and (visit.observation_s or 0.0) > _INTO_INFUSION_S:
        due.append(("observation", "chair"))
    if visit.readiness is not None and visit.readiness.may_sign:
        due.append(("discharge", "discharge"))
    if visit.phase.is_over:
        due.append((visit.phase.value.replace("_", "-"), "chair"))
    return due


def _flag_pictures(visit: VisitView) -> list[tuple[str, str]]:
    raised = [(f"flag-{flag.grade.value}", "chair") for flag in visit.flags if flag.is_present]
    confirmed = [
        (f"flag-{flag.grade.value}-confirmed", "chair")
        for flag in visit.flags
        if flag.is_present and flag.outcome is FlagOutcome.CONFIRMED
    ]
    return raised + confirmed
