"""One protocol in short, with the ways on: edit it, begin another from it, go back to the shipped one."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Badge, Button, ElidingLabel, Label, Panel, PrimaryButton, QuietButton, TextField
from nursestation.ui.layouts import column, keep_tab_order, labelled, row, say
from nursestation.ui.monitors.facts import Facts
from nursestation.ui.protocols.view import Detail
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone


class DetailPanel(Panel):
    """A protocol.

    Signals:
        edit_wanted: It shall be edited.
        copy_wanted: Another shall begin as a copy of it, with this title.
        back_wanted: The clinic's own shall go; the person has confirmed it.
    """

    edit_wanted = Signal()
    copy_wanted = Signal(str)
    back_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("protocol_detail", Surface.PANEL, parent=parent)
        self._shown = ""
        self._title = ElidingLabel("", Text.TITLE, object_name="protocol_detail_title")
        self._badge = Badge("", Tone.SOFT, object_name="protocol_detail_origin")
        self._note = Label(tone=Tone.SOFT, object_name="protocol_detail_note", wrap=True)
        self._facts = Facts("protocol_facts")
        self._edit = PrimaryButton(self.tr("Edit…"), "protocol_edit")
        self._copy = Button(self.tr("Copy as new…"), "protocol_copy")
        self._back = QuietButton(self.tr("Back to the shipped one…"), "protocol_back")
        self._asks = Panel("protocol_back_asks", Surface.MESSAGE)
        self._means = Label(object_name="protocol_back_means", wrap=True)
        self._sure = Button(self.tr("Back to the shipped one"), "protocol_back_sure", ButtonKind.DANGER)
        self._keep = Button(self.tr("Keep it"), "protocol_back_keep")
        self._naming = Panel("protocol_copy_asks", Surface.RAISED)
        self._new_title = TextField("protocol_copy_title", self.tr("Title of the new protocol"))
        self._make = PrimaryButton(self.tr("Make the copy"), "protocol_copy_make")
        self._leave = QuietButton(self.tr("Cancel"), "protocol_copy_cancel")
        self._build()
        self._edit.clicked.connect(self.edit_wanted)
        self._copy.clicked.connect(self._ask_title)
        self._make.clicked.connect(self._on_copy)
        self._new_title.returnPressed.connect(self._on_copy)
        self._leave.clicked.connect(self.fold)
        self._back.clicked.connect(self._ask_back)
        self._sure.clicked.connect(self._on_back)
        self._keep.clicked.connect(self.fold)

    def _build(self) -> None:
        head = row(spacing=theme.GAP)
        head.addWidget(self._title, 1)
        head.addWidget(self._badge)
        buttons = row(spacing=theme.GAP)
        buttons.addWidget(self._edit)
        buttons.addWidget(self._copy)
        buttons.addStretch()
        inside = column(margin=theme.MARGIN, spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(self._note)
        inside.addLayout(buttons)
        inside.addWidget(self._naming_panel())
        inside.addWidget(self._facts)
        again = row(spacing=theme.GAP)
        again.addWidget(self._back)
        again.addStretch()
        inside.addLayout(again)
        inside.addWidget(self._asks_panel())
        inside.addStretch()
        self.setLayout(inside)

    def _naming_panel(self) -> QWidget:
        inside = column(margin=theme.MARGIN)
        inside.addLayout(labelled(self.tr("Title of the new protocol"), self._new_title))
        line = row(spacing=theme.MARGIN)
        line.addStretch()
        line.addWidget(self._leave)
        line.addWidget(self._make)
        inside.addLayout(line)
        self._naming.setLayout(inside)
        self._naming.hide()
        return self._naming

    def _asks_panel(self) -> QWidget:
        inside = column(margin=theme.MARGIN)
        inside.addWidget(self._means)
        line = row(spacing=theme.MARGIN)
        line.addStretch()
        line.addWidget(self._keep)
        line.addWidget(self._sure)
        inside.addLayout(line)
        self._asks.setLayout(inside)
        self._asks.hide()
        return self._asks

    def show_detail(self, detail: Detail, *, may_edit: bool) -> None:
        """Show a protocol; another one folds what was asked of the one before."""
        if detail.name != self._shown:
            self._shown = detail.name
            self.fold()
        if self._title.text() != detail.title:
            self._title.setText(detail.title)
        self._badge.show_text(detail.badge, detail.tone)
        say(self._note, detail.note)
        self._facts.show_facts(detail.facts)
        self._edit.setVisible(may_edit)
        self._copy.setVisible(may_edit)
        self._edit.setEnabled(not detail.note)
        self._copy.setEnabled(not detail.note)
        if self._back.text() != detail.back_word:
            self._back.setText(detail.back_word)
            self._back.setAccessibleName(detail.back_word)
            self._sure.setText(detail.back_word.removesuffix("…"))
            self._sure.setAccessibleName(self._sure.text())
        self._back.setVisible(bool(detail.back))
        say(self._means, detail.back)
        if not may_edit:
            self.fold()

    @Slot()
    def fold(self) -> None:
        """Fold what is asked."""
        self._asks.hide()
        self._naming.hide()

    @Slot()
    def _ask_title(self) -> None:
        self._asks.hide()
        self._new_title.setText(self.tr("{}, copy").format(self._title.text()))
        self._naming.show()
        keep_tab_order(self)
        self._new_title.setFocus()
        self._new_title.selectAll()

    @Slot()
    def _ask_back(self) -> None:
        self._naming.hide()
        self._asks.show()
        keep_tab_order(self)
        self._keep.setFocus()

    @Slot()
    def _on_copy(self) -> None:
        self.copy_wanted.emit(self._new_title.text())

    @Slot()
    def _on_back(self) -> None:
        self.fold()
        self.back_wanted.emit()
