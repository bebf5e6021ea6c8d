"""The wire log: the last half hour of raw bytes of every port, kept on disk for those who look for what went wrong.

    reader thread --WireTap--> a bounded queue a port --> wire log thread --> a ring of segments a port (devices.segments)

Rules of the file:
1. A tap costs the reader an append: no lock, no disk, no log line, and it never raises. One thread puts, one takes.
2. When the disk does not keep up, what does not fit is dropped and counted; the count is written where the bytes would
   have been, and logged by the thread that has the time.
3. The log is a by-product. It leaves `LEAVE_FREE_BYTES` of the disk to the record, and its failure costs nothing else.
4. A killed program loses the last second.
"""

import logging
import shutil
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from devices.capture import CaptureTitle, Mark
from devices.clock import NS_PER_S, Clock, Moment
from devices.driver import DriverInfo, SerialSettings
from devices.segments import Counts, Entry, OpenSegment, Ring, folder_name, open_segment

WRITE_EVERY_S = 1.0
WAITING_MAX_BYTES = 2 * 2**20
"""Most that may wait for the disk, a port: more than a minute at 115200 baud."""
LEAVE_FREE_BYTES = 512 * 2**20
_ENTRY_BYTES = 128  # roughly what an entry takes in memory besides its bytes
_LOOK_AGAIN_NS = 10 * NS_PER_S  # after trouble with the disk
_JOIN_S = 5.0

_log = logging.getLogger(__name__)


class WireTap:
    """Takes what happens on one port's wire; `received` and `sent` are taps of `devices.port.Port`.

    Thread:
        `received` and `sent` belong to one thread at a time (the reader), `take` to another.
    """

    def __init__(self, monitor: str, title: CaptureTitle, unknown: Counts) -> None:
        self.monitor = monitor
        self.title = title
        self.unknown = unknown
        self._entries: deque[Entry] = deque()
        # Two counts that only grow, each with one writer: what waits is their difference, and needs no lock.
        self._put_bytes = 0
        self._taken_bytes = 0
        self._n_lost = 0

    def received(self, now: Moment, data: bytes) -> None:
        """Take bytes received at `now`."""
        self._put(Entry(now, Mark.RECEIVED, data))

    def sent(self, now: Moment, data: bytes) -> None:
        """Take bytes handed to the line at `now`."""
        self._put(Entry(now, Mark.SENT, data))

    def take(self) -> list[Entry]:
        """Return what waits, oldest first."""
        taken = [self._entries.popleft() for _ in range(len(self._entries))]
        self._taken_bytes += sum(_cost(entry) for entry in taken)
        return taken

    def _put(self, entry: Entry) -> None:
        cost = _cost(entry)
        if self._put_bytes - self._taken_bytes + cost > WAITING_MAX_BYTES:
            self._n_lost += len(entry.data) if entry.mark is Mark.RECEIVED else 0
            return
        if self._n_lost:
            lost = Entry(entry.at, Mark.LOST, n=self._n_lost)
            self._put_bytes += _cost(lost)
            self._entries.append(lost)
            self._n_lost = 0
        self._put_bytes += cost
        self._entries.append(entry)


