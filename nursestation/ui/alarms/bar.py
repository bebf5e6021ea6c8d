"""The alarm bar across the top: the most urgent condition, how many there are, the sound, and the acknowledgement.

It is never covered. Several conditions take turns every two seconds, but not while a finger is on the button that
acknowledges the one shown. Of the strip only what changed is painted again.
Source of the two seconds: habit of bedside monitors (Philips IntelliVue, Instructions for Use, "Alarm messages").

Sizes: the stars are 22 px and the strip's ground 60 px high at the designed size, 7 mm and 19 mm on a 24 inch screen of
1920 dots at the scale it gets: from 4 m the stars can be counted (5 minutes of arc), from 1 m the words can be read.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from devices.events import Priority
from nursestation.core.commands import Acknowledge
from nursestation.core.model import Operator
from nursestation.ui import theme
from nursestation.ui.alarms.audio import AudioButton
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.alarms.symbols import Stars, Symbol, SymbolLabel
from nursestation.ui.alarms.view import PART, AlarmLine, AudioLook, count_text, rotation, sentences
from nursestation.ui.allowed import SIGN_IN_FIRST, why_not
from nursestation.ui.controls import Button, ElidingLabel, Label, TwoLineLabel
from nursestation.ui.roles import Text, Tone, tone_upon
from nursestation.ui.theme import Theme

TURN_MS = 2000
"""How long each of several conditions is shown [ms]."""
_STAR_PX = 22
_STATE_PX = 28
_STRIP_PX = 60


class AlarmBar(QWidget):
    """The bar, with the sound and the acknowledge button at its right.

    Signals:
        command_requested: `Acknowledge` of the condition shown, or what the sound button asks for; at a locked station too.
        flag_acknowledged: Chair whose BP flag was acknowledged: what was done about it is to be asked there.
        list_requested: The bar was clicked, or its key pressed: show the list of all.
        painted: The conditions were painted.
    """

    command_requested = Signal(object)
    flag_acknowledged = Signal(int)
    list_requested = Signal()
    painted = Signal()

    def __init__(self, theme_: Theme, flashing: Flashing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_bar")
        self._lines: tuple[AlarmLine, ...] = ()
        self._turns: tuple[AlarmLine, ...] = ()
        self._turn = 0
        self._why_not, self._by_pin = SIGN_IN_FIRST, False
        self._chair = 0
        self._build(theme_, flashing)
        self._rotate = QTimer(self, interval=TURN_MS)
        self._rotate.timeout.connect(self._next_turn)
        self._show()

    def _build(self, theme_: Theme, flashing: Flashing) -> None:
        self._strip = _Strip(theme_, flashing, self)
        self._audio = AudioButton()
        self._acknowledge = Button(
            self.tr("Acknowledge"), "acknowledge", shortcut="F9", tip=self.tr("Say that you have seen this alarm.")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._strip, 1)
        row.addWidget(self._audio)
        row.addWidget(self._acknowledge)
        self._acknowledge.clicked.connect(self._on_acknowledge)
        self._audio.command_requested.connect(self.command_requested)
        self._strip.pressed.connect(self.list_requested)
        self._strip.painted.connect(self.painted)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._strip.set_theme(theme_)

    @property
    def shown(self) -> AlarmLine | None:
        """Return the condition that the bar shows, or None."""
        return self._turns[self._turn % len(self._turns)] if self._turns else None

    def render(  # type: ignore[override]
        self,
        lines: Sequence[AlarmLine],
        audio: AudioLook,
        operator: Operator | None,
        *,
        chair: int,
        by_pin: bool = False,
    ) -> None:
        """Show `lines`.

        Args:
            lines: All present conditions.
            audio: Whether alarms are heard.
            operator: Who is signed in.
            by_pin: Somebody else may answer by PIN.
            chair: The chair in front: what concerns the station is acknowledged from there.
        """
        self._chair = chair
        before = self.shown
        self._lines, self._turns = tuple(lines), rotation(lines)
        self._why_not, self._by_pin = why_not(operator, Acknowledge), by_pin
        ids = [line.condition for line in self._turns]
        if before is not None and before.condition in ids:
            self._turn = ids.index(before.condition)
        else:
            self._turn = 0
        if len(self._turns) > 1 and not self._rotate.isActive():
            self._rotate.start()
        elif len(self._turns) < 2:
            self._rotate.stop()
        self._audio.render(audio, operator, by_pin=by_pin)
        self._show()

    def repaint_soon(self) -> None:
        """Paint the strip again, though nothing on it may have changed."""
        self._strip.update()

    def _show(self) -> None:
        shown = self.shown
        self._strip.show_line(shown, len(self._lines), count_text(self._lines))
        needs = shown is not None and shown.asks
        self._acknowledge.allow("" if self._by_pin else self._why_not)
        self._acknowledge.setEnabled(needs)
        self._acknowledge.set_tip(self._tip(shown))

    def _tip(self, shown: AlarmLine | None) -> str:
        if shown is None:
            return self.tr("There is no alarm to acknowledge.")
        if not shown.asks:
            return self.tr("This alarm was acknowledged already.")
        if self._why_not:
            return self.tr("Say that you have seen this alarm. It asks who you are, and signs nobody in.")
        return self.tr("Say that you have seen this alarm. The bedside monitor knows nothing of it.")

    @Slot()
    def _next_turn(self) -> None:
        if self._acknowledge.isDown():
            return
        self._turn += 1
        self._show()

    @Slot()
    def _on_acknowledge(self) -> None:
        shown = self.shown
        if shown is not None:
            chair = self._chair if shown.chair is None else shown.chair
            self.command_requested.emit(Acknowledge(chair=chair, condition_id=shown.condition))
            if shown.opens == "flag" and not self._why_not:
                self.flag_acknowledged.emit(chair)


class _Note(TwoLineLabel):
    """Two lines where its text needs them, so that what stands above it stays close to it."""

    def sizeHint(self) -> QSize:
        """Return the height of as many lines as the text needs at the present width."""
        metrics = self.fontMetrics()
        n_lines = 1 if metrics.horizontalAdvance(self.text()) <= self.width() else 2
        return QSize(super().sizeHint().width(), n_lines * metrics.lineSpacing())

    def has_room_for(self, text: str, width: int) -> bool:
        """Say whether `text` fits into two lines of a `width` [px]."""
        metrics = self.fontMetrics()
        needed = metrics.boundingRect(QRect(0, 0, width, 0), int(Qt.TextFlag.TextWordWrap), text)
        return needed.height() <= 2 * metrics.lineSpacing()

    def minimumSizeHint(self) -> QSize:
        """Return that height and no width: the text gives way."""
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Ask for the height that the new width leads to."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()


class _Strip(QWidget):
    """The coloured part: stars, place and text, state and count. Paints its own ground so that a flash restyles nothing."""

    pressed = Signal()
    painted = Signal()

    def __init__(self, theme_: Theme, flashing: Flashing, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_strip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        theme.set_length(self, theme.Length.HEIGHT, _STRIP_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme, self._flashing = theme_, flashing
        self._line: AlarmLine | None = None
        self._shown: tuple[AlarmLine | None, int, str] | None = None
        self._stars = Stars(_STAR_PX, "alarm_symbol")
        self._state = SymbolLabel(_STATE_PX, "alarm_state")
        self._where = Label("", Text.TITLE, object_name="alarm_where")
        self._text = ElidingLabel("", Text.TITLE, object_name="alarm_text")
        self._lasting = Label("", Text.COUNT, object_name="alarm_lasting")
        self._note = _Note("", Text.CAPTION, object_name="alarm_note")
        self._count = Label("", Text.CAPTION, object_name="alarm_count")
        self._build()
        flashing.flipped.connect(self._on_flipped)

    def _build(self) -> None:
        self._text.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        first = QHBoxLayout()
        first.setSpacing(theme.GAP)
        for label in (self._where, self._text, self._lasting):
            first.addWidget(label)
        first.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addStretch(1)
        words.addLayout(first)
        words.addWidget(self._note)
        words.addStretch(1)
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        row.setSpacing(theme.MARGIN)
        row.addWidget(self._stars)
        row.addWidget(self._state)
        row.addLayout(words, 1)
        row.addWidget(self._count)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def show_line(self, line: AlarmLine | None, n_lines: int, count: str) -> None:
        """Show one condition of `n_lines`, with how many of them there are in words, or that there is none."""
        if (line, n_lines, count) == self._shown:
            return
        self._shown = (line, n_lines, count)
        self._line = line
        tone = Tone.SOFT if line is None else tone_upon(line.priority)
        self._stars.show_priority(None if line is None else line.priority)
        self._where.setText("" if line is None else line.where)
        none = self.tr("Only alarms that are paused at their chair") if n_lines else self.tr("No active alarms")
        self._text.setText(none if line is None else line.headline)
        told = count if n_lines > 1 else self.tr("List")  # one alone is told where it stands
        self._count.setText(f"{told} ▾" if n_lines else "")
        for label in (self._where, self._count):
            label.setVisible(bool(label.text()))
        paused = Symbol.ALARM_PAUSED if n_lines else Symbol.NONE
        self._state.show_symbol(paused if line is None else line.symbol)
        self._fit_words()
        for label in (self._stars, self._state, self._where, self._text, self._lasting, self._note, self._count):
            label.set_tone(tone)
        self.setAccessibleName(none if line is None else line.spoken)
        self.setToolTip("" if line is None else line.text)
        self.update()

    def _fit_words(self) -> None:
        """Say how long it lasts beside the headline; where there is no room for both, in the lines below.

        What has no room there is left out whole, the least of it first: the list and the tip have all of it.
        """
        line = self._line
        lasting = "" if line is None else line.lasting
        said = [] if line is None else [line.note, *sentences(line.detail)]
        self._lasting.setText(lasting)
        marks = [one for one in (self._stars, self._state, self._count) if not one.isHidden()]
        room = self.width() - 2 * theme.MARGIN - sum(one.sizeHint().width() + theme.MARGIN for one in marks)
        words = (self._where, self._text, self._lasting)
        self._fit_headline(room)
        needed = sum(one.fontMetrics().horizontalAdvance(one.text()) + theme.GAP for one in words)
        if needed > room:
            self._lasting.setText("")
            said.insert(0, lasting)
        said = [one for one in said if one]
        while len(said) > 1 and not self._note.has_room_for(PART.join(said), room):
            said.pop()
        self._note.setText(PART.join(said))
        for label in (self._lasting, self._note):
            label.setVisible(bool(label.text()))

    def _fit_headline(self, room: int) -> None:
        """Write it smaller where it would be cut."""
        words, metrics = (self._where, self._text), QFontMetrics(theme.font(Text.TITLE))
        is_cut = sum(metrics.horizontalAdvance(one.text()) + theme.GAP for one in words) > room
        for label in words:
            theme.set_font(label, Text.STRONG if is_cut else Text.TITLE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Find the words' places anew."""
        super().resizeEvent(event)
        self._fit_words()

    @Slot(object)
    def _on_flipped(self, priority: Priority) -> None:
        if self._line is not None and self._line.asks and self._line.priority is priority:
            self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the ground with the priority's colour of this half of the flash."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._line is None:
            painter.setBrush(self._theme.colour("calm_fill"))
        else:
            is_dark = self._line.asks and self._flashing.is_dark(self._line.priority)
            painter.setBrush(self._theme.alarm(self._line.priority).ground(is_dark=is_dark))
        painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.colour("focus"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        painter.end()
        self.painted.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Ask for the list."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.pressed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Ask for the list on Space and Enter."""
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.pressed.emit()
        else:
            super().keyPressEvent(event)
