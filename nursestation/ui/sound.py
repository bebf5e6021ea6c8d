"""The sound outputs of this computer, through Qt. QtMultimedia is imported late: on a bare Linux it lacks a library.

*Thread*: `QtOutputs` belongs to the window's thread, which looks at the devices; `open`, `version` and what `open` returns belong
to the sound's. Between them goes a `QAudioDevice`, which is a value.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QIODevice, QObject, Slot

from nursestation.core.sounds.wishes import Place
from nursestation.runtime.loudspeaker import AHEAD_MS, BEDSIDE, NoOutput, OutputState
from nursestation.runtime.soundnames import NO_OUTPUT, OutputFacts, assign, missing_text
from nursestation.runtime.soundserver import CUT_OFF, PulseWatch

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioDevice

_SAMPLE_BYTES = 2
_RATES_HZ = (48_000, 44_100)


def sound_outputs() -> tuple[OutputFacts, ...]:
    """Return the sound outputs that are there.

    Raises:
        NoOutput: Qt's sound part does not load here.
    """
    try:
        from PySide6.QtMultimedia import QMediaDevices
    except ImportError as error:
        raise NoOutput(missing_part(error)) from error
    with lent_application():
        usual = QMediaDevices.defaultAudioOutput()
        return tuple(_facts(device, usual) for device in QMediaDevices.audioOutputs())


@contextmanager
def lent_application() -> Iterator[None]:
    """Have the application that Qt's sound part asks for; one made for this goes again: beside it no window could be opened."""
    if QCoreApplication.instance() is not None:
        yield
        return
    made = QCoreApplication([])
    try:
        yield
    finally:
        made.shutdown()  # PySide keeps one that is merely forgotten


def missing_part(error: ImportError) -> str:
    """Return the sentence for a computer on which Qt's sound part does not load; what mends it stands where a bar cuts last."""
    return f"Qt's sound part cannot be loaded: on Debian and Ubuntu, apt-get install libpulse0 ({error})."


def _facts(device: "QAudioDevice", usual: "QAudioDevice") -> OutputFacts:
    name = bytes(device.id().data()).decode(errors="replace")
    return OutputFacts(id=name, name=device.description(), is_usual=device == usual)


class QtOutputs(QObject):
    """Follows which sound output is that of one place.

    Args:
        wanted: Every place with the name or id of its output in the settings, "" for the computer's usual one.
        place: Whose this is.
        parent: Qt's owner.

    Attributes:
        problem: Why the output is not the one that the settings want, "" when it is.
        sink: What the sound server calls the output, "" for its usual one.

    Raises:
        ImportError: Qt's sound part does not load here.
    """

    def __init__(self, wanted: Mapping[Place, str], place: Place, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # WORKAROUND: PySide 6.11 makes a class when it is first asked for, and hands it out half made to a thread that asks
        # meanwhile. So those that an output is opened with are asked for here, before there is a thread of the sound.
        from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QMediaDevices, QtAudio  # noqa: F401

        self._wanted, self._place = dict(wanted), place
        self.problem, self.sink = "", ""
        self._devices = QMediaDevices(self)
        self._device: QAudioDevice | None = None
        self._is_gone = False
        self._version = 0
        self._server = PulseWatch()
        self.look()
        self._devices.audioOutputsChanged.connect(self.look)

    @Slot()
    def look(self) -> None:
        """See which output it is now. Qt says so by itself; asking as well catches what it misses."""
        usual = self._devices.defaultAudioOutput()
        present = {_facts(device, usual): device for device in self._devices.audioOutputs()}
        found = assign(self._wanted, tuple(present))[self._place]
        device = None if found.output is None else present[found.output]
        self.problem = found.problem
        self.sink = found.output.id if found.output is not None and not found.output.is_usual else ""
        if device != self._device:
            self._server.look()
            self._device = device
            self._version += 1

    def note_gone(self, is_gone: bool) -> None:
        """Take it that the sound server has lost the output, or has it again.

        WORKAROUND: Qt 6.11 does not see that one of several PulseAudio outputs goes, and PulseAudio moves what plays there to
        its usual output, where it would sound as if it were the station's.
        """
        if is_gone != self._is_gone:
            self._is_gone = is_gone
            self._version += 1

    def version(self) -> int:
        """Return a number that changes with the output."""
        return self._version

    def open(self) -> "QtOutput":
        """Open the output.

        Raises:
            NoOutput: there is none, or it does not open.
        """
        device = self._device
        if device is None:
            raise NoOutput(self.problem or NO_OUTPUT)
        if self._is_gone:
            raise NoOutput(missing_text(device.description()))
        if self._server.is_lost():
            raise NoOutput(CUT_OFF)
        return QtOutput(device)


class QtOutput:
    """An open `QAudioSink` that is written to.

    Args:
        device: What to open.

    Raises:
        NoOutput: it does not open, or takes neither 48000 nor 44100 samples a second.
    """

    def __init__(self, device: "QAudioDevice") -> None:
        from PySide6.QtMultimedia import QAudioFormat, QAudioSink, QtAudio

        self._states = {
            QtAudio.State.ActiveState: OutputState.PLAYING,
            QtAudio.State.IdleState: OutputState.STARVED,
            QtAudio.State.StoppedState: OutputState.STOPPED,
            QtAudio.State.SuspendedState: OutputState.STOPPED,
        }
        name = device.description()
        wanted = QAudioFormat()
        wanted.setChannelCount(1)
        wanted.setSampleFormat(QAudioFormat.SampleFormat.Int16)
        for rate_hz in _RATES_HZ:
            wanted.setSampleRate(rate_hz)
            if device.isFormatSupported(wanted):
                break
        else:
            raise NoOutput(f"The sound output {name} cannot play alarm sounds: choose another one, and {BEDSIDE}.")
        self.rate_hz = wanted.sampleRate()
        self._sink: QAudioSink | None = QAudioSink(device, wanted)
        self._sink.setBufferSize(self.rate_hz * AHEAD_MS // 1000 * _SAMPLE_BYTES)
        self._pipe: QIODevice | None = self._sink.start()
        if self._pipe is None or self._sink.error() != QtAudio.Error.NoError:
            self.close()
            raise NoOutput(
                f"The sound output {name} does not open: look at its plug, close other programs that use it, and {BEDSIDE}."
            )

    def state(self) -> OutputState:
        """Return what it does."""
        return OutputState.STOPPED if self._sink is None else self._states[self._sink.state()]

    def room(self) -> int:
        """Return how many samples it takes now: PulseAudio begins to play only when it is full."""
        return 0 if self._sink is None else self._sink.bytesFree() // _SAMPLE_BYTES

    def write(self, pcm: bytes) -> None:
        """Hand over samples."""
        if self._pipe is not None:
            self._pipe.write(pcm)

    def close(self) -> None:
        """Stop at once. Idempotent.

        WORKAROUND: the sink is thrown away, not reset: while `QAudioSink.reset` waits for the sound server, PySide 6.11 lets no
        other thread run Python. A server that hung stopped window, engine and record for 30 s.
        """
        self._pipe = None
        self._sink = None
