"""A running station without a window: builds the parts, wires them, closes them in reverse. No logic of the visit.

reader --events--> inbox --> engine (Station) --records--> store writer, simulated bedside
                     ^            |
    store health ----+            +--> outbox --> whoever looks (the window, the rehearsal, the bench)

ports --raw bytes--> wire log
"""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from devices.addresses import PortIdentity, is_simulated
from devices.clock import NS_PER_S, Clock, Moment, ScaledClock, SystemClock
from devices.errors import DriverLookupError, LinkError
from devices.events import LinkPhase, LinkState
from devices.port import Port, opener_for
from devices.reader import Reader
from devices.registry import lookup
from devices.wirelog import WireLog
from nursestation import __version__
from nursestation.config.line import address_of, settings_of
from nursestation.config.load import SettingsError, load_preset
from nursestation.config.protocol_files import load_protocols
from nursestation.config.schema import ChairSettings, MonitorSettings, StationSettings
from nursestation.config.told import told as told_files
from nursestation.core.protocols import Protocol
from nursestation.core.records import CuffStarted, CuffStopped, Record, Refused, StationStopped
from nursestation.core.station import (
    ChairsChanged,
    ChairSetup,
    MonitorBinding,
    PinVerifier,
    ProtocolsChanged,
    Station,
    StationFault,
)
from nursestation.errors import NurseStationError
from nursestation.paths import Profile, resource
from nursestation.runtime.cadence import Cadence
from nursestation.runtime.delays import Delays
from nursestation.runtime.engine import ASLEEP_NS, Engine
from nursestation.runtime.inbox import Inbox
from nursestation.runtime.note_taker import NoteTaker
from nursestation.runtime.outbox import Outbox
from nursestation.runtime.record_keeper import RecordKeeper
from nursestation.store.reader import StoreReader
from nursestation.store.rescue import naming_a_copy
from nursestation.store.store import Store
from nursestation.store.writer import StoreHealth, StoreWriter

_log = logging.getLogger(__name__)

ANSWER_S = 2.0
"""How long a change of the chairs waits for the engine [s]: it answers within milliseconds while it lives."""

READER_STUCK_NS = 2 * NS_PER_S
"""When all ports were last looked at longer ago than this, the reader counts as dead."""


