"""Keeps a sound output fed with what the sequencer says, and knows whether anything can be heard.

Rules of the file:
1. The output runs all the time, with silence when nothing sounds: loudspeakers that sleep (USB, HDMI, Bluetooth) lose the first
   pulses of a burst, and an output that has stopped is found out while nothing is wrong.
2. About `AHEAD_MS` of sound waits in the output: that is the sound's part of the alarm signal generation delay.
3. What was due while nothing could be heard is not made up for; when an output is back, what is wanted then begins at once.
4. Trouble is a sentence that says what to do, "" when there is none.

5. Whatever fails in here ends nothing: the output is dropped, opened again, and the operator is told (docs/adr/0015).

*Thread*: all of `Loudspeaker` but `wish`, `trouble` and `n_beats` belongs to one thread, that of the sound.
"""

import logging
from collections import deque
from enum import Enum, auto
from typing import Protocol

from devices.clock import NS_PER_S, Clock
from nursestation.core.sounds.figures import SoundSet
from nursestation.core.sounds.sequencer import QUIET, Sequencer, SoundWish
from nursestation.core.sounds.voice import Voice
from nursestation.log import trace_of

AHEAD_MS = 150
"""How much sound an output is asked to hold [ms]. Source: project decision; bridges a computer that is busy for a moment."""
BEAT_MS = 25
"""Time between two looks [ms]."""
REOPEN_NS = 2 * NS_PER_S
"""Time between two tries to open an output [ns]."""
STALLED_NS = 2 * NS_PER_S
"""An output that takes nothing for so long is not playing [ns]; some need half a second to begin."""
STEADY_NS = NS_PER_S
"""An output that comes back after trouble counts as well when it has played for so long [ns]."""
STUTTERS = 5
"""So many interruptions within `STUTTERS_NS` are told of."""
STUTTERS_NS = 60 * NS_PER_S

BEDSIDE = "keep the bedside monitor's alarm audible"
LOST = f"The sound output has stopped: look at the loudspeaker and its plug, and {BEDSIDE}."
STALLED = f"The sound output takes no sound: look at the loudspeaker and its plug, and {BEDSIDE}."
STUTTERING = f"Sound is interrupted again and again: close other programs on this computer, and {BEDSIDE}."
FAILED = f"The sound of alarms has failed and is tried again: if this stays, start Nursestation again, and {BEDSIDE}."

_log = logging.getLogger(__name__)


class OutputState(Enum):
    """What an open output does."""

    PLAYING = auto()
    STARVED = auto()
    """It has run out of samples."""
    STOPPED = auto()
    """It plays nothing any more: the device is gone, or the system has stopped it."""


class NoOutput(Exception):
    """No output can be opened; the text is a sentence that says what to do."""


class Output(Protocol):
    """One open sound output, mono, 16 bit."""

    rate_hz: int

    def state(self) -> OutputState:
        """Return what it does."""
        ...

    def room(self) -> int:
        """Return how many samples it takes now; full, it holds about `AHEAD_MS`."""
        ...

    def write(self, pcm: bytes) -> None:
        """Hand over samples, not more than there is room for. Never blocks."""
        ...

    def close(self) -> None:
        """Stop and let go of the device. Idempotent."""
        ...


class Outputs(Protocol):
    """The sound outputs of the computer."""

    def open(self) -> Output:
        """Open the one that the operator has chosen in the system.

        Raises:
            NoOutput: there is none, or it does not open.
        """
        ...

    def version(self) -> int:
        """Return a number that changes when an output comes or goes, or another one is chosen."""
        ...


class Loudspeaker:
    """Feeds an output at each beat.

    Args:
        outputs: Where to play.
        sounds: What to play.
        clock: The one that the times in the wishes are of.

    Attributes:
        wish: What is to be heard; set by any thread.
        trouble: Why nothing may be heard, "" when all is well; read by any thread.
        n_beats: Grows while this is alive; read by any thread.
    """

    def __init__(self, outputs: Outputs, sounds: SoundSet, clock: Clock) -> None:
        self.wish: SoundWish = QUIET
        self.trouble = ""
        self.n_beats = 0
        self._outputs = outputs
        self._sounds = sounds
        self._clock = clock
        self._sequencer = Sequencer(sounds)
        self._output: Output | None = None
        self._voice: Voice | None = None
        self._version: int | None = None
        self._tried_ns: int | None = None
        self._opened_ns = 0
        self._fed_ns = 0
        self._was_starved = False
        self._known: set[str] = set()
        self._starved_ns: deque[int] = deque(maxlen=STUTTERS)

    def beat(self) -> None:
        """Do what is due: look at the output, ask the sequencer, hand over samples."""
        now_ns = self._clock.now().mono_ns
        self.n_beats += 1
        try:
            self._beat(now_ns)
        except Exception as error:  # noqa: BLE001 - docs/adr/0015: alarms are to be heard again without a restart
            trace = trace_of(error)
            if trace not in self._known:  # one that comes again and again would wash everything else out of the log
                self._known.add(trace)
                _log.error("the sound failed: %s", trace)
            self._output = self._voice = None  # not closed: it may be what failed
            self.trouble = FAILED

    def _beat(self, now_ns: int) -> None:
        if self._output is None or self._outputs.version() != self._version:
            self._open(now_ns)
        actions = self._sequencer.step(self.wish, now_ns)
        if self._output is None or self._voice is None:
            return
        for action in actions:
            self._voice.do(action)
        self._feed(self._output, self._voice, now_ns)

    def close(self) -> None:
        """Let go of the output. Idempotent."""
        output, self._output, self._voice = self._output, None, None
        if output is not None:
            output.close()

    def _open(self, now_ns: int) -> None:
        version = self._outputs.version()
        is_new = version != self._version
        if not is_new and self._tried_ns is not None and now_ns - self._tried_ns < REOPEN_NS:
            return
        self.close()
        self._version, self._tried_ns = version, now_ns
        try:
            output = self._outputs.open()
        except NoOutput as error:
            self.trouble = str(error)
            return
        self._output = output
        self._voice = Voice(self._sounds, output.rate_hz)
        self._sequencer.forget()
        self._opened_ns = self._fed_ns = now_ns
        self._was_starved = True  # before the first sample it cannot be otherwise
        self._starved_ns.clear()

    def _feed(self, output: Output, voice: Voice, now_ns: int) -> None:
        state = output.state()
        if state is OutputState.STOPPED:
            self._give_up(LOST)
            return
        self._note_starved(state is OutputState.STARVED, now_ns)
        room = output.room()
        if room > 0:
            output.write(voice.take(room).tobytes())
            self._fed_ns = now_ns
            if now_ns - self._opened_ns >= STEADY_NS:
                self.trouble = self._stutter(now_ns)
        elif now_ns - self._fed_ns >= STALLED_NS:
            self._give_up(STALLED)

    def _give_up(self, trouble: str) -> None:
        self.close()
        self.trouble = trouble

    def _note_starved(self, is_starved: bool, now_ns: int) -> None:
        if is_starved and not self._was_starved:
            self._starved_ns.append(now_ns)
        self._was_starved = is_starved

    def _stutter(self, now_ns: int) -> str:
        is_often = len(self._starved_ns) == STUTTERS and now_ns - self._starved_ns[0] < STUTTERS_NS
        return STUTTERING if is_often else ""
