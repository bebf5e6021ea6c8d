"""The sound outputs of this computer, through Qt. QtMultimedia is imported late: on a bare Linux it lacks a library.

*Thread*: `QtOutputs` belongs to the window's thread, which looks at the devices; `open`, `version` and what `open` returns belong
to the sound's. Between them goes a `QAudioDevice`, which is a value.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Slot

from nursestation.runtime.loudspeaker import AHEAD_MS, BEDSIDE, NoOutput, OutputState

if TYPE_CHECKING:
    from PySide6.QtMultimedia import QAudioDevice

NO_OUTPUT = f"No sound output was found: connect a loudspeaker, and {BEDSIDE}."

_SAMPLE_BYTES = 2
_RATES_HZ = (48_000, 44_100)


def sound_problem() -> str:
    """Return "" when a sound output is there, else a sentence that says what to do."""
    try:
        from PySide6.QtMultimedia import QMediaDevices
    except ImportError as error:
        return missing_part(error)
    application = QCoreApplication.instance() or QCoreApplication([])
    found = QMediaDevices.audioOutputs()
    del application
    return "" if found else NO_OUTPUT


def missing_part(error: ImportError) -> str:
    """Return the sentence for a computer on which Qt's sound part does not load."""
    return f"Qt's sound part cannot be loaded ({error}): on Debian and Ubuntu, apt-get install libpulse0."


class QtOutputs(QObject):
    """Follows which sound output is the chosen one.

    Raises:
        ImportError: Qt's sound part does not load here.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        from PySide6.QtMultimedia import QMediaDevices

        self._devices = QMediaDevices(self)
        self._device = self._devices.defaultAudioOutput()
        self._version = 0
        self._devices.audioOutputsChanged.connect(self.look)

    @Slot()
    def look(self) -> None:
        """See whether another output is the chosen one now. Qt says so by itself; asking as well catches what it misses."""
        device = self._devices.defaultAudioOutput()
        if device != self._device:
            self._device = device
            self._version += 1

    def version(self) -> int:
        """Return a number that changes with the chosen output."""
        return self._version

    def open(self) -> "QtOutput":
        """Open the chosen output.

        Raises:
            NoOutput: there is none, or it does not open.
        """
        device = self._device
        if device.isNull():
            raise NoOutput(NO_OUTPUT)
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
        self._sink = QAudioSink(device, wanted)
        self._sink.setBufferSize(self.rate_hz * AHEAD_MS // 1000 * _SAMPLE_BYTES)
        self._pipe = self._sink.start()
        if self._pipe is None or self._sink.error() != QtAudio.Error.NoError:
            self.close()
            raise NoOutput(
                f"The sound output {name} does not open: look at its plug, close other programs that use it, and {BEDSIDE}."
            )

    def state(self) -> OutputState:
        """Return what it does."""
        return self._states[self._sink.state()]

    def room(self) -> int:
        """Return how many samples it takes now: PulseAudio begins to play only when it is full."""
        return self._sink.bytesFree() // _SAMPLE_BYTES

    def write(self, pcm: bytes) -> None:
        """Hand over samples."""
        self._pipe.write(pcm)

    def close(self) -> None:
        """Stop at once. Idempotent."""
        self._sink.reset()
