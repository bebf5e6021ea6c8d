"""The monitors' page: the chairs with what feeds them, one monitor in depth, and the form that adds or changes one.

Rules of the file:
1. The page decides nothing: what a person asks for leaves it as a wish of the workbench, what it shows is made by the pure
   functions beside it.
2. A trial ends when the page is left, when the form is, and when nobody is signed in any more.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from devices.detect import Finding
from devices.driver import DriverInfo
from devices.registry import DriverEntry
from nursestation.config.changes import PutMonitor, RemoveChair, RemoveMonitor
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.workbench import (
    BenchState,
    FindMonitor,
    Leave,
    Open,
    Save,
    Saved,
    StopTrying,
    TryMonitor,
)
from nursestation.ui import theme
from nursestation.ui.controls import Button, ElidingLabel, Label, Panel, PrimaryButton, QuietButton
from nursestation.ui.layouts import column, keep_tab_order, row, say, scrolled
from nursestation.ui.monitors import form_view, view
from nursestation.ui.monitors.chair_list import ChairList
from nursestation.ui.monitors.detail_panel import DetailPanel
from nursestation.ui.monitors.form import MonitorForm
from nursestation.ui.monitors.form_view import Draft, ModelOption
from nursestation.ui.monitors.preview import PreviewPanel
from nursestation.ui.monitors.preview_view import preview
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone

_MARGIN = 16
_LEFT, _RIGHT = 4, 5
_FORM, _PREVIEW = 5, 4


class MonitorsPage(Page):
    """Monitors of every chair.

    Signals:
        wished: A wish of `runtime.workbench`.
    """

    wished = Signal(object)

    def __init__(
        self, drivers: Mapping[str, DriverEntry], zone: tzinfo | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("monitors_page")
        self.setAccessibleName(self.tr("Monitors"))
        self._drivers, self._zone = drivers, zone
        self._snapshot: StationSnapshot | None = None
        self._bench: BenchState | None = None
        self._chosen = ""
        self._draft: Draft | None = None
        self._n_saved = 0
        self._is_saving = False
        self._seen: Finding | None = None
        self._kept = ""
        self._title = Label(self.tr("Monitors"), Text.TITLE, object_name="monitors_title")
        self._notice = ElidingLabel(tone=Tone.SOFT, object_name="monitors_notice")
        self._message = Label(tone=Tone.WARN, object_name="monitors_message", wrap=True)
        self._close = QuietButton(self.tr("Close"), "monitors_close", tip=self.tr("Back to the chair (Esc)"))
        self._list = ChairList()
        self._new_chair = Button(self.tr("Add a chair…"), "monitors_new_chair")
        self._empty = Label(object_name="monitors_empty", wrap=True)
        self._first = PrimaryButton(self.tr("Add a monitor…"), "monitors_first")
        self._detail = DetailPanel()
        self._form = MonitorForm(drivers)
        self._preview = PreviewPanel()
        self._visit = Label(tone=Tone.WARN, object_name="monitor_visit", wrap=True)
        self._problem = Label(tone=Tone.SOFT, object_name="monitor_problem", wrap=True)
        self._save = PrimaryButton(self.tr("Save"), "monitor_save")
        self._cancel = QuietButton(self.tr("Cancel"), "monitor_cancel", tip=self.tr("Leave without saving (Esc)"))
        self._halves = QStackedWidget()
        self._side = QStackedWidget()
        self._build()
        self._connect()

    # --- what is on it ---

    def _build(self) -> None:
        self._message.hide()
        self._halves.addWidget(self._overview())
        self._halves.addWidget(self._form_half())
        outer = column(margin=_MARGIN, spacing=theme.MARGIN)
        outer.addWidget(self._head())
        outer.addWidget(self._message)
        outer.addWidget(self._halves, 1)
        self.setLayout(outer)

    def _head(self) -> Panel:
        panel = Panel("monitors_head", Surface.RAISED)
        line = row(spacing=theme.MARGIN)
        line.setContentsMargins(theme.MARGIN, theme.GAP // 2, theme.MARGIN, theme.GAP // 2)
        line.addWidget(self._title)
        line.addWidget(self._notice, 1)
        line.addWidget(self._close)
        panel.setLayout(line)
        return panel

    def _overview(self) -> QWidget:
        left = QWidget()
        inside = column(spacing=theme.MARGIN)
        inside.setContentsMargins(0, 0, theme.GAP, 0)
        inside.addWidget(self._list)
        inside.addWidget(self._new_chair)
        inside.addStretch()
        left.setLayout(inside)
        hint = QWidget()
        words = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        words.addWidget(self._empty)
        line = row()
        line.addWidget(self._first)
        line.addStretch()
        words.addLayout(line)
        words.addStretch()
        hint.setLayout(words)
        self._side.addWidget(hint)
        self._detail_area: QScrollArea = scrolled(self._detail, "monitor_detail_scroll")
        self._detail.setProperty("surface", Surface.PANEL.value)
        self._side.addWidget(self._detail_area)
        whole = QWidget()
        halves = row(spacing=2 * theme.MARGIN)
        halves.addWidget(scrolled(left, "monitors_scroll"), _LEFT)
        halves.addWidget(self._side, _RIGHT)
        whole.setLayout(halves)
        return whole

    def _form_half(self) -> QWidget:
        foot = row(spacing=theme.MARGIN)
        foot.addWidget(self._problem, 1)
        foot.addWidget(self._cancel)
        foot.addWidget(self._save)
        right = column(spacing=theme.MARGIN)
        self._preview_area: QScrollArea = scrolled(self._preview, "monitor_preview_scroll")
        self._preview.setProperty("surface", Surface.PANEL.value)
        right.addWidget(self._preview_area, 1)
        right.addWidget(self._visit)
        right.addLayout(foot)
        whole = QWidget()
        halves = row(spacing=2 * theme.MARGIN)
        self._form_area: QScrollArea = scrolled(self._form, "monitor_form_scroll")
        halves.addWidget(self._form_area, _FORM)
        halves.addLayout(right, _PREVIEW)
        whole.setLayout(halves)
        return whole

    def _connect(self) -> None:
        self._close.clicked.connect(self._leave)
        self._list.chosen.connect(self._on_chosen)
        self._list.add_wanted.connect(self._on_add)
        self._list.removal_wanted.connect(self._on_chair_removal)
        self._new_chair.clicked.connect(self._on_new_chair)
        self._first.clicked.connect(self._on_new_chair)
        self._detail.change_wanted.connect(self._on_change)
        self._detail.removal_wanted.connect(self._on_removal)
        self._form.changed.connect(self._on_draft)
        self._form.find_wanted.connect(self._on_find)
        self._preview.wanted.connect(self._on_try)
        self._preview.stopped.connect(self._on_stop)
        self._save.clicked.connect(self._on_save)
        self._cancel.clicked.connect(self._on_cancel)

    # --- what comes ---

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show the station's side of it: links, patients, who is signed in."""
        self._snapshot = snapshot
        self._look()

    def show_bench(self, bench: BenchState) -> None:
        """Show the workbench's side of it: ports, settings, what is tried."""
        self._bench = bench
        if bench.saved is not None and bench.saved.number != self._n_saved:
            self._n_saved = bench.saved.number
            self._on_saved(bench.saved)
        finding = bench.search.finding if bench.search is not None else None
        if finding is not None and finding is not self._seen:
            self._seen = finding
            self._kept = bench.search.kept if bench.search is not None else ""
            self._on_found(finding)
        self._look()

    def begin(self) -> None:
        """Begin with the list, or with the first monitor where there is none."""
        if self._draft is not None:
            self._form.begin()
        elif self._first.isVisibleTo(self):
            self._first.setFocus()
        else:
            self._close.setFocus()

    def refused(self, reason: str) -> None:
        """Show why the last wish was not carried out."""
        say(self._message, reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the form, then the page, on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            if self._draft is not None:
                self._on_cancel()
            else:
                self._leave()
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Let the workbench look at the ports."""
        super().showEvent(event)
        if not event.spontaneous():  # a window that was minimised comes back as it was left
            self.wished.emit(Open())

    def hideEvent(self, event: QHideEvent) -> None:
        """End what is tried."""
        super().hideEvent(event)
        if event.spontaneous():
            return
        self.wished.emit(Leave())
        self._draft = None
        self._detail.fold()
        say(self._message, "")

    def _look(self) -> None:
        snapshot, bench = self._snapshot, self._bench
        if snapshot is None or bench is None:
            return
        if self._draft is not None and not view.may_change(snapshot.operator):
            self._end_form()
        self._halves.setCurrentIndex(0 if self._draft is None else 1)
        if self._draft is None:
            self._show_overview(snapshot, bench)
        else:
            self._show_form(self._draft, snapshot, bench)

    def _show_overview(self, snapshot: StationSnapshot, bench: BenchState) -> None:
        shown = view.overview(snapshot, bench)
        rows = [monitor for card in shown.chairs for monitor in card.monitors]
        if self._chosen not in [monitor.id for monitor in rows]:
            self._chosen = rows[0].id if rows else ""
        self._title.setText(self.tr("Monitors"))
        self._notice.setText(shown.notice)
        self._list.show_chairs(shown.chairs, self._chosen)
        self._new_chair.setVisible(bool(shown.chairs) and shown.may_change)
        self._new_chair.setEnabled(shown.may_add_chair)
        depth = view.detail(self._chosen, snapshot, bench) if self._chosen else None
        self._side.setCurrentIndex(0 if depth is None else 1)
        if depth is not None:
            self._detail.show_detail(depth)
            return
        words = (
            self.tr(
                "No monitor is set up yet. Connect one by its cable, then add it here: you see what arrives before you save."
            )
            if not shown.chairs
            else self.tr("Choose a monitor on the left, or add one to a chair.")
        )
        say(self._empty, words)
        self._first.setVisible(not shown.chairs)
        self._first.setEnabled(shown.may_add_chair)

    def _show_form(self, draft: Draft, snapshot: StationSnapshot, bench: BenchState) -> None:
        info = self._info(draft)
        title = (
            self.tr("Add a monitor")
            if not draft.replaces
            else self.tr("Change the monitor of chair {}").format(draft.chair)
        )
        self._title.setText(title)
        self._notice.setText("")
        self._form.show_draft(draft, bench, snapshot)
        finding = self._seen
        candidates = finding.candidates if finding is not None else ()
        self._form.show_finding(
            f"{finding.sentence} {self._kept}".strip() if finding is not None else "",
            tuple(self._model(one.driver) for one in candidates if one.driver in self._drivers),
        )
        self._show_preview(draft, info, snapshot, bench)
        say(self._visit, form_view.open_visit_words(draft, snapshot))
        problem = form_view.save_problem(draft, info, bench)
        self._problem.setText(problem)
        self._save.setEnabled(not problem and not self._is_saving)

    def _show_preview(
        self, draft: Draft, info: DriverInfo | None, snapshot: StationSnapshot, bench: BenchState
    ) -> None:
        why_not = form_view.trial_problem(draft, info, bench, snapshot, finding=False)
        search = bench.search
        if search is not None and search.finding is None:
            self._preview.show_search(search.progress.text, search.progress.fraction)
        elif bench.trouble:
            self._preview.show_trouble(bench.trouble, may_try=not why_not, why_not=why_not)
        else:
            gives_cuff = info is not None and "nibp_sys" in info.numerics
            self._preview.show_preview(
                preview(bench.trial, gives_cuff, self._zone),
                is_on=bench.trial is not None,
                may_try=not why_not,
                why_not=why_not,
            )

    def _info(self, draft: Draft) -> DriverInfo | None:
        entry = self._drivers.get(draft.driver)
        return entry.info if entry is not None else None

    def _model(self, driver: str) -> ModelOption:
        info = self._drivers[driver].info
        return form_view.model_option(info)

    # --- what a person asks for ---

    @Slot(str)
    def _on_chosen(self, monitor: str) -> None:
        self._chosen = monitor
        self._look()
        self._detail_area.ensureVisible(0, 0)

    @Slot(int)
    def _on_add(self, chair: int) -> None:
        self._begin_form(Draft(chair=chair))

    @Slot()
    def _on_new_chair(self) -> None:
        if self._snapshot is not None and self._bench is not None:
            number = view.new_chair_number(self._snapshot, self._bench)
            if number is not None:
                self._begin_form(Draft(chair=number))

    @Slot()
    def _on_change(self) -> None:
        settings = view.monitor_of(self._chosen, self._bench) if self._bench is not None else None
        if settings is None or self._bench is None:
            return
        entry = self._drivers.get(settings.driver)
        chair = int(self._chosen.partition(":")[0])
        info = entry.info if entry is not None else None
        self._begin_form(form_view.draft_of(chair, settings, info, self._bench.present))

    @Slot()
    def _on_removal(self) -> None:
        number, _, driver = self._chosen.partition(":")
        if self._snapshot is not None and self._snapshot.operator is not None:
            change = RemoveMonitor(chair=int(number), driver=driver)
            self.wished.emit(Save(change=change, operator=self._snapshot.operator))

    @Slot(int)
    def _on_chair_removal(self, chair: int) -> None:
        if self._snapshot is not None and self._snapshot.operator is not None:
            self.wished.emit(Save(change=RemoveChair(chair=chair), operator=self._snapshot.operator))

    def _begin_form(self, draft: Draft) -> None:
        self._draft = draft
        self._seen = None
        say(self._message, "")
        self._look()
        self._form_area.ensureVisible(0, 0)
        keep_tab_order(self)
        self._form.begin()

    def _end_form(self) -> None:
        self._draft = None
        self._seen = None
        self.wished.emit(StopTrying())

    @Slot(object)
    def _on_draft(self, draft: Draft) -> None:
        """Take a new draft; what is being tried is tried anew with it, or not at all."""
        before = self._draft
        if before is not None and draft.port != before.port:
            self._seen = None  # what was found was on the other port
        if before is not None and draft.driver != before.driver:
            draft = form_view.with_found(draft, self._seen, self._info(draft))
        self._draft = draft
        bench = self._bench
        if bench is not None and before is not None and _is_another(before, draft):
            if bench.trial is not None and self._trial_wish() is not None:
                self.wished.emit(self._trial_wish())
            elif bench.trial is not None or bench.search is not None or bench.trouble:
                self.wished.emit(StopTrying())
        self._look()

    @Slot()
    def _on_try(self) -> None:
        wish = self._trial_wish()
        if wish is not None:
            self.wished.emit(wish)

    def _trial_wish(self) -> TryMonitor | None:
        draft, snapshot, bench = self._draft, self._snapshot, self._bench
        if draft is None or snapshot is None or bench is None:
            return None
        info = self._info(draft)
        if info is None or form_view.trial_problem(draft, info, bench, snapshot, finding=False):
            return None
        return TryMonitor(monitor=form_view.settings_of(draft, info, bench.present), bound=draft.bound)

    @Slot()
    def _on_find(self) -> None:
        draft, bench = self._draft, self._bench
        if draft is not None and bench is not None:
            self._seen = None
            settings = form_view.settings_of(replace(draft, line=None), None, bench.present)
            self.wished.emit(FindMonitor(monitor=settings, bound=draft.bound))

    @Slot()
    def _on_stop(self) -> None:
        self.wished.emit(StopTrying())

    def _on_found(self, finding: Finding) -> None:
        """Take what was found without a doubt into the draft, and show at once what it gives."""
        if self._draft is None or finding.best is None:
            return
        best = finding.best
        entry = self._drivers.get(best.driver)
        if entry is None:
            return
        chosen = replace(self._draft, driver=best.driver, line=None)
        self._draft = form_view.with_found(chosen, finding, entry.info)
        wish = self._trial_wish()
        if wish is not None:
            self.wished.emit(wish)

    @Slot()
    def _on_save(self) -> None:
        draft, snapshot, bench = self._draft, self._snapshot, self._bench
        if draft is None or snapshot is None or bench is None or snapshot.operator is None:
            return
        info = self._info(draft)
        if form_view.save_problem(draft, info, bench):
            return
        monitor = form_view.settings_of(draft, info, bench.present)
        change = PutMonitor(chair=draft.chair, monitor=monitor, replaces=draft.replaces)
        self._is_saving = True
        self._save.setEnabled(False)
        self.wished.emit(Save(change=change, operator=snapshot.operator))

    def _on_saved(self, saved: Saved) -> None:
        self._is_saving = False
        say(self._message, saved.problem)
        if saved.problem:
            return
        change = saved.change
        if isinstance(change, PutMonitor):
            self._chosen = f"{change.chair}:{change.monitor.driver}"
        self._draft = None
        self._seen = None
        self._look()
        self._list.focus_chosen(change.chair)

    @Slot()
    def _on_cancel(self) -> None:
        self._end_form()
        self._look()
        self._close.setFocus()

    @Slot()
    def _leave(self) -> None:
        self.closed.emit()


def _is_another(before: Draft, after: Draft) -> bool:
    """Say whether what would be tried differs."""
    return replace(before, chair=after.chair, may_start_cuff=after.may_start_cuff) != after
