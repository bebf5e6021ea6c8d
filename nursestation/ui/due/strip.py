"""What is due next, along the bottom of the window: always in sight, the soonest first, a tap away from its chair."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import QuietButton
from nursestation.ui.due.view import DueLine
from nursestation.ui.layouts import row
from nursestation.ui.roles import Text
from nursestation.ui.theme import Theme

_SLOT_PX = 178
_MOST = 6
_MARK_PX = 20
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


class DueSlot(QAbstractButton):
    """One thing that is due: chair and what, and below it when. A late one has a mark and a border."""

    def __init__(self, name: str, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.set_length(self, theme.Length.HEIGHT, theme.TOUCH)
        self._theme = theme_
        self._line: DueLine | None = None

    @property
    def line(self) -> DueLine | None:
        """Return what is shown."""
        return self._line

    def show_line(self, line: DueLine) -> None:
        """Show `line`."""
        if line != self._line:
            self._line = line
            self.setAccessibleName(line.spoken)
            self.setToolTip(line.spoken)
            self.update()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def sizeHint(self) -> QSize:
        """Return the size of a slot."""
        return QSize(theme.px(_SLOT_PX), theme.px(theme.TOUCH))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both lines, shortened to the slot."""
        line = self._line
        if line is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        colour = self._theme.colour("focus" if self.hasFocus() else "warn" if line.is_late else "line")
        painter.setPen(QPen(colour, 1.5))
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(edge, theme.RADIUS, theme.RADIUS)
        left = 8.0
        if line.is_late:
            painter.setPen(self._theme.colour("warn"))
            painter.setFont(theme.font(Text.TITLE))
            painter.drawText(QRectF(left, 0, theme.px(_MARK_PX), self.height()), _LEFT, "!")
            left += theme.px(_MARK_PX) - 6
        half = self.height() / 2
        self._text(painter, QRectF(left, 3, self.width() - left - 6, half - 2), Text.STRONG, "text", line.what)
        below = "warn" if line.is_late else "soft"
        self._text(painter, QRectF(left, half, self.width() - left - 6, half - 3), Text.CAPTION, below, line.below)
        painter.end()

    def _text(self, painter: QPainter, area: QRectF, role: Text, colour: str, text: str) -> None:
        font = theme.font(role, theme.px(14) if role is Text.STRONG else None)
        painter.setFont(font)
        painter.setPen(self._theme.colour(colour))
        shown = QFontMetricsF(font).elidedText(text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, _LEFT, shown)


class DueStrip(QWidget):
    """As many slots as there is room for, and the way to all.

    Signals:
        chair_chosen: The chair of the slot that was tapped.
        all_wanted: The whole list.
    """

    chair_chosen = Signal(int)
    all_wanted = Signal()

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("due_strip")
        self.setAccessibleName(self.tr("What is due next"))
        self._lines: tuple[DueLine, ...] = ()
        self._slots = [DueSlot(f"due_{n}", theme_, self) for n in range(_MOST)]
        self._all = QuietButton(self.tr("All due…"), "due_all", tip=self.tr("Everything that is due, at every chair."))
        line = row(spacing=6)
        for slot in self._slots:
            line.addWidget(slot)
            slot.clicked.connect(self._on_clicked)
        line.addWidget(self._all)
        line.addStretch()
        self.setLayout(line)
        self._all.clicked.connect(self.all_wanted)
        self._place()

    def show_lines(self, lines: tuple[DueLine, ...]) -> None:
        """Show the first of `lines`."""
        if lines != self._lines:
            self._lines = lines
            self._place()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        for slot in self._slots:
            slot.set_theme(theme_)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Take more slots or fewer."""
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        room = self.width() - self._all.sizeHint().width()
        n_fit = max(1, min(_MOST, int(room // (theme.px(_SLOT_PX) + 6))))
        for n, slot in enumerate(self._slots):
            shown = n < min(n_fit, len(self._lines))
            if shown:
                slot.show_line(self._lines[n])
                theme.set_length(slot, theme.Length.WIDTH, _SLOT_PX)
            slot.setVisible(shown)
        self._all.setVisible(len(self._lines) > 0)

    def minimumSizeHint(self) -> QSize:
        """Return no width: slots come and go with the room."""
        return QSize(0, theme.px(theme.TOUCH))

    @Slot()
    def _on_clicked(self) -> None:
        sender = self.sender()
        if isinstance(sender, DueSlot) and sender.line is not None:
            self.chair_chosen.emit(sender.line.chair)
