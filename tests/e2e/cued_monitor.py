"""A simulated monitor on a pty whose patient is given the planned infusion on cue: a line of standard input starts it.

Started by the end-to-end tests: what happens to the patient then never depends on how fast the machine is.
"""

import sys
from pathlib import Path
from select import select

from devices.clock import ScaledClock, SystemClock
from devices.simulator.monitor import STEP_S
from devices.simulator.scenario import load_scenario
from devices.simulator.serving import make_served


def main(driver: str, link: str, scenario: str, seed: str, speed: str) -> None:
    clock = ScaledClock(SystemClock(), float(speed))
    start_ns = clock.now().mono_ns
    chair = make_served(driver, load_scenario(scenario), link=Path(link), seed=int(seed), start_ns=start_ns)
    try:
        while True:
            chair.step(clock.now().mono_ns)
            told, _, _ = select([sys.stdin], [], [], STEP_S)
            if told and not sys.stdin.readline():
                return
            if told:
                chair.infusion_started(clock.now().mono_ns)
    finally:
        chair.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
