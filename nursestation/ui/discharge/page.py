"""The discharge page: may this patient leave, why, with whom, and who says so.

Rules of the file:
1. The page shows the readiness that the core worked out; answers, driver and signature are commands.
2. What is typed is kept while the page is open; a PIN is forgotten as soon as it is sent.
"""

from datetime import tzinfo

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QWidget

from nursestation.core.commands import (
    AnswerCriterion,
    ConfirmDriver,
    FreeChair,
    MarkReady,
    NameDriver,
    ResolveChart,
    SignDischarge,
)
from nursestation.core.model import ConfirmedHow, Driver
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.controls import Button, Edge, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.discharge.criteria_list import CriteriaList
from nursestation.ui.discharge.sign_panel import SignPanel
from nursestation.ui.discharge.view import DischargeView, discharge_view
from nursestation.ui.driver_form import DriverForm
from nursestation.ui.fitting_scroll import FittingScroll
from nursestation.ui.layouts import column, row, say, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone
from nursestation.ui.sheets.override import OverrideSheet
from nursestation.ui.sheets.view import HurdleKind

_SIDE_WIDTH = 372
_MARGIN = 16


class DischargePage(Page):
    """Criteria on the left; driver and signature on the right."""

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("discharge_page")
        self.setAccessibleName(self.tr("Discharge"))
        self.chair = 0
        self._shown = 0
        self._zone = zone
        self._session: str | None = None
        self._signing = False
        self._patient = Label("", Text.STRONG, object_name="discharge_patient")
        self._course = ElidingLabel(tone=Tone.SOFT, object_name="discharge_course")
        self._earliest = Label(tone=Tone.SOFT, object_name="discharge_earliest")
        self._tally = Label("", Text.TITLE, object_name="discharge_tally")
        self._close = QuietButton(self.tr("Close"), "discharge_close", tip=self.tr("Back to the chair (Esc)"))
        self._message = Label(tone=Tone.WARN, object_name="discharge_message", wrap=True)
        self._criteria = CriteriaList()
        self._override_button = QuietButton(self.tr("Override a line…"), "discharge_override")
        self._open_discharge = Button(
            self.tr("Observation is over: open the discharge"), "discharge_mark_ready", ButtonKind.PRIMARY
        )
        self._guidance = Label(tone=Tone.WARN, object_name="discharge_driver_guidance", wrap=True)
        self._driver = DriverForm("discharge_driver", handover=True)
        self._sign = SignPanel()
        self._override = OverrideSheet(HurdleKind.CRITERION, "discharge_override")
        self._done = Label("", Text.TITLE, object_name="discharge_done", wrap=True)
        self._export = Button(self.tr("Export…"), "discharge_export")
        self._free = Button(self.tr("Free the chair"), "discharge_free_chair", ButtonKind.PRIMARY)
        self._left: QScrollArea = scrolled(self._list(), "discharge_criteria_scroll")
        self._side = QStackedWidget()
        self._build()
        self._connect()

    def _build(self) -> None:
        self._side.addWidget(self._driver_and_signature())
        self._side.addWidget(self._override)
        self._side.addWidget(self._after())
        left = column(margin=_MARGIN, spacing=theme.GAP)
        left.addWidget(self._head())
        left.addWidget(self._message)
        left.addWidget(self._left, 1)
        left.addWidget(self._open_discharge)
        bar = Panel("discharge_side", Surface.BAR, edge=Edge.LEFT)
        theme.set_length(bar, theme.Length.WIDTH, _SIDE_WIDTH)
        inside = column(margin=theme.MARGIN)
        inside.addWidget(self._side)
        bar.setLayout(inside)
        whole = row(spacing=0)
        whole.addLayout(left, 1)
        whole.addWidget(bar)
        self.setLayout(whole)
        self._message.hide()

    def _head(self) -> Panel:
        panel = Panel("discharge_head", Surface.RAISED)
        line: QHBoxLayout = row(spacing=theme.MARGIN)
        line.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        line.addWidget(Label(self.tr("Discharge"), Text.TITLE))
        line.addWidget(self._patient)
        line.addWidget(self._course, 1)
        line.addWidget(self._earliest)
        line.addWidget(self._tally)
        line.addWidget(self._close)
        panel.setLayout(line)
        return panel

    def _list(self) -> QWidget:
        holder = QWidget()
        layout = column(spacing=theme.GAP)
        layout.addWidget(self._criteria)
        foot = row(spacing=theme.MARGIN)
        foot.addWidget(
            Label(
                self.tr(
                    "What the record proves is filled in by itself; what a person must see is ticked by a person."
                    " Only a clinician can override a line, with a reason that prints on the record."
                ),
                Text.CAPTION,
                Tone.SOFT,
                wrap=True,
            ),
            1,
        )
        foot.addWidget(self._override_button)
        layout.addLayout(foot)
        layout.addStretch()
        holder.setLayout(layout)
        return holder

    def _driver_and_signature(self) -> QWidget:
        driver = QWidget()
        upper = column(spacing=theme.GAP)
        upper.addWidget(Label(self.tr("Driver"), Text.TITLE))
        upper.addWidget(self._guidance)
        upper.addWidget(self._driver)
        driver.setLayout(upper)
        holder = QWidget()
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(FittingScroll(driver, "discharge_driver_scroll"))
        layout.addWidget(self._sign)
        layout.addStretch()
        holder.setLayout(layout)
        return holder

    def _after(self) -> QWidget:
        holder = QWidget()
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(self._done)
        layout.addWidget(self._export)
        layout.addWidget(self._free)
        layout.addStretch()
        holder.setLayout(layout)
        return holder

    def _connect(self) -> None:
        self._criteria.answered.connect(self._on_answered)
        self._criteria.resolved.connect(self._on_resolved)
        self._criteria.opened.connect(self._on_form_opened)
        self._driver.named.connect(self._on_driver_named)
        self._driver.confirmed.connect(self._on_driver_confirmed)
        self._sign.signed.connect(self._on_signed)
        self._override_button.clicked.connect(self._on_override)
        self._override.command_requested.connect(self.command_requested)
        self._override.closed.connect(self._on_override_closed)
        self._open_discharge.clicked.connect(self._on_open_discharge)
        self._export.clicked.connect(self._on_export)
        self._free.clicked.connect(self._on_free)
        self._close.clicked.connect(self.closed)

    def show_chair(self, number: int) -> None:
        """Say which chair the page is about from the next snapshot on."""
        self.chair = number

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show the chair's criteria as they stand."""
        if self.chair != self._shown:
            self._shown = self.chair
            self._forget()
        chair = next((one for one in snapshot.chairs if one.number == self.chair), None)
        visit = chair.visit if chair is not None else None
        view = discharge_view(chair, snapshot.operator, snapshot.at.utc_ns, self._zone) if chair is not None else None
        if chair is None or visit is None or view is None:
            self._forget()
            self._show_nothing()
            return
        if visit.session != self._session:
            self._forget()
            self._session = visit.session
        self._show(snapshot, chair, visit, view)

    def _show(self, snapshot: StationSnapshot, chair: ChairSnapshot, visit: VisitView, view: DischargeView) -> None:
        may_act = snapshot.operator is not None and not visit.phase.is_over
        for label, text in ((self._patient, view.patient), (self._course, view.course), (self._tally, view.tally)):
            if label.text() != text:
                label.setText(text)
        say(self._earliest, view.earliest)
        self._left.show()
        self._criteria.show_criteria(chair, view.lines, view.open_effects, may_act)
        self._override_button.setEnabled(may_act)
        self._override_button.setVisible(any(line.may_override for line in view.lines))
        self._open_discharge.setVisible(view.may_open and may_act)
        say(self._guidance, view.driver.guidance)
        self._driver.show_record(visit.driver, visit.driver_confirmed_at_handover)
        self._driver.setEnabled(may_act)
        self._sign.show_view(view)
        self._override.show_chair(chair.number)
        self._override.render(snapshot)
        if view.done:
            self._done.setText(view.done)
            self._free.setEnabled(snapshot.operator is not None)
            self._side.setCurrentIndex(2)
        elif self._side.currentIndex() == 2:
            self._side.setCurrentIndex(0)

    def _show_nothing(self) -> None:
        self._patient.setText(self.tr("Chair {}").format(self.chair))
        self._course.setText(self.tr("Nobody is in observation in this chair."))
        self._tally.setText("")
        self._earliest.hide()
        self._open_discharge.hide()
        self._left.hide()

    def refused(self, reason: str) -> None:
        """Show why the last wish was not carried out, where it was made."""
        if self._side.currentWidget() is self._override:
            self._override.refused(reason)
        elif self._signing:
            self._signing = False
            self._sign.refused(reason)
        else:
            say(self._message, reason)

    def begin(self) -> None:
        """Put the focus where answering begins."""
        super().begin()
        self._criteria.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _forget(self) -> None:
        self._session = None
        self._signing = False
        self._message.hide()
        self._criteria.reset()
        self._driver.clear()
        self._sign.clear()
        self._side.setCurrentIndex(0)

    def _send(self, command: object) -> None:
        self._message.hide()
        self._signing = isinstance(command, SignDischarge)
        self.command_requested.emit(command)

    @Slot(str, bool, str, object)
    def _on_answered(self, criterion: str, met: bool, evidence: str, score: int | None) -> None:
        self._send(AnswerCriterion(chair=self.chair, criterion=criterion, met=met, evidence=evidence, score=score))

    @Slot(str)
    def _on_resolved(self, entry_id: str) -> None:
        self._send(ResolveChart(chair=self.chair, entry_id=entry_id))

    @Slot(QWidget)
    def _on_form_opened(self, form: QWidget) -> None:
        self._left.ensureWidgetVisible(form)

    @Slot(object)
    def _on_driver_named(self, driver: Driver) -> None:
        self._send(NameDriver(chair=self.chair, driver=driver))

    @Slot(object)
    def _on_driver_confirmed(self, how: ConfirmedHow) -> None:
        self._send(ConfirmDriver(chair=self.chair, how=how))

    @Slot(str, str, str)
    def _on_signed(self, meaning: str, seen: str, pin: str) -> None:
        self._send(SignDischarge(chair=self.chair, meaning=meaning, seen=seen, pin=pin))

    @Slot()
    def _on_open_discharge(self) -> None:
        self._send(MarkReady(chair=self.chair))

    @Slot()
    def _on_override(self) -> None:
        self._side.setCurrentWidget(self._override)

    @Slot()
    def _on_override_closed(self) -> None:
        if self._side.currentWidget() is self._override:
            self._side.setCurrentIndex(0)

    @Slot()
    def _on_export(self) -> None:
        self.sheet_requested.emit("export")

    @Slot()
    def _on_free(self) -> None:
        self._send(FreeChair(chair=self.chair))
        self.closed.emit()
