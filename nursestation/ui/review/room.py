"""Brings the pages of visits that were together with what reads the record.

Rule of the file: the pages are known here as types alone, for the plotting library comes with them (docs/adr/0026).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from nursestation.core.past import Sought
from nursestation.runtime.review_job import (
    CompareVisits,
    FindVisits,
    OpenVisit,
    ReadWaves,
    ReviewDesk,
    VisitRead,
    VisitsCompared,
    VisitsFound,
    WavesRead,
)
from nursestation.ui.late import Late
from nursestation.ui.main_window import MainWindow

if TYPE_CHECKING:
    from nursestation.ui.review.page import ReviewPage
    from nursestation.ui.review.visits_page import VisitsPage

VISITS, REVIEW = "visits", "review"


class ReviewRoom(QObject):
    """Hands questions of the pages to the desk, and its answers to the pages.

    Args:
        window: Shows the pages.
        visits: The list.
        review: One visit.
        desk: Reads the record.
        flush: Has what waits written, so that a running visit is read up to now.
    """

    def __init__(
        self,
        window: MainWindow,
        visits: "Late[VisitsPage]",
        review: "Late[ReviewPage]",
        desk: ReviewDesk,
        flush: Callable[[], object],
    ) -> None:
        super().__init__(window)
        self._window, self._visits, self._review, self._desk, self._flush = window, visits, review, desk, flush
        self._wanted = ""
        visits.when_made(self._join_visits)
        review.when_made(self._join_review)

    def _join_visits(self, page: "VisitsPage") -> None:
        page.visits_wanted.connect(self._on_sought)
        page.visit_wanted.connect(self._on_visit)

    def _join_review(self, page: "ReviewPage") -> None:
        page.visit_wanted.connect(self._on_visit)
        page.waves_wanted.connect(self._on_waves)
        page.visits_wanted.connect(self._on_compare)

    @Slot(object)
    def _on_sought(self, sought: Sought) -> None:
        self._flush()
        self._desk.ask(FindVisits(sought))

    @Slot(str)
    def _on_visit(self, session: str) -> None:
        self._wanted = session
        self._flush()
        self._desk.ask(OpenVisit(session))

    @Slot(object)
    def _on_waves(self, asked: ReadWaves) -> None:
        self._desk.ask(asked)

    @Slot(object)
    def _on_compare(self, asked: CompareVisits) -> None:
        self._desk.ask(asked)

    @Slot()
    def collect(self) -> None:
        """Hand on an answer that is there."""
        match self._desk.collect():
            case VisitsFound(sought=sought, cards=cards, text=text) if self._visits.is_made:
                self._visits.page.show_visits(sought, cards, text)
            case VisitRead() as read if read.session == self._wanted:
                self._show(read)
            case WavesRead(asked=asked, waves=waves, text=text) if self._review.is_made:
                self._review.page.show_waves(asked, waves, text)
            case VisitsCompared(session=session, lines=lines, text=text) if self._review.is_made:
                self._review.page.show_compared(session, lines, text)
            case _:
                pass

    def _show(self, read: VisitRead) -> None:
        """Show a visit where the page that asked for it still stands; else somebody has gone on to something else."""
        if self._window.page_name == VISITS:
            if read.opened is None:
                self._visits.page.not_opened(read.text)
                return
            self._review.page.expect(read.session)
            self._window.open(REVIEW)
        elif self._window.page_name != REVIEW:
            return
        if read.opened is None:
            self._review.page.not_opened(read.text)
        else:
            self._review.page.show_visit(read.opened, read.viewer)
