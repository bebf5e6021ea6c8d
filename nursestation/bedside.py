"""The simulated bedside of `--simulate` and of rehearsals: chairs with simulated patients, and what reaches them.

What staff chart reaches the simulated patient as it would reach a real one: the pump runs from the recorded start, and a
cuff reading that is asked for is taken, because somebody at the bedside presses START. Nothing reaches a real monitor this way.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from devices.clock import Moment
from devices.registry import lookup
from devices.simulator.monitor import SimulatedChair, make_chair
from devices.simulator.scenario import Scenario, load_scenario
from nursestation.config.schema import ChairSettings, MonitorSettings
from nursestation.core.model import Route
from nursestation.core.records import (
    CuffRequested,
    InfusionPaused,
    InfusionResumed,
    InfusionStarted,
    InfusionStopped,
    Record,
    SessionOpened,
)

ChairMaker = Callable[[Scenario, int, int, Path], SimulatedChair]
"""Makes a chair of a scenario, a seed, the start [ns, monotonic] and a folder for its lines; as `make_chair` does."""


class SimulatedBedside:
    """Simulated chairs by their numbers.

    Attributes:
        chairs: Number to simulated chair.
    """

    def __init__(
        self,
        scenarios: Iterable[str | Scenario],
        seed: int,
        start: Moment,
        folder: Path,
        taken: Iterable[int] = (),
        make: ChairMaker = make_chair,
    ) -> None:
        """Make a chair for each scenario, with the lowest numbers that are not `taken`; the first gets `seed`, the next one more.

        Args:
            scenarios: Names of shipped ones, files, or scenarios that are loaded already.
            seed: Of the first.
            start: When their times begin.
            folder: For their lines.
            taken: Numbers of other chairs.
            make: Makes one chair.

        Raises:
            DeviceError: a scenario is not known or has a mistake, or its monitors cannot be served.
        """
        numbers = (number for number in range(1, 100) if number not in set(taken))
        self.chairs: dict[int, SimulatedChair] = {}
        self._routes: dict[int, Route] = {}
        self._start_ns = start.mono_ns  # what was asked for before a restart was answered then
        try:
            for offset, (number, wanted) in enumerate(zip(numbers, list(scenarios), strict=False)):
                scenario = load_scenario(wanted) if isinstance(wanted, str) else wanted
                self.chairs[number] = make(scenario, seed + offset, start.mono_ns, folder / f"chair-{number}")
        except Exception:
            self.close()
            raise

    @property
    def settings(self) -> tuple[ChairSettings, ...]:
        """Return the chairs as a settings file would name them."""
        return tuple(
            ChairSettings(
                number=number,
                monitor=tuple(
                    MonitorSettings(driver=driver, port=address, may_start_cuff=lookup(driver).info.starts_cuff)
                    for driver, address in chair.addresses
                ),
            )
            for number, chair in self.chairs.items()
        )

    def heed(self, records: Sequence[Record]) -> None:
        """Let what was charted reach the simulated patients."""
        for record in records:
            chair = self.chairs.get(record.chair) if record.chair is not None else None
            if chair is None or record.chair is None:
                continue
            match record:
                case SessionOpened():
                    self._routes[record.chair] = record.protocol.route
                case CuffRequested() if record.operator is not None and record.at.mono_ns >= self._start_ns:
                    chair.press_nibp_start()
                case InfusionStarted():
                    injected = self._routes.get(record.chair) is Route.IM
                    (chair.injection if injected else chair.infusion_started)(record.at.mono_ns)
                case InfusionPaused():
                    chair.infusion_paused(record.at.mono_ns)
                case InfusionResumed():
                    chair.infusion_resumed(record.at.mono_ns)
                case InfusionStopped():
                    chair.infusion_stopped(record.at.mono_ns)
                case _:
                    pass

    def close(self) -> None:
        """Take all simulated monitors away. May be called again."""
        for chair in self.chairs.values():
            chair.close()
