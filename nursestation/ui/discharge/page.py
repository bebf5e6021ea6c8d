"""The discharge page: may this patient leave, why, with whom, and who says so.

Rules of the file:
1. The page shows the readiness that the core worked out; answers, driver and signature are commands.
2. What is typed is kept while the page is open; a PIN is forgotten as soon as it is sent.
3. What only some visits need (override, shortening, another way of leaving) takes the side's place until it is done.
"""

from datetime import tzinfo
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QStackedWidget, QWidget

from nursestation.core.access import may
from nursestation.core.commands import (
    AnswerCriterion,
    ChooseLeaving,
    ConfirmDriver,
    FreeChair,
    InstructionsGiven,
    KeepDraft,
    MarkReady,
    OverrideCriterion,
    SignDischarge,
)
from nursestation.core.criteria import OK
from nursestation.core.model import LeavingPath
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.checkin.drafts import DraftKeeper
from nursestation.ui.controls import Button, Edge, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.discharge.criteria_list import CriteriaList
from nursestation.ui.discharge.driver_panel import DriverAtHandover
from nursestation.ui.discharge.sign_panel import SignPanel
from nursestation.ui.discharge.view import DischargeView, LeavingPanel, discharge_view
from nursestation.ui.fitting_scroll import FittingScroll
from nursestation.ui.layouts import column, row, say, scrolled
from nursestation.ui.page import Page
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone
from nursestation.ui.sheets.leaving import AgainstAdviceSheet, NoDriverSheet
from nursestation.ui.sheets.override import OverrideSheet
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.shorten import ShortenSheet
from nursestation.ui.sheets.view import HurdleKind
from nursestation.ui.typed_by import TypedBy, by_hand

_SIDE_WIDTH = 372
_MARGIN = 16


