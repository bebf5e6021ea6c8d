"""The self-test at the start of the day: all three lamps and every loudspeaker, and a person who says whether they were there.

Rules of the file:
1. The lamps are what the alarm bar paints, flashed by the same clock; the sounds come from the same loudspeakers.
2. The station plays all three sounds; a chair's loudspeaker plays that of high: it proves the loudspeaker, not the sounds.
3. Only a person proves a lamp or a sound; the page judges nothing. An alarm that comes meanwhile is heard before the test.
"""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from devices.events import Priority
from nursestation.core.commands import SelfTest
from nursestation.core.snapshot import StationSnapshot
from nursestation.core.sounds.wishes import Place, Tried
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.alarms.symbols import draw_stars, stars_width
from nursestation.ui.allowed import SIGN_IN_FIRST, why_not
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, FieldLabel, Label, Panel, PrimaryButton, QuietButton
from nursestation.ui.layouts import centred, column, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.theme import DARK_THEME, Theme
from nursestation.ui.timetext import day_and_clock_text

STEP_MS = 4000
"""How long each sound is wanted [ms]: the longest burst takes 3.3 s, and the next begins 2.5 s after it."""
_ORDER = (Priority.HIGH, Priority.MEDIUM, Priority.LOW)
_WORDS = {
    Priority.HIGH: ("High", "red, quick flashes"),
    Priority.MEDIUM: ("Medium", "yellow, slow flashes"),
    Priority.LOW: ("Low", "blue, steady"),
}
_WIDEST = 760
_LAMP_PX = 96
_STAR_PX = 28
_YES_NO = (("yes", "Yes"), ("no", "No"))


