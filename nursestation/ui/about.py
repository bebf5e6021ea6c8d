"""About: the version, what the product is and what it is not, and its licence."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.controls import Label, QuietButton
from nursestation.ui.layouts import centred, column, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Text, Tone
from nursestation.ui.signin.notice import notice_column

_WIDEST = 760


class AboutPage(Page):
    """A page, not a box: nothing pops up over an alarm."""

    def __init__(self, version: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about_page")
        self.setAccessibleName(self.tr("About Nursestation"))
        self._close = QuietButton(self.tr("Close"), "about_close")
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Nursestation"), Text.HEADING))
        head.addWidget(Label(self.tr("version {}").format(version), tone=Tone.SOFT, object_name="about_version"), 1)
        head.addWidget(self._close)
        content = QWidget()
        inside = column(spacing=2 * theme.MARGIN)
        inside.addLayout(head)
        inside.addLayout(notice_column())
        inside.addWidget(
            Label(
                self.tr(
                    "Free software under the Apache License 2.0. Figures and letters: Inter, SIL Open Font License."
                ),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        inside.addStretch()
        content.setLayout(inside)
        outer = column()
        outer.addWidget(scrolled(centred(content, _WIDEST), "about_scroll"))
        self.setLayout(outer)
        self._close.clicked.connect(self.closed)

    def begin(self) -> None:
        """Put the focus on the way out."""
        self._close.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def render(self, _snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Nothing here changes with the station."""
