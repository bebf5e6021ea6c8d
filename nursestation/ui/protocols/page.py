"""The protocols' page: every treatment protocol, one in short, and the form that edits it.

Rules of the file:
1. The page decides nothing: a wish of `runtime.protocol_desk` leaves it, an answer comes back. What it shows is made by the
   pure functions beside it.
2. What is typed stays while the page is left or the station locked; it goes with Cancel, with a save, and when somebody
   signs in who may not edit.
"""

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QStackedWidget, QWidget

from nursestation.config.protocol_files import Shelf
from nursestation.core.protocol_words import differences
from nursestation.core.protocols import Protocol
from nursestation.core.snapshot import StationSnapshot
from nursestation.runtime.protocol_desk import (
    CopyProtocol,
    LookAtProtocols,
    ProtocolAnswer,
    SaveProtocol,
    TakeBackProtocol,
)
from nursestation.ui import theme
from nursestation.ui.controls import ElidingLabel, Label, Panel, PrimaryButton, QuietButton
from nursestation.ui.layouts import column, keep_tab_order, row, say, scrolled
from nursestation.ui.monitors.options import Option, OptionList
from nursestation.ui.page import Page
from nursestation.ui.protocols import form_view, view
from nursestation.ui.protocols.detail_panel import DetailPanel
from nursestation.ui.protocols.form import PartForm
from nursestation.ui.roles import Surface, Text, Tone

_MARGIN = 16
_LEFT, _RIGHT = 4, 5
_NOT_REVIEWED = "Not reviewed"
_PARTS, _FORM, _CHANGES = 5, 11, 7


