"""A visit in review: finished or still running, in the chair's own picture, and marked as what was.

Rules of the file:
1. Nothing on it is live and nothing can be asked of the chair from it; the live station's alarms stay in the top bar.
2. A visit is shown once the station has noted who looks at it. Who signs out, or hands over, takes the picture along.
"""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QWidget

from nursestation.core.model import Operator
from nursestation.core.overlay import VisitLine
from nursestation.core.records import Gap, Wave
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.review_job import CompareVisits, OpenedVisit, ReadWaves
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Badge, Button, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.layouts import column, row, tab_stops
from nursestation.ui.page import Page
from nursestation.ui.plots.wave_look import WaveLook
from nursestation.ui.review.compare import Compare
from nursestation.ui.review.film_view import FilmView
from nursestation.ui.review.head import head_text
from nursestation.ui.review.look import Look
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.theme import Theme

LOOK, FILM, COMPARE = "look", "film", "compare"
_MARGIN = 10


class ReviewPage(Page):
    """One visit that was, or that runs, up to a moment.

    Args:
        theme_: Colours.
        zone: The clinic's time zone, None for the machine's.

    Signals:
        visit_wanted: The session of a visit that is to be read, or read again.
        waves_wanted: A `ReadWaves`; answered by `show_waves`.
        visits_wanted: A `CompareVisits`; answered by `show_compared`.
    """

    visit_wanted = Signal(str)
    waves_wanted = Signal(object)
    visits_wanted = Signal(object)

    def __init__(self, theme_: Theme, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("review_page")
        self.setAccessibleName(self.tr("A visit in review"))
        self._zone, self._theme = zone, theme_
        self._opened: OpenedVisit | None = None
        self._session = ""
        self._chair = 0
        self._operator = self._noted = ""  # who is signed in, and who was noted as looking at the visit
        self._viewer: Operator | None = None
        self._wave_look = WaveLook()
        self._is_fresh = True  # nobody has seen it since it came to the front
        self._build()
        self._connect()
        self._show_none(self.tr("No visit is open here."))

    def _build(self) -> None:
        self._mark = Badge(self.tr("REVIEW · not live"), Tone.WARN, object_name="review_mark")
        self._held = Badge("", Tone.WARN, object_name="review_held")
        self._title = ElidingLabel("", Text.TITLE, object_name="review_title")
        self._when = ElidingLabel("", Text.CAPTION, Tone.SOFT, object_name="review_when")
        self._again = Button(self.tr("Up to now"), "review_again", tip=self.tr("Read what has come since"))
        self._visits = Button(self.tr("Visits…"), "review_visits")
        self._close = QuietButton(self.tr("Close"), "review_close", tip=self.tr("Back to the chair (Esc)"))
        self._ways = Choices(
            "review_way",
            self.tr("How it is looked at"),
            [(LOOK, self.tr("Look")), (FILM, self.tr("Replay")), (COMPARE, self.tr("Compare"))],
        )
        self._ways.choose(LOOK)
        words = column(spacing=0)
        title = row(spacing=theme.GAP)
        title.addWidget(self._title, 1)
        title.addWidget(self._held)
        words.addLayout(title)
        words.addWidget(self._when)
        head = row(spacing=theme.GAP)
        head.addWidget(self._mark)
        head.addLayout(words, 1)
        for part in (self._ways, self._again, self._visits, self._close):
            head.addWidget(part)
        panel = Panel("review_head", Surface.RAISED)
        panel_row = column(margin=6, spacing=0)
        panel_row.addLayout(head)
        panel.setLayout(panel_row)
        self._look = Look(self._theme, self._zone)
        self._film: FilmView | None = None  # made when somebody plays something
        self._compare = Compare(self._theme, self._zone)
        self._compared = ""  # the session whose patient's visits are shown
        self._none = Label("", Text.BODY, Tone.SOFT, object_name="review_none", wrap=True)
        self._none.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._none)
        self._stack.addWidget(self._look)
        self._stack.addWidget(self._compare)
        outer = column(margin=_MARGIN, spacing=theme.GAP)
        outer.addWidget(panel)
        outer.addWidget(self._stack, 1)
        self.setLayout(outer)

    def _connect(self) -> None:
        self._close.clicked.connect(self.closed)
        self._again.clicked.connect(self._on_again)
        self._visits.clicked.connect(self._on_visits)
        self._ways.chosen.connect(self._on_way)
        self._look.waves_wanted.connect(self.waves_wanted)
        self._look.command_requested.connect(self.command_requested)

    # --- what comes ---

    def show_chair(self, number: int) -> None:
        """Take the chair in front: its visit is what is looked at where nothing else was chosen."""
        self._chair = number

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Let go of the visit as soon as somebody else is at the station, or nobody."""
        operator = snapshot.operator.id if snapshot.operator is not None else ""
        self._viewer = snapshot.operator
        self._operator = operator
        if self._opened is not None and operator != self._noted:
            self._show_none(self.tr("Somebody else signed in: open the visit again."))
        self._look.show_held(snapshot.held, snapshot.operator)
        self._show_held()
        if self._is_fresh and not self._session and operator:
            chair = next((one for one in snapshot.chairs if one.number == self._chair), None)
            if chair is not None and chair.visit is not None:
                self.expect(chair.visit.session)
                self.visit_wanted.emit(chair.visit.session)
            else:
                self._is_fresh = False
                self._show_none(self.tr("Nobody is in this chair. Choose a visit from the list."))

    def expect(self, session: str) -> None:
        """Say that a visit is being read."""
        self._session, self._is_fresh = session, False
        if self._opened is None or self._opened.record.summary.id != session:
            self._show_none(self.tr("Reading the visit…"), session)

    def show_visit(self, opened: OpenedVisit, viewer: str | None = None) -> None:
        """Show a visit that was read, to nobody but `viewer`, of whom the station noted it; None for whoever is signed in."""
        self._noted = self._operator if viewer is None else viewer
        if self._noted != self._operator:
            self._show_none(self.tr("Somebody else signed in: open the visit again."))
            return
        self._opened, self._session = opened, opened.record.summary.id
        words = head_text(opened, self._zone)
        self._title.setText(words.title)
        self._when.short = words.short
        self._when.setText(words.when)
        self._again.setVisible(opened.summary.is_running)
        self._ways.setEnabled(True)
        self._look.show_visit(opened)
        self._show_held()
        if self._film is not None:
            self._film.show_visit(None)
        self._ways.choose(LOOK)
        self._stack.setCurrentWidget(self._look)

    def not_opened(self, text: str) -> None:
        """Say why the visit is not shown."""
        self._show_none(text)

    def refused(self, reason: str) -> None:
        """Say why the visit was not held, or its hold not released."""
        self._look.refused(reason)

    def show_waves(self, asked: ReadWaves, waves: tuple[Wave | Gap, ...], text: str) -> None:
        """Hand waves that were read to what asked for them."""
        self._look.show_waves(asked, waves, text)
        if self._film is not None:
            self._film.show_waves(asked, waves, text)

    def show_compared(self, session: str, lines: Sequence[VisitLine], text: str) -> None:
        """Show the visits that were asked for."""
        if self._opened is not None and session == self._session:
            self._compare.show_lines(session, lines, text)

    def set_look(self, look: WaveLook) -> None:
        """Draw waves as they are drawn at the chair."""
        self._wave_look = look
        self._look.set_look(look)
        if self._film is not None:
            self._film.set_look(look)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._theme = theme_
        self._look.set_theme(theme_)
        self._compare.set_theme(theme_)
        if self._film is not None:
            self._film.set_theme(theme_)

    def stops(self) -> list[QWidget]:
        """Return what the tab key goes to: nothing of a page that is only played."""
        if self._film is None or self._stack.currentWidget() is not self._film:
            return tab_stops(self)
        return [*(one for one in tab_stops(self) if not self._film.isAncestorOf(one)), *self._film.stops()]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the visit with the page: opened again, it is asked for and noted again."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._is_fresh = True
            self._show_none(self.tr("No visit is open here."))

    def _show_held(self) -> None:
        self._held.show_text(self.tr("Must be kept") if self._opened is not None and self._look.is_held else "")

    def _show_none(self, text: str, session: str = "") -> None:
        self._opened, self._session = None, session
        self._title.setText("")
        self._when.setText("")
        self._held.show_text("")
        self._again.hide()
        self._ways.setEnabled(False)
        self._look.show_visit(None)
        self._compared = ""
        self._compare.show_lines("", ())
        if self._film is not None:
            self._film.show_visit(None)
        self._none.setText(text)
        self._stack.setCurrentWidget(self._none)

    # --- what a person does ---

    @Slot(str)
    def _on_way(self, key: str) -> None:
        """Look, or play from where the cursor stands."""
        if self._opened is None:
            return
        if key == LOOK:
            self._stack.setCurrentWidget(self._look)
            return
        if key == COMPARE:
            self._compare_visits(self._opened)
            return
        if self._film is None:
            self._film = self._made_film()
        at_ns = self._look.cursor_ns  # which a hidden plot has no more
        self._film.show_visit(self._opened, self._viewer)
        self._stack.setCurrentWidget(self._film)
        if at_ns is not None:
            self._film.seek(at_ns)

    def _compare_visits(self, opened: OpenedVisit) -> None:
        if self._compared != self._session:
            self._compared = self._session
            self._compare.show_lines(self._session, (), self.tr("Reading the patient's visits…"))
            self.visits_wanted.emit(CompareVisits(self._session, opened.record.summary.patient.record_number))
        self._stack.setCurrentWidget(self._compare)

    def _made_film(self) -> FilmView:
        film = FilmView(self._theme, self._zone)
        film.set_look(self._wave_look)
        film.waves_wanted.connect(self.waves_wanted)
        self._stack.addWidget(film)
        film.ensurePolished()
        for part in film.findChildren(QWidget):
            part.ensurePolished()
        theme.rescale(film)
        return film

    @Slot()
    def _on_again(self) -> None:
        if self._session:
            self.visit_wanted.emit(self._session)

    @Slot()
    def _on_visits(self) -> None:
        self.sheet_requested.emit("visits")
