"""The engine: the one thread that owns the `Station`.

One step = take what waits, apply it item by item, hand the records to the store, then publish them with a snapshot. The
store comes first: what a screen shows is already on its way to disk. Waves are published before the snapshot is made, which takes
10 ms for sixteen chairs: they are due in the next frame. Needs no window: alarms and record go on without one.

A snapshot is made whole once a second, for what counts seconds, and at once for whatever happened. Between, a new number
renews its own chair, and each tick the chairs with a number that has grown too old; the other chairs' views are then the same
objects as before.

Between two steps lie 50 ms at most. Where it was more than `ASLEEP_NS` the computer slept, or everything in it stood still: that
is told and recorded, for nobody watched the patients meanwhile.
"""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

from devices.clock import NS_PER_S, Clock, Moment
from devices.events import Numeric, Priority
from nursestation.core.records import BULK, Record, Wave
from nursestation.core.snapshot import StationSnapshot
from nursestation.core.station import MonitorInput, Station, StationFault, StationInput, Tick
from nursestation.log import trace_of
from nursestation.runtime.inbox import Inbox, Item
from nursestation.runtime.outbox import Outbox

_log = logging.getLogger(__name__)

TICK_NS = NS_PER_S // 5
"""Time between two ticks, and the longest between two snapshots: a number is never shown as live 0.2 s too long."""

WHOLE_NS = NS_PER_S
"""Longest time between two snapshots that are whole: ages and countdowns are told in seconds."""

SNAPSHOT_NS = NS_PER_S // 20
"""Least time between two snapshots that only a new number asks for: fast enough for an eye, slow enough for eight chairs."""

ASLEEP_NS = 20 * NS_PER_S
"""A time between two steps of the running engine that is told of as sleep of the computer: no load holds it up so long."""

RecordSink = Callable[[Sequence[Record]], None]
Check = Callable[[Moment], StationFault | None]