class ProtocolsPage(Page):
    """Treatment protocols.

    Signals:
        wished: A wish of `runtime.protocol_desk`.
    """

    wished = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("protocols_page")
        self.setAccessibleName(self.tr("Treatment protocols"))
        self._snapshot: StationSnapshot | None = None
        self._shelf: Shelf | None = None
        self._chosen = ""
        self._base: Protocol | None = None
        self._draft: dict[str, str] = {}
        self._part = ""
        self._forms: dict[str, PartForm] = {}
        self._is_saving = False
        self._title = Label(self.tr("Treatment protocols"), Text.TITLE, object_name="protocols_title")
        self._notice = ElidingLabel(tone=Tone.SOFT, object_name="protocols_notice")
        self._message = Label(tone=Tone.WARN, object_name="protocols_message", wrap=True)
        self._broken = Label(tone=Tone.WARN, object_name="protocols_broken", wrap=True)
        self._close = QuietButton(self.tr("Close"), "protocols_close", tip=self.tr("Back to the chair (Esc)"))
        self._list = OptionList("protocols_list", self.tr("Protocols"))
        self._detail = DetailPanel()
        self._parts = OptionList("protocol_parts", self.tr("Parts of the protocol"))
        self._stack = QStackedWidget()
        self._changes = Label(object_name="protocol_changes", wrap=True)
        self._effect = Label(tone=Tone.SOFT, object_name="protocol_effect", wrap=True)
        self._problem = Label(tone=Tone.BAD, object_name="protocol_problem", wrap=True)
        self._save = PrimaryButton(self.tr("Save"), "protocol_save")
        self._cancel = QuietButton(self.tr("Cancel"), "protocol_cancel", tip=self.tr("Leave without saving (Esc)"))
        self._halves = QStackedWidget()
        self._build()
        self._connect()

    # --- what is on it ---

    def _build(self) -> None:
        self._message.hide()
        self._broken.hide()
        self._halves.addWidget(self._overview())
        self._halves.addWidget(self._editor())
        outer = column(margin=_MARGIN, spacing=theme.MARGIN)
        outer.addWidget(self._head())
        outer.addWidget(self._message)
        outer.addWidget(self._halves, 1)
        self.setLayout(outer)

    def _head(self) -> Panel:
        panel = Panel("protocols_head", Surface.RAISED)
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
        inside.addWidget(self._broken)
        inside.addWidget(self._list)
        inside.addStretch()
        left.setLayout(inside)
        whole = QWidget()
        halves = row(spacing=2 * theme.MARGIN)
        halves.addWidget(scrolled(left, "protocols_scroll"), _LEFT)
        halves.addWidget(scrolled(self._detail, "protocol_detail_scroll"), _RIGHT)
        self._detail.setProperty("surface", Surface.PANEL.value)
        whole.setLayout(halves)
        return whole

    def _editor(self) -> QWidget:
        parts = QWidget()
        inside = column()
        inside.setContentsMargins(0, 0, theme.GAP, 0)
        inside.addWidget(self._parts)
        inside.addStretch()
        parts.setLayout(inside)
        changes = Panel("protocol_changes_panel", Surface.PANEL)
        told = column(margin=theme.MARGIN, spacing=theme.MARGIN)
        told.addWidget(Label(self.tr("What changes"), Text.TITLE))
        told.addWidget(self._changes)
        told.addWidget(self._effect)
        told.addStretch()
        changes.setLayout(told)
        area = scrolled(changes, "protocol_changes_scroll")
        changes.setProperty("surface", Surface.PANEL.value)
        buttons = row(spacing=theme.MARGIN)
        buttons.addStretch()
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._save)
        right = column(spacing=theme.MARGIN)
        right.addWidget(area, 1)
        right.addWidget(self._problem)
        right.addLayout(buttons)
        whole = QWidget()
        thirds = row(spacing=theme.MARGIN)
        thirds.addWidget(scrolled(parts, "protocol_parts_scroll"), _PARTS)
        thirds.addWidget(self._stack, _FORM)
        thirds.addLayout(right, _CHANGES)
        whole.setLayout(thirds)
        return whole

    def _connect(self) -> None:
        self._close.clicked.connect(self._leave)
        self._list.chosen.connect(self._on_chosen)
        self._detail.edit_wanted.connect(self._on_edit)
        self._detail.copy_wanted.connect(self._on_copy)
        self._detail.back_wanted.connect(self._on_back)
        self._parts.chosen.connect(self._on_part)
        self._save.clicked.connect(self._on_save)
        self._cancel.clicked.connect(self._on_cancel)

    # --- what comes ---

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show what counts for the next check-in, and who is signed in."""
        before, self._snapshot = self._snapshot, snapshot
        is_same = before is not None and (before.protocols, before.operator) == (snapshot.protocols, snapshot.operator)
        if not is_same:
            self._look()

    def show_answer(self, answer: ProtocolAnswer) -> None:
        """Show the files as they are, and how the last wish ended."""
        if answer.shelf is not None:
            self._shelf = answer.shelf
        if not isinstance(answer.wish, LookAtProtocols):
            self._is_saving = False
            say(self._message, answer.problem)
            if not answer.problem:
                self._end_form()
                self._detail.fold()
                self._chosen = answer.name
        elif answer.problem:
            say(self._message, answer.problem)
        self._look()
        if self._base is None and not self._owns_focus():
            self._list.focus_chosen()

    def begin(self) -> None:
        """Begin with the list, or with the form that was left."""
        if self._base is not None and self._part in self._forms:
            self._forms[self._part].begin()
        else:
            self._list.focus_chosen()

    def refused(self, reason: str) -> None:
        """Show why the last wish was not carried out."""
        say(self._message, reason)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave the form, then the page, on Escape; what was typed is not thrown away by a key."""
        if event.key() == Qt.Key.Key_Escape:
            if self._base is not None and not form_view.changed_paths(self._draft, self._base):
                self._on_cancel()
            elif self._base is None:
                self._leave()
            return
        super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Let the files be looked at."""
        super().showEvent(event)
        if not event.spontaneous():
            self.wished.emit(LookAtProtocols())

    def hideEvent(self, event: QHideEvent) -> None:
        """Fold what was asked; what is typed stays."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._detail.fold()
            say(self._message, "")

    def _owns_focus(self) -> bool:
        """Say whether the focus is on something of this page that a person went to."""
        widget = QApplication.focusWidget()
        return widget is not None and widget is not self._close and self.isAncestorOf(widget)

    # --- what is shown ---

    def _look(self) -> None:
        snapshot, shelf = self._snapshot, self._shelf
        if snapshot is None or shelf is None:
            return
        if self._base is not None and snapshot.operator is not None and not view.may_edit(snapshot.operator):
            self._end_form()
        self._halves.setCurrentIndex(0 if self._base is None else 1)
        if self._base is None:
            self._show_overview(snapshot, shelf)
        else:
            self._show_form(self._base)

    def _show_overview(self, snapshot: StationSnapshot, shelf: Shelf) -> None:
        shown = view.overview(snapshot, shelf)
        names = [one.name for one in shown.rows]
        if self._chosen not in names:
            self._chosen = names[0] if names else ""
        self._title.setText(self.tr("Treatment protocols"))
        self._notice.setText(shown.notice)
        say(self._broken, "\n".join(shown.broken))
        self._list.show_options([_option(one) for one in shown.rows], self._chosen)
        found = view.detail(self._chosen, snapshot, shelf)
        if found is not None:
            self._detail.show_detail(found, may_edit=shown.may_edit)

    def _show_form(self, base: Protocol) -> None:
        reading = form_view.read(self._draft, base)
        changed = form_view.changed_paths(self._draft, base)
        self._title.setText(base.title)
        self._notice.setText(self.tr("version {}").format(base.version))
        options = []
        for part in form_view.parts(base):
            n_wrong = len(reading.problems.keys() & set(part.paths))
            n_changed = len(changed & set(part.paths))
            below = self.tr("to correct") if n_wrong else self.tr("changed") if n_changed else ""
            options.append(
                Option(
                    key=part.key,
                    name=part.key,
                    title=part.title,
                    spoken=f"{part.title} {below}".strip(),
                    right="!" if n_wrong else "●" if n_changed else "",
                    tone=Tone.BAD if n_wrong else Tone.ACCENT,
                )
            )
        self._parts.show_options(options, self._part)
        for form in self._forms.values():
            form.show_problems(reading.problems)
        told = differences(base, reading.protocol) if reading.protocol is not None else ()
        words = "\n".join(f"• {one}" for one in told) or self.tr("Nothing yet.")
        if reading.problems:
            words = self.tr("Correct what is marked first.")
        say(self._changes, words)
        effect = self.tr("Counts from the next check-in on, as version {}. An open visit keeps the one it began with.")
        say(self._effect, effect.format(base.version + 1) if told else "")
        problem = reading.problems.get("", "")
        if told and view.is_example(self._draft.get("author", "")):
            problem = problem or self.tr("Say under “Name and dose” who answers for it: a physician of the clinic.")
        say(self._problem, problem)
        is_signed_in = self._snapshot is not None and self._snapshot.operator is not None
        self._save.setEnabled(bool(told) and not problem and is_signed_in and not self._is_saving)

    # --- what a person asks for ---

    @Slot(str)
    def _on_chosen(self, name: str) -> None:
        self._chosen = name
        say(self._message, "")
        self._look()

    @Slot()
    def _on_edit(self) -> None:
        found = view.running(self._chosen, self._snapshot) if self._snapshot is not None else None
        if found is None:
            return
        say(self._message, "")
        self._base = found
        self._draft = form_view.draft_of(found)
        for part in form_view.parts(found):
            form = PartForm(part)
            form.show_draft(self._draft)
            form.changed.connect(self._on_typed)
            self._forms[part.key] = form
            self._stack.addWidget(scrolled(form, f"protocol_part_scroll_{part.key}"))
        self._on_part(next(iter(self._forms)))
        self._parts.focus_chosen()

    @Slot(str)
    def _on_part(self, key: str) -> None:
        self._part = key
        self._stack.setCurrentIndex(list(self._forms).index(key))
        area = self._stack.currentWidget()
        if isinstance(area, QScrollArea):
            area.ensureVisible(0, 0)
        self._look()
        keep_tab_order(self)

    @Slot(str, str)
    def _on_typed(self, path: str, text: str) -> None:
        if self._base is not None and self._draft.get(path) != text:
            self._draft[path] = text
            self._show_form(self._base)

    @Slot(str)
    def _on_copy(self, title: str) -> None:
        snapshot, shelf = self._snapshot, self._shelf
        if snapshot is None or shelf is None or snapshot.operator is None:
            return
        taken = [one.protocol.name for one in shelf.files] + [one.path.stem for one in shelf.broken]
        self.wished.emit(
            CopyProtocol(name=self._chosen, title=title, new_name=view.slug(title, taken), operator=snapshot.operator)
        )

    @Slot()
    def _on_back(self) -> None:
        if self._snapshot is not None and self._snapshot.operator is not None:
            self.wished.emit(TakeBackProtocol(name=self._chosen, operator=self._snapshot.operator))

    @Slot()
    def _on_save(self) -> None:
        snapshot, base = self._snapshot, self._base
        if snapshot is None or snapshot.operator is None or base is None:
            return
        reading = form_view.read(self._draft, base)
        if reading.protocol is None or reading.protocol == base:
            return
        self._is_saving = True
        self._save.setEnabled(False)
        self.wished.emit(SaveProtocol(protocol=reading.protocol, operator=snapshot.operator))

    @Slot()
    def _on_cancel(self) -> None:
        self._end_form()
        self._look()
        self._list.focus_chosen()

    def _end_form(self) -> None:
        self._base, self._draft, self._forms = None, {}, {}
        while (area := self._stack.widget(0)) is not None:
            self._stack.removeWidget(area)
            area.setObjectName("")
            for child in area.findChildren(QWidget):
                child.setObjectName("")
            area.deleteLater()

    @Slot()
    def _leave(self) -> None:
        self.closed.emit()


def _option(one: view.Row) -> Option:
    return Option(
        key=one.name,
        name=one.name,
        title=one.title,
        spoken=one.spoken,
        right=one.version,
        below=one.course,
        badges=(((_NOT_REVIEWED, Tone.WARN),) if one.is_example else ()) + ((one.badge, one.tone),),
    )