class WireLog:
    """Keeps the bytes of every port in a folder.

    Args:
        folder: Where the rings lie, one folder a monitor; made when it is first needed.
        clock: Ages what is kept.
        open_file: Makes a segment's file.
        free_bytes: Says how much room is left where a folder lies.

    Thread:
        All methods may be called from any thread, `write_once` from one at a time.
    """

    def __init__(
        self,
        folder: Path,
        clock: Clock,
        *,
        open_file: OpenSegment = open_segment,
        free_bytes: Callable[[Path], int] | None = None,
    ) -> None:
        self._folder = folder
        self._clock = clock
        self._open_file = open_file
        self._free_bytes = free_bytes or _free_bytes
        self._taps: tuple[WireTap, ...] = ()
        self._rings: dict[str, Ring] | None = None
        self._unkept: dict[str, int] = {}
        self._told = ""
        self._look_again_ns = 0
        self._had_room = True
        self._adding = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def tap(
        self,
        monitor: str,
        driver: DriverInfo,
        unknown: Callable[[], Mapping[str, int]],
        settings: SerialSettings | None = None,
    ) -> WireTap:
        """Return what takes the bytes of a monitor's port, from now on.

        Args:
            monitor: Its id.
            driver: Named in each segment; says whether the bytes may tell who the patient is.
            unknown: Gives the numerics without a name so far; called in the wire log's thread.
            settings: Line settings of the port, for the first lines; None where it has none.
        """
        title = CaptureTitle(started_ns=0, driver=driver.name, may_identify=bool(driver.identity), settings=settings)
        tap = WireTap(monitor, title, unknown)
        with self._adding:
            self._taps = (*self._taps, tap)
        return tap

    def start(self) -> None:
        """Start the thread."""
        if self._thread is not None:
            raise RuntimeError("a wire log is started once")
        self._thread = threading.Thread(target=self._run, name="wire log")
        self._thread.start()

    def stop(self) -> None:
        """Write what waits and stop the thread. May be called again; does nothing where it was not started."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)
            if self._thread.is_alive():
                _log.error("the wire log did not stop within %s s: the disk does not answer", _JOIN_S)

    def write_once(self) -> None:
        """Write what waits and delete what is too old: the whole work, so that a test can drive it without the thread."""
        now = self._clock.now()
        if self._rings is None:
            self._rings = {folder.name: Ring(folder, now, self._open_file) for folder in _folders(self._folder)}
        has_room = self._has_room(now)
        for tap in self._taps:
            entries = self._with_unkept(tap.monitor, tap.take())
            if entries and not (has_room and self._write(self._ring(tap.monitor, now), tap, entries, now)):
                self._unkept[tap.monitor] = sum(_n_received(entry) for entry in entries)
        for ring in self._rings.values():
            ring.age(now)

    def close(self) -> None:
        """Write the newest counts of unknown numerics and let go of the files; for the thread that calls `write_once`."""
        now = self._clock.now()
        for tap in self._taps:
            ring = (self._rings or {}).get(folder_name(tap.monitor))
            if ring is not None:
                with suppress(OSError):
                    ring.write_unknown(tap.unknown(), now)
        for ring in (self._rings or {}).values():
            ring.close()

    def _run(self) -> None:
        while not self._stopping.wait(WRITE_EVERY_S):
            self.write_once()
        self.write_once()
        self.close()

    def _ring(self, monitor: str, now: Moment) -> Ring:
        assert self._rings is not None
        name = folder_name(monitor)
        if name not in self._rings:
            self._rings[name] = Ring(self._folder / name, now, self._open_file)
        return self._rings[name]

    def _with_unkept(self, monitor: str, entries: list[Entry]) -> list[Entry]:
        """Put the count of what could not be written before in front of what comes now."""
        n_unkept = self._unkept.get(monitor, 0)
        return [Entry(entries[0].at, Mark.LOST, n=n_unkept), *entries] if n_unkept and entries else entries

    def _write(self, ring: Ring, tap: WireTap, entries: list[Entry], now: Moment) -> bool:
        try:
            ring.write(entries, tap.title, tap.unknown)
        except OSError as error:
            self._complain(error.strerror or type(error).__name__)
            self._look_again_ns = now.mono_ns + _LOOK_AGAIN_NS
            self._had_room = False
            return False
        self._told = ""
        self._unkept.pop(tap.monitor, None)
        n_lost = sum(entry.n for entry in entries if entry.mark is Mark.LOST)
        if n_lost:
            _log.warning("%s: %d bytes are missing in the wire log: the disk did not take them", tap.monitor, n_lost)
        return True

    def _has_room(self, now: Moment) -> bool:
        """Say whether the disk may be written to; after trouble it is left alone for a while."""
        if now.mono_ns >= self._look_again_ns:
            self._look_again_ns = now.mono_ns + _LOOK_AGAIN_NS
            try:
                place = next(folder for folder in (self._folder, *self._folder.parents) if folder.exists())
                self._had_room = self._free_bytes(place) >= LEAVE_FREE_BYTES
                if not self._had_room:
                    self._complain("the disk is almost full, and its room is left to the record")
            except OSError as error:
                self._had_room = False
                self._complain(error.strerror or type(error).__name__)
        return self._had_room

    def _complain(self, why: str) -> None:
        if why != self._told:
            _log.warning("the wire log is not kept: %s", why)
        self._told = why


def _cost(entry: Entry) -> int:
    return len(entry.data) + _ENTRY_BYTES


def _n_received(entry: Entry) -> int:
    """Return how many received bytes are lost when this entry is."""
    match entry.mark:
        case Mark.RECEIVED:
            return len(entry.data)
        case Mark.LOST:
            return entry.n
        case _:
            return 0


def _folders(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if path.is_dir()]
    except OSError:
        return []  # none yet


def _free_bytes(place: Path) -> int:
    return shutil.disk_usage(place).free
