"""What the main window asks of a page: show a snapshot, and say what the person wants.

The window keeps every page in one stack, hands the visible one each new snapshot, and passes on what it emits. A page
decides nothing: a wish is a command of `core.commands`, or the name of a sheet that the window shall open.
"""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from nursestation.core.snapshot import StationSnapshot
from nursestation.ui.layouts import tab_stops
from nursestation.ui.theme import Theme


class Page(QWidget):
    """A page of the main window.

    Signals:
        command_requested: A command of `core.commands`.
        sheet_requested: The name of a sheet to open over the page's lower part, never over the alarm bar.
        closed: The person is done with this page and wants the chair again.
    """

    command_requested = Signal(object)
    sheet_requested = Signal(str)
    closed = Signal()

    def show_chair(self, number: int) -> None:
        """Say which chair the following snapshots are to be shown for; a page that is about no chair ignores it."""

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show `snapshot`; QWidget.render, of the same name, draws into a paint device and is not used here."""
        raise NotImplementedError(f"{type(self).__name__} cannot show the station of {snapshot.at}")

    def begin(self) -> None:
        """Put the focus where work begins, or on nothing that acts; called once the page is in front and was rendered."""
        self.setFocus()

    def stops(self) -> list[QWidget]:
        """Return what the tab key goes to, in order; what is hidden or disabled is passed over."""
        return tab_stops(self)

    def refused(self, reason: str) -> None:
        """Show why the last wish of this page was not carried out; the window's message line says it as well."""

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours; a page that paints nothing itself is dressed by Qt."""
