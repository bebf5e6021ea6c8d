"""The sound of the room: takes snapshots, plays what they ask for at every output, tells of outputs that cannot be heard.

bridge --snapshot--> SoundRoom --wishes--> one Sounding an output --> loudspeakers
engine <--StationFault--+  <--trouble--+

Rules of the file:
1. What is to be heard is worked out by `core.sounds.wishes` alone; here values are only carried.
2. Each output's trouble is a fault of its own, "sound" or "sound.3"; a chair's that is word for word the station's (a
   computer without Qt's sound part) is told once, as the station's.
"""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QDeadlineTimer, QObject, Signal, Slot

from devices.clock import Clock
from nursestation.config.schema import StationSettings
from nursestation.config.sound import output_names, sound_plan
from nursestation.core.inputs import StationFault
from nursestation.core.snapshot import StationSnapshot
from nursestation.core.sounds.wishes import Place, SoundPlan, Tried, unanswered_text, wishes
from nursestation.ui.self_test_page import SelfTestPage
from nursestation.ui.shell import Shell
from nursestation.ui.sound import QtOutputs
from nursestation.ui.sounding import CLOSING_MS, Sounding, WatchedOutputs
from nursestation.ui.soundlevel import LevelWatch


def room_of(settings: StationSettings, clock: Clock) -> "SoundRoom":
    """Return the room as the settings want it, over the outputs of this computer."""
    outputs = partial(QtOutputs, output_names(settings))
    return SoundRoom(clock, sound_plan(settings), outputs, level=LevelWatch)


class SoundRoom(QObject):
    """Plays the alarms at the station and at the chairs that have a loudspeaker.

    Args:
        clock: The one that stamps the snapshots.
        plan: How the room is to sound.
        outputs: Makes what knows the output of a place; called by `start`, may raise `ImportError`.
        level: Makes what watches mute and volume of an output; None: nobody does.
        parent: Qt's owner.

    Signals:
        fault_changed: A `StationFault`: an output is in trouble, or no more.
        unanswered_changed: What sounds because nobody answered, a sentence; "" when that is over.
    """

    fault_changed = Signal(object)
    unanswered_changed = Signal(str)

    def __init__(
        self,
        clock: Clock,
        plan: SoundPlan,
        outputs: Callable[[Place], WatchedOutputs],
        *,
        level: Callable[[], LevelWatch] | None = None,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.plan = plan
        self._snapshot: StationSnapshot | None = None
        self._tried: Tried | None = None
        self._is_dead = False
        self._unanswered = ""
        self._faults: dict[Place, str] = {}
        self._soundings: dict[Place, Sounding] = {
            place: Sounding(
                clock, outputs=partial(outputs, place), level=None if level is None else level(), parent=self
            )
            for place in plan.places
        }
        for sounding in self._soundings.values():
            sounding.trouble_changed.connect(self._on_trouble)

    def join(self, shell: Shell) -> None:
        """Listen to a window's bridge and to its self-test, and tell both what there is to tell."""
        shell.bridge.snapshot_changed.connect(self.take)
        shell.bridge.engine_dead.connect(self.take_silence)
        shell.self_test.when_made(self._join_self_test)
        self.fault_changed.connect(shell.bridge.tell)
        self.unanswered_changed.connect(shell.window.show_unanswered)

    def _join_self_test(self, page: SelfTestPage) -> None:
        page.sound_wanted.connect(self.try_out)
        page.show_chairs(tuple(number for number, _ in self.plan.chairs))

    def start(self) -> None:
        """Begin to play; what is in the way is told, not raised. Idempotent."""
        for sounding in self._soundings.values():
            sounding.start()

    def stop(self) -> None:
        """Fall silent and let go of every output, waiting for all together no longer than for one. Idempotent."""
        for sounding in self._soundings.values():
            sounding.ask_to_stop()
        until = QDeadlineTimer(CLOSING_MS)
        for sounding in self._soundings.values():
            sounding.stop(until)

    @Slot(object)
    def take(self, snapshot: StationSnapshot) -> None:
        """Play what a snapshot asks for."""
        self._snapshot = snapshot
        self._play()

    @Slot(bool)
    def take_silence(self, is_dead: bool) -> None:
        """Note that the engine has fallen silent, or is heard again."""
        self._is_dead = is_dead
        self._play()

    @Slot(object)
    def try_out(self, tried: Tried | None) -> None:
        """Play a self-test's sound from now on, or no more."""
        self._tried = tried
        self._play()

    def _play(self) -> None:
        if self._snapshot is None:
            return
        unheard = [place for place, sounding in self._soundings.items() if not sounding.is_heard]
        made = wishes(self._snapshot, self.plan, unheard=unheard, tried=self._tried, is_dead=self._is_dead)
        for place, wish in made.items():
            self._soundings[place].wish(wish)
        unanswered = unanswered_text(self._snapshot, self.plan, unheard)
        if unanswered != self._unanswered:
            self._unanswered = unanswered
            self.unanswered_changed.emit(unanswered)

    @Slot(str)
    def _on_trouble(self, _text: str) -> None:
        station = self._soundings[None].trouble
        for place, sounding in self._soundings.items():
            text = sounding.trouble
            if place is not None and text:
                text = "" if text == station else f"Chair {place}'s loudspeaker. {text}"
            if text != self._faults.get(place, ""):
                self._faults[place] = text
                self.fault_changed.emit(StationFault(id="sound" if place is None else f"sound.{place}", text=text))
        self._play()