class Engine:
    """Runs a station.

    Args:
        station: The station; touched by nobody else from now on.
        clock: For ticks and snapshots.
        inbox: Where inputs come from.
        outbox: Where records and snapshots go for the window.
        sinks: Called with the records of each step, the store's first.
        checks: Called at each tick; what they find wrong (or mended) is applied.
        asleep_ns: A time without a step that is told of as sleep of the computer, by `clock` [ns].
    """

    def __init__(
        self,
        station: Station,
        clock: Clock,
        inbox: Inbox,
        outbox: Outbox,
        sinks: Iterable[RecordSink],
        checks: Iterable[Check] = (),
        asleep_ns: int = ASLEEP_NS,
    ) -> None:
        self._station = station
        self._clock = clock
        self._inbox = inbox
        self._outbox = outbox
        self._sinks = tuple(sinks)
        self._checks = tuple(checks)
        self._asleep_ns = asleep_ns
        self._last_tick_ns: int | None = None
        self._last_turn_ns: int | None = None
        self._last_snapshot_ns = self._last_whole_ns = 0
        self._snapshot: StationSnapshot | None = None  # what the next one may build on
        self._numbers_of: set[str] = set()  # monitors whose numbers no snapshot shows yet
        self._asked: dict[
            int, Future[Sequence[Record]]
        ] = {}  # by the identity of the item, which the inbox keeps alive
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Run in a thread of its own until `stop`."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="engine")
            self._thread.start()

    def stop(self) -> None:
        """Apply what still waits, then end the thread. Idempotent."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.step(0)

    def hand_on(self, records: Sequence[Record]) -> None:
        """Store and publish records that did not come out of a step: those of a restart."""
        self._store(records)
        self._outbox.publish(records, self._whole(self._clock.now()))

    def publish_past(self, records: Sequence[Record]) -> None:
        """Publish records that are in the store already, so that screens show a resumed visit from its beginning."""
        self._outbox.publish(records)

    def ask(self, item: StationInput, timeout_s: float) -> Sequence[Record]:
        """Have one item applied in its turn and return what it made happen; callable from any thread but the engine's own.

        Raises:
            TimeoutError: its turn did not come within `timeout_s` [s]; it is withdrawn and never applied.
        """
        answer: Future[Sequence[Record]] = Future()
        self._asked[id(item)] = answer
        self._inbox.post(item)
        if self._thread is None:
            self.step(0)
        try:
            return answer.result(timeout_s)
        except TimeoutError:
            if answer.cancel():
                raise
            return answer.result()  # it is being applied just now

    def step(self, timeout_s: float) -> int:
        """Take and apply what waits, or wait up to `timeout_s` [s] for it; return how many items there were."""
        items = self._inbox.take(timeout_s)
        answers: list[tuple[Future[Sequence[Record]], Sequence[Record]]] = []
        try:
            records = self._applied(items, answers)
            now = self._clock.now()
            ticked = self._last_tick_ns is None or now.mono_ns - self._last_tick_ns >= TICK_NS
            if ticked:
                self._last_tick_ns = now.mono_ns
                faults = (check(now) for check in self._checks)
                records.extend(self._apply(Tick(), now))
                for fault in faults:
                    if fault is not None:
                        records.extend(self._apply(fault, now))
            self._store(records)
        finally:  # only now, for who asked may wait for the disk next; and also where a sink failed: nobody waits for ever
            for asked, made in answers:
                asked.set_result(made)
        waves = [record for record in records if isinstance(record, Wave)]
        if waves:
            self._outbox.publish(waves)
            records = [record for record in records if not isinstance(record, Wave)]
        snapshot = self._due_snapshot(records, now, ticked=ticked)
        if records or snapshot is not None:
            self._outbox.publish(records, snapshot)
        self._outbox.beat()
        return len(items)

    def _applied(
        self, items: Sequence[Item], answers: list[tuple[Future[Sequence[Record]], Sequence[Record]]]
    ) -> list[Record]:
        """Apply items and return what they made happen; who asked for one is added to `answers`."""
        records: list[Record] = []
        for item, at in items:
            asked = self._asked.pop(id(item), None)
            if asked is not None and not asked.set_running_or_notify_cancel():
                continue  # withdrawn
            made = self._apply(item, at)
            records.extend(made)
            if asked is not None:
                answers.append((asked, made))
            if not isinstance(item, MonitorInput):
                # what people and settings change need not make a record: an empty chair that goes makes none
                self._snapshot = None
            elif isinstance(item.event, Numeric):
                self._numbers_of.add(item.monitor)
        return records

    def _apply(self, item: StationInput, at: Moment) -> Sequence[Record]:
        try:
            return self._station.apply(item, at)
        except Exception as error:  # noqa: BLE001 - ADR-0005: a bug in one rule must not end the recording of the others
            # the item and the error's text may carry a patient's data: the item's type and the trace alone are logged
            _log.error("the station failed on %s: %s", type(item).__name__, trace_of(error))
            text = "Part of the program failed and was left out. Look at the bedside monitor, and tell support."
            return self._station.apply(StationFault(id="engine", text=text, priority=Priority.MEDIUM), at)

    def _due_snapshot(self, records: Sequence[Record], now: Moment, *, ticked: bool) -> StationSnapshot | None:
        """Return what screens must be told now: at once what happened, numbers at most every `SNAPSHOT_NS`."""
        is_old = now.mono_ns - self._last_whole_ns >= WHOLE_NS
        if self._snapshot is None or is_old or any(not isinstance(record, BULK) for record in records):
            return self._whole(now)
        if ticked or (self._numbers_of and now.mono_ns - self._last_snapshot_ns >= SNAPSHOT_NS):
            return self._keep(self._station.renewed(self._snapshot, self._numbers_of, now))
        return None

    def _whole(self, now: Moment) -> StationSnapshot:
        self._last_whole_ns = now.mono_ns
        return self._keep(self._station.snapshot(now))

    def _keep(self, snapshot: StationSnapshot) -> StationSnapshot:
        self._snapshot = snapshot
        self._last_snapshot_ns = snapshot.at.mono_ns
        self._numbers_of.clear()
        return snapshot

    def _store(self, records: Sequence[Record]) -> None:
        if records:
            for sink in self._sinks:
                sink(records)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._notice_sleep()
            self.step(TICK_NS / NS_PER_S / 4)

    def _notice_sleep(self) -> None:
        now_ns = self._clock.now().mono_ns
        before_ns, self._last_turn_ns = self._last_turn_ns, now_ns
        if before_ns is not None and now_ns - before_ns > self._asleep_ns:
            _log.warning("nothing ran for %d s: the computer slept", (now_ns - before_ns) // NS_PER_S)
            self._inbox.post(StationFault(id="asleep", text=_asleep_text((now_ns - before_ns) // NS_PER_S)))


def _asleep_text(slept_s: int) -> str:
    slept = f"{slept_s} s" if slept_s < 120 else f"{slept_s // 60} min"
    return (
        f"This computer slept for {slept}: nothing was watched or recorded meanwhile. "
        "Look at every patient, and switch the computer's sleep off."
    )
