"""The check-in page: the patient sits down, the gates are answered one by one, the baseline is taken, the infusion starts.

Rules of the file:
1. Before the visit is open the page shows the patient's form, afterwards the gates; a started visit closes it.
2. What is typed is kept until the page is shown for another chair or visit: a snapshot fills in what the record holds and
   touches no draft, and a look at another chair in between loses nothing.
"""

from datetime import tzinfo

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QWidget

from nursestation.core.commands import (
    AnswerExclusions,
    BeginBaseline,
    CheckIn,
    ConfirmDriver,
    ConfirmIdentity,
    ConfirmMonitors,
    NameDriver,
    RecordConsent,
    RecordFasting,
    StartInfusion,
    TakeBaseline,
)
from nursestation.core.model import ConfirmedHow, Driver, Patient, Route
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.checkin.exclusions_form import ExclusionsForm
from nursestation.ui.checkin.fasting_form import FastingForm
from nursestation.ui.checkin.gate_list import GateList
from nursestation.ui.checkin.patient_form import PatientForm
from nursestation.ui.checkin.start_panel import StartPanel
from nursestation.ui.checkin.view import Asks, CheckInView, Step, check_in_view, suggested_dose
from nursestation.ui.controls import Badge, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.driver_form import DriverForm
from nursestation.ui.layouts import column, row, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.sheets.cuff import CuffSheet
from nursestation.ui.sheets.override import OverrideSheet
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import HurdleKind
from nursestation.ui.timetext import local_time

_LEFT, _RIGHT = 4, 3
_MARGIN = 16


