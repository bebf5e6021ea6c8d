"""The check-in page: the patient sits down, the gates are answered one by one, the baseline is taken, the infusion starts.

Rules of the file:
1. Before the visit is open the page shows the patient's form, afterwards the gates; a started visit closes it.
2. All gates stand in sight at once; the question of one of them is in front. Answering it brings the next one that stands
   in the way, and the start once nothing does.
3. What is typed is kept at every key (`drafts.py`), and put back when page, chair or program come back. A snapshot fills in
   what the record holds and touches no draft.
"""

from collections.abc import Sequence
from datetime import tzinfo
from itertools import pairwise

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QStackedWidget, QWidget

from nursestation.core.access import may
from nursestation.core.commands import CheckIn, EndEarly, KeepDraft
from nursestation.core.history import PatientCard, PatientHistory
from nursestation.core.model import Patient, SeriesPlace
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.checkin.asked_forms import AvailableForm, ChecksForm, PregnancyForm, ReferralForm
from nursestation.ui.checkin.drafts import DraftKeeper
from nursestation.ui.checkin.driver_form import DriverForm
from nursestation.ui.checkin.fasting_form import FastingForm
from nursestation.ui.checkin.gate_board import GateBoard
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.checkin.listed_forms import ExclusionsForm, MedicinesForm
from nursestation.ui.checkin.measured_forms import BaselineForm, MonitorsForm
from nursestation.ui.checkin.patient_form import PatientForm
from nursestation.ui.checkin.person_forms import AllergiesForm, ConsentForm, IdentityForm, WeightForm
from nursestation.ui.checkin.question_pane import QuestionPane
from nursestation.ui.checkin.scores_form import ScoresForm
from nursestation.ui.checkin.start_form import StartForm, start_words
from nursestation.ui.checkin.view import START, CheckInView, GateRow, Step, check_in_view, next_gate
from nursestation.ui.controls import Badge, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.layouts import column, row, say, scrolled, tab_stops
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.sheets.cuff import CuffSheet
from nursestation.ui.sheets.override import OverrideSheet
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import HurdleKind
from nursestation.ui.timetext import local_time
from nursestation.ui.typed_by import typed_words

_LEFT, _RIGHT = 13, 10
_MARGIN = 16


