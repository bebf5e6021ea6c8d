"""The frame that every sheet shares: its title, whose chair it is about, the way out, a line for what is missing."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from devices.clock import Moment
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.allowed import why_not
from nursestation.ui.controls import Button, ElidingLabel, Label, Panel, QuietButton
from nursestation.ui.layouts import column, row, say, scrolled
from nursestation.ui.page import Page
from nursestation.ui.peopletext import patient_line
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone
from nursestation.ui.typed_by import TypedBy, by_hand


class Sheet(Page):
    """A sheet: fill `body` and name the `first` field in the constructor, answer `show_visit` and `clear`.

    It sends its command and closes itself; Escape and Close leave without sending. What was typed is forgotten on closing
    and when the sheet is shown for another chair or visit; looking at another chair in between forgets nothing. Who finds what
    was typed while somebody else was signed in is told so before they send it; their Close keeps it for the other.

    Attributes:
        asks: The command that it is there to ask: for who may not ask that it can be read, and not be filled in.
        why_not: Why who is signed in may not, "" for who may.
        senders: What else asks for something, beside the button at its foot.
        ways: What only leads to a question of the sheet, and is no answer by itself.
    """

    asks: type | None = None
    why_not = ""

    def __init__(self, name: str, title: str, send: str, kind: ButtonKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"{name}_sheet")
        self.setAccessibleName(title)
        self.chair = 0
        self.now = Moment(0, 0)  # of what is shown
        self._shown = 0, ""  # chair and session
        self.first: QWidget | None = None
        self.senders: tuple[Button, ...] = ()
        self.ways: tuple[QWidget, ...] = ()
        self._title = Label(title, Text.TITLE, object_name=f"{name}_title")
        self._whose = ElidingLabel(tone=Tone.SOFT, object_name=f"{name}_whose")
        self._close = QuietButton(self.tr("Close"), f"{name}_close", tip=self.tr("Leave without sending (Esc)"))
        self.head: QHBoxLayout = row(spacing=theme.MARGIN)
        self.foot: QHBoxLayout = row(spacing=theme.MARGIN)
        self.body: QVBoxLayout = column(spacing=theme.GAP)
        self._notice = Label(tone=Tone.WARN, object_name=f"{name}_notice", wrap=True)
        self._typed_by = TypedBy(f"{name}_typed_by")
        self._clear = QuietButton(
            self.tr("Clear"), f"{name}_clear", tip=self.tr("Begin anew; what was typed here is forgotten")
        )
        self.send_button = Button(send, f"{name}_send", kind)
        self._build(name)
        self._close.clicked.connect(self.put_away)
        self._clear.clicked.connect(self._on_clear)
        self.send_button.clicked.connect(self._on_send)

    def _build(self, name: str) -> None:
        panel = Panel(f"{name}_panel", Surface.PANEL)
        self.head.addWidget(self._title)
        self.head.addWidget(self._whose, 1)
        self.head.addWidget(self._close)
        told = column(spacing=0)
        told.addWidget(self._notice)
        told.addWidget(self._typed_by)
        self.foot.addLayout(told, 1)
        self.foot.addWidget(self._clear)
        self.foot.addStretch()
        self._clear.hide()
        self.foot.addWidget(self.send_button)
        self.content = QWidget()
        self.content.setLayout(self.body)
        inner = self._inner = column(margin=theme.MARGIN)
        inner.addLayout(self.head)
        self.scrolling = scrolled(self.content, f"{name}_scroll")
        inner.addWidget(self.scrolling, 1)
        inner.addLayout(self.foot)
        panel.setLayout(inner)
        outer = column()
        outer.addWidget(panel)
        self.setLayout(outer)
        self.say("")

    def use_little_room(self) -> None:
        """Stand closer, and without the title: for a sheet whose head has other words, and that needs its whole height."""
        self._title.hide()
        self._inner.setContentsMargins(theme.MARGIN, theme.GAP // 4, theme.MARGIN, theme.GAP // 4)
        self._inner.setSpacing(theme.GAP // 2)

    def show_chair(self, number: int) -> None:
        """Say which chair the sheet is about from the next snapshot on."""
        self.chair = number

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show whose sheet it is, and what of the visit it needs."""
        self.now = snapshot.at
        self._allow(why_not(snapshot.operator, self.asks) if self.asks is not None else "")
        chair = next((one for one in snapshot.chairs if one.number == self.chair), None)
        visit = chair.visit if chair is not None else None
        about = self.chair, visit.session if visit is not None else ""
        if about != self._shown:
            self._shown = about
            self._forget()
        self._typed_by.follow(self.by_hand(), snapshot)
        self._clear.setVisible(self._typed_by.is_anothers)
        if chair is None or visit is None:
            self._whose.setText(self.tr("This chair is free."))
            self.send_button.setEnabled(False)
            return
        self._whose.setText(patient_line(chair.number, visit.patient))
        self.show_visit(chair, visit)

    def _allow(self, reason: str) -> None:
        if reason == self.why_not:
            return
        self.why_not = reason
        self.let_fill(is_let=not reason)
        for button in (self.send_button, *self.senders):
            button.allow(reason)
        self.say("")

    def let_fill(self, *, is_let: bool) -> None:
        """Let what is asked be filled in, or be read alone."""
        self.content.setEnabled(is_let)

    def refused(self, reason: str) -> None:
        """Show why the last command was not carried out."""
        self.say(reason, Tone.WARN)

    def show_visit(self, chair: ChairSnapshot, visit: VisitView) -> None:
        """Show what of the visit the sheet needs; a sheet that needs nothing leaves it out."""

    def by_hand(self) -> dict[str, str]:
        """Return what a person typed and chose and did not send, by control."""
        return by_hand(self.content, but=self.ways)

    def clear(self) -> None:
        """Forget what was chosen and typed."""

    def send(self) -> None:
        """Send the command, or say what is missing."""

    def say(self, sentence: str, tone: Tone = Tone.SOFT) -> None:
        """Show a sentence beside the button; to who may not ask what the sheet asks it says that instead."""
        self._notice.set_tone(Tone.WARN if self.why_not else tone)
        say(self._notice, self.why_not or sentence)

    @Slot()
    def leave(self) -> None:
        """Forget what was typed, and close."""
        self._forget()
        self.closed.emit()

    @property
    def is_anothers(self) -> bool:
        """Say whether something here was typed while somebody else was signed in."""
        return self._typed_by.is_anothers

    @Slot()
    def put_away(self) -> None:
        """Close without sending; what was typed while somebody else was signed in is kept for them."""
        if self.is_anothers:
            self.closed.emit()
        else:
            self.leave()

    def hasHeightForWidth(self) -> bool:
        """Say no, though sentences wrap: what is taller than its room scrolls, and the waves above keep theirs."""
        return False

    def showEvent(self, event: QShowEvent) -> None:
        """Put the cursor where typing begins, and never on a button that sends."""
        super().showEvent(event)
        if self.first is not None:
            self.setFocusProxy(self.first)
            self.first.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.put_away()
            return
        super().keyPressEvent(event)

    @Slot()
    def _on_send(self) -> None:
        self.send()

    @Slot()
    def _on_clear(self) -> None:
        self._forget()
        self.setFocus()

    def _forget(self) -> None:
        self.say("")
        self.clear()
        self._typed_by.forget()
        self._clear.hide()
