"""What the workbench needs of the program: the ports that are read or borrowed, ports for a trial, searches."""

import threading
from collections.abc import Sequence
from pathlib import Path

from devices.clock import Clock
from devices.detect import Detector, Finding
from devices.errors import CaptureError
from devices.port import Port, opener_for
from devices.registry import all_drivers, lookup
from devices.transport import Opener
from nursestation.assembly import RunningStation
from nursestation.commandline.detect import Heard, default_file, kept_sentence
from nursestation.config.line import address_of, settings_of
from nursestation.config.schema import ChairSettings, MonitorSettings


class TrialPorts:
    """A `runtime.workbench.Station`.

    Args:
        station: The running station.
        clock: Paces a recording that is played.
    """

    def __init__(self, station: RunningStation, clock: Clock) -> None:
        self._station = station
        self._clock = clock
        self._lent: dict[str, Port] = {}
        self._lending = threading.Lock()

    def ports(self) -> Sequence[Port]:
        """Return the ports that are read now."""
        return self._station.reader.ports

    def lend(self, monitor: str) -> None:
        """Stop reading a monitor."""
        with self._lending:
            for port in self._station.reader.ports:
                if port.id == monitor:
                    self._lent[monitor] = port
                    self._station.reader.remove(monitor)

    def take_back(self, monitor: str) -> None:
        """Read that monitor again, unless it was replaced meanwhile."""
        with self._lending:
            port = self._lent.pop(monitor, None)
            if port is not None and monitor not in [one.id for one in self._station.reader.ports]:
                self._station.reader.add(port)

    def trial_port(self, monitor: MonitorSettings) -> Port:
        """Return a port for a monitor that no chair reads, not open yet.

        Raises:
            DeviceError: there is no such driver, or its `port` is no address.
        """
        entry = lookup(monitor.driver)
        return Port(
            "trial",
            entry.make(),
            self.opener(monitor),
            settings=settings_of(monitor, entry.info),
            receive_only=monitor.receive_only,
        )

    def opener(self, monitor: MonitorSettings) -> Opener:
        """Return what opens a monitor's address.

        Raises:
            LinkError: its `port` is no address.
        """
        entry = all_drivers().get(monitor.driver)
        datagrams = entry.info.datagrams if entry is not None else None
        return opener_for(address_of(monitor), self._clock, datagrams)

    def set_chairs(self, chairs: tuple[ChairSettings, ...], operator: str) -> None:
        """Read these chairs from now on.

        Raises:
            NurseStationError, DeviceError: that cannot be; everything stays as it was.
        """
        self._station.set_chairs(chairs, operator)


class TrialSearches:
    """A `runtime.workbench.Searches`. Belongs to the workbench's thread.

    Args:
        folder: Where the capture of a monitor that nobody knows is kept.
        clock: Names the file.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._heard = Heard()
        self._address = ""

    def make(self, opener: Opener) -> Detector:
        """Return a search on an address."""
        heard = self._heard = Heard()
        self._address = opener.name
        detector = Detector(
            opener,
            all_drivers(),
            tap=lambda now, data: heard.add(detector.settings, now, data, is_sent=False),
            sent_tap=lambda now, data: heard.add(detector.settings, now, data, is_sent=True),
        )
        return detector

    def keep(self, finding: Finding) -> str:
        """Keep what was heard where the monitor stayed unknown; say where."""
        name = default_file(self._address, self._clock.now())
        if finding.best is not None or self._heard.is_empty or name is None:
            return ""
        file = self._folder / name
        try:
            self._heard.write(file, "", may_identify=True)
        except CaptureError as error:
            return f"What was heard could not be kept: {error}"
        return kept_sentence(file, self._heard, is_known=False)
