"""Whether Qt still holds on to the PulseAudio server that it has played through.

WORKAROUND: Qt 6.11 lets go of a server that is lost, and tries for it once, 3 s later; meanwhile, and for good when that try
fails, it opens a sink all the same, and libpulse ends the whole program ("Assertion 'c' failed", `pa_context_get_state`). Nothing
in Qt's interface tells. While Qt holds on to a server it has a thread of the name below, and so the threads are looked at
(qtmultimedia, src/multimedia/pulseaudio/qpulseaudio_contextmanager.cpp).
"""

from contextlib import suppress
from pathlib import Path

from nursestation.runtime.loudspeaker import BEDSIDE

_NAME = "QPulseAudioEngi"
CUT_OFF = f"The sound of this computer has stopped: if this stays, close Nursestation, start it again, and {BEDSIDE}."


class PulseWatch:
    """Knows a lost server from a computer whose sound is not PulseAudio's.

    Args:
        threads: Where the system lists the threads of this process; a system that does not has no PulseAudio here.
    """

    def __init__(self, threads: Path = Path("/proc/self/task")) -> None:
        self._threads = threads
        self._was_there = False

    def look(self) -> None:
        """Take note of a server; called when an output is found."""
        self._was_there = self._was_there or self._is_there()

    def is_lost(self) -> bool:
        """Say whether there was a server and Qt has let go of it. Any thread may ask."""
        return self._was_there and not self._is_there()

    def _is_there(self) -> bool:
        for name in self._threads.glob("*/comm"):
            with suppress(OSError):  # a thread that has ended
                if name.read_text(encoding="utf-8", errors="replace").strip() == _NAME:
                    return True
        return False
