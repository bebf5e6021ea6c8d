"""The numbers of a visit, one below the other; what each means stands below it once it is asked for."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from devices.clock import Moment
from nursestation.core.summary_words import Figure
from nursestation.ui import theme
from nursestation.ui.controls import Button, Label
from nursestation.ui.layouts import column, row, scrolled
from nursestation.ui.roles import Text, Tone


class SummaryPanel(QWidget):
    """Figures with their notes.

    Signals:
        moment_chosen: When a number was that a person tapped.
        hold_asked: A person wants to see whether the visit must be kept, or to say so.
    """

    moment_chosen = Signal(object)
    hold_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_summary")
        self._meanings: list[Label] = []
        self._jumps: dict[str, Moment] = {}
        self._button = Button(self.tr("What they mean"), "review_meanings")
        self._button.setCheckable(True)
        self._button.clicked.connect(self._on_meanings)
        self._hold = Button(self.tr("Hold…"), "review_hold", tip=self.tr("Keep this visit from being purged"))
        self._hold.clicked.connect(self.hold_asked)
        self._content = QWidget()
        self._scroll = scrolled(self._content, "review_summary_scroll")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(2)
        self._grid.setColumnStretch(1, 1)
        self._grid.setContentsMargins(0, 0, theme.GAP, 0)  # off the scroll bar
        inside = column(spacing=theme.GAP)
        inside.addLayout(self._grid)
        inside.addStretch()
        self._content.setLayout(inside)
        head = row()
        head.addWidget(self._hold)
        head.addStretch()
        head.addWidget(self._button)
        whole = column(spacing=theme.GAP // 2)
        whole.addWidget(self._scroll, 1)
        whole.addLayout(head)
        self.setLayout(whole)

    def show_figures(self, figures: Sequence[Figure]) -> None:
        """Show the numbers of another visit."""
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.setObjectName("")
                widget.deleteLater()
        self._meanings, self._jumps = [], {}
        for n, figure in enumerate(figures):
            name = f"review_figure_{figure.key}"
            top = Qt.AlignmentFlag.AlignTop
            label = Label(figure.label, Text.BODY, Tone.SOFT, wrap=True)
            theme.set_length(label, theme.Length.LEAST_WIDTH, 120)
            self._grid.addWidget(label, 4 * n, 0, 2, 1, top)
            self._grid.addWidget(Label(figure.value, Text.STRONG, object_name=name, wrap=True), 4 * n, 1, top)
            if figure.at is not None:
                show = Button(self.tr("Show"), f"{name}_show", tip=self.tr("Put the cursor there"))
                show.setProperty("slim", "yes")
                show.clicked.connect(self._on_show)
                self._jumps[show.objectName()] = figure.at
                self._grid.addWidget(show, 4 * n, 2, 2, 1, top)
            if figure.note:
                note = Label(figure.note, Text.CAPTION, Tone.SOFT, object_name=f"{name}_note", wrap=True)
                self._grid.addWidget(note, 4 * n + 1, 1, top)
            meaning = Label(figure.definition, Text.CAPTION, Tone.SOFT, object_name=f"{name}_meaning", wrap=True)
            meaning.setVisible(self._button.isChecked())
            self._meanings.append(meaning)
            self._grid.addWidget(meaning, 4 * n + 2, 0, 1, 3, top)
            self._grid.setRowStretch(4 * n + 1, 1)  # what a button is higher goes below the note
            self._grid.setRowMinimumHeight(4 * n + 3, theme.GAP)

    @Slot()
    def _on_meanings(self) -> None:
        for meaning in self._meanings:
            meaning.setVisible(self._button.isChecked())

    @Slot()
    def _on_show(self) -> None:
        sender = self.sender()
        if sender is not None and sender.objectName() in self._jumps:
            self.moment_chosen.emit(self._jumps[sender.objectName()])
