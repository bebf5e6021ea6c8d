"""The store thread: takes records without ever blocking, and has them on disk within half a second.

Rules of the file:
1. `put` only queues. The thread commits what waits every `COMMIT_EVERY_S`, and at once when a discrete record is among it.
2. On trouble nothing is forgotten: the batch goes back to the front, the try is repeated with a back-off, and `on_health`
   tells. Only waveforms are bounded (`backlog.py`).
3. A record that cannot be stored at all is a fault of the program: it is set apart, logged without its content, told through
   health, and the others are written.
4. Without `start`, `drain` writes in the caller's thread: the lockstep rehearsal.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from devices.clock import NS_PER_S, Clock
from nursestation.core.records import BULK, Record, Refused
from nursestation.store.backlog import WAVE_BYTES, Backlog
from nursestation.store.errors import StoreEnvironmentError, StoreUnreachable
from nursestation.store.store import Store

COMMIT_EVERY_S = 0.36
"""A stretch of waveform has waited for its last sample before it comes here: together they stay below half a second."""

RETRY_FIRST_S = 0.25
RETRY_LONGEST_S = 5.0
STALL_S = 3.0
"""When what waits has waited longer than this, the disk is not keeping up and people are told."""

BATCH = 5000
"""Most records in one transaction, so that a long backlog is written in steps that can each succeed."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoreHealth:
    """Whether the record is being written.

    Attributes:
        ok: True while everything reaches the disk in time.
        text: A sentence for the operator, "" when all is well.
        n_waiting: Records that are not on disk yet.
        oldest_s: How long the oldest of them has waited [s]; 0 when none waits.
        n_refused: Records that could not be stored because of a fault of the program.
    """

    ok: bool
    text: str = ""
    n_waiting: int = 0
    oldest_s: float = 0.0
    n_refused: int = 0


