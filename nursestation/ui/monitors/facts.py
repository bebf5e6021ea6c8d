"""Names and values in two columns; a value that is long wraps."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Label
from nursestation.ui.roles import Text, Tone

_NAME_WIDTH = 150


class Facts(QWidget):
    """Rows are made once and filled again; those that are not needed are hidden."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self._rows: list[tuple[Label, Label]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.MARGIN)
        self._grid.setVerticalSpacing(theme.GAP // 2)
        self._grid.setColumnStretch(1, 1)

    def show_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show a row for each (name, value)."""
        while len(self._rows) < len(facts):
            at = len(self._rows)
            name, value = Label("", Text.CAPTION, Tone.SOFT, wrap=True), Label("", wrap=True)
            value.setObjectName(f"{self.objectName()}_{at}")
            theme.set_length(name, theme.Length.WIDTH, _NAME_WIDTH)
            self._grid.addWidget(name, at, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, at, 1, Qt.AlignmentFlag.AlignTop)
            self._rows.append((name, value))
        for n, (name, value) in enumerate(self._rows):
            is_used = n < len(facts)
            name.setVisible(is_used)
            value.setVisible(is_used)
            if is_used:
                for label, text in zip((name, value), facts[n], strict=True):
                    if label.text() != text:
                        label.setText(text)
                value.setAccessibleName(": ".join(facts[n]))
