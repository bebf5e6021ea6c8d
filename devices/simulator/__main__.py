"""Serves a simulated monitor from the command line: `python -m devices.simulator capnostream20 --pty LINK`."""

import argparse
import sys
import threading
from pathlib import Path

from devices.clock import SystemClock
from devices.errors import DeviceError
from devices.simulator.scenario import load_scenario
from devices.simulator.serving import serve


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; return 0, or 1 after a sentence on standard error."""
    parser = argparse.ArgumentParser(prog="python -m devices.simulator", description=__doc__)
    parser.add_argument("driver", help="name of the driver whose monitor is served")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--pty", type=Path, metavar="LINK", help="serve on a pseudo-terminal with this link to it")
    place.add_argument("--port", help="serve on a serial port, or tcp://127.0.0.1:PORT")
    parser.add_argument("--scenario", default="normal", help="name or file of the scenario")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same patient")
    parser.add_argument("--speed", type=float, default=1.0, help="times as fast as real time")
    parser.add_argument("--fault", action="append", default=[], metavar="KIND@SECONDS", help="trouble on the wire")
    given = parser.parse_args(arguments)
    try:
        serve(
            given.driver,
            load_scenario(given.scenario),
            SystemClock(),
            threading.Event(),
            link=given.pty,
            port=given.port,
            seed=given.seed,
            speed=given.speed,
            faults=given.fault,
        )
    except KeyboardInterrupt:
        return 0
    except (DeviceError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
