"""The record's keeper: looks at the room on its disk, makes the backups and prepares the purges that somebody asked for.

Rules of the file:
1. A thread of its own, idle but for a look a minute and one at the folder of notes every few seconds (`note_taker.py`): a drive
   that does not answer holds up nobody but the next backup.
2. A backup that is due waits for a time without an infusion, `LONGEST_WAIT_NS` at most; one that failed is tried again.
3. It is told on the screen when room gets short, and when no backup was made for days; never in between.
4. The keeper deletes nothing of the record: it tells the station what a purge takes, and the station's record of it, on its way
   through the writer, is the purge (`store/purging.py`).
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from devices.clock import NS_PER_S, Clock, Moment
from devices.events import Priority
from nursestation.config.schema import StationSettings
from nursestation.core.inputs import BackupDone, PurgeDone, StationFault
from nursestation.core.model import Phase
from nursestation.core.records import (
    BackupMade,
    ChairFreed,
    HoldReleased,
    PhaseChanged,
    PurgeAsked,
    Record,
    SessionHeld,
    SessionPurged,
)
from nursestation.errors import NurseStationError
from nursestation.log import trace_of
from nursestation.store import space
from nursestation.store.backup import BackupStopped, make_backup, own_backups
from nursestation.store.errors import StoreError
from nursestation.store.reader import StoreReader
from nursestation.store.retention import KeptVisit, kept_visits, purge_of

_log = logging.getLogger(__name__)

LOOK_S = 60.0
"""Time between two looks [s]."""

NOTES_S = 3.0
"""Time between two looks for notes of commands [s]."""

RETRY_NS = 600 * NS_PER_S
"""Time to the next try of a backup that failed [ns]."""

STOP_S = 10.0
"""How long the end of the program waits for the keeper [s]: a drive of backups that hangs must not keep the record open."""

HOUR_NS = 3600 * NS_PER_S
LONGEST_WAIT_NS = 8 * HOUR_NS
"""How long a due backup waits for a quiet time [ns]: a working day."""

_AGAIN = 1.1  # a warning of the disk ends with so much more room than it began with
_FLUSH_S = 5.0
_BUSY = (Phase.INFUSION, Phase.OBSERVATION)


def _no_notes() -> None:
    pass


Ask = Callable[[PurgeDone], Sequence[Record]]
"""Has the running station apply something and returns the records that came of it; raises TimeoutError."""


@dataclass(frozen=True, slots=True)
class RecordCare:
    """How the record is looked after, for a screen.

    Attributes:
        room: What is left on its disk; None before the first look.
        is_short: Whether that is told as too little.
        backup_folder: Where backups go, "" where none are made.
        last_backup_utc_ns: When the newest known one was made, UTC [ns].
        backup_trouble: Why the newest try made none, "" where it did.
        is_backing_up: Whether one is being made.
        purge_words: What came of the newest purge, a sentence; "" before any.
        keep_years: How long visits are kept, None for ever.
        kept: The visits that are over their time or held, once somebody asked for the list; None before.
    """

    room: space.Room | None = None
    is_short: bool = False
    backup_folder: str = ""
    last_backup_utc_ns: int | None = None
    backup_trouble: str = ""
    is_backing_up: bool = False
    purge_words: str = ""
    keep_years: int | None = None
    kept: tuple[KeptVisit, ...] | None = None


class RecordKeeper:
    """Looks after the record of a running station.

    Args:
        record: The record.
        settings: The station's.
        clock: Tells when a backup is due.
        post: Tells the station something.
        ask: Has it apply something, and returns what came of it.
        flush: Waits so long [s] until everything is on disk; says whether it is.
        free: Tells the free bytes on a record's disk.
        take_notes: Takes up what commands noted meanwhile.

    Thread:
        `heed` belongs to the engine's thread, `start` and `stop` to whoever wires the station; `state` and `back_up` to any.
    """

    def __init__(
        self,
        record: Path,
        settings: StationSettings,
        clock: Clock,
        post: Callable[[StationFault | BackupDone], None],
        ask: Ask,
        flush: Callable[[float], bool],
        free: Callable[[Path], int] = space.free_bytes,
        take_notes: Callable[[], None] = _no_notes,
    ) -> None:
        self._record = record
        self._settings = settings
        self._clock = clock
        self._post, self._ask, self._flush, self._free = post, ask, flush, free
        self._take_notes = take_notes
        self._state = RecordCare(backup_folder=settings.backup.folder, keep_years=settings.retention.keep_years)
        self._growth = space.Growth()
        self._phases: dict[str, Phase] = {}
        self._purges: deque[str] = deque()
        self._told: dict[str, StationFault] = {}
        self._looked_ns: int | None = None
        self._noted_ns = clock.now().mono_ns
        self._started_ns = self._tried_ns = clock.now().mono_ns
        self._failed_utc_ns: int | None = None
        self._is_wanted = self._is_list_wanted = False
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def state(self) -> RecordCare:
        """Return how it stands."""
        return self._state

    def start(self) -> None:
        """Start the thread; it looks at once."""
        self._thread = threading.Thread(target=self._run, name="record keeper")
        self._thread.start()

    def stop(self, within_s: float = STOP_S) -> None:
        """Give a running backup up and end the thread; one whose drive does not answer is left to itself. Idempotent.

        Args:
            within_s: How long it is waited for [s].
        """
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(within_s)
            if self._thread.is_alive():
                _log.warning("the drive of the backups does not answer; the record is closed without waiting for it")
            self._thread = None

    def heed(self, records: Sequence[Record]) -> None:
        """Learn which visits run, and what is to be purged."""
        for record in records:
            match record:
                case PhaseChanged() if record.session is not None:
                    self._phases = {**self._phases, record.session: record.after}
                case ChairFreed() if record.session is not None:
                    self._phases = {name: phase for name, phase in self._phases.items() if name != record.session}
                case SessionHeld() | HoldReleased():
                    self.list_kept()
                case PurgeAsked():
                    self._purges.extend(record.sessions)
                    self._wake.set()
                case _:
                    pass

    def back_up(self) -> None:
        """Make a backup now: a person asked."""
        self._is_wanted = True
        self._wake.set()

    def list_kept(self) -> None:
        """Find out which visits are over their time or held: a person looks."""
        self._is_list_wanted = True
        self._wake.set()

    def turn(self, *, is_due: bool) -> None:
        """Take notes up, and do what is due where it is time for it. What failed is told until a whole look goes well."""
        try:
            self._note()
            if is_due:
                self.look()
                self._tell(StationFault(id="keeper", text=""))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: the keeper outlives every fault, and says so
            _log.error("looking after the record failed: %s", trace_of(error))
            text = "Backups and the room on the disk are not looked after because of a fault in Nursestation. Tell support."
            self._tell(StationFault(id="keeper", text=text, priority=Priority.LOW))

    def look(self) -> None:
        """Do what is due."""
        self._look_at_room()
        self._do_what_is_asked()
        if self._settings.backup.folder:
            self._look_after_backups()

    def _do_what_is_asked(self) -> None:
        while self._purges and not self._stopping.is_set():
            self._purge(self._purges.popleft())
            self._is_list_wanted = True
        if self._is_list_wanted:
            self._is_list_wanted = False
            self._list_kept()

    def _list_kept(self) -> None:
        self._flush(_FLUSH_S)  # a hold of just now
        with suppress(StoreError):  # the writer tells of a record that is away
            visits = kept_visits(self._record, self._state.keep_years, self._clock.now().utc_ns)
            kept = tuple(visit for visit in visits if visit.is_over or visit.held_because)
            self._state = replace(self._state, kept=kept)

    def _run(self) -> None:
        is_due, n_waits = True, 0
        while not self._stopping.is_set():
            self.turn(is_due=is_due)
            n_waits = 0 if is_due else n_waits + 1
            is_woken = self._wake.wait(NOTES_S)
            if is_woken:
                self._wake.clear()
            is_due = is_woken or (n_waits + 1) * NOTES_S >= LOOK_S

    def _note(self) -> None:
        self._noted_ns = self._clock.now().mono_ns
        self._take_notes()

    def _look_at_room(self) -> None:
        now_ns = self._clock.now().mono_ns
        self._looked_ns = now_ns
        phases = self._phases
        n_open = sum(not phase.is_over for phase in phases.values())
        try:
            free = self._free(self._record)
            self._growth.note(now_ns, space.record_bytes(self._record), n_open)
        except OSError:
            return  # the writer tells of a disk that is away
        room = space.room(free, self._growth.pace(), n_open or len(self._settings.chair))
        disk = self._settings.disk
        is_short = room.hours < disk.early_h * (_AGAIN if self._state.is_short else 1)
        is_late = room.hours < disk.late_h
        text = ""
        if is_short:
            hours = space.hours_text(room.hours)
            text = f"The disk has room for about {hours} of recording: free some space on it."
        self._state = replace(self._state, room=room, is_short=is_short)
        self._tell(StationFault(id="space", text=text, priority=Priority.MEDIUM if is_late else Priority.LOW))

    def _look_after_backups(self) -> None:
        now = self._clock.now()
        has_failed = self._failed_utc_ns is not None
        if has_failed and now.mono_ns - self._tried_ns < RETRY_NS and not self._is_wanted:
            return
        if not (self._is_wanted or has_failed or self._is_due(now, self._state.last_backup_utc_ns)):
            return  # and the drive is let sleep
        self._tried_ns = now.mono_ns
        last_ns = self._last_backup()
        self._state = replace(self._state, last_backup_utc_ns=last_ns)
        if self._failed_utc_ns is not None and last_ns is not None and last_ns > self._failed_utc_ns:
            self._forget_failure()  # somebody made one by hand
        if not self._is_wanted and not self._is_due(now, last_ns):
            return
        self._is_wanted = False
        self._state = replace(self._state, is_backing_up=True)
        try:
            made = make_backup(
                self._record,
                Path(self._settings.backup.folder),
                now.utc_ns,
                keep=self._settings.backup.keep,
                rest=self._rest,
            )
        except BackupStopped:
            pass  # the next one begins anew
        except StoreError as error:
            self._failed_utc_ns = now.utc_ns
            _log.info("no backup was made: %s", error)
            self._state = replace(self._state, backup_trouble=str(error))
            self._tell_missed(now.utc_ns, last_ns, str(error))
        else:
            self._post(
                BackupDone(place=str(made.path), sha256=made.sha256, n_bytes=made.n_bytes, n_sessions=made.n_sessions)
            )
            self._state = replace(self._state, last_backup_utc_ns=now.utc_ns)
            self._forget_failure()
        finally:  # also of a fault: no page says for ever that one is being made
            self._state = replace(self._state, is_backing_up=False)

    def _forget_failure(self) -> None:
        self._failed_utc_ns = None
        self._state = replace(self._state, backup_trouble="")
        self._tell(StationFault(id="backup", text=""))

    def _is_due(self, now: Moment, last_ns: int | None) -> bool:
        return is_due(
            None if last_ns is None else now.utc_ns - last_ns,
            now.mono_ns - self._started_ns,
            self._settings.backup.every_h * HOUR_NS,
            is_quiet=not any(phase in _BUSY for phase in self._phases.values()),
        )

    def _tell_missed(self, now_utc_ns: int, last_ns: int | None, why: str) -> None:
        days = None if last_ns is None else (now_utc_ns - last_ns) // (24 * HOUR_NS)
        if days is not None and days < self._settings.backup.tell_after_days:
            return
        since = "There is no backup of the record yet." if days is None else f"No backup of the record for {days} days."
        self._tell(StationFault(id="backup", text=f"{since} {why}", priority=Priority.LOW))

    def _last_backup(self) -> int | None:
        """Return when the newest backup was made, by what lies in the folder and by what is on record, UTC [ns]."""
        known = [] if self._state.last_backup_utc_ns is None else [self._state.last_backup_utc_ns]
        try:
            with StoreReader.open(self._record) as reader:
                known += [record.at.utc_ns for record in reader.of_kinds([BackupMade], of_station=True)]
            folder = Path(self._settings.backup.folder)
            known += [found.made_utc_ns for found in own_backups(self._record, folder)]
        except (OSError, StoreError):
            pass  # the backup itself says what is wrong
        return max(known, default=None)

    def _rest(self, seconds: float) -> bool:
        """Wait between two pieces of a backup, with an eye on notes, the room and what is asked for; say whether to stop."""
        if self._clock.now().mono_ns - self._noted_ns >= NOTES_S * NS_PER_S:
            self._note()
        if self._looked_ns is not None and self._clock.now().mono_ns - self._looked_ns >= LOOK_S * NS_PER_S:
            self._look_at_room()
        self._do_what_is_asked()
        return self._stopping.wait(seconds)

    def _purge(self, session: str) -> None:
        try:
            why = self._why_not(session)
            if not why:
                done = purge_of(self._record, session)
                made = [] if done is None else self._ask(done)
                if not any(isinstance(record, SessionPurged) for record in made):
                    why = "The station did not take it. Try again"
                elif not self._flush(_FLUSH_S):
                    why = "The disk has not taken it yet. Look at the list again in a minute"
                elif purge_of(self._record, session) is not None:
                    why = "The record holds something else of it than was told. Tell support"
        except TimeoutError:
            why = "The program is busy. Try again in a moment"
        except NurseStationError as error:
            why = str(error).removesuffix(".")
        if why:
            _log.info("%s was not purged", session)
        words = (
            f"{session} was not purged. {why}." if why else f"{session} was purged. Backups made before still hold it."
        )
        self._state = replace(self._state, purge_words=words)

    def _why_not(self, session: str) -> str:
        keep_years = self._settings.retention.keep_years
        if keep_years is None:
            return "By the settings visits are kept for ever: see keep_years"
        visits = kept_visits(self._record, keep_years, self._clock.now().utc_ns)
        visit = next((visit for visit in visits if visit.session == session), None)
        if visit is None:
            return "There is no such visit"
        if visit.held_because:
            return "It must be kept (legal hold)"
        return "" if visit.is_over else f"It is to be kept for {keep_years} years"

    def _tell(self, fault: StationFault) -> None:
        before = self._told.get(fault.id)
        is_news = bool(fault.text) if before is None else before.text != fault.text or (
            bool(fault.text) and before.priority is not fault.priority
        )  # fmt: skip
        if is_news:
            self._told[fault.id] = fault
            self._post(fault)


def is_due(age_ns: int | None, since_start_ns: int, every_ns: int, *, is_quiet: bool) -> bool:
    """Say whether a backup is to be made now.

    Args:
        age_ns: How old the newest is [ns]; None where there is none. Below 0 the clock was set back, and it tells nothing.
        since_start_ns: For how long the station runs [ns].
        every_ns: How far apart they are planned [ns].
        is_quiet: No infusion runs, and nobody is watched after one.
    """
    late_ns = since_start_ns if age_ns is None or age_ns < 0 else age_ns - every_ns
    if late_ns < 0:
        return False
    return is_quiet or min(late_ns, since_start_ns) >= LONGEST_WAIT_NS
