"""`nursestation simulate`: one simulated monitor on a wire until it is told to stop."""

from collections.abc import Callable, Sequence
from pathlib import Path

from devices.clock import SystemClock
from devices.simulator.scenario import load_scenario
from devices.simulator.serving import serve as serve_monitor
from nursestation.commandline.interruption import interruption
from nursestation.errors import NurseStationError


class SimulationError(NurseStationError):
    """A simulated monitor cannot be served as asked."""


def serve(
    driver: str,
    link: Path | None,
    port: str | None,
    *,
    scenario: str,
    seed: int,
    speed: float,
    faults: Sequence[str],
    tell: Callable[[str], None],
) -> None:
    """Serve until interrupted or terminated, then take the port away.

    Raises:
        SimulationError: a fault is written wrongly.
        DeviceError: no such driver or scenario, or the port cannot be served.
    """
    try:
        with interruption() as stop:
            serve_monitor(
                driver,
                load_scenario(scenario),
                SystemClock(),
                stop,
                link=link,
                port=port,
                seed=seed,
                speed=speed,
                faults=faults,
                opened=lambda: tell(f"{driver} ({scenario}) speaks on {link or port}; stop it with Ctrl+C."),
            )
    except ValueError as error:
        raise SimulationError(f"{error}.") from error
