"""The notice of first run and About: what the product is, and what it is not."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout

from nursestation.ui import theme
from nursestation.ui.controls import Label
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import Text, Tone
from nursestation.ui.signin.view import FOR_USE, IS_NOT, PURPOSE


def notice_column() -> QVBoxLayout:
    """Return the notice as a column of short paragraphs."""
    layout = column(spacing=theme.MARGIN)
    layout.addWidget(Label(PURPOSE, wrap=True))
    for lead, rest in IS_NOT:
        line = row(spacing=theme.MARGIN)
        mark = Label("✕", Text.STRONG, Tone.WARN)
        mark.setAlignment(Qt.AlignmentFlag.AlignTop)
        text = column(spacing=2)
        text.addWidget(Label(lead, Text.STRONG, wrap=True))
        text.addWidget(Label(rest, tone=Tone.SOFT, wrap=True))
        line.addWidget(mark)
        line.addLayout(text, 1)
        layout.addLayout(line)
    layout.addWidget(Label(FOR_USE, tone=Tone.SOFT, wrap=True))
    return layout
