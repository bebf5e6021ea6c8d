"""A running station without a window: builds the parts, wires them, closes them in reverse. No logic of the visit.

reader --events--> inbox --> engine (Station) --records--> store writer, simulated bedside
                     ^            |
    store health ----+            +--> outbox --> whoever looks (the window, the rehearsal, the bench)
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from devices.addresses import Address, PortIdentity, is_simulated, parse_address
from devices.clock import NS_PER_S, Clock, Moment
from devices.driver import DriverInfo, Parity, SerialSettings, line_settings
from devices.errors import DriverLookupError, LinkError
from devices.events import LinkPhase, LinkState
from devices.port import Port, opener_for
from devices.reader import Reader
from devices.registry import lookup
from nursestation import __version__
from nursestation.config.load import SettingsError, load_protocols
from nursestation.config.schema import ChairSettings, MonitorSettings, StationSettings
from nursestation.core.records import Record, StationStopped
from nursestation.core.station import ChairSetup, MonitorBinding, PinVerifier, Station, StationFault
from nursestation.paths import Profile, resource
from nursestation.runtime.engine import Engine
from nursestation.runtime.inbox import Inbox
from nursestation.runtime.outbox import Outbox
from nursestation.store.reader import StoreReader
from nursestation.store.store import Store
from nursestation.store.writer import StoreHealth, StoreWriter

_log = logging.getLogger(__name__)

READER_STUCK_NS = 2 * NS_PER_S
"""When all ports were last looked at longer ago than this, the reader counts as dead."""

RecordSink = Callable[[Sequence[Record]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bedside:
    """Chairs beyond those of the settings file, and who listens to what is charted: a simulation.

    Attributes:
        chairs: Their settings; the ports are the simulation's.
        heed: Is given the records of every step.
    """

    chairs: tuple[ChairSettings, ...]
    heed: RecordSink


class RunningStation:
    """The parts of a station, wired.

    Attributes:
        profile: Its folder.
        inbox: Commands go in here.
        outbox: Records and snapshots come out here.
        engine, reader, writer: The three that have threads.
    """

    def __init__(
        self,
        profile: Profile,
        settings: StationSettings,
        clock: Clock,
        pins: PinVerifier,
        bedside: Bedside | None = None,
        open_store: Callable[[Path], Store] = Store.open,
    ) -> None:
        """Open the record and bring the station to where it stood; start nothing.

        Args:
            profile: Its folder.
            settings: Its chairs.
            clock: Stamps everything.
            pins: Checks PINs.
            bedside: Further, simulated chairs.
            open_store: Opens the record for writing.

        Raises:
            NurseStationError: settings, protocols or record cannot be used; the message says what to do.
        """
        bedside = bedside or Bedside(chairs=(), heed=_heed_nothing)
        self.profile = profile
        self._clock = clock
        self._is_stopped = False
        self.inbox = Inbox(clock)
        self.outbox = Outbox()
        self._unwritten = ""
        chairs = (*settings.chair, *bedside.chairs)
        setups = [_checked_setup(chair, profile.settings) for chair in chairs]
        protocols = load_protocols(resource("protocols"), profile.protocols)
        with ExitStack() as undo:
            store = open_store(profile.record)
            undo.callback(store.close)
            station = Station(setups, protocols, pins, __version__)
            past, restarted = _restore(station, profile.record, clock.now())
            undo.pop_all()
        self.writer = StoreWriter(store, clock, self._on_health)
        self.reader = Reader((), clock, self.inbox.post_events, self._on_reader_failure)
        self.engine = Engine(
            station, clock, self.inbox, self.outbox, (self.writer.put, bedside.heed), (self._check_reader,)
        )
        self.engine.publish_past(past)
        self.engine.hand_on(restarted)
        bedside.heed([*past, *restarted])
        self._add_ports(chairs)

    def start(self) -> None:
        """Start store, engine and reader."""
        self.writer.start()
        self.engine.start()
        self.reader.start()

    def stop(self) -> None:
        """Close the ports, let the engine finish, write everything. Idempotent."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self.reader.stop()
        self.engine.stop()
        self.writer.put([StationStopped(at=self._clock.now())])
        health = self.writer.close()
        if health.n_waiting:
            self._unwritten = (
                f"The newest {health.n_waiting} records could not be stored and are lost: "
                f"look at the disk with {self.profile.record} before you start again."
            )
            _log.error("%d records could not be written: %s", health.n_waiting, health.text)

    @property
    def unwritten(self) -> str:
        """Return, after `stop`, a sentence about what the disk did not take to the end; "" when everything is stored."""
        return self._unwritten

    def _add_ports(self, chairs: Sequence[ChairSettings]) -> None:
        for chair in chairs:
            for monitor in chair.monitor:
                name = monitor_id(chair.number, monitor.driver)
                try:
                    self.reader.add(self._port(name, chair.number, monitor))
                except LinkError as error:  # the others go on; this monitor's line on the screen says why
                    now = self._clock.now()
                    state = LinkState(t_ns=now.mono_ns, phase=LinkPhase.DISCONNECTED, reason=str(error))
                    self.inbox.post_events(name, [state], now)

    def _port(self, name: str, chair: int, monitor: MonitorSettings) -> Port:
        entry = lookup(monitor.driver)
        return Port(
            name,
            entry.make(),
            opener_for(address_of(monitor), self._clock, entry.info.datagrams),
            settings=settings_of(monitor, entry.info),
            title=f"Chair {chair}, {entry.info.models[0]}",
            receive_only=monitor.receive_only,
        )

    def _on_health(self, health: StoreHealth) -> None:
        self.inbox.post(StationFault(id="store", text=health.text))

    def _on_reader_failure(self, error: Exception) -> None:
        _log.error("the reader failed: %s", type(error).__name__)

    def _check_reader(self, now: Moment) -> StationFault | None:
        seen = self.reader.last_pass
        if seen is None or not self.reader.is_running:
            return None
        stuck = now.mono_ns - seen.mono_ns > READER_STUCK_NS
        text = (
            "Reading the monitors has failed: look at the bedside monitors. Close Nursestation and start it again."
            if stuck
            else ""
        )
        return StationFault(id="reader", text=text)