class CheckInPage(Page):
    """From an empty chair to the start."""

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("check_in_page")
        self.setAccessibleName(self.tr("Check-in"))
        self.chair = 0
        self._shown = 0
        self._zone = zone
        self._session: str | None = None
        self._last: StationSnapshot | None = None
        self._whose = Label("", Text.STRONG, object_name="check_in_whose")
        self._protocol = ElidingLabel(tone=Tone.SOFT, object_name="check_in_course")
        self._allergies = Badge("", Tone.WARN, object_name="check_in_allergies_told")
        self._tally = Label("", Text.TITLE, object_name="check_in_tally")
        self._end = QuietButton(self.tr("End early…"), "check_in_end_early")
        self._close = QuietButton(self.tr("Close"), "check_in_close", tip=self.tr("Back to the chair (Esc)"))
        self._message = Label(tone=Tone.WARN, object_name="check_in_message", wrap=True)
        self._patient = PatientForm()
        self._fasting = FastingForm(zone)
        self._exclusions = ExclusionsForm()
        self._driver = DriverForm("check_in_driver", handover=False)
        self._gates = GateList(
            {Asks.FASTING: self._fasting, Asks.EXCLUSIONS: self._exclusions, Asks.DRIVER: self._driver}
        )
        self._start = StartPanel()
        self._override = OverrideSheet(HurdleKind.GATE, "check_in_override")
        self._cuff = CuffSheet("check_in_bp")
        self._halves = QStackedWidget()
        self._side = QStackedWidget()
        self._left: QScrollArea = scrolled(self._gates, "check_in_gates_scroll")
        self._build()
        self._connect()

    def _build(self) -> None:
        self._side.addWidget(scrolled(_holding(self._start), "check_in_start_scroll"))
        self._side.addWidget(self._override)
        self._side.addWidget(self._cuff)
        second = QWidget()
        halves = row(spacing=2 * theme.MARGIN)
        halves.addWidget(self._left, _LEFT)
        halves.addWidget(self._side, _RIGHT)
        second.setLayout(halves)
        self._halves.addWidget(scrolled(_holding(self._patient), "check_in_patient_scroll"))
        self._halves.addWidget(second)
        outer = column(margin=_MARGIN, spacing=theme.MARGIN)
        outer.addWidget(self._head())
        outer.addWidget(self._message)
        outer.addWidget(self._halves, 1)
        self.setLayout(outer)
        self._message.hide()

    def _head(self) -> Panel:
        panel = Panel("check_in_head", Surface.RAISED)
        line: QHBoxLayout = row(spacing=theme.MARGIN)
        line.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        line.addWidget(Label(self.tr("Check-in"), Text.TITLE))
        line.addWidget(self._whose)
        line.addWidget(self._protocol, 1)
        line.addWidget(self._allergies)
        line.addWidget(self._tally)
        line.addWidget(self._end)
        line.addWidget(self._close)
        panel.setLayout(line)
        return panel

    def _connect(self) -> None:
        self._patient.opened.connect(self._on_open)
        self._gates.stated.connect(self._on_stated)
        self._gates.opened.connect(self._on_form_opened)
        self._fasting.recorded.connect(self._on_fasting)
        self._exclusions.answered.connect(self._on_exclusions)
        self._driver.named.connect(self._on_driver_named)
        self._driver.confirmed.connect(self._on_driver_confirmed)
        self._start.baseline_begun.connect(self._on_begin_baseline)
        self._start.baseline_taken.connect(self._on_take_baseline)
        self._start.cuff_wanted.connect(self._on_cuff_wanted)
        self._start.override_wanted.connect(self._on_override_wanted)
        self._start.started.connect(self._on_start)
        for sheet in (self._override, self._cuff):
            sheet.command_requested.connect(self.command_requested)
            sheet.closed.connect(self._on_sheet_closed)
        self._end.clicked.connect(self._on_end)
        self._close.clicked.connect(self.closed)

    def show_chair(self, number: int) -> None:
        """Say which chair the page is about from the next snapshot on."""
        self.chair = number

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show the chair's gates, or the patient's form while the chair is free."""
        self._last = snapshot
        if self.chair != self._shown:
            self._shown = self.chair
            self._forget()
        chair = next((one for one in snapshot.chairs if one.number == self.chair), None)
        if chair is None:
            return
        view = check_in_view(chair, self._zone)
        may_act = snapshot.operator is not None
        if view is None or chair.visit is None:
            self._show_patient_form(snapshot, may_act)
            return
        if chair.visit.session != self._session:
            self._session = chair.visit.session
            self._patient.clear()
            self._message.hide()
        self._show_gates(snapshot, chair, chair.visit, view, may_act)
        if view.step is Step.STARTED and self.isVisible():
            self.closed.emit()

    def refused(self, reason: str) -> None:
        """Show why the last wish was not carried out."""
        if isinstance(self._side.currentWidget(), Sheet):
            self._override.refused(reason)
            return
        self._message.setText(reason)
        self._message.show()

    def begin(self) -> None:
        """Put the cursor where typing begins."""
        super().begin()
        if self._halves.currentIndex() == 0:
            self._patient.focus_first()
        else:
            self._gates.focus_first()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def _show_patient_form(self, snapshot: StationSnapshot, may_act: bool) -> None:
        if self._session is not None:
            self._forget()
        self._whose.setText(self.tr("Chair {}").format(self.chair))
        self._protocol.setText("")
        self._allergies.show_text("")
        self._tally.hide()
        self._end.hide()
        self._patient.show_station(snapshot.protocols, local_time(snapshot.at.utc_ns, self._zone).date(), may_act)
        self._halves.setCurrentIndex(0)

    def _show_gates(
        self, snapshot: StationSnapshot, chair: ChairSnapshot, visit: VisitView, view: CheckInView, may_act: bool
    ) -> None:
        rules = visit.protocol.gates
        self._whose.setText(view.headline)
        self._protocol.setText(view.protocol)
        self._allergies.show_text(self.tr("Allergies: {}").format(view.allergies))
        self._tally.setText(self.tr("{} of {} met").format(view.n_met, view.n_gates))
        self._tally.show()
        self._end.show()
        self._end.setEnabled(may_act)
        self._fasting.show_now(snapshot.at.utc_ns, rules.food_hours, rules.drink_hours)
        self._exclusions.show_questions(rules.exclusions, visit.exclusions)
        self._driver.show_record(visit.driver, visit.driver_confirmed is not None)
        self._gates.show_gates(view.rows, may_act)
        dose = suggested_dose(visit.protocol, visit.patient.weight_kg)
        self._start.show_visit(view, dose, visit.protocol.route is Route.IM, may_act)
        for sheet in (self._override, self._cuff):
            sheet.show_chair(chair.number)
            sheet.render(snapshot)
        if self._halves.currentIndex() != 1:
            self._halves.setCurrentIndex(1)
            self._gates.focus_first()

    def _forget(self) -> None:
        self._session = None
        self._message.hide()
        self._patient.clear()
        self._fasting.clear()
        self._exclusions.clear()
        self._driver.clear()
        self._gates.reset()
        self._start.clear()
        self._side.setCurrentIndex(0)

    def _send(self, command: object) -> None:
        self._message.hide()
        self.command_requested.emit(command)

    def _answered(self, asks: Asks) -> None:
        self._gates.answered(asks)
        if self._gates.is_folded:
            self._start.focus_next_step()

    @Slot(object, str)
    def _on_open(self, patient: Patient, protocol: str) -> None:
        self._send(CheckIn(chair=self.chair, patient=patient, protocol=protocol))

    @Slot(object)
    def _on_stated(self, asks: Asks) -> None:
        if asks is Asks.IDENTITY:
            self._send(ConfirmIdentity(chair=self.chair))
        elif asks is Asks.CONSENT:
            self._send(RecordConsent(chair=self.chair))
        elif asks is Asks.MONITORS:
            self._send(ConfirmMonitors(chair=self.chair))
        elif asks is Asks.PATIENT:
            self.sheet_requested.emit("monitor_patient")

    @Slot(QWidget)
    def _on_form_opened(self, form: QWidget) -> None:
        self._left.ensureWidgetVisible(form)

    @Slot(object, object)
    def _on_fasting(self, food_ns: int, drink_ns: int) -> None:
        self._send(RecordFasting(chair=self.chair, last_food_utc_ns=food_ns, last_drink_utc_ns=drink_ns))
        self._answered(Asks.FASTING)

    @Slot(object)
    def _on_exclusions(self, answers: tuple[tuple[str, bool], ...]) -> None:
        self._send(AnswerExclusions(chair=self.chair, answers=answers))
        self._answered(Asks.EXCLUSIONS)

    @Slot(object)
    def _on_driver_named(self, driver: Driver) -> None:
        self._send(NameDriver(chair=self.chair, driver=driver))
        self._answered(Asks.DRIVER)

    @Slot(object)
    def _on_driver_confirmed(self, how: ConfirmedHow) -> None:
        self._send(ConfirmDriver(chair=self.chair, how=how))
        self._answered(Asks.DRIVER)

    @Slot()
    def _on_begin_baseline(self) -> None:
        self._send(BeginBaseline(chair=self.chair))

    @Slot()
    def _on_take_baseline(self) -> None:
        self._send(TakeBaseline(chair=self.chair))

    @Slot(str)
    def _on_start(self, dose: str) -> None:
        self._send(StartInfusion(chair=self.chair, dose_text=dose))

    @Slot()
    def _on_end(self) -> None:
        self.sheet_requested.emit("end_early")

    @Slot()
    def _on_override_wanted(self) -> None:
        self._side.setCurrentWidget(self._override)

    @Slot()
    def _on_cuff_wanted(self) -> None:
        self._side.setCurrentWidget(self._cuff)

    @Slot()
    def _on_sheet_closed(self) -> None:
        self._side.setCurrentIndex(0)


def _holding(content: QWidget) -> QWidget:
    holder = QWidget()
    layout = column()
    layout.addWidget(content)
    holder.setLayout(layout)
    return holder
