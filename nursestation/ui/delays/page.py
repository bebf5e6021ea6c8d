"""Delays of this program: how late numbers and alarms are, measured while it runs; and what it waits for on purpose."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from devices.clock import NS_PER_S
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.delays import DelayFigures
from nursestation.ui import theme
from nursestation.ui.controls import Label, Panel, QuietButton
from nursestation.ui.delays.view import MEASURED_ELSEWHERE, NOT_INCLUDED, delay_lines, drawing_text, waits
from nursestation.ui.layouts import centred, column, retire, row, say, scrolled
from nursestation.ui.pacing import Drawing
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone

_WIDEST = 820


class DelaysPage(Page):
    """A page of help. Open to everybody, because it shows nothing of a patient."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("delays_page")
        self.setAccessibleName(self.tr("Delays of this program"))
        self._close = QuietButton(self.tr("Close"), "delays_close", tip=self.tr("Back to the chair (Esc)"))
        self._figures = [
            Label("", Text.STRONG, object_name=f"delays_figures_{number}", wrap=True)
            for number, _ in enumerate(delay_lines(DelayFigures()))
        ]
        self._drawing = Label("", Text.STRONG, object_name="delays_drawing", wrap=True)
        self._waits: list[Panel] = []
        self._told: tuple[tuple[str, str], ...] = ()
        self._second: int | None = None
        self._shown_second: int | None = None
        self._protocols = column(spacing=theme.GAP)
        self._build()
        self._close.clicked.connect(self.closed)
        self.show_figures(DelayFigures())

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Delays of this program"), Text.HEADING), 1)
        head.addWidget(self._close)
        inside = column(spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(Label(self.tr("Measured here since the program was started"), Text.TITLE))
        for line, figures in zip(delay_lines(DelayFigures()), self._figures, strict=True):
            words = column(margin=theme.MARGIN, spacing=2)
            words.addWidget(Label(f"{line.title}: {line.what}", tone=Tone.SOFT, wrap=True))
            words.addWidget(figures)
            inside.addWidget(_panel("delays_line", words))
        pictures = column(margin=theme.MARGIN, spacing=2)
        pictures.addWidget(Label(self.tr("Pictures of the waves: how often they are drawn"), tone=Tone.SOFT, wrap=True))
        pictures.addWidget(self._drawing)
        inside.addWidget(_panel("delays_pictures", pictures))
        inside.addWidget(Label(MEASURED_ELSEWHERE, tone=Tone.SOFT, object_name="delays_elsewhere", wrap=True))
        inside.addWidget(Label(self.tr("What comes before"), Text.TITLE))
        inside.addWidget(Label(NOT_INCLUDED, tone=Tone.SOFT, wrap=True))
        inside.addWidget(Label(self.tr("What an alarm waits for on purpose"), Text.TITLE))
        inside.addLayout(self._protocols)
        inside.addStretch()
        content = QWidget()
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "delays_scroll"))
        self.setLayout(outer)

    def is_due(self) -> bool:
        """Say whether the figures in sight are older than a second of the station's time."""
        return self.isVisible() and self._second != self._shown_second

    def show_figures(self, figures: DelayFigures) -> None:
        """Show what was measured so far."""
        self._shown_second = self._second
        for line, label in zip(delay_lines(figures), self._figures, strict=True):
            say(label, line.figures)

    @Slot(object)
    def show_drawing(self, drawing: Drawing) -> None:
        """Show how often waves are drawn now."""
        if self.isVisible() or not self._drawing.text():
            say(self._drawing, drawing_text(drawing))

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show what the station's protocols let an alarm wait for."""
        self._second = snapshot.at.utc_ns // NS_PER_S
        told = waits(snapshot.protocols)
        if told == self._told:
            return
        self._told = told
        for panel in self._waits:
            retire(self._protocols, panel)
        self._waits = [self._wait_panel(number, title, words) for number, (title, words) in enumerate(told)]
        for panel in self._waits:
            self._protocols.addWidget(panel)

    def _wait_panel(self, number: int, title: str, words: str) -> Panel:
        inside = column(margin=theme.MARGIN, spacing=2)
        inside.addWidget(Label(title, Text.STRONG))
        inside.addWidget(Label(words, tone=Tone.SOFT, object_name=f"delays_waits_{number}", wrap=True))
        return _panel("delays_waits", inside)

    def begin(self) -> None:
        """Put the focus on the way out."""
        self._close.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)


def _panel(name: str, inside: QVBoxLayout) -> Panel:
    panel = Panel(name, Surface.RAISED)
    panel.setLayout(inside)
    return panel
