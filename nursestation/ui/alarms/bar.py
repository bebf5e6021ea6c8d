"""The alarm bar across the top: the most urgent condition, how many there are, and the acknowledgement.

It is never covered. Several conditions of the highest priority take turns every two seconds. The bar flashes by the
theme's rates with one timer that repaints the bar alone; an acknowledged condition stands still.
Source of the two seconds: habit of bedside monitors (Philips IntelliVue, Instructions for Use, "Alarm messages").
"""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from nursestation.core.commands import Acknowledge
from nursestation.ui import theme
from nursestation.ui.alarms.view import AlarmLine, rotation
from nursestation.ui.controls import Button, ElidingLabel, Label
from nursestation.ui.roles import Text, Tone, tone_upon
from nursestation.ui.theme import Theme

TURN_MS = 2000
"""How long each of several equally urgent conditions is shown [ms]."""


class AlarmBar(QWidget):
    """The bar, with the acknowledge button at its right.

    Signals:
        command_requested: `Acknowledge` of the condition shown.
        list_requested: The bar was clicked, or its key pressed: show the list of all.
    """

    command_requested = Signal(object)
    list_requested = Signal()

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_bar")
        self._lines: tuple[AlarmLine, ...] = ()
        self._turns: tuple[AlarmLine, ...] = ()
        self._turn = 0
        self._may_act = False
        self._chair = 0
        self._build(theme_)
        self._rotate = QTimer(self, interval=TURN_MS)
        self._rotate.timeout.connect(self._next_turn)
        self._show()

    def _build(self, theme_: Theme) -> None:
        self._strip = _Strip(theme_, self)
        self._acknowledge = Button(
            self.tr("Acknowledge"), "acknowledge", shortcut="F9", tip=self.tr("Say that you have seen this alarm.")
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self._strip, 1)
        row.addWidget(self._acknowledge)
        self._acknowledge.clicked.connect(self._on_acknowledge)
        self._strip.pressed.connect(self.list_requested)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._strip.set_theme(theme_)

    @property
    def shown(self) -> AlarmLine | None:
        """Return the condition that the bar shows, or None."""
        return self._turns[self._turn % len(self._turns)] if self._turns else None

    def render(self, lines: Sequence[AlarmLine], *, may_act: bool, chair: int) -> None:  # type: ignore[override]
        """Show `lines`, the most urgent first.

        Args:
            lines: All present conditions.
            may_act: False while nobody is signed in.
            chair: The chair in front: what concerns the station is acknowledged from there.
        """
        self._chair = chair
        before = self.shown
        self._lines, self._turns, self._may_act = tuple(lines), rotation(lines), may_act
        ids = [line.condition for line in self._turns]
        if before is not None and before.condition in ids:
            self._turn = ids.index(before.condition)
        else:
            self._turn = 0
        if len(self._turns) > 1 and not self._rotate.isActive():
            self._rotate.start()
        elif len(self._turns) < 2:
            self._rotate.stop()
        self._show()

    def _show(self) -> None:
        shown = self.shown
        self._strip.show_line(shown, len(self._lines))
        needs = shown is not None and not shown.acknowledged
        self._acknowledge.setEnabled(needs and self._may_act)
        self._acknowledge.set_tip(self._tip(shown))

    def _tip(self, shown: AlarmLine | None) -> str:
        if shown is None:
            return self.tr("There is no alarm to acknowledge.")
        if shown.acknowledged:
            return self.tr("This alarm was acknowledged already.")
        if not self._may_act:
            return self.tr("Sign in first: an acknowledgement carries a name.")
        return self.tr("Say that you have seen this alarm.")

    @Slot()
    def _next_turn(self) -> None:
        self._turn += 1
        self._show()

    @Slot()
    def _on_acknowledge(self) -> None:
        shown = self.shown
        if shown is not None:
            chair = self._chair if shown.chair is None else shown.chair
            self.command_requested.emit(Acknowledge(chair=chair, condition_id=shown.condition))


class _Strip(QWidget):
    """The coloured part: symbol, place and text, count. Paints its own ground so that a flash restyles nothing."""

    pressed = Signal()

    def __init__(self, theme_: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_strip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(theme.TOUCH)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme_
        self._line: AlarmLine | None = None
        self._is_off = False
        self._flash = QTimer(self)
        self._flash.timeout.connect(self._on_flash)
        self._symbol = Label("", Text.TITLE, object_name="alarm_symbol")
        self._where = Label("", Text.STRONG, object_name="alarm_where")
        self._text = ElidingLabel("", Text.STRONG, object_name="alarm_text")
        self._lasting = Label("", Text.COUNT, object_name="alarm_lasting")
        self._count = Label("", Text.STRONG, object_name="alarm_count")
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        row.setSpacing(10)
        row.addWidget(self._symbol)
        row.addWidget(self._where)
        row.addWidget(self._text, 1)
        row.addWidget(self._lasting)
        row.addWidget(self._count)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def show_line(self, line: AlarmLine | None, n_active: int) -> None:
        """Show one condition of `n_active`, or that there is none."""
        self._line = line
        if line is None:
            self._show_none()
            return
        look = self._theme.alarm(line.priority)
        self._symbol.setText(look.symbol)
        self._where.setText(line.where)
        seen = self.tr(" · acknowledged") if line.acknowledged else ""
        self._text.setText(line.text + seen)
        self._lasting.setText(line.lasting)
        self._count.setText(self.tr("{n} active ▾").format(n=n_active))
        for label in (self._symbol, self._where, self._text, self._lasting, self._count):
            label.set_tone(tone_upon(line.priority))
        for label in (self._symbol, self._where, self._lasting, self._count):
            label.setVisible(True)
        self.setAccessibleName(line.spoken)
        half = 0 if line.acknowledged else look.half_period_ms
        self._set_flash(half)
        self.update()

    def _show_none(self) -> None:
        for label in (self._symbol, self._where, self._lasting, self._count):
            label.setVisible(False)
        self._text.setText(self.tr("No active alarms"))
        self._text.set_tone(Tone.SOFT)
        self.setAccessibleName(self.tr("No active alarms"))
        self._set_flash(0)
        self.update()

    def _set_flash(self, half_period_ms: int) -> None:
        if half_period_ms == 0:
            self._flash.stop()
            self._is_off = False
        elif not self._flash.isActive() or self._flash.interval() != half_period_ms:
            self._flash.start(half_period_ms)

    @Slot()
    def _on_flash(self) -> None:
        self._is_off = not self._is_off
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Fill the ground with the priority's colour of this half of the flash."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._line is None:
            painter.setBrush(self._theme.colour("calm_fill"))
        else:
            look = self._theme.alarm(self._line.priority)
            painter.setBrush(look.fill_off if self._is_off else look.fill)
        painter.drawRoundedRect(QRectF(self.rect()), theme.RADIUS, theme.RADIUS)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.colour("focus"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), theme.RADIUS, theme.RADIUS)
        painter.end()

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
