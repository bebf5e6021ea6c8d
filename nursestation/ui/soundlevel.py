"""Whether the computer's own volume lets alarms through: Qt does not tell, so the system is asked by its own program.

| system | asked by | tells |
|---|---|---|
| Linux | `pactl` (PulseAudio, and PipeWire's stand-in for it) | mute and volume of the chosen output |
| macOS | `osascript` | mute and volume |
| Windows | nobody | nothing: unknown |

Unknown is no trouble and no proof of the contrary: only a person who listens knows that alarms are heard.
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal, Slot

from nursestation.runtime.loudspeaker import BEDSIDE

ASK_MS = 10_000
"""Time between two questions [ms]."""
GONE = "No such entity"
"""What the sound server says of an output that is not there any more, without translation."""
AUDIBLE_PERCENT = 10
"""Below this nothing that could be heard comes through. Source: project decision; PulseAudio's 10 % is -60 dB."""
MUTED = f"The sound of this computer is muted: turn it on, and {BEDSIDE}."

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """What a system says; None where it says nothing."""

    is_muted: bool | None = None
    percent: int | None = None


def commands(platform: str = sys.platform, sink: str = "") -> tuple[Command, ...]:
    """Return what is asked of a sound output on a system, in order; nothing where nobody is there to ask.

    Args:
        platform: As `sys.platform`.
        sink: What the sound server calls the output, "" for its usual one.
    """
    if platform.startswith("linux"):
        asked = sink or "@DEFAULT_SINK@"
        return (("pactl", "get-sink-mute", asked), ("pactl", "get-sink-volume", asked))
    if platform == "darwin" and not sink:
        return (("osascript", "-e", "get volume settings"),)
    return ()


def parse(text: str) -> Level:
    """Read what the programs have answered, one after the other."""
    muted = re.search(r"\b(?:Mute|output muted):\s*(yes|no|true|false)\b", text)
    percents = [int(found) for found in re.findall(r"(\d+)%", text)] or [
        int(found) for found in re.findall(r"output volume:\s*(\d+)", text)
    ]
    return Level(muted.group(1) in ("yes", "true") if muted else None, max(percents) if percents else None)


def level_problem(level: Level) -> str:
    """Return why alarms are not heard at this level, "" when they are or when it is unknown."""
    if level.is_muted:
        return MUTED
    if level.percent is not None and level.percent < AUDIBLE_PERCENT:
        return f"The sound of this computer is turned down to {level.percent} %: turn it up, and {BEDSIDE}."
    return ""


class LevelWatch(QObject):
    """Asks now and then, without waiting for the answer.

    Args:
        asked: Programs with their arguments, run one after the other; those of the system if left out.
        parent: Qt's owner.

    Attributes:
        trouble: See `level_problem`.
        sink: What the sound server calls the output that is asked about, "" for its usual one.
        is_gone: The sound server has no such output any more.

    Signals:
        answered: An answer was read.
    """

    answered = Signal()

    def __init__(self, asked: Sequence[Command] | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._asked = asked
        self.sink = ""
        self.is_gone = False
        self._left: list[Command] = []
        self._said = ""
        self.trouble = ""
        self._process = QProcess(self)
        surroundings = QProcessEnvironment.systemEnvironment()
        surroundings.insert("LC_ALL", "C")  # the answers are read, not shown
        self._process.setProcessEnvironment(surroundings)
        self._process.finished.connect(self._take_answer)
        self._process.errorOccurred.connect(self._note_error)
        self._timer = QTimer(self)
        self._timer.setInterval(ASK_MS)
        self._timer.timeout.connect(self.ask)

    def start(self) -> None:
        """Begin to ask. Idempotent."""
        if not self._timer.isActive():
            self._timer.start()
            self.ask()

    def stop(self) -> None:
        """Ask no more. Idempotent."""
        self._timer.stop()
        self._left = []
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._process.kill()
            self._process.waitForFinished(1_000)

    @Slot()
    def ask(self) -> None:
        """Ask, unless the last answer is still awaited: a program that hangs is ended, and what it might say is unknown."""
        if self._process.state() is not QProcess.ProcessState.NotRunning:
            self._left = []
            self._process.kill()
            return
        self._said, self._left = "", list(self._commands())
        if self._left:
            self._ask_next()
        else:
            self.trouble, self.is_gone = "", False  # nobody knows of this output

    def _commands(self) -> Sequence[Command]:
        return commands(sink=self.sink) if self._asked is None else self._asked

    def _ask_next(self) -> None:
        program, *arguments = self._left.pop(0)
        self._process.start(program, arguments)

    @Slot(int, QProcess.ExitStatus)
    def _take_answer(self, _code: int, _status: QProcess.ExitStatus) -> None:
        for told in (self._process.readAllStandardOutput(), self._process.readAllStandardError()):
            self._said += bytes(told.data()).decode(errors="replace")
        if self._left:
            self._ask_next()
            return
        if self._timer.isActive():
            self.trouble = level_problem(parse(self._said))
            self.is_gone = bool(self.sink) and GONE in self._said
            self.answered.emit()

    @Slot(QProcess.ProcessError)
    def _note_error(self, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:  # the program is not here: nobody to ask
            self._timer.stop()
            self.trouble = ""
