"""The start-of-visit card: how the last visit went, before the next one is opened."""

from datetime import tzinfo

from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.history import PatientHistory
from nursestation.ui import theme
from nursestation.ui.controls import Label
from nursestation.ui.layouts import column, say
from nursestation.ui.patients.view import history_view
from nursestation.ui.roles import Text, Tone


class HistoryCard(QWidget):
    """Says who was here, how often, and how it went last; nothing while nobody is chosen."""

    def __init__(
        self, zone: tzinfo | None = None, name: str = "check_in_history", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._zone = zone
        self._shown: PatientHistory | None = None
        self._is_told = False
        self._headline = Label("", Text.STRONG, object_name=f"{name}_headline", wrap=True)
        self._last = Label("", object_name=f"{name}_last", wrap=True)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(theme.MARGIN)
        self._grid.setVerticalSpacing(theme.GAP // 2)
        self._grid.setColumnStretch(1, 1)
        self._facts: list[tuple[Label, Label]] = []
        self._earlier = Label("", Text.CAPTION, Tone.SOFT, object_name=f"{name}_earlier", wrap=True)
        layout = column(spacing=theme.GAP // 2)
        layout.addWidget(self._headline)
        layout.addWidget(self._last)
        layout.addLayout(self._grid)
        layout.addWidget(self._earlier)
        self.setLayout(layout)
        self.show_history(None)

    def show_history(self, history: PatientHistory | None) -> None:
        """Show a history; None for nobody."""
        if history is self._shown and self._is_told:
            return
        self._shown, self._is_told = history, True
        view = history_view(history, self._zone) if history is not None else None
        say(self._headline, view.headline if view is not None else "")
        say(self._last, view.last if view is not None else "")
        say(self._earlier, "\n".join(view.earlier) if view is not None else "")
        facts = view.facts if view is not None else ()
        while len(self._facts) < len(facts):
            what, told = Label("", Text.CAPTION, Tone.SOFT), Label(wrap=True)
            self._grid.addWidget(what, len(self._facts), 0)
            self._grid.addWidget(told, len(self._facts), 1)
            self._facts.append((what, told))
        for index, (what, told) in enumerate(self._facts):
            words = facts[index] if index < len(facts) else ("", "")
            say(what, words[0])
            say(told, words[1])
