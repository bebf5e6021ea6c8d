"""The only doorway between the engine and the window.

A timer of the GUI thread takes what the engine has published, within a time budget, and emits it as signals in that same
thread: no signal crosses a thread, and what is painted is bounded by the frame, not by the wire. A heart that stands still
for `DEAD_AFTER_NS` is told as `engine_dead`; when it beats again the engine is told for how long it stood still, for the
record and the alarm log: it cannot have noticed.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from devices.clock import NS_PER_S, Clock
from nursestation.core.commands import Command
from nursestation.core.inputs import SignalSeen, StaffSeen, StationFault
from nursestation.core.records import Gap, Record, Refused, Sample, Wave
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui.durations import duration_text

FRAME_MS = 17
"""Time between two frames [ms]: Qt's timers take whole milliseconds; 33 is for a weak machine."""
BUDGET_NS = NS_PER_S // 125
"""How long one frame may take things out [ns]: half a frame."""
DEAD_AFTER_NS = 2 * NS_PER_S
ASLEEP_NS = 20 * NS_PER_S
"""A window that was not looked at for longer slept with its computer; the engine tells of that (`runtime/engine.py`)."""
_BATCH = 256


class Outbox(Protocol):
    """What the engine publishes."""

    heartbeat: int

    def drain(self, limit: int) -> Sequence[Record | StationSnapshot]:
        """Return at most `limit` records and after them the newest snapshot, if it is new."""
        ...


class Bridge(QObject):
    """Takes from the outbox, hands commands to the engine.

    Args:
        outbox: What the engine publishes.
        post: Hands a command, or a fact that the window found out, to the engine; returns at once.
        clock: The machine's own, not a scaled one: it measures the budget and the engine's silence.
        frame_ms: Time between two frames [ms].

    Signals:
        snapshot_changed: A `StationSnapshot`.
        waves: Oldest first, a list of `Wave` and of the waves' `Gap`.
        samples: A list of `Sample`.
        records: A list of discrete records.
        refused: A `Refused`.
        engine_dead: True once when the engine fell silent, False when it is heard again.
        framed: The end of a frame: time to move what moves.
    """

    snapshot_changed = Signal(object)
    waves = Signal(list)
    samples = Signal(list)
    records = Signal(list)
    refused = Signal(object)
    engine_dead = Signal(bool)
    framed = Signal()

    def __init__(
        self,
        outbox: Outbox,
        post: Callable[[Command | SignalSeen | StaffSeen | StationFault], None],
        clock: Clock,
        *,
        frame_ms: int = FRAME_MS,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._outbox = outbox
        self._post = post
        self._clock = clock
        self._beat: int | None = None
        self._beat_ns = 0
        self._listened_ns: int | None = None
        self._is_dead = False
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(frame_ms)
        self._timer.timeout.connect(self.drain)

    def start(self) -> None:
        """Begin to tick."""
        self._timer.start()

    def stop(self) -> None:
        """Stop ticking. Idempotent."""
        self._timer.stop()

    @Slot(object)
    def send(self, command: Command) -> None:
        """Hand a command to the engine."""
        self._post(command)

    @Slot(object)
    def tell(self, fact: SignalSeen | StaffSeen | StationFault) -> None:
        """Hand what the window found out to the engine."""
        self._post(fact)

    @Slot()
    def drain(self) -> None:
        """Take what there is, as far as the budget goes, and emit it: bulk first, then records, then the snapshot."""
        until_ns = self._clock.now().mono_ns + BUDGET_NS
        waves: list[Wave | Gap] = []
        samples: list[Sample] = []
        records: list[Record] = []
        refusals: list[Refused] = []
        snapshot: StationSnapshot | None = None
        while True:
            items = self._outbox.drain(_BATCH)
            for item in items:
                match item:
                    case StationSnapshot():
                        snapshot = item
                    case Wave() | Gap():
                        waves.append(item)
                    case Sample():
                        samples.append(item)
                    case Refused():
                        refusals.append(item)
                    case _:
                        records.append(item)
            if len(items) < _BATCH or self._clock.now().mono_ns >= until_ns:
                break
        self._emit(waves, samples, records, refusals, snapshot)
        self._listen_to_heart()
        self.framed.emit()

    def _emit(
        self,
        waves: list[Wave | Gap],
        samples: list[Sample],
        records: list[Record],
        refusals: list[Refused],
        snapshot: StationSnapshot | None,
    ) -> None:
        if waves:
            waves.sort(key=lambda wave: wave.at.mono_ns)
            self.waves.emit(waves)
        if samples:
            self.samples.emit(samples)
        if records:
            self.records.emit(records)
        if snapshot is not None:
            self.snapshot_changed.emit(snapshot)
        for refusal in refusals:
            self.refused.emit(refusal)

    def _listen_to_heart(self) -> None:
        now_ns = self._clock.now().mono_ns
        listened_ns, self._listened_ns = self._listened_ns, now_ns
        if listened_ns is not None and now_ns - listened_ns > ASLEEP_NS:
            self._beat_ns = now_ns  # the computer slept, and this window with it: the engine has its time from here
        if self._outbox.heartbeat != self._beat:
            has_run, stood_since_ns = (
                bool(self._beat),
                self._beat_ns,
            )  # one that is still to start its first step has not run
            self._beat, self._beat_ns = self._outbox.heartbeat, now_ns
            if self._is_dead:
                self._is_dead = False
                self.engine_dead.emit(False)
                if has_run:
                    self._post(StationFault(id="engine", text=_stall_text(now_ns - stood_since_ns)))
        elif not self._is_dead and now_ns - self._beat_ns >= DEAD_AFTER_NS:
            self._is_dead = True
            self.engine_dead.emit(True)


def _stall_text(stood_ns: int) -> str:
    stood = duration_text(stood_ns / NS_PER_S)
    return (
        f"The program stood still for {stood}, and no alarm was watched meanwhile. "
        "Look at the bedside monitor, and tell support."
    )