class DischargePage(Page):
    """Criteria on the left; driver, way of leaving and signature on the right.

    Signals:
        print_wanted: The chair, its visit (`VisitView`) and the language ("" for the protocol's own) of the instructions to
            print; the window's owner answers with `printed` or `not_printed`.
    """

    print_wanted = Signal(int, object, str)

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("discharge_page")
        self.setAccessibleName(self.tr("Discharge"))
        self.chair = 0
        self._shown = 0
        self._zone = zone
        self._session: str | None = None
        self._signing = False
        self._confirming = False
        self._patient = Label("", Text.STRONG, object_name="discharge_patient")
        self._course = ElidingLabel(tone=Tone.SOFT, object_name="discharge_course")
        self._earliest = Label(tone=Tone.SOFT, object_name="discharge_earliest")
        self._tally = Label("", Text.TITLE, object_name="discharge_tally")
        self._close = QuietButton(self.tr("Close"), "discharge_close", tip=self.tr("Back to the chair (Esc)"))
        self._message = Label(tone=Tone.WARN, object_name="discharge_message", wrap=True)
        self._criteria = CriteriaList(zone)
        self._drafts = DraftKeeper(self)
        self._typed_by = TypedBy("discharge_typed_by")
        self._visit: VisitView | None = None
        self._override_button = QuietButton(self.tr("Override a line…"), "discharge_override")
        how = self.tr(
            "What the record proves is filled in by itself; what a person must see is ticked by a person."
            " Only a clinician can override a line, with a reason that prints on the record."
        )
        self._how = Label(how, Text.CAPTION, Tone.SOFT, object_name="discharge_how", wrap=True)
        self._open_discharge = Button(
            self.tr("Observation is over: open the discharge"), "discharge_mark_ready", ButtonKind.PRIMARY
        )
        self._driver = DriverAtHandover()
        self._leaving = Label(object_name="discharge_leaving", wrap=True)
        self._with_driver = QuietButton(self.tr("Leaves with the driver after all"), "discharge_with_driver")
        self._without = QuietButton(self.tr("No driver…"), "discharge_no_driver")
        self._against = QuietButton(self.tr("Against advice…"), "discharge_against_advice")
        self._sign = SignPanel()
        self._override = OverrideSheet(HurdleKind.CRITERION, "discharge_override")
        self._shorten = ShortenSheet("discharge_shorten")
        self._no_driver = NoDriverSheet("discharge_leave_no_driver")
        self._against_advice = AgainstAdviceSheet("discharge_leave_against_advice")
        self._sheets: tuple[Sheet, ...] = (self._override, self._shorten, self._no_driver, self._against_advice)
        self._done = Label("", Text.TITLE, object_name="discharge_done", wrap=True)
        self._export = Button(self.tr("Export…"), "discharge_export")
        self._free = Button(self.tr("Free the chair"), "discharge_free_chair", ButtonKind.PRIMARY)
        self._left: QScrollArea = scrolled(self._list(), "discharge_criteria_scroll")
        self._side = QStackedWidget()
        self._build()
        self._connect()

    def _build(self) -> None:
        self._main = self._driver_and_signature()
        self._over = self._after()
        for widget in (self._main, *self._sheets, self._over):
            self._side.addWidget(widget)
        left = column(margin=_MARGIN, spacing=theme.GAP)
        left.addWidget(self._head())
        left.addWidget(self._message)
        left.addWidget(self._typed_by)
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
        first, second = row(spacing=theme.MARGIN), row(spacing=theme.MARGIN)
        first.addWidget(Label(self.tr("Discharge"), Text.TITLE))
        first.addWidget(self._patient)
        first.addStretch()
        second.addWidget(self._course, 1)
        second.addWidget(self._earliest)
        told = column(spacing=0)
        told.addLayout(first)
        told.addLayout(second)
        line.addLayout(told, 1)
        line.addWidget(self._tally)
        line.addWidget(self._close)
        panel.setLayout(line)
        return panel

    def _list(self) -> QWidget:
        holder = QWidget()
        layout = column(spacing=theme.GAP)
        layout.addWidget(self._criteria)
        foot = row(spacing=theme.MARGIN)
        foot.addWidget(self._how, 1)
        foot.addWidget(self._override_button)
        layout.addLayout(foot)
        layout.addStretch()
        holder.setLayout(layout)
        return holder

    def _driver_and_signature(self) -> QWidget:
        driver = QWidget()
        upper = column(spacing=theme.GAP)
        upper.addWidget(Label(self.tr("Driver"), Text.TITLE))
        upper.addWidget(self._driver)
        upper.addWidget(self._leaving)
        upper.addWidget(self._with_driver)
        others = row()
        others.addWidget(self._without)
        others.addWidget(self._against)
        others.addStretch()
        upper.addLayout(others)
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
        self._criteria.asked.connect(self._send)
        self._criteria.opened.connect(self._on_form_opened)
        self._criteria.print_wanted.connect(self._on_print)
        self._criteria.shorten_wanted.connect(self._on_shorten)
        self._criteria.edited.connect(self._on_edited)
        self._drafts.kept.connect(self.command_requested)
        self._driver.asked.connect(self._send)
        self._driver.naming.connect(self._sign.setHidden)
        self._with_driver.clicked.connect(self._on_with_driver)
        self._without.clicked.connect(self._on_without)
        self._against.clicked.connect(self._on_against)
        self._sign.signed.connect(self._on_signed)
        self._override_button.clicked.connect(self._on_override)
        for sheet in self._sheets:
            sheet.command_requested.connect(self.command_requested)
            sheet.closed.connect(self._on_sheet_closed)
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
            form = self._criteria.orthostatic
            form.restore(self._drafts.draft(chair.number, visit.session, form.form, chair.draft(form.form)))
        self._drafts.allow(may(snapshot.operator, KeepDraft))
        self._visit = visit
        self._show(snapshot, chair, visit, view)

    def _show(self, snapshot: StationSnapshot, chair: ChairSnapshot, visit: VisitView, view: DischargeView) -> None:
        operator, is_over = snapshot.operator, visit.phase.is_over
        may_act = may(operator, AnswerCriterion) and not is_over
        for label, text in ((self._patient, view.patient), (self._course, view.course), (self._tally, view.tally)):
            if label.text() != text:
                label.setText(text)
        say(self._earliest, view.earliest)
        self._left.show()
        self._criteria.show_criteria(snapshot, chair, visit, view.lines, view.open_effects, may_act)
        self._override_button.allow(why_not(operator, OverrideCriterion))
        self._override_button.setEnabled(not is_over)
        self._override_button.setVisible(any(line.may_override for line in view.lines))
        self._how.setVisible(any(line.state not in OK for line in view.lines))
        self._open_discharge.setVisible(view.may_open and not is_over)
        self._open_discharge.allow(why_not(operator, MarkReady))
        is_early = view.leaving.path is LeavingPath.AGAINST_ADVICE
        self._open_discharge.setText(
            self.tr("Open the discharge against advice")
            if is_early
            else self.tr("Observation is over: open the discharge")
        )
        self._driver.show_driver(chair.number, visit, view.driver)
        self._driver.setEnabled(may(operator, ConfirmDriver) and not is_over)
        self._show_leaving(view.leaving, why_not(operator, ChooseLeaving), is_over=is_over)
        self._sign.show_view(view)
        held = by_hand(self._criteria) | by_hand(self._driver)
        self._typed_by.follow(held, snapshot, chair.draft_by(self._criteria.orthostatic.form))
        for sheet in self._sheets:
            sheet.show_chair(chair.number)
            sheet.render(snapshot)
        if view.done:
            self._done.setText(view.done)
            self._free.allow(why_not(operator, FreeChair))
            self._side.setCurrentWidget(self._over)
        elif self._side.currentWidget() is self._over:
            self._side.setCurrentWidget(self._main)

    def _show_leaving(self, leaving: LeavingPanel, reason: str, *, is_over: bool) -> None:
        say(self._leaving, leaving.told)
        self._with_driver.setVisible(leaving.path is not LeavingPath.WITH_DRIVER and leaving.may_choose)
        for path, button in ((LeavingPath.NO_DRIVER, self._without), (LeavingPath.AGAINST_ADVICE, self._against)):
            button.setVisible(leaving.path is not path and leaving.may_choose)
        for button in (self._with_driver, self._without, self._against):
            button.allow(reason)
            button.setEnabled(not is_over)

    def _show_nothing(self) -> None:
        self._patient.setText(self.tr("Chair {}").format(self.chair))
        self._course.setText(self.tr("Nobody is in observation in this chair."))
        self._tally.setText("")
        self._earliest.hide()
        self._open_discharge.hide()
        self._left.hide()

    def refused(self, reason: str) -> None:
        """Show why the last wish was not carried out, where it was made."""
        sheet = self._side.currentWidget()
        if isinstance(sheet, Sheet):
            sheet.refused(reason)
        elif self._signing:
            self._signing = False
            self._sign.refused(reason)
        else:
            if self._confirming:
                self._driver.refused()
            self._criteria.orthostatic.refused()
            self._say(reason, Tone.WARN)

    def printed(self, chair: int, language: str, sha256: str, path: Path, printer: str) -> None:
        """Put on record that the instructions were printed or saved, and say where they are.

        Args:
            chair: Whose they are; another one may be in front by now.
            language: As they were asked for.
            sha256: Of the sheet (hex).
            path: The file.
            printer: Where it was printed, "" where there is no printer.
        """
        how: Literal["printed", "file"] = "printed" if printer else "file"
        self._send(InstructionsGiven(chair=chair, language=language, how=how, sha256=sha256))
        if printer:
            self._say(self.tr("Chair {}: instructions printed on {}.").format(chair, printer), Tone.SOFT)
        else:
            self._say(self.tr("No printer here: the instructions are saved as {}.").format(path), Tone.SOFT)

    def not_printed(self, reason: str) -> None:
        """Say why there are no instructions yet."""
        self._say(reason, Tone.WARN)

    def _say(self, words: str, tone: Tone) -> None:
        self._message.set_tone(tone)
        say(self._message, words)

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
        self._visit = None
        self._signing = False
        self._message.hide()
        self._criteria.reset()
        self._criteria.orthostatic.clear()
        self._driver.clear()
        self._sign.clear()
        self._typed_by.forget()
        for sheet in self._sheets:
            sheet.clear()
        self._side.setCurrentWidget(self._main)

    @Slot(object)
    def _send(self, command: object) -> None:
        self._message.hide()
        self._signing = isinstance(command, SignDischarge)
        self._confirming = isinstance(command, ConfirmDriver)
        self.command_requested.emit(command)

    @Slot(QWidget)
    def _on_form_opened(self, form: QWidget) -> None:
        QTimer.singleShot(0, form, lambda: self._left.ensureWidgetVisible(form))  # once it has a place

    @Slot()
    def _on_edited(self) -> None:
        if self._session is not None:
            form = self._criteria.orthostatic
            self._drafts.note(self.chair, self._session, form.form, form.draft())

    @Slot(str)
    def _on_print(self, language: str) -> None:
        if self._visit is not None:
            self._say(self.tr("The instructions are being made…"), Tone.SOFT)
            self.print_wanted.emit(self.chair, self._visit, language)

    @Slot()
    def _on_shorten(self) -> None:
        self._side.setCurrentWidget(self._shorten)

    @Slot()
    def _on_without(self) -> None:
        self._side.setCurrentWidget(self._no_driver)

    @Slot()
    def _on_against(self) -> None:
        self._side.setCurrentWidget(self._against_advice)

    @Slot()
    def _on_with_driver(self) -> None:
        self._send(ChooseLeaving(chair=self.chair, path=LeavingPath.WITH_DRIVER))

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
    def _on_sheet_closed(self) -> None:
        if isinstance(self._side.currentWidget(), Sheet):
            self._side.setCurrentWidget(self._main)

    @Slot()
    def _on_export(self) -> None:
        self.sheet_requested.emit("export")

    @Slot()
    def _on_free(self) -> None:
        self._send(FreeChair(chair=self.chair))
        self.closed.emit()