class Lamp(QWidget):
    """A priority's ground, stars and name, as the alarm bar paints them; with a frame while its sound is played."""

    def __init__(self, priority: Priority, theme_: Theme, flashing: Flashing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"self_test_lamp_{priority.value}")
        self.setAccessibleName(self.tr("{} priority: {}").format(*_WORDS[priority]))
        theme.set_length(self, theme.Length.HEIGHT, _LAMP_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._priority, self._theme, self._flashing = priority, theme_, flashing
        self._is_playing = False
        flashing.flipped.connect(self._on_flipped)

    def sizeHint(self) -> QSize:
        """Return the size at which its words fit."""
        return QSize(theme.px(200), theme.px(_LAMP_PX))

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def show_playing(self, is_playing: bool) -> None:
        """Show whether its sound is played now."""
        if is_playing != self._is_playing:
            self._is_playing = is_playing
            self.update()

    @Slot(object)
    def _on_flipped(self, priority: Priority) -> None:
        if priority is self._priority and self.isVisible():
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw ground, stars and words."""
        look, area = self._theme.alarm(self._priority), QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(look.ground(is_dark=self._flashing.is_dark(self._priority)))
        painter.drawRoundedRect(area, theme.RADIUS, theme.RADIUS)
        size = theme.px(_STAR_PX)
        left = area.center().x() - stars_width(self._priority, size) / 2
        draw_stars(painter, self._priority, QRectF(left, area.top() + theme.px(12), size, size), look.on_fill)
        name, how = _WORDS[self._priority]
        told = self.tr("{}: playing").format(name) if self._is_playing else f"{name}: {how}"
        painter.setPen(look.on_fill)
        painter.setFont(theme.font(Text.STRONG))
        below = area.adjusted(0, theme.px(12) + size, 0, 0)
        painter.drawText(below, int(Qt.AlignmentFlag.AlignCenter), told)
        painter.end()


class _HeardLine(QWidget):
    """The question for one loudspeaker.

    Signals:
        play_wanted: It alone shall be played again; its place.
        answered: Yes or no was chosen.
    """

    play_wanted = Signal(object)
    answered = Signal()

    def __init__(self, place: Place, *, is_alone: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.place = place
        name = "self_test_heard" if place is None else f"self_test_heard_{place}"
        where = self.tr("Station") if place is None else self.tr("Chair {}").format(place)
        if place is None:
            asked = self.tr("Did you hear three different sounds: ten quick tones, three slower ones, two low ones?")
        else:
            asked = self.tr("Did the loudspeaker at the chair play ten quick tones?")
        self.answer = Choices(name, self.tr("{}: sound heard").format(where), _YES_NO)
        words = FieldLabel(asked if is_alone else f"{where}: {asked}", self.answer)
        words.setWordWrap(True)
        again = QuietButton(self.tr("Play"), f"self_test_play_{'station' if place is None else place}")
        again.setAccessibleName(self.tr("Play the sound: {}").format(where))
        again.setHidden(is_alone)
        line = row(spacing=theme.MARGIN)
        line.addWidget(words, 1)
        line.addWidget(again)
        line.addWidget(self.answer)
        self.setLayout(line)
        again.clicked.connect(self._on_again)
        self.answer.chosen.connect(self._on_chosen)

    @Slot()
    def _on_again(self) -> None:
        self.play_wanted.emit(self.place)

    @Slot()
    def _on_chosen(self) -> None:
        self.answered.emit()


class SelfTestPage(Page):
    """Three lamps, three sounds, every loudspeaker, and a question for each.

    Signals:
        sound_wanted: What is to be `Tried` now, None for no more.
    """

    sound_wanted = Signal(object)

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("self_test_page")
        self.setAccessibleName(self.tr("Lamps and sounds"))
        self._zone = zone
        self._flashing = Flashing(self)
        self._lamps = {priority: Lamp(priority, DARK_THEME, self._flashing) for priority in _ORDER}
        self._left: list[Tried] = []
        self._playing: Tried | None = None
        self._steps = QTimer(self, interval=STEP_MS)
        self._steps.timeout.connect(self._next_sound)
        self._play = Button(self.tr("Play the three sounds"), "self_test_play", shortcut="Ctrl+P")
        self._seen = Choices("self_test_seen", self.tr("Three lamps seen"), _YES_NO)
        self._heard: list[_HeardLine] = []
        self._heard_lines = column(spacing=theme.MARGIN)
        self._note = Label("", tone=Tone.SOFT, object_name="self_test_note", wrap=True)
        self._last = Label("", Text.CAPTION, Tone.SOFT, object_name="self_test_last")
        self._send = PrimaryButton(self.tr("Note the result"), "self_test_send")
        self._close = QuietButton(self.tr("Later"), "self_test_close", tip=self.tr("Back to the chair (Esc)"))
        self._why_not = SIGN_IN_FIRST
        self._build()
        self._play.clicked.connect(self._on_play)
        self._seen.chosen.connect(self._look)
        self._send.clicked.connect(self._on_send)
        self._close.clicked.connect(self.closed)
        self.show_chairs(())

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Lamps and sounds"), Text.HEADING), 1)
        head.addWidget(self._close)
        lamps = row(spacing=theme.MARGIN)
        for lamp in self._lamps.values():
            lamps.addWidget(lamp, 1)
        content = QWidget()
        inside = column(spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(self._last)
        inside.addLayout(lamps)
        questions = Panel("self_test_questions", Surface.RAISED)
        lines = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        lines.addWidget(self._play, 0, Qt.AlignmentFlag.AlignLeft)
        asked = self.tr("Do the two left lamps flash, each at its own pace, and does the right one stand still?")
        words = FieldLabel(asked, self._seen)
        words.setWordWrap(True)
        line = row(spacing=theme.MARGIN)
        line.addWidget(words, 1)
        line.addWidget(self._seen)
        lines.addLayout(line)
        lines.addLayout(self._heard_lines)
        foot = row(spacing=theme.MARGIN)
        foot.addWidget(self._note, 1)
        foot.addWidget(self._send)
        lines.addLayout(foot)
        questions.setLayout(lines)
        inside.addWidget(questions)
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "self_test_scroll"))
        self.setLayout(outer)

    def show_chairs(self, numbers: Sequence[int]) -> None:
        """Ask for the station's loudspeaker and for those of these chairs."""
        for line in self._heard:
            self._heard_lines.removeWidget(line)
            line.setParent(None)
            line.deleteLater()
        places: list[Place] = [None, *numbers]
        self._heard = [_HeardLine(place, is_alone=not numbers) for place in places]
        for line in self._heard:
            self._heard_lines.addWidget(line)
            line.answered.connect(self._look)
            line.play_wanted.connect(self._play_at)
        self._play.setText(self.tr("Play all, one after the other") if numbers else self.tr("Play the three sounds"))
        self._look()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        for lamp in self._lamps.values():
            lamp.set_theme(theme_)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Say when the last test was."""
        at = snapshot.self_test.at
        told = self.tr("Not tested yet.")
        if at is not None:
            told = self.tr("Last tested: {}.").format(day_and_clock_text(at.utc_ns, snapshot.at.utc_ns, self._zone))
        if not snapshot.self_test.done_today:
            told += self.tr(" Today's test is still to be passed.")
        self._last.setText(told)
        self._why_not = why_not(snapshot.operator, SelfTest)
        self._look()

    def begin(self) -> None:
        """Begin with the button that plays."""
        self._play.setFocus()

    def showEvent(self, event: QShowEvent) -> None:
        """Light the lamps, and forget the answers of before."""
        super().showEvent(event)
        self._flashing.want("self_test", _ORDER)
        self._seen.choose(None)
        for line in self._heard:
            line.answer.choose(None)
        self._look()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let lamps and sounds rest."""
        super().hideEvent(event)
        self._flashing.want("self_test", ())
        self._left = []
        self._next_sound()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    @Slot()
    def _on_play(self) -> None:
        self._begin_sounds([tried for line in self._heard for tried in _sounds_of(line.place)])

    @Slot(object)
    def _play_at(self, place: Place) -> None:
        self._begin_sounds(_sounds_of(place))

    def _begin_sounds(self, sounds: list[Tried]) -> None:
        self._left = sounds
        self._steps.start()
        self._next_sound()

    @Slot()
    def _next_sound(self) -> None:
        self._playing = self._left.pop(0) if self._left else None
        if self._playing is None:
            self._steps.stop()
        for priority, lamp in self._lamps.items():
            lamp.show_playing(self._playing is not None and priority is self._playing.priority)
        self.sound_wanted.emit(self._playing)
        self._look()

    @Slot()
    def _look(self) -> None:
        seen, answers = self._seen.value(), [line.answer.value() for line in self._heard]
        heard = "no" if "no" in answers else "yes" if all(answers) else ""
        self._send.allow(self._why_not)
        self._send.setEnabled(bool(seen) and all(answers))
        told, is_trouble = "", True
        if self._playing is not None:
            place, is_trouble = self._playing.place, False
            told = self.tr("Playing at the station.")
            if place is not None:
                told = self.tr("Playing at chair {}: listen there.").format(place)
        elif self._why_not:
            told = self._why_not
        elif heard == "no":
            told = self.tr(
                "Look at the loudspeaker, its plug and its volume, and test again. Keep the bedside alarms audible."
            )
        elif seen == "no":
            told = self.tr("Tell support, and keep the bedside monitors in sight.")
        self._note.setText(told)
        self._note.set_tone(Tone.WARN if told and not self._why_not and is_trouble else Tone.SOFT)

    @Slot()
    def _on_send(self) -> None:
        heard = {line.place: line.answer.value() == "yes" for line in self._heard}
        missed = tuple(place for place, is_heard in heard.items() if place is not None and not is_heard)
        result = SelfTest(heard=heard[None], seen=self._seen.value() == "yes", chairs_not_heard=missed)
        self.command_requested.emit(result)
        self.closed.emit()


def _sounds_of(place: Place) -> list[Tried]:
    return [Tried(place, priority) for priority in (_ORDER if place is None else _ORDER[:1])]
