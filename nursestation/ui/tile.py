"""A button of two lines: a title, and what stands under it, with room for a mark before them."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Button, ElidingLabel, TwoLineLabel
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import ButtonKind, Text, Tone

LEAST_HEIGHT = 48
"""Two lines and a finger [px]."""
MOST_HEIGHT = 76
"""Three lines [px]."""


class TileButton(Button):
    """A tile. What has no room in it is shortened, and stands whole in its accessible name and its tooltip."""

    def __init__(
        self,
        object_name: str,
        *,
        kind: ButtonKind = ButtonKind.TILE,
        mark: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("", object_name, kind, parent=parent)
        self._title = ElidingLabel("", Text.STRONG, object_name=f"{object_name}_title")
        self._detail = TwoLineLabel("", Text.CAPTION, Tone.SOFT, object_name=f"{object_name}_detail")
        self._detail.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        words = column(spacing=0)
        words.addStretch()
        words.addWidget(self._title)
        words.addWidget(self._detail)
        words.addStretch()
        line = row(spacing=theme.GAP)
        line.setContentsMargins(theme.GAP, 2, theme.GAP, 2)
        if mark is not None:
            line.addWidget(mark)
        line.addLayout(words, 1)
        self.setLayout(line)
        for part in (mark, self._title, self._detail):
            if part is not None:
                part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.set_length(self, theme.Length.LEAST_HEIGHT, LEAST_HEIGHT)

    def sizeHint(self) -> QSize:
        """Return the size of three lines."""
        return QSize(theme.px(240), theme.px(MOST_HEIGHT))

    def minimumSizeHint(self) -> QSize:
        """Return the least that a finger hits and an eye reads."""
        return QSize(theme.px(180), theme.px(LEAST_HEIGHT))

    def show_words(self, title: str, detail: str, tone: Tone = Tone.SOFT) -> None:
        """Show a title and what stands under it."""
        if self._title.text() != title:
            self._title.setText(title)
        if self._detail.text() != detail:
            self._detail.setText(detail)
        self._detail.set_tone(tone)
        self.setAccessibleName(f"{title}. {detail}")
