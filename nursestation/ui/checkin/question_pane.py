"""The question in front: its title and evidence, the form that answers it, and the ways on."""

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from nursestation.ui import theme
from nursestation.ui.checkin.gate_form import GateForm
from nursestation.ui.controls import Label, Panel, QuietButton
from nursestation.ui.layouts import column, row, say, scrolled
from nursestation.ui.roles import Surface, Text, Tone

_SPACING = 6


class QuestionPane(Panel):
    """One form is in front; which one changes by a person's own doing alone.

    Signals:
        override_wanted: The gate in front shall be overridden.
        skipped: The next question is wanted without an answer to this one.
    """

    override_wanted = Signal()
    skipped = Signal()

    def __init__(self, forms: Mapping[str, GateForm], parent: QWidget | None = None) -> None:
        super().__init__("check_in_question", Surface.PANEL, parent=parent)
        self._title = Label("", Text.TITLE, object_name="check_in_question_title", wrap=True)
        self._detail = Label(tone=Tone.SOFT, object_name="check_in_question_detail", wrap=True)
        self._draft = Label(role=Text.CAPTION, tone=Tone.WARN, object_name="check_in_question_draft", wrap=True)
        keeps_room = self._draft.sizePolicy()
        keeps_room.setRetainSizeWhenHidden(True)  # a button must not move away under the finger that sends the draft
        self._draft.setSizePolicy(keeps_room)
        self._override = QuietButton(self.tr("Override…"), "check_in_override")
        self._skip = QuietButton(self.tr("Later"), "check_in_skip")
        self._stack = QStackedWidget()
        self._nothing = QWidget()
        self._stack.addWidget(self._nothing)
        self._holders: dict[str, QWidget] = {}
        for name, form in forms.items():
            holder = scrolled(_held(form), f"check_in_{name}_scroll")
            self._holders[name] = holder
            self._stack.addWidget(holder)
        head = row()
        head.addWidget(self._title, 1)
        head.addWidget(self._override)
        head.addWidget(self._skip)
        layout = column(margin=theme.MARGIN, spacing=_SPACING)
        layout.addLayout(head)
        layout.addWidget(self._detail)
        layout.addWidget(self._draft)
        layout.addWidget(self._stack, 1)
        self.setLayout(layout)
        self._override.clicked.connect(self.override_wanted)
        self._skip.clicked.connect(self.skipped)

    def show_question(self, title: str, detail: str, *, tone: Tone, is_draft: bool, typed_by: str) -> None:
        """Show what is asked, and how it stands; `typed_by` tells of a draft of somebody else ("" for one's own)."""
        say(self._title, title)
        say(self._detail, detail)
        self._detail.set_tone(tone)
        self._draft.setText(f"✎ {typed_by or self.tr('Typed and kept, but not sent yet')}")
        self._draft.setVisible(is_draft)

    def allow(self, *, override: bool, why_not: str) -> None:
        """Offer the override, and let the form be used by who may; `why_not` is "" for them."""
        self._override.setVisible(override)
        self._override.allow(why_not)
        self._stack.setEnabled(not why_not)

    def bring(self, form: str) -> None:
        """Bring a form to the front; none where the gate has no form."""
        self._stack.setCurrentWidget(self._holders.get(form, self._nothing))

    def hasHeightForWidth(self) -> bool:
        """Say no, though sentences wrap: what is taller than its room scrolls."""
        return False


def _held(form: GateForm) -> QWidget:
    holder = QWidget()
    layout = column()
    layout.addWidget(form)
    holder.setLayout(layout)
    return holder
