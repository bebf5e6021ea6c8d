"""The round mark before a gate or a criterion: its state by shape, and by colour only as well."""

from typing import assert_never

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QWidget

from nursestation.core.model import GateState
from nursestation.ui import theme
from nursestation.ui.roles import Tone

WORDS = {
    GateState.MET: "met",
    GateState.UNMET: "not met",
    GateState.UNKNOWN: "nothing to judge by yet",
    GateState.OVERRIDDEN: "overridden by a clinician",
    GateState.AGAINST_ADVICE: "not met, left against advice",
}

_SIZE = 28
_TONES = {
    GateState.MET: Tone.GOOD,
    GateState.UNMET: Tone.WARN,
    GateState.UNKNOWN: Tone.SOFT,
    GateState.OVERRIDDEN: Tone.BAD,
    GateState.AGAINST_ADVICE: Tone.BAD,
}


class StateMark(QLabel):
    """Met: a tick. Not met: a ring. Unknown: three dots. Overridden: an exclamation mark."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = GateState.UNKNOWN
        self.setFixedSize(_SIZE, _SIZE)
        self._dress()

    @property
    def state(self) -> GateState:
        """Return what is shown."""
        return self._state

    def show_state(self, state: GateState) -> None:
        """Show `state`."""
        if state is self._state:
            return
        self._state = state
        self._dress()

    def _dress(self) -> None:
        theme.set_property(self, "mark", _TONES[self._state].value)
        self.setAccessibleName(WORDS[self._state])
        self.setToolTip(WORDS[self._state])
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the disc and its sign."""
        super().paintEvent(event)
        ink = self.palette().color(self.foregroundRole())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 2.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        self._draw_sign(painter, QPointF(_SIZE / 2, _SIZE / 2))
        painter.end()

    def _draw_sign(self, painter: QPainter, middle: QPointF) -> None:
        match self._state:
            case GateState.MET:
                painter.drawPolyline(
                    [middle + QPointF(-4.5, 0.5), middle + QPointF(-1.2, 3.8), middle + QPointF(5, -3.6)]
                )
            case GateState.UNMET:
                painter.drawEllipse(middle, 4.5, 4.5)
            case GateState.UNKNOWN:
                for offset in (-6.0, 0.0, 6.0):
                    painter.drawPoint(middle + QPointF(offset, 0))
            case GateState.OVERRIDDEN | GateState.AGAINST_ADVICE:
                painter.drawLine(middle + QPointF(0, -6), middle + QPointF(0, 2))
                painter.drawPoint(middle + QPointF(0, 6))
            case _:
                assert_never(self._state)
