"""A page that is built when somebody looks at it for the first time.

Rules of the file:
1. What a page is told before it stands (its chair, its colours) is kept here and told to it when it does; every snapshot
   comes with the showing, so that a page built late shows what one built early would.
2. Nothing that must be heard at once may be heard by a page: alarms, the failure banner and what the alarm log keeps belong
   to the window.
"""

from collections.abc import Callable
from typing import Generic, TypeVar

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.page import Page
from nursestation.ui.theme import Theme

P_co = TypeVar("P_co", bound=Page, covariant=True)


class Late(Page, Generic[P_co]):
    """Stands in a stack for a page, and has it within itself from its first showing on.

    Args:
        make: Makes the page; called once.
    """

    def __init__(self, make: Callable[[], P_co], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make = make
        self._page: P_co | None = None
        self._joiners: list[Callable[[P_co], object]] = []
        self._chair: int | None = None
        self._theme: Theme | None = None

    @property
    def is_made(self) -> bool:
        """Say whether the page stands."""
        return self._page is not None

    @property
    def page(self) -> P_co:
        """Return the page; it is built for that where it does not stand yet."""
        if self._page is None:
            self._page = self._built()
        return self._page

    def when_made(self, join: Callable[[P_co], object]) -> None:
        """Hand the page to `join`: now where it stands, and otherwise before it shows anything."""
        if self._page is not None:
            join(self._page)
        else:
            self._joiners.append(join)

    def _built(self) -> P_co:
        page = self._make()
        if self._theme is not None:
            page.set_theme(self._theme)
        if self._chair is not None:
            page.show_chair(self._chair)
        page.command_requested.connect(self.command_requested)
        page.sheet_requested.connect(self.sheet_requested)
        page.closed.connect(self.closed)
        for join in self._joiners:
            join(page)
        self._joiners.clear()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(page)
        page.show()  # a layout would do it with a later turn, and the focus could go nowhere until then
        whole.activate()
        self.setFocusProxy(page)
        page.ensurePolished()
        for part in page.findChildren(QWidget):
            part.ensurePolished()
        theme.rescale(page)  # what the style sheet says of sizes came over those that were set
        return page

    def show_chair(self, number: int) -> None:
        """Say which chair the following snapshots are to be shown for."""
        self._chair = number
        if self._page is not None:
            self._page.show_chair(number)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        if self._page is not None:
            self._page.set_theme(theme_)

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show `snapshot`, on a page that is built for it where there is none yet."""
        self.page.render(snapshot)

    def begin(self) -> None:
        """Put the focus where work begins."""
        self.page.begin()

    def stops(self) -> list[QWidget]:
        """Return what the tab key goes to, in order."""
        return [] if self._page is None else self._page.stops()

    def refused(self, reason: str) -> None:
        """Show why the last wish was not carried out."""
        if self._page is not None:
            self._page.refused(reason)

    def showEvent(self, event: QShowEvent) -> None:
        """Build the page also where it is shown before there is a snapshot."""
        super().showEvent(event)
        _ = self.page


def when_made(page: Page, join: Callable[[Page], object]) -> None:
    """Hand `page` to `join`, or what is built in its place."""
    if isinstance(page, Late):
        page.when_made(join)
    else:
        join(page)