class StoreWriter:
    """Owns an open `Store` and the queue before it.

    `on_health` is called when `ok` or `text` changes, from the store thread or from the caller of `put` or `drain`; it must
    return quickly and must not call back into the writer.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        on_health: Callable[[StoreHealth], None] | None = None,
        *,
        wave_bytes: int = WAVE_BYTES,
        commit_every_s: float = COMMIT_EVERY_S,
    ) -> None:
        self._store = store
        self._clock = clock
        self._on_health = on_health
        self._commit_every_s = commit_every_s
        self._changed = threading.Condition()
        self._backlog = Backlog(wave_bytes)
        self._writing: list[Record] = []
        self._is_urgent = False
        self._is_idle = False
        self._is_closing = False
        self._is_closed = False
        self._trouble = ""
        self._is_away = False
        self._n_refused = 0
        self._told = StoreHealth(True)
        self._retry_s = RETRY_FIRST_S
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the store thread."""
        if self._thread is not None or self._is_closed:
            raise RuntimeError("a store writer is started once")
        self._thread = threading.Thread(target=self._run, name="store")
        self._thread.start()

    def put(self, records: Iterable[Record]) -> None:
        """Queue records to be written; never blocks on the disk.

        `Refused` records, and bulk records without a session, are not kept.

        Raises:
            RuntimeError: the writer was closed.
        """
        kept = [record for record in records if _is_kept(record)]
        with self._changed:
            if self._is_closing:
                raise RuntimeError("the store writer is closed")
            if kept:
                self._backlog.put(kept)
                is_urgent = any(not isinstance(record, BULK) for record in kept)
                self._is_urgent = self._is_urgent or is_urgent
                if is_urgent or self._is_idle:  # else the thread sleeps to the end of its round: to wake it is work too
                    self._changed.notify_all()
        self._tell()

    @property
    def health(self) -> StoreHealth:
        """Return how the writing stands now."""
        with self._changed:
            oldest = self._writing[0] if self._writing else self._backlog.oldest
            n_waiting = len(self._writing) + len(self._backlog)
            oldest_s = 0.0
            if oldest is not None:
                oldest_s = max(0.0, (self._clock.now().mono_ns - oldest.at.mono_ns) / NS_PER_S)
            text = self._trouble
            if not text and oldest_s > STALL_S:
                text = "The disk is slow: readings wait in memory until it takes them. Do not switch this computer off."
            if not text and self._n_refused:
                entries = "1 entry" if self._n_refused == 1 else f"{self._n_refused} entries"
                text = f"{entries} could not be stored because of a fault in Nursestation: see the log."
            return StoreHealth(not text, text, n_waiting, oldest_s, self._n_refused)

    def flush(self, timeout_s: float | None = None) -> bool:
        """Wait until everything put so far is on disk; say whether it is."""
        if self._thread is None:
            return self.drain().n_waiting == 0
        with self._changed:
            self._is_urgent = True
            self._changed.notify_all()
            return self._changed.wait_for(lambda: not self._writing and not len(self._backlog), timeout_s)

    def drain(self) -> StoreHealth:
        """Write everything that waits, in this thread; only without `start`. What cannot be written stays queued."""
        if self._thread is not None and self._thread is not threading.current_thread():
            raise RuntimeError("the store thread is running; use flush")
        while self._write_some():
            pass
        self._tell()
        return self.health

    def close(self) -> StoreHealth:
        """Write what waits, stop the thread and close the store. May be called twice.

        Returns:
            The last health: `n_waiting` above 0 means that the disk did not take that many records to the end.
        """
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        elif not self._is_closed:
            self.drain()
        if not self._is_closed:
            self._is_closed = True
            self._store.close()
        return self.health

    def _run(self) -> None:
        while True:
            with self._changed:
                self._wait_a_round()
                if (
                    not len(self._backlog) and not self._is_closing
                ):  # nothing came in a whole round: rest until something does
                    self._is_idle = True
                    self._changed.wait_for(lambda: len(self._backlog) > 0 or self._is_closing)
                    self._is_idle = False
                    self._wait_a_round()
                self._is_urgent = False
            while self._write_some():
                pass
            self._tell()
            with self._changed:
                if self._is_closing and (self._trouble or not len(self._backlog)):
                    return
                if self._trouble:
                    self._changed.wait_for(lambda: self._is_closing, self._retry_s)
                    self._retry_s = min(2 * self._retry_s, RETRY_LONGEST_S)

    def _wait_a_round(self) -> None:
        if not self._trouble:
            self._changed.wait_for(lambda: self._is_urgent or self._is_closing, self._commit_every_s)

    def _write_some(self) -> bool:
        """Write one batch; say whether there may be more to write now."""
        with self._changed:
            self._writing = batch = self._backlog.take(BATCH)
        if not batch:
            return False
        try:
            if self._is_away:
                self._store.reconnect()
            self._store.append(batch)
        except StoreEnvironmentError as error:
            return self._keep(batch, error)
        except Exception as error:  # noqa: BLE001 - the store loop outlives every fault: docs/adr lists this place
            _log.error(
                "a batch of %d records was refused (%s); trying them one by one", len(batch), type(error).__name__
            )
            return self._write_singly(batch)
        self._done()
        return True

    def _write_singly(self, batch: list[Record]) -> bool:
        for index, record in enumerate(batch):
            try:
                self._store.append([record])
            except StoreEnvironmentError as error:
                return self._keep(batch[index:], error)
            except Exception:  # noqa: BLE001 - as above
                _log.error("a %s record cannot be stored", type(record).__name__)
                with self._changed:
                    self._n_refused += 1
        self._done()
        return True

    def _keep(self, batch: list[Record], error: StoreEnvironmentError) -> bool:
        with self._changed:
            self._backlog.put_back(batch)
            self._writing = []
            self._trouble = str(error)
            self._is_away = isinstance(error, StoreUnreachable)
        return False

    def _done(self) -> None:
        with self._changed:
            self._writing = []
            self._trouble = ""
            self._is_away = False
            self._retry_s = RETRY_FIRST_S
            self._changed.notify_all()

    def _tell(self) -> None:
        health = self.health
        with self._changed:
            is_news = (health.ok, health.text) != (self._told.ok, self._told.text)
            self._told = health
        if is_news and self._on_health is not None:
            self._on_health(health)


def _is_kept(record: Record) -> bool:
    if isinstance(record, BULK):
        return record.session is not None
    return not isinstance(record, Refused)
