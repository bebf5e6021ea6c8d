"""Sounds the alarms: a thread of its own feeds the loudspeaker, and the window is told when nothing may be heard.

Rules of the file:
1. The sound has a `QThread`, because Qt's sound output wants an event loop in the thread that writes to it (docs/adr/0015).
2. No signal crosses the threads: the wish goes over, and trouble comes back, by setting one attribute to an immutable value,
   which each side looks at on its own timer. So a stalled thread of the sound is seen, and a stalled window stops no sound.
3. Trouble of the output comes before that of the computer's volume: one sentence at a time.
4. One `Sounding` an output, each with its thread: an output that hangs while it opens holds up no other (docs/adr/0017).
"""

import logging
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QDeadlineTimer, QObject, Qt, QThread, QTimer, Signal, Slot

from devices.clock import NS_PER_S, Clock
from nursestation.core.sounds.figures import DEFAULT, SoundSet
from nursestation.core.sounds.sequencer import QUIET, SoundWish
from nursestation.runtime.loudspeaker import BEAT_MS, BEDSIDE, Loudspeaker, Outputs
from nursestation.ui.sound import missing_part
from nursestation.ui.soundlevel import LevelWatch

LOOK_MS = 250
"""Time between two looks of the window at the sound [ms]."""
SILENT_NS = 3 * NS_PER_S
"""A sound thread without a beat for so long is told of [ns]."""
NO_ANSWER = f"The sound of alarms does not answer: close Nursestation, start it again, and {BEDSIDE}."

CLOSING_MS = 3_000
"""So long the outputs may take to close, all together [ms]."""
_hung: list[QThread] = []
_log = logging.getLogger(__name__)


def is_stuck() -> bool:
    """Say whether a thread of the sound still waits for its output after it was stopped: the process cannot end in order then."""
    return any(thread.isRunning() for thread in _hung)


class WatchedOutputs(Outputs, Protocol):
    """The sound output of one place, which the window keeps an eye on.

    Attributes:
        problem: Why it is not the one that the settings want, "" when it is.
        sink: What the sound server calls it, "" for its usual one.
    """

    problem: str
    sink: str

    def look(self) -> None:
        """See which output it is now."""
        ...

    def note_gone(self, is_gone: bool) -> None:
        """Take it that the sound server has lost the output, or has it again."""
        ...


class Sounding(QObject):
    """Plays what the alarms want to be heard, at one output.

    Args:
        clock: The one that the times in the wishes are of.
        sounds: The figures of the sounds.
        outputs: Makes what knows the computer's sound outputs; called by `start`, may raise `ImportError`.
        level: Watches mute and volume of the computer; None: nobody does.
        parent: Qt's owner.

    Attributes:
        trouble: Why alarms may not be heard as they should be, a sentence that says what to do; "" when all is well.
        is_heard: Whether there is no reason to doubt that they are heard at all.

    Signals:
        trouble_changed: Why alarms may not be heard, a sentence that says what to do; "" when it is over.
    """

    trouble_changed = Signal(str)

    def __init__(
        self,
        clock: Clock,
        sounds: SoundSet = DEFAULT,
        *,
        outputs: Callable[[], WatchedOutputs],
        level: LevelWatch | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._clock = clock
        self._sounds = sounds
        self._make_outputs = outputs
        self._level = level
        self._outputs: WatchedOutputs | None = None
        self._thread: _SoundThread | None = None
        self._wish = QUIET
        self._own_trouble = ""
        self._n_beats = 0
        self._beat_ns = 0
        self.trouble = ""
        self.is_heard = True
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    def start(self) -> None:
        """Find the outputs and begin to play; what is in the way is told, not raised. Idempotent."""
        if self._timer.isActive():
            return
        try:
            self._outputs = self._make_outputs()
        except ImportError as error:
            self._own_trouble = missing_part(error)
        else:
            self._thread = _SoundThread(Loudspeaker(self._outputs, self._sounds, self._clock))
            self._thread.loudspeaker.wish = self._wish
            self._n_beats, self._beat_ns = 0, self._clock.now().mono_ns
            self._thread.start()
        if self._level is not None:
            self._level.sink = "" if self._outputs is None else self._outputs.sink
            self._level.start()
        self._timer.start()
        self.look()

    def ask_to_stop(self) -> None:
        """Have the output close, without waiting for it."""
        if self._thread is not None:
            self._thread.is_closing = True

    def stop(self, until: QDeadlineTimer | None = None) -> None:
        """Fall silent and let go of the output. Idempotent.

        Args:
            until: How long to wait for an output that does not answer; `CLOSING_MS` if left out.
        """
        self._timer.stop()
        if self._level is not None:
            self._level.stop()
        self.ask_to_stop()
        if self._thread is not None:
            if not self._thread.wait(QDeadlineTimer(CLOSING_MS) if until is None else until):
                _hung.append(self._thread)  # Qt ends the program when a thread that runs is thrown away
                _log.error("the sound did not stop: its output does not answer")
            self._thread = None

    @Slot(object)
    def wish(self, wish: SoundWish) -> None:
        """Take what is to be heard from now on."""
        self._wish = wish
        if self._thread is not None:
            self._thread.loudspeaker.wish = wish

    @Slot()
    def look(self) -> None:
        """See how the sound is, and tell of what has changed."""
        if self._outputs is not None:
            self._outputs.look()
            if self._level is not None:
                self._outputs.note_gone(self._level.is_gone)
                self._level.sink = self._outputs.sink
        level = "" if self._level is None else self._level.trouble
        silent = self._own_trouble or self._thread_trouble() or level
        self.is_heard = not silent
        trouble = silent or ("" if self._outputs is None else self._outputs.problem)
        if trouble != self.trouble:
            self.trouble = trouble
            self.trouble_changed.emit(trouble)

    def _thread_trouble(self) -> str:
        if self._thread is None:
            return ""
        loudspeaker, now_ns = self._thread.loudspeaker, self._clock.now().mono_ns
        if loudspeaker.n_beats != self._n_beats:
            self._n_beats, self._beat_ns = loudspeaker.n_beats, now_ns
        return NO_ANSWER if now_ns - self._beat_ns >= SILENT_NS else loudspeaker.trouble


class _SoundThread(QThread):
    """Beats a loudspeaker until it is to close.

    Attributes:
        is_closing: Set by the window; seen at the next beat.
    """

    def __init__(self, loudspeaker: Loudspeaker) -> None:
        super().__init__()
        self.setObjectName("sound")
        self.loudspeaker = loudspeaker
        self.is_closing = False

    def run(self) -> None:
        """Qt's entry: everything that is made here lives in this thread."""
        timer = QTimer()
        timer.setTimerType(Qt.TimerType.PreciseTimer)
        timer.setInterval(BEAT_MS)
        beater = _Beater(self)
        timer.timeout.connect(beater.beat)
        timer.start()
        self.exec()
        timer.stop()
        self.loudspeaker.close()


class _Beater(QObject):
    """Receives the timer of the thread that it is made in."""

    def __init__(self, thread: _SoundThread) -> None:
        super().__init__()
        self._sound = thread

    @Slot()
    def beat(self) -> None:
        if self._sound.is_closing:
            self._sound.quit()
        else:
            self._sound.loudspeaker.beat()
