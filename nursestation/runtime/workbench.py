"""The workbench: tries a monitor before it is bound to a chair, searches for it, looks at the links, saves the settings.

Rules of the file:
1. One plain, named thread, which sleeps until a person opens the page for it. It never touches a port that a chair reads,
   except one that was handed over for the trial and is given back at its end.
2. `step` is the whole work, so that a test can drive it without the thread. `state` is an immutable value that any thread
   may read.
3. A trial writes what the driver's protocol needs and nothing else; with receive only it writes nothing.
"""

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import ParamSpec, Protocol, assert_never

from devices.addresses import PortFacts
from devices.checkup import Advice
from devices.clock import NS_PER_S, Clock, Moment
from devices.detect import Detector, Finding, Progress
from devices.errors import DeviceError, LinkError
from devices.history import PortReport
from devices.port import Port, failure_place
from devices.transport import Opener
from nursestation.config.changes import Change, changed
from nursestation.config.load import SettingsError
from nursestation.config.schema import ChairSettings, MonitorSettings
from nursestation.config.write import plan_change, write_plan
from nursestation.core.model import Operator
from nursestation.errors import NurseStationError
from nursestation.runtime.tryout import Pace, Trial, Tryout

LIST_NS = 2 * NS_PER_S
"""Time between two looks at the ports that are present."""
PUBLISH_NS = NS_PER_S // 5
"""Time between two new states while something is tried."""
_STEP_S, _IDLE_S = 0.01, 0.25
_JOIN_S = 5.0

_P = ParamSpec("_P")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Open:
    """Somebody looks at the monitors from now on."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Nobody looks any more: whatever is tried ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TryMonitor:
    """Read this monitor and show what it gives; another trial or search ends.

    `bound` is the id of the monitor that is being changed, whose port may be borrowed for the trial; "" for a new one.
    """

    monitor: MonitorSettings
    bound: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindMonitor:
    """Find out which monitor is on the port of `monitor`, whose driver counts for nothing; another trial or search ends."""

    monitor: MonitorSettings
    bound: str = ""


@dataclass(frozen=True, slots=True)
class StopTrying:
    """End the trial or the search."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Save:
    """Make a change of the chairs, in the file and at once in the running station."""

    change: Change
    operator: Operator