def _heed_nothing(records: Sequence[Record]) -> None:
    pass


def monitor_id(chair: int, driver: str) -> str:
    """Return the id of a chair's monitor."""
    return f"{chair}:{driver}"


def address_of(monitor: MonitorSettings) -> Address:
    """Return the address of a configured monitor, with what is remembered of its adapter.

    Raises:
        LinkError: the settings' `port` is no address.
    """
    address = parse_address(monitor.port)
    if isinstance(address, PortIdentity) and (monitor.usb_serial or monitor.usb_location):
        return PortIdentity(
            address.path, monitor.usb_serial or None, monitor.usb_location or None, monitor.usb_vid, monitor.usb_pid
        )
    return address


def settings_of(monitor: MonitorSettings, info: DriverInfo) -> SerialSettings:
    """Return the line settings of a configured monitor: the driver's, with those of the settings file put over them."""
    return line_settings(
        info.serial,
        baud=monitor.baud,
        data_bits=monitor.data_bits,
        parity=None if monitor.parity is None else Parity[monitor.parity.upper()],
        stop_bits=monitor.stop_bits,
        rtscts=monitor.rtscts,
    )


def chair_setup(chair: ChairSettings) -> ChairSetup:
    """Return what the core knows of a chair.

    Raises:
        DriverLookupError: a monitor's driver is not known.
    """
    return ChairSetup(
        number=chair.number,
        monitors=tuple(_binding(chair.number, monitor) for monitor in chair.monitor),
        prefer=tuple((metric, monitor_id(chair.number, driver)) for metric, driver in sorted(chair.prefer.items())),
    )


def _checked_setup(chair: ChairSettings, file: Path) -> ChairSetup:
    try:
        return chair_setup(chair)
    except DriverLookupError as error:
        raise SettingsError(f"{file}: chair {chair.number}, driver: {error}") from error


def _binding(chair: int, monitor: MonitorSettings) -> MonitorBinding:
    info = lookup(monitor.driver).info
    try:
        simulated = is_simulated(address_of(monitor))
    except LinkError:
        simulated = False  # no such address: nothing will come from it
    return MonitorBinding(
        id=monitor_id(chair, monitor.driver),
        driver=monitor.driver,
        title=info.models[0] if simulated else f"{info.models[0]} on {Path(monitor.port).name}",
        numerics=info.numerics,
        simulated=simulated,
        max_quiet_ms=info.max_quiet_ms,
    )


def _restore(station: Station, path: Path, now: Moment) -> tuple[list[Record], tuple[Record, ...]]:
    """Fold what is stored; return it, and what the restart itself records."""
    with StoreReader.open(path) as reader:
        unclean = not reader.was_closed_in_order()
        past = list(reader.restore_records())
    return past, station.restore(past, now, unclean=unclean)