class SetupRefused(NurseStationError):
    """A change of the chairs was not carried out; the message says why and what to do."""


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
        delays: How late it is, measured.
        engine, reader, writer, keeper: Four that have threads; the fifth is the wire log.
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
            NurseStationError: settings, protocols, preset or record cannot be used; the message says what to do.
        """
        bedside = bedside or Bedside(chairs=(), heed=_heed_nothing)
        self.profile = profile
        self._clock = clock
        self._is_stopped = False
        self.inbox = Inbox(clock)
        cadence = Cadence(SystemClock(), settings.frame_ms * (NS_PER_S // 1000))
        self.outbox = Outbox(on_drain=cadence.framed)
        self.delays = Delays(clock)
        self._unwritten = ""
        self._chairs = settings.chair
        self._settings = settings  # as they were read; of the chairs, see `chairs`
        self._simulated = bedside.chairs
        self._protocols: tuple[Protocol, ...] = ()
        self._changing = threading.Lock()
        chairs = (*settings.chair, *bedside.chairs)
        setups = [_checked_setup(chair, profile.settings) for chair in chairs]
        self._protocols = protocols = load_protocols(resource("protocols"), profile.protocols)
        preset = self._preset = load_preset(resource("presets"), profile.presets)
        with naming_a_copy(profile.record, settings.backup.folder), ExitStack() as undo:
            store = open_store(profile.record)
            undo.callback(store.close)
            lock_after_s = settings.lock_after_min * 60.0 or None
            told = told_files(settings, preset)
            station = Station(setups, protocols, pins, __version__, preset, lock_after_s, told)
            past, restarted = _restore(station, profile.record, clock.now())
            undo.pop_all()
        self.writer = StoreWriter(store, clock, self._on_health)
        self._wire = WireLog(profile.wire, clock)
        self._keeps_wire = settings.wire_log
        self.reader = Reader(
            (), clock, self.inbox.post_events, self._on_reader_failure, self.inbox.wake, cadence.rest_s
        )
        self.engine = Engine(
            station,
            clock,
            self.inbox,
            self.outbox,
            (self.writer.put, bedside.heed, self._start_cuffs, self.delays.note, self._let_keeper_heed),
            (self._check_reader,),
            # of a clock that runs faster than the computer's, so many more seconds pass while the computer is merely busy
            round(ASLEEP_NS * clock.speed) if isinstance(clock, ScaledClock) else ASLEEP_NS,
        )
        notes = NoteTaker(
            profile.notes, profile.record, lambda note: self.engine.ask(note, ANSWER_S), self.writer.flush
        )
        self.keeper = RecordKeeper(
            profile.record,
            settings,
            clock,
            self.inbox.post,
            lambda item: self.engine.ask(item, ANSWER_S),
            self.writer.flush,
            take_notes=notes.look,
        )
        self.keeper.heed(past)
        self.engine.publish_past(past)
        self.engine.hand_on(restarted)
        bedside.heed([*past, *restarted])
        self._add_ports(chairs)

    def start(self) -> None:
        """Start store, wire log, engine and reader."""
        self.writer.start()
        self._wire.start()  # also where it is off: what an earlier run kept grows old and goes
        self.engine.start()
        self.reader.start()
        self.keeper.start()

    def stop(self) -> None:
        """Close the ports, let the engine finish, write everything. Idempotent."""
        if self._is_stopped:
            return
        self._is_stopped = True
        self.keeper.stop()
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
        self._wire.stop()  # last: the record comes first

    @property
    def unwritten(self) -> str:
        """Return, after `stop`, a sentence about what the disk did not take to the end; "" when everything is stored."""
        return self._unwritten

    @property
    def chairs(self) -> tuple[ChairSettings, ...]:
        """Return the chairs as they are set up now, without the simulated ones."""
        return self._chairs

    def set_chairs(self, chairs: tuple[ChairSettings, ...], operator: str) -> None:
        """Bring the station's chairs and monitors to `chairs` while it runs; simulated ones stay as they are.

        The ports of what is no longer so are closed first, then the station is told, then new ports are opened: no byte of
        one monitor is ever taken for another's. Where the station refuses, everything stays as it was. A port that cannot be
        opened is no error here: its link says why, and it is tried again.

        Args:
            chairs: All of them, as in the settings file.
            operator: Id of who is signed in and asks for it.

        Raises:
            LinkError: a port is no address, or another monitor has it (`PortBusy` names which).
            NurseStationError: a driver is not known, two chairs have one number, or the station refuses; a sentence each.

        Thread:
            Any but the engine's and the reader's. Returns when it is done: within milliseconds, or after `ANSWER_S`.
        """
        with self._changing:
            self._change(chairs, operator)

    def _change(self, chairs: tuple[ChairSettings, ...], operator: str) -> None:
        wanted = (*chairs, *self._simulated)
        numbers = [chair.number for chair in wanted]
        doubled = next((number for number in numbers if numbers.count(number) > 1), None)
        if doubled is not None:
            raise SetupRefused(f"There is a chair {doubled} already: choose another number.")
        setups = tuple(_known_setup(chair) for chair in wanted)
        before = _monitors((*self._chairs, *self._simulated))
        after = _monitors(wanted)
        stale = [name for name, monitor in before.items() if after.get(name) != monitor]
        fresh = {name: monitor for name, monitor in after.items() if before.get(name) != monitor}
        ports = [self._port(name, int(name.partition(":")[0]), monitor) for name, monitor in fresh.items()]
        self.reader.refuse_taken(ports, leaving=stale)
        for name in stale:
            self.reader.remove(name)
        try:
            told = told_files(self._settings.model_copy(update={"chair": chairs}), self._preset)
            self._tell_station(ChairsChanged(chairs=setups, operator=operator, settings=told))
        except BaseException:
            self._open_again(stale, before)
            raise
        self._chairs = chairs
        for port in ports:
            self._add(port)

    def protocols(self) -> tuple[Protocol, ...]:
        """Return the treatment protocols that count for the next check-in."""
        return self._protocols

    def set_protocols(self, protocols: tuple[Protocol, ...], operator: str) -> None:
        """Let these treatment protocols count from the next check-in on; an open visit keeps its own.

        Args:
            protocols: All of them.
            operator: Id of who is signed in and asks for it.

        Raises:
            NurseStationError: the station refuses; the message says why.

        Thread:
            Any but the engine's. Returns when it is done: within milliseconds, or after `ANSWER_S`.
        """
        with self._changing:
            self._tell_station(ProtocolsChanged(protocols=protocols, operator=operator))
            self._protocols = protocols

    def _tell_station(self, item: ChairsChanged | ProtocolsChanged) -> None:
        try:
            made = self.engine.ask(item, ANSWER_S)
        except TimeoutError as error:
            raise SetupRefused("The program is busy and did not take the change: try again in a moment.") from error
        for record in made:
            if isinstance(record, Refused):
                raise SetupRefused(record.reason)

    def _open_again(self, names: Sequence[str], monitors: Mapping[str, MonitorSettings]) -> None:
        for name in names:
            self._add(self._port(name, int(name.partition(":")[0]), monitors[name]))

    def _start_cuffs(self, records: Sequence[Record]) -> None:
        """Hand on what a person asked of a cuff."""
        for record in records:
            if isinstance(record, CuffStarted | CuffStopped):
                for port in self.reader.ports:
                    if port.id == record.monitor:
                        port.request_cuff(isinstance(record, CuffStarted))

    def _let_keeper_heed(self, records: Sequence[Record]) -> None:
        self.keeper.heed(records)

    def _add(self, port: Port) -> None:
        try:
            self.reader.add(port)
        except LinkError as error:  # the others go on; this monitor's line on the screen says why
            self._say_disconnected(port.id, str(error))

    def _say_disconnected(self, name: str, reason: str) -> None:
        now = self._clock.now()
        self.inbox.post_events(name, [LinkState(t_ns=now.mono_ns, phase=LinkPhase.DISCONNECTED, reason=reason)], now)

    def _add_ports(self, chairs: Sequence[ChairSettings]) -> None:
        for chair in chairs:
            for monitor in chair.monitor:
                name = monitor_id(chair.number, monitor.driver)
                try:
                    port = self._port(name, chair.number, monitor)
                except LinkError as error:
                    self._say_disconnected(name, str(error))
                else:
                    self._add(port)

    def _port(self, name: str, chair: int, monitor: MonitorSettings) -> Port:
        entry = lookup(monitor.driver)
        driver = entry.make()
        address, settings = address_of(monitor), settings_of(monitor, entry.info)
        opener = opener_for(address, self._clock, entry.info.datagrams)
        tap = None
        if self._keeps_wire:
            told = settings if isinstance(address, PortIdentity) else None  # no other line has any
            tap = self._wire.tap(name, entry.info, lambda: driver.unknown, told)
        return Port(
            name,
            driver,
            opener,
            settings=settings,
            title=f"Chair {chair}, {entry.info.models[0]}",
            receive_only=monitor.receive_only,
            may_start_cuff=monitor.may_start_cuff,
            tap=tap.received if tap else None,
            sent_tap=tap.sent if tap else None,
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


def _monitors(chairs: Sequence[ChairSettings]) -> dict[str, MonitorSettings]:
    return {monitor_id(chair.number, monitor.driver): monitor for chair in chairs for monitor in chair.monitor}


def _known_setup(chair: ChairSettings) -> ChairSetup:
    try:
        return chair_setup(chair)
    except DriverLookupError as error:
        raise SetupRefused(f"Chair {chair.number}: {error}") from error


def _checked_setup(chair: ChairSettings, file: Path) -> ChairSetup:
    try:
        return chair_setup(chair)
    except DriverLookupError as error:
        raise SettingsError(f"{file}: chair {chair.number}, driver: {error}") from error


def _binding(chair: int, monitor: MonitorSettings) -> MonitorBinding:
    info = lookup(monitor.driver).info
    adapter = f"serial number {monitor.usb_serial}" if monitor.usb_serial else ""
    if monitor.usb_location and not adapter:
        adapter = f"socket {monitor.usb_location}"
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
        interval_ms=info.interval_ms,
        port=monitor.port,
        adapter=adapter,
        may_start_cuff=monitor.may_start_cuff and info.starts_cuff and not monitor.receive_only,
    )


def _restore(station: Station, path: Path, now: Moment) -> tuple[list[Record], tuple[Record, ...]]:
    """Fold what is stored; return it, and what the restart itself records."""
    with StoreReader.open(path) as reader:
        unclean = not reader.was_closed_in_order()
        past = list(reader.restore_records())
        heads = reader.chain_heads()
        kept = reader.drafts()
    return past, station.restore(past, now, unclean=unclean, heads=heads, kept=kept)