Wish = Open | Leave | TryMonitor | FindMonitor | StopTrying | Save
"""What a person asks of the workbench."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkup:
    """A link of the station, looked over."""

    report: PortReport
    advice: tuple[Advice, ...]
    bytes_per_s: float
    events_per_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """A search for the monitor on a port: how far it is, how it ended, and where what was heard is kept ("" for nowhere)."""

    progress: Progress
    finding: Finding | None = None
    kept: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """How a save ended; `number` counts the saves, `problem` is "" when all went well."""

    number: int
    change: Change
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchState:
    """What the workbench knows at one moment.

    Attributes:
        at: The moment.
        chairs: The chairs of the settings file as the station runs them.
        present: Ports that are there, with what USB says of them.
        listing_problem: Why they could not be listed; "" when they could.
        taken: What must not be opened twice, to the title of the monitor that has it.
        links: Every monitor's link.
        trial: What the monitor on trial gives; None when none is.
        search: The search that goes on or ended last; None when there is none.
        trouble: Why the trial or the search could not be; "" otherwise.
        saved: How the last save ended; None before the first.
    """

    at: Moment
    chairs: tuple[ChairSettings, ...] = ()
    present: tuple[PortFacts, ...] = ()
    listing_problem: str = ""
    taken: Mapping[str, str] = field(default_factory=dict)
    links: tuple[Checkup, ...] = ()
    trial: Trial | None = None
    search: Search | None = None
    trouble: str = ""
    saved: Saved | None = None


class Station(Protocol):
    """What the workbench needs of the running station. Every method may be called from any thread."""

    def ports(self) -> Sequence[Port]:
        """Return the ports that are read now, of simulated chairs too."""
        ...

    def lend(self, monitor: str) -> None:
        """Stop reading a monitor, so that its port can be opened here."""
        ...

    def take_back(self, monitor: str) -> None:
        """Read that monitor again."""
        ...

    def trial_port(self, monitor: MonitorSettings) -> Port:
        """Return a port for a monitor that no chair reads, not open yet.

        Raises:
            DeviceError: there is no such driver, or its `port` is no address.
        """
        ...

    def opener(self, monitor: MonitorSettings) -> Opener:
        """Return what opens a monitor's address.

        Raises:
            LinkError: its `port` is no address.
        """
        ...

    def set_chairs(self, chairs: tuple[ChairSettings, ...], operator: str) -> None:
        """Read these chairs from now on, beside the simulated ones; `operator` is the id of who wants it.

        Raises:
            NurseStationError, DeviceError: that cannot be; everything stays as it was, and the message says why.
        """
        ...


Lister = Callable[[], tuple[PortFacts, ...]]


class Searches(Protocol):
    """Makes searches, and keeps for support what one heard that did not know the monitor."""

    def make(self, opener: Opener) -> Detector:
        """Return a search on an address."""
        ...

    def keep(self, finding: Finding) -> str:
        """Keep what the last search heard, where that is worth it; return where it lies, in a sentence, "" for nowhere."""
        ...


Examine = Callable[[PortReport, Sequence[PortFacts], Moment], tuple[Advice, ...]]


class Workbench:
    """See the head of the file.

    Args:
        chairs: The chairs of the settings file.
        settings: The file.
        clock: Stamps what is tried.
        station: The running station.
        lister: Lists the ports that are present.
        searches: Makes searches.
        examine: Looks a link over.
    """

    def __init__(
        self,
        chairs: Sequence[ChairSettings],
        settings: Path,
        clock: Clock,
        station: Station,
        *,
        lister: Lister,
        searches: Searches,
        examine: Examine,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._station = station
        self._list, self._searches, self._examine = lister, searches, examine
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._state = BenchState(at=clock.now(), chairs=tuple(chairs))
        self._is_open = False
        self._port: Port | None = None
        self._tryout: Tryout | None = None
        self._detector: Detector | None = None
        self._borrowed = ""
        self._listed_ns: int | None = None
        self._published_ns: int | None = None
        self._n_saved = 0
        self._paces: dict[str, Pace] = {}

    @property
    def state(self) -> BenchState:
        """Return what is known now."""
        return self._state

    def start(self) -> None:
        """Start the thread."""
        self._thread = threading.Thread(target=self._run, name="workbench")
        self._thread.start()

    def stop(self) -> None:
        """End what is tried, and the thread. Idempotent."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._wishes.put(None)
        thread.join(_JOIN_S)
        if thread.is_alive():
            _log.error("the workbench did not stop within %s s", _JOIN_S)

    def ask(self, wish: Wish) -> None:
        """Ask for something; returns at once."""
        self._wishes.put(wish)

    # --- the work ---

    def take(self, wish: Wish) -> None:
        """Do what was asked."""
        now = self._clock.now()
        match wish:
            case Open():
                self._is_open = True
                self._listed_ns = self._published_ns = None
            case Leave():
                self._end_trial(now)
                self._is_open = False
                self._show(search=None, trouble="")
            case TryMonitor():
                self._begin(wish, now)
            case FindMonitor():
                self._begin(wish, now)
            case StopTrying():
                self._end_trial(now)
                self._show(search=None, trouble="")
            case Save():
                self._save(wish, now)
            case _:
                assert_never(wish)

    def step(self) -> None:
        """Do what is due: read the monitor on trial, go on with the search, look at the ports, tell."""
        if not self._is_open:
            return
        now = self._clock.now()
        if self._port is not None and self._tryout is not None:
            self._tryout.add(self._port.poll(now), now)
        if self._detector is not None:
            self._detector.step(now)
            if self._detector.finding is not None:
                progress, finding = self._detector.progress, self._detector.finding
                self._end_trial(now)
                self._show(search=Search(progress=progress, finding=finding, kept=self._searches.keep(finding)))
        if self._listed_ns is None or now.mono_ns - self._listed_ns >= LIST_NS:
            self._listed_ns = now.mono_ns
            self._look_at_ports()
        if self._published_ns is None or now.mono_ns - self._published_ns >= PUBLISH_NS:
            self._published_ns = now.mono_ns
            self._publish(now)

    def _begin(self, wish: TryMonitor | FindMonitor, now: Moment) -> None:
        self._end_trial(now)
        self._show(search=None, trouble="")
        try:
            opener = self._station.opener(wish.monitor)
            self._claim(opener, wish.bound)
            if isinstance(wish, FindMonitor):
                self._detector = self._searches.make(opener)
                self._show(search=Search(progress=self._detector.progress))
            else:
                self._port = self._station.trial_port(wish.monitor)
                self._tryout = Tryout(now)
                self._publish(now)
        except DeviceError as error:
            self._end_trial(now)
            self._show(trouble=str(error))

    def _claim(self, opener: Opener, bound: str) -> None:
        """Take care that no chair reads the port; borrow it from the monitor that is being changed."""
        wanted = opener.device()
        for port in self._station.ports():
            if wanted is None or _device(port) != wanted:
                continue
            if port.id != bound:
                raise LinkError(f"{port.title} uses this port: choose another, or take that monitor away first.")
            self._station.lend(bound)
            self._borrowed = bound

    def _end_trial(self, now: Moment) -> None:
        if self._port is not None:
            self._port.close(now)
        if self._detector is not None:
            self._detector.close(now)
        self._port = self._tryout = self._detector = None
        borrowed, self._borrowed = self._borrowed, ""
        if borrowed:
            self._station.take_back(borrowed)
        self._show(trial=None)

    def _save(self, wish: Save, now: Moment) -> None:
        self._end_trial(now)
        self._n_saved += 1
        problem = ""
        before = self._state.chairs
        try:
            plan = plan_change(self._settings, wish.change, before)
            chairs = changed(before, wish.change)
            self._station.set_chairs(chairs, wish.operator.id)
            self._show(chairs=chairs)
            try:
                write_plan(plan)
            except SettingsError:
                self._station.set_chairs(before, wish.operator.id)
                self._show(chairs=before)
                raise
        except (NurseStationError, DeviceError) as error:
            problem = str(error)
        self._listed_ns = self._published_ns = None
        self._show(saved=Saved(number=self._n_saved, change=wish.change, problem=problem), search=None, trouble="")

    def _look_at_ports(self) -> None:
        try:
            present, problem = self._list(), ""
        except LinkError as error:
            present, problem = self._state.present, str(error)
        taken = {device: port.title for port in self._station.ports() if (device := _device(port)) is not None}
        self._show(present=present, listing_problem=problem, taken=taken)

    def _publish(self, now: Moment) -> None:
        trial = self._state.trial
        if self._port is not None and self._tryout is not None:
            trial = self._tryout.trial(self._port.phase, self._port.reason, self._port.counters, now)
        search = self._state.search
        if self._detector is not None:
            search = Search(progress=self._detector.progress)
        links = tuple(self._checkup(port, now) for port in self._station.ports())
        self._paces = {link.report.id: self._paces[link.report.id] for link in links}
        self._state = replace(self._state, at=now, trial=trial, search=search, links=links)

    def _checkup(self, port: Port, now: Moment) -> Checkup:
        report = port.report(now)
        bytes_per_s, events_per_s = self._paces.setdefault(port.id, Pace()).note(report.counters, now)
        return Checkup(
            report=report,
            advice=self._examine(report, self._state.present, now),
            bytes_per_s=bytes_per_s,
            events_per_s=events_per_s,
        )

    def _show(self, **changes: object) -> None:
        self._state = replace(self._state, **changes)  # type: ignore[arg-type]

    # --- the thread ---

    def _run(self) -> None:
        while True:
            is_busy = self._port is not None or self._detector is not None
            try:
                wish = self._wishes.get(timeout=_STEP_S if is_busy else _IDLE_S if self._is_open else None)
            except queue.Empty:
                self._guarded(self.step)
                continue
            if wish is None:
                self._guarded(self._end_trial, self._clock.now())
                return
            self._guarded(self.take, wish)
            self._guarded(self.step)

    def _guarded(self, work: Callable[_P, None], *given: _P.args, **named: _P.kwargs) -> None:
        try:
            work(*given, **named)
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: the page says so; the chairs are not concerned
            _log.error("the workbench failed: %s", failure_place(error))
            self._port = self._tryout = self._detector = None
            self._show(trial=None, search=None, trouble=FAULT)


FAULT = "Looking at the monitors failed because of a fault in Nursestation. The chairs are not concerned. Tell support."


def _device(port: Port) -> str | None:
    try:
        return port.device()
    except LinkError:
        return None
