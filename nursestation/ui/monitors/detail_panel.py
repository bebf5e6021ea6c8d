"""One monitor in depth: its link, its cable check, and the way to change it or take it away."""

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Badge, Button, ElidingLabel, Label, Panel, QuietButton, Rule
from nursestation.ui.layouts import column, keep_tab_order, retire, row, say
from nursestation.ui.monitors.facts import Facts
from nursestation.ui.monitors.view import AdviceView, Detail
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone


class _Advice(QWidget):
    """One finding of the cable check: how grave, what, and what to try."""

    def __init__(self, at: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._word = Badge("", Tone.SOFT)
        self._title = Label("", Text.STRONG, object_name=f"cable_check_title_{at}", wrap=True)
        self._text = Label(object_name=f"cable_check_text_{at}", wrap=True)
        self._try = Label(tone=Tone.SOFT, object_name=f"cable_check_try_{at}", wrap=True)
        head = row(spacing=theme.GAP)
        head.addWidget(self._word)
        head.addWidget(self._title, 1)
        inside = column(spacing=theme.GAP // 2)
        inside.addLayout(head)
        inside.addWidget(self._text)
        inside.addWidget(self._try)
        self.setLayout(inside)

    def show_advice(self, advice: AdviceView) -> None:
        """Show a finding."""
        self._word.show_text(advice.word, advice.tone)
        say(self._title, advice.title)
        say(self._text, advice.text)
        say(self._try, "\n".join(f"→ {one}" for one in advice.try_this))
        self.setAccessibleName(" ".join((advice.word, advice.title, advice.text, *advice.try_this)))


class DetailPanel(Panel):
    """A monitor of a chair.

    Signals:
        change_wanted: It shall be changed.
        removal_wanted: It shall be taken away; the person has confirmed it.
    """

    change_wanted = Signal()
    removal_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("monitor_detail", Surface.PANEL, parent=parent)
        self._shown = ""
        self._title = ElidingLabel("", Text.TITLE, object_name="monitor_detail_title")
        self._badges = [Badge("", Tone.SOFT) for _ in range(2)]
        self._state = Label("", Text.STRONG, object_name="monitor_detail_state", wrap=True)
        self._reason = Label(object_name="monitor_detail_reason", wrap=True)
        self._facts = Facts("monitor_facts")
        self._counts = Facts("monitor_counts")
        self._unknown = Label(tone=Tone.SOFT, object_name="monitor_unknown", wrap=True)
        self._note = Label(tone=Tone.SOFT, object_name="monitor_detail_note", wrap=True)
        self._change = Button(self.tr("Change…"), "monitor_change")
        self._remove = QuietButton(self.tr("Take away…"), "monitor_remove")
        self._asks = Panel("monitor_remove_asks", Surface.MESSAGE)
        self._means = Label(object_name="monitor_remove_means", wrap=True)
        self._sure = Button(self.tr("Take it away"), "monitor_remove_sure", ButtonKind.DANGER)
        self._keep = Button(self.tr("Keep it"), "monitor_remove_keep")
        self._advice: list[_Advice] = []
        self._advice_column: QVBoxLayout = column(spacing=theme.MARGIN)
        self._build()
        self._change.clicked.connect(self.change_wanted)
        self._remove.clicked.connect(self._ask)
        self._keep.clicked.connect(self._fold)
        self._sure.clicked.connect(self._on_sure)

    def _build(self) -> None:
        head = row(spacing=theme.GAP)
        head.addWidget(self._title, 1)
        head.addWidget(self._remove)
        head.addWidget(self._change)
        state = row(spacing=theme.GAP)
        state.addWidget(self._state, 1)
        for badge in self._badges:
            state.addWidget(badge)
        buttons = row(spacing=theme.MARGIN)
        buttons.addStretch()
        buttons.addWidget(self._keep)
        buttons.addWidget(self._sure)
        asks = column(margin=theme.MARGIN)
        asks.addWidget(self._means)
        asks.addLayout(buttons)
        self._asks.setLayout(asks)
        self._asks.hide()
        inside = column(margin=theme.MARGIN, spacing=theme.MARGIN)
        inside.addLayout(head)
        inside.addWidget(self._asks)
        inside.addLayout(state)
        for widget in (self._reason, self._note, Rule(), Label(self.tr("Cable check"), Text.TITLE)):
            inside.addWidget(widget)
        inside.addLayout(self._advice_column)
        for below in (Rule(), self._facts, Rule(), self._counts, self._unknown):
            inside.addWidget(below)
        inside.addStretch()
        self.setLayout(inside)

    def show_detail(self, detail: Detail) -> None:
        """Show a monitor; another one folds the question whether to take it away."""
        if detail.id != self._shown:
            self._shown = detail.id
            self._asks.hide()
        if self._title.text() != detail.title:
            self._title.setText(detail.title)
        for n, badge in enumerate(self._badges):
            text, tone = detail.badges[n] if n < len(detail.badges) else ("", Tone.SOFT)
            badge.show_text(text, tone)
        say(self._state, detail.state)
        self._state.set_tone(detail.tone)
        say(self._reason, detail.reason)
        say(self._note, detail.note)
        self._facts.show_facts(detail.facts)
        self._counts.show_facts(detail.counts)
        unknown = self.tr("Sent by the monitor and not known here: {}.").format(", ".join(detail.unknown))
        say(self._unknown, unknown if detail.unknown else "")
        say(self._means, detail.removal)
        for button in (self._change, self._remove):
            button.setVisible(detail.may_change)
        if not detail.may_change:
            self._asks.hide()
        self._show_advice(detail.advice)

    def fold(self) -> None:
        """Fold the question whether to take the monitor away."""
        self._asks.hide()

    def _show_advice(self, advice: tuple[AdviceView, ...]) -> None:
        while len(self._advice) < len(advice):
            self._advice.append(_Advice(len(self._advice), self))
            self._advice_column.addWidget(self._advice[-1])
        while len(self._advice) > len(advice):
            retire(self._advice_column, self._advice.pop())
        for widget, one in zip(self._advice, advice, strict=True):
            widget.show_advice(one)
            widget.show()

    @Slot()
    def _ask(self) -> None:
        self._asks.show()
        keep_tab_order(self)
        self._keep.setFocus()

    @Slot()
    def _fold(self) -> None:
        self._asks.hide()
        self._remove.setFocus()

    @Slot()
    def _on_sure(self) -> None:
        self._asks.hide()
        self.removal_wanted.emit()