class CheckInPage(Page):
    """From an empty chair to the start.

    Signals:
        patients_wanted: Who of the patients here fits these words; answered by `show_patients`.
        history_wanted: A patient's earlier visits, by record number; answered by `show_history`.
    """

    patients_wanted = Signal(str)
    history_wanted = Signal(str)

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("check_in_page")
        self.setAccessibleName(self.tr("Check-in"))
        self.chair = 0
        self._shown = 0
        self._zone = zone
        self._session: str | None = None
        self._rows: tuple[GateRow, ...] = ()
        self._gate = ""
        self._typed_by: dict[str, str] = {}
        self._sender: GateForm | None = None
        self._asked_for = ""
        self._is_history_due = False
        self._why_not = ""
        self._history: PatientHistory | None = None
        self._whose = Label("", Text.STRONG, object_name="check_in_whose")
        self._protocol = ElidingLabel(tone=Tone.SOFT, object_name="check_in_course")
        self._allergies = Badge("", Tone.WARN, object_name="check_in_allergies_told", may_shrink=True)
        self._tally = Label("", Text.TITLE, object_name="check_in_tally")
        self._end = QuietButton(self.tr("End early…"), "check_in_end_early")
        self._close = QuietButton(self.tr("Close"), "check_in_close", tip=self.tr("Back to the chair (Esc)"))
        self._message = Label(tone=Tone.WARN, object_name="check_in_message", wrap=True)
        self._patient = PatientForm(zone)
        self._baseline, self._monitors = BaselineForm(zone), MonitorsForm(zone)
        self._start = StartForm()
        forms: tuple[GateForm, ...] = (
            IdentityForm(zone),
            WeightForm(),
            AllergiesForm(),
            ConsentForm(),
            FastingForm(zone),
            ExclusionsForm(),
            PregnancyForm(),
            MedicinesForm(),
            ReferralForm(),
            AvailableForm(),
            ChecksForm(),
            DriverForm(zone),
            self._baseline,
            ScoresForm(),
            self._monitors,
            self._start,
        )
        self._forms = {form.form: form for form in forms}
        self._board = GateBoard()
        self._pane = QuestionPane(self._forms)
        self._override = OverrideSheet(HurdleKind.GATE, "check_in_override")
        self._cuff = CuffSheet("check_in_bp")
        self._halves = QStackedWidget()
        self._side = QStackedWidget()
        self._drafts = DraftKeeper(self)
        self._build()
        self._connect()

    def _build(self) -> None:
        self._side.addWidget(self._pane)
        self._side.addWidget(self._override)
        self._side.addWidget(self._cuff)
        second = QWidget()
        halves = row(spacing=theme.MARGIN)
        left = column()
        left.addWidget(self._board, 1)
        left.addStretch()
        halves.addLayout(left, _LEFT)
        halves.addWidget(self._side, _RIGHT)
        second.setLayout(halves)
        self._halves.addWidget(scrolled(_holding(self._patient), "check_in_patient_scroll"))
        self._halves.addWidget(second)
        outer = column(margin=_MARGIN, spacing=theme.MARGIN)
        self._header = self._head()
        outer.addWidget(self._header)
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
        self._patient.edited.connect(self._on_patient_edited)
        self._patient.search_wanted.connect(self.patients_wanted)
        self._patient.history_wanted.connect(self.history_wanted)
        for form in self._forms.values():
            form.asked.connect(self._on_asked)
            form.edited.connect(self._on_edited)
            form.answered.connect(self._on_answered)
            form.stayed.connect(self._focus_question)
        self._board.chosen.connect(self._bring)
        self._pane.override_wanted.connect(self._on_override_wanted)
        self._pane.skipped.connect(self._on_skipped)
        self._baseline.cuff_wanted.connect(self._on_cuff_wanted)
        self._monitors.patient_asked.connect(self._on_patient_asked)
        for sheet in (self._override, self._cuff):
            sheet.command_requested.connect(self.command_requested)
            sheet.closed.connect(self._on_sheet_closed)
        self._override.passed.connect(self._on_overridden)
        self._end.clicked.connect(self._on_end)
        self._close.clicked.connect(self.closed)
        self._drafts.kept.connect(self.command_requested)
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        application.focusChanged.connect(self._on_focus)

    # --- what comes from the window ---

    def show_chair(self, number: int) -> None:
        """Say which chair the page is about from the next snapshot on."""
        if number != self.chair:
            self._drafts.flush()
        self.chair = number

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show the chair's gates, or the patient's form while the chair is free."""
        chair = next((one for one in snapshot.chairs if one.number == self.chair), None)
        if chair is None:
            return
        reason = why_not(snapshot.operator, CheckIn)
        self._drafts.allow(may(snapshot.operator, KeepDraft))
        session = chair.visit.session if chair.visit is not None else None
        is_other = self.chair != self._shown or session != self._session
        if is_other:
            self._shown, self._session = self.chair, session
            self._drafts.forget_others(self.chair, session or "")
            self._forget()
        view = check_in_view(chair, self._zone)
        if self._is_history_due and not reason:
            self._is_history_due = False
            self._ask_history_again(chair)
        if view is None or chair.visit is None:
            self._show_patient_form(snapshot, chair, reason, is_other)
            return
        self._show_gates(snapshot, chair, chair.visit, view, reason, is_other)
        if view.step is Step.STARTED and self.isVisible():
            self.closed.emit()

    def refused(self, reason: str) -> None:
        """Show why the last wish was not carried out, and bring back what was sent."""
        if isinstance(self._side.currentWidget(), Sheet):
            self._override.refused(reason)
            return
        self._message.setText(reason)
        self._message.show()
        if self._sender is not None:
            sender, self._sender = self._sender, None
            sender.refused()
            gate = next((one.id for one in self._rows if one.form == sender.form), START)
            self._bring(gate)

    def show_patients(self, text: str, cards: Sequence[PatientCard], trouble: str = "") -> None:
        """Take who fits the words that were asked for; `trouble` says why they could not be looked up."""
        self._patient.show_found(text, cards, trouble)

    def show_history(self, record_number: str, history: PatientHistory | None, trouble: str = "") -> None:
        """Take a patient's earlier visits, None for a patient who has none; `trouble` says why they could not be read."""
        if self._session is None:
            self._patient.show_history(record_number, history, trouble)
        elif record_number == self._asked_for:
            self._history = history

    def forget_history(self) -> None:
        """Let go of earlier visits, for somebody else is at the station or nobody; who is, asks for them again."""
        self._history = None
        self._patient.forget_history()
        self._is_history_due = True

    def begin(self) -> None:
        """Put the cursor where typing begins."""
        super().begin()
        if self._halves.currentIndex() == 0:
            self._patient.focus_first()
        else:
            self._focus_question()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Hand over what is typed: the page is left."""
        super().hideEvent(event)
        self._drafts.flush()

    # --- what is shown ---

    def _show_patient_form(self, snapshot: StationSnapshot, chair: ChairSnapshot, reason: str, is_other: bool) -> None:
        self._whose.setText(self.tr("Chair {}").format(self.chair))
        self._protocol.setText("")
        self._allergies.show_text("")
        self._tally.hide()
        self._end.hide()
        self._patient.show_station(snapshot.protocols, local_time(snapshot.at.utc_ns, self._zone).date(), reason)
        if is_other:
            self._patient.restore(self._drafts.draft(self.chair, "", "patient", chair.draft("patient")))
        self._patient.tell_typed_by(typed_words(chair.draft_by("patient"), snapshot))
        self._halves.setCurrentIndex(0)

    def _show_gates(
        self,
        snapshot: StationSnapshot,
        chair: ChairSnapshot,
        visit: VisitView,
        view: CheckInView,
        reason: str,
        is_other: bool,
    ) -> None:
        if reason != self._why_not:
            self._why_not = reason
            say(self._message, reason)
        self._rows = view.rows
        self._typed_by = {name: typed_words(chair.draft_by(name), snapshot) for name in self._forms}
        self._whose.setText(view.headline)
        self._protocol.setText(view.protocol)
        self._allergies.show_text(self.tr("Allergies: {}").format(view.allergies))
        self._tally.setText(self.tr("{} of {} met").format(view.n_met, view.n_gates))
        self._tally.show()
        self._end.show()
        self._end.allow(why_not(snapshot.operator, EndEarly))
        if is_other:
            self._asked_for = visit.patient.record_number
            self.history_wanted.emit(self._asked_for)
        scene = Scene(snapshot, chair, visit, self._history)
        for form in self._forms.values():
            form.render_scene(scene)
        if is_other:
            self._put_drafts_back(chair, visit)
        drafts = frozenset(name for name, form in self._forms.items() if form.draft())
        self._board.show_gates(view.rows, drafts, _start_tile(self, view, chair.number, visit))
        if self._gate not in [START, *(one.id for one in view.rows)]:
            self._gate = next_gate(view.rows, "") or START
        self._show_question()
        for sheet in (self._override, self._cuff):
            sheet.show_chair(chair.number)
            sheet.render(snapshot)
        if self._halves.currentIndex() != 1 or is_other:
            self._halves.setCurrentIndex(1)
            self._bring(self._gate)

    def _put_drafts_back(self, chair: ChairSnapshot, visit: VisitView) -> None:
        for name, form in self._forms.items():
            kept = self._drafts.draft(chair.number, visit.session, name, chair.draft(name))
            if kept:
                form.restore(kept)

    def _show_question(self) -> None:
        gate = next((one for one in self._rows if one.id == self._gate), None)
        if gate is None:
            self._show_form_of(self.tr("Start"), "", Tone.SOFT, self._start)
            self._pane.allow(override=False, why_not=self._why_not)
            return
        self._show_form_of(
            gate.title, gate.evidence, Tone.WARN if gate.warns else Tone.SOFT, self._forms.get(gate.form)
        )
        self._pane.allow(override=gate.may_override, why_not=self._why_not)

    def _show_form_of(self, title: str, evidence: str, tone: Tone, form: GateForm | None) -> None:
        is_draft = form is not None and bool(form.draft())
        typed_by = self._typed_by.get(form.form, "") if form is not None else ""
        self._pane.show_question(title, evidence, tone=tone, is_draft=is_draft, typed_by=typed_by)

    @Slot(str)
    def _bring(self, gate: str) -> None:
        """Bring a gate's question to the front."""
        if gate != self._gate:
            self._start.hold()
        self._gate = gate
        self._side.setCurrentIndex(0)
        self._pane.bring(self._form_name)
        self._board.choose(gate)
        self._show_question()
        if self.isVisible():
            self._focus_question()

    @property
    def _form_name(self) -> str:
        return next((one.form for one in self._rows if one.id == self._gate), START)

    @Slot()
    def _focus_question(self) -> None:
        """Put the cursor where typing begins, and let the tab key go on from there."""
        for before, after in pairwise(self._chain()):
            QWidget.setTabOrder(before, after)
        form = self._forms.get(self._form_name)
        first = form.first if form is not None else None
        if first is not None and first.isVisibleTo(self) and first.isEnabled():
            first.setFocus()
        else:
            tile = self._board.tile(self._gate) or self._board.tile(START)
            if tile is not None:
                tile.setFocus()

    def stops(self) -> list[QWidget]:
        """Let the tab key go from the gate through its question to the next gate."""
        if self._halves.currentIndex() == 0 or self._side.currentWidget() is not self._pane:
            return super().stops()
        return [*tab_stops(self._header), *self._chain()]

    def _ask_history_again(self, chair: ChairSnapshot) -> None:
        if chair.visit is None:
            self._patient.ask_again()
        else:
            self._asked_for = chair.visit.patient.record_number
            self.history_wanted.emit(self._asked_for)

    def _chain(self) -> list[QWidget]:
        tiles = self._board.tiles
        at = next((index for index, tile in enumerate(tiles) if tile.id == self._gate), len(tiles) - 1)
        return [*tiles[: at + 1], *tab_stops(self._pane), *tiles[at + 1 :]]

    def _forget(self) -> None:
        self._message.hide()
        self._why_not = ""
        self._sender = None
        self._gate = ""
        self._history = None
        self._patient.clear()
        for form in self._forms.values():
            form.clear()
        self._side.setCurrentIndex(0)

    # --- what a person does ---

    @Slot(object, str, object)
    def _on_open(self, patient: Patient, protocol: str, series: SeriesPlace | None) -> None:
        self._message.hide()
        self._drafts.flush()  # before what uses it up: handed over after it, it would be kept for the whole visit
        self.command_requested.emit(CheckIn(chair=self.chair, patient=patient, protocol=protocol, series=series))

    @Slot(object)
    def _on_asked(self, command: object) -> None:
        self._message.hide()
        sender = self.sender()
        self._sender = sender if isinstance(sender, GateForm) else None
        self._drafts.flush()
        self.command_requested.emit(command)

    @Slot()
    def _on_edited(self) -> None:
        form = self.sender()
        if isinstance(form, GateForm) and self._session is not None:
            self._drafts.note(self._shown, self._session, form.form, form.draft())

    @Slot()
    def _on_patient_edited(self) -> None:
        if self._session is None and self._shown:
            self._drafts.note(self._shown, "", "patient", self._patient.draft())

    @Slot()
    def _on_answered(self) -> None:
        form = self.sender()
        if isinstance(form, GateForm):
            self._bring(next_gate(self._rows, form.form) or START)

    @Slot()
    def _on_skipped(self) -> None:
        self._bring(next_gate(self._rows, self._form_name) or START)

    @Slot()
    def _on_end(self) -> None:
        self.sheet_requested.emit("end_early")

    @Slot()
    def _on_patient_asked(self) -> None:
        self.sheet_requested.emit("monitor_patient")

    @Slot()
    def _on_override_wanted(self) -> None:
        self._override.ask_for(self._gate)
        self._side.setCurrentWidget(self._override)

    @Slot()
    def _on_cuff_wanted(self) -> None:
        self._side.setCurrentWidget(self._cuff)

    @Slot()
    def _on_sheet_closed(self) -> None:
        self._side.setCurrentIndex(0)

    @Slot(str)
    def _on_overridden(self, _gate: str) -> None:
        self._bring(next_gate(self._rows, self._form_name) or START)

    @Slot(QWidget, QWidget)
    def _on_focus(self, before: QWidget | None, _after: QWidget | None) -> None:
        if before is not None and self.isAncestorOf(before):
            self._drafts.flush()


def _start_tile(owner: QWidget, view: CheckInView, number: int, visit: VisitView) -> tuple[str, str]:
    n_left = len(view.missing)
    if n_left:
        return owner.tr("Start"), owner.tr("{} still missing").format(n_left)
    return owner.tr("Start"), start_words(number, visit.patient)


def _holding(content: QWidget) -> QWidget:
    holder = QWidget()
    layout = column()
    layout.addWidget(content)
    holder.setLayout(layout)
    return holder
