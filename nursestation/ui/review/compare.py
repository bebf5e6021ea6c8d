"""A patient's visits over each other, on the time since the start of the treatment."""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.overlay import VisitLine
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Label
from nursestation.ui.layouts import column, row, say, scrolled
from nursestation.ui.review.compare_plot import ComparePlot
from nursestation.ui.review.compare_view import name_of
from nursestation.ui.roles import Text, Tone
from nursestation.ui.theme import Theme

_SIDE_PX = 360


class Compare(QWidget):
    """The plot, and a list that names its lines; a tap on one draws it in dashes."""

    def __init__(self, theme_: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_compare")
        self._zone = zone
        self._this = ""
        self._lines: tuple[VisitLine, ...] = ()
        self._plot = ComparePlot(theme_)
        self._names = Choices("compare_names", self.tr("Earlier and later visits"), stacked=True)
        self._names.chosen.connect(self._on_chosen)
        self._own = Label("", Text.STRONG, Tone.NIBP, object_name="compare_this", wrap=True)
        self._note = Label("", Text.BODY, Tone.SOFT, object_name="compare_note", wrap=True)
        names = QWidget()
        inside = column(spacing=theme.GAP)
        inside.addWidget(self._own)
        inside.addWidget(self._note)
        inside.addWidget(self._names)
        inside.addStretch()
        names.setLayout(inside)
        side = scrolled(names, "compare_scroll")
        theme.set_length(side, theme.Length.LEAST_WIDTH, _SIDE_PX)
        theme.set_length(side, theme.Length.MOST_WIDTH, _SIDE_PX)
        whole = row(spacing=theme.GAP)
        whole.addWidget(self._plot, 1)
        whole.addWidget(side, 0, Qt.AlignmentFlag.AlignRight)
        self.setLayout(whole)

    def show_lines(self, this: str, lines: Sequence[VisitLine], text: str = "") -> None:
        """Show a patient's visits, oldest first, `this` the session that is looked at; `text` says why there are none."""
        self._this, self._lines = this, tuple(lines)
        own = next((line for line in lines if line.session == this), None)
        say(self._own, "" if own is None else name_of(own, is_this=True, zone=self._zone))
        others = [line for line in reversed(self._lines) if line.session != this]
        note = text or (
            self.tr("Tap another visit to see it in dashes.")
            if others
            else self.tr("There is no other visit of this patient with a treatment.")
        )
        say(self._note, note)
        self._names.set_options([(one.session, name_of(one, is_this=False, zone=self._zone)) for one in others])
        self._names.setVisible(bool(others))
        self._names.choose(None)
        self._plot.show_lines(self._lines, this, "")

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._plot.set_theme(theme_)

    @Slot(str)
    def _on_chosen(self, session: str) -> None:
        self._plot.show_lines(self._lines, self._this, session)
