"""The proof of watching: which minutes of the visit were covered by which vital, how the cuff went, who was there."""

from datetime import tzinfo

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.controls import Label
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.theme import DARK_THEME, Theme
from nursestation.ui.watching_view import CoverLine, watched_view

_STRIP_PX = 18
_N_LINES = 4
_N_FACTS = 4


class MinuteStrip(QWidget):
    """A row of minutes: filled where the minute was covered, an outline in the colour of warnings where it was not."""

    def __init__(self, object_name: str, theme_: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._theme = theme_
        self._n_minutes = 0
        self._gaps: tuple[tuple[int, int], ...] = ()

    def show_line(self, line: CoverLine) -> None:
        """Show a metric's minutes."""
        self.setAccessibleName(f"{line.title} {line.share}, {line.gap}")
        if (line.n_minutes, line.gaps) != (self._n_minutes, self._gaps):
            self._n_minutes, self._gaps = line.n_minutes, line.gaps
            self.update()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self.update()

    def sizeHint(self) -> QSize:
        """Return the height of a strip."""
        return QSize(theme.px(200), theme.px(_STRIP_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw stretches, not minutes, so that no seams show where nothing was missed."""
        if not self._n_minutes:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = self.width() / self._n_minutes
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("good"))
        ends = (0, *(behind for _, behind in self._gaps))
        begins = (*(first for first, _ in self._gaps), self._n_minutes)
        for begin, end in zip(ends, begins, strict=True):
            if begin < end:
                painter.drawRect(self._area(begin * step, end * step))
        painter.setPen(self._theme.colour("warn"))
        painter.setBrush(self._theme.colour("warn_fill"))
        for begin, end in self._gaps:
            painter.drawRect(self._area(begin * step, end * step).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _area(self, left: float, right: float) -> QRectF:
        return QRectF(left, 1, right - left, self.height() - 2)


class WatchingSheet(Sheet):
    """Nothing to send: it shows what the report will show."""

    def __init__(self, zone: tzinfo | None = None, theme_: Theme = DARK_THEME, parent: QWidget | None = None) -> None:
        super().__init__("watching", self.tr("How this visit was watched"), self.tr("Done"), ButtonKind.PLAIN, parent)
        self._zone = zone
        self.send_button.hide()
        self._strips = [MinuteStrip(f"watching_strip_{n}", theme_) for n in range(_N_LINES)]
        self._titles = [Label("", Text.STRONG, object_name=f"watching_title_{n}") for n in range(_N_LINES)]
        self._shares = [Label("", Text.STRONG, object_name=f"watching_share_{n}") for n in range(_N_LINES)]
        self._gaps = [Label("", Text.CAPTION, Tone.SOFT, object_name=f"watching_gap_{n}") for n in range(_N_LINES)]
        self._whats = [Label("", tone=Tone.SOFT, object_name=f"watching_fact_{n}") for n in range(_N_FACTS)]
        self._hows = [Label("", object_name=f"watching_how_{n}", wrap=True) for n in range(_N_FACTS)]
        self._span = Label("", Text.CAPTION, Tone.SOFT, object_name="watching_span", wrap=True)
        self._fill()

    def _fill(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.MARGIN)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for n, cells in enumerate(zip(self._titles, self._strips, self._shares, self._gaps, strict=True)):
            for at, cell in enumerate(cells):
                grid.addWidget(cell, n, at)
        facts = QGridLayout()
        facts.setHorizontalSpacing(theme.MARGIN)
        facts.setVerticalSpacing(4)
        facts.setColumnStretch(1, 1)
        for n, (what, how) in enumerate(zip(self._whats, self._hows, strict=True)):
            facts.addWidget(what, n, 0, Qt.AlignmentFlag.AlignTop)
            facts.addWidget(how, n, 1)
        self.body.addWidget(self._span)
        self.body.addLayout(grid)
        self.body.addSpacing(theme.GAP)
        self.body.addLayout(facts)
        self.body.addStretch()

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Show how the visit was watched until now."""
        view = watched_view(visit.watching, self._zone)
        self._span.setText(
            self.tr("Each minute since the baseline began; an empty one was not covered all through.")
            if view.lines
            else self.tr("It begins with the baseline.")
        )
        for n in range(_N_LINES):
            shown = n < len(view.lines)
            for cell in (self._titles[n], self._strips[n], self._shares[n], self._gaps[n]):
                cell.setVisible(shown)
            if shown:
                line = view.lines[n]
                self._titles[n].setText(line.title)
                self._shares[n].setText(line.share)
                self._shares[n].set_tone(Tone.PLAIN if line.is_whole else Tone.WARN)
                self._gaps[n].setText(line.gap)
                self._strips[n].show_line(line)
        for n in range(_N_FACTS):
            shown = n < len(view.facts)
            self._whats[n].setVisible(shown)
            self._hows[n].setVisible(shown)
            if shown:
                self._whats[n].setText(view.facts[n][0])
                self._hows[n].setText(view.facts[n][1])

    def send(self) -> None:
        """Close."""
        self.leave()

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        for strip in self._strips:
            strip.set_theme(theme_)
