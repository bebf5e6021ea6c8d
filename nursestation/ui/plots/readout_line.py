"""The two lines over the trend, painted in the colours of their vitals. Their place stays the same, whatever they say."""

from PySide6.QtCore import QSize
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from nursestation.ui import theme
from nursestation.ui.plots.readout import Piece, Readout, shortened
from nursestation.ui.roles import Text, Tone
from nursestation.ui.theme import Theme

_ROLES = {
    Tone.PLAIN: "text",
    Tone.SOFT: "soft",
    Tone.ACCENT: "event",
    Tone.WARN: "warn",
    Tone.BAD: "bad",
    Tone.HEART_RATE: "heart_rate",
    Tone.SPO2: "spo2",
    Tone.RESP: "resp",
    Tone.CO2: "co2",
    Tone.NIBP: "nibp",
}
_GAP_PX = 10
"""Between two pieces [px at the designed size]."""


class ReadoutLine(QWidget):
    """Shows a readout; what does not fit ends in "…" and stands whole in the tooltip."""

    def __init__(self, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("trend_readout")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme_
        self._readout = Readout((), ())

    @property
    def text(self) -> str:
        """Return all that it says."""
        return self._readout.text

    def show_readout(self, readout: Readout) -> None:
        """Say something else."""
        if readout == self._readout:
            return
        self._readout = readout
        self.setAccessibleName(readout.text)
        self.update()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a button, which two lines have room in."""
        return QSize(theme.px(200), theme.px(theme.TOUCH))

    def minimumSizeHint(self) -> QSize:
        """Return the same height, and little width."""
        return QSize(theme.px(60), theme.px(theme.TOUCH))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw both lines."""
        painter = QPainter(self)
        font = theme.font(Text.CAPTION)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        lines = [line for line in (self._readout.upper, self._readout.lower) if line]
        top = (self.height() - len(lines) * metrics.lineSpacing()) / 2
        is_whole = True
        for n, line in enumerate(lines):
            baseline = top + n * metrics.lineSpacing() + metrics.ascent()
            is_whole = self._draw_line(painter, metrics, line, baseline) and is_whole
        painter.end()
        self.setToolTip("" if is_whole else self._readout.text)

    def _draw_line(self, painter: QPainter, metrics: QFontMetricsF, line: tuple[Piece, ...], baseline: float) -> bool:
        left = 0.0
        for piece in line:
            room = self.width() - left
            text = shortened(piece.text, metrics.horizontalAdvance, room)
            painter.setPen(self._theme.colour(_ROLES[piece.tone]))
            painter.drawText(round(left), round(baseline), text)
            if text != piece.text:
                return False
            left += metrics.horizontalAdvance(piece.text) + theme.px(_GAP_PX)
        return True
