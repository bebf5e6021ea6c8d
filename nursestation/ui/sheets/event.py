"""Charting what happens, one tap each: what the protocol lists, red-flag symptoms, notes; and calling them over.

It stands in three parts, each whole in sight in the smallest window: what has to be scrolled for is found too late.
"""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import QRect, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QLayout, QSizePolicy, QWidget

from nursestation.core.commands import Chart, ResolveChart
from nursestation.core.model import ChartKind, Severity
from nursestation.core.protocols import EventButton
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, FieldLabel, Label, QuietButton, TextField
from nursestation.ui.journal import open_effects
from nursestation.ui.layouts import column, keep_tab_order, retire, row
from nursestation.ui.peopletext import SEVERITY_WORDS
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import NOTE_KINDS, charted, key_of, note, one_tap_events, open_line, symptom
from nursestation.ui.sheets.when import WhenRow
from nursestation.ui.taps import Tap, Taps

_TWO_COLUMNS_PX = 640
"""Width of the sheet [px at the designed size] from which side effects stand in two columns."""
_BETWEEN = 2
_EFFECTS, _FLAGS, _OTHER = "effects", "flags", "other"


class _Effect(QWidget):
    """What asks how strong it is: its name, and a tap for each answer.

    Signals:
        tapped: The answer.
    """

    tapped = Signal(str)

    def __init__(self, button: EventButton, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = button
        name = f"event_effect_{key_of(button.text)}"
        line = row(spacing=_BETWEEN)
        self._name = Label(_tap_text(button), Text.STRONG, object_name=name, wrap=True)
        self._name.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        line.addWidget(self._name, 1)
        for severity, word in SEVERITY_WORDS.items():
            tap = Tap(word, f"{name}_{severity.value}", severity.value, self)
            theme.set_property(tap, "slim", "yes")
            tap.setAccessibleName(f"{button.text}: {word}")
            tap.tapped.connect(self.tapped)
            line.addWidget(tap)
        self.setLayout(line)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Write a long name smaller, so that no row gets higher than its buttons."""
        super().resizeEvent(event)
        flags, room = int(Qt.TextFlag.TextWordWrap), QRect(0, 0, self._name.width(), 0)
        for role in (Text.STRONG, Text.CAPTION):
            metrics = QFontMetrics(theme.font(role))
            if metrics.boundingRect(room, flags, self._name.text()).height() <= theme.px(theme.TOUCH):
                break
        theme.set_font(self._name, role)


class _Effects(QWidget):
    """Everything that asks how strong it is, in as many columns as there is room for.

    Signals:
        charted: The button of the protocol, and how strong it is.
    """

    charted = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("event_effects")
        self._offered: tuple[EventButton, ...] = ()
        self._rows: list[_Effect] = []
        self._n_columns = 2
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.GAP)
        self._grid.setVerticalSpacing(_BETWEEN)

    def offer(self, buttons: Sequence[EventButton]) -> None:
        """Show a row for each; the same ones again change nothing."""
        if tuple(buttons) == self._offered:
            return
        self._offered = tuple(buttons)
        for old in self._rows:
            retire(self._grid, old)
        self._rows = [_Effect(button, self) for button in buttons]
        for one in self._rows:
            one.tapped.connect(self._on_tapped)
        self._place()

    def _place(self) -> None:
        """Fill the columns from top to bottom, so that keys follow each other down."""
        depth = -(-len(self._rows) // self._n_columns)
        for n, one in enumerate(self._rows):
            self._grid.addWidget(one, n % depth, n // depth)
            one.show()
        for at in range(2):
            self._grid.setColumnStretch(at, 1 if at < self._n_columns else 0)
        keep_tab_order(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Choose the columns by the width."""
        super().resizeEvent(event)
        n_columns = 2 if self.width() >= theme.px(_TWO_COLUMNS_PX) else 1
        if n_columns != self._n_columns:
            self._n_columns = n_columns
            self._place()

    @Slot(str)
    def _on_tapped(self, value: str) -> None:
        sender = self.sender()
        if isinstance(sender, _Effect):
            self.charted.emit(sender.button, value)


class EventSheet(Sheet):
    """One tap charts; the sheet stays open for the next one. With "Earlier…" the next tap is of a time before now."""

    asks = Chart

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("event", self.tr("Chart an event"), self.tr("Done"), ButtonKind.PLAIN, parent)
        self._visit: VisitView | None = None
        self._earlier = QuietButton(self.tr("Earlier…"), "event_earlier", tip=self.tr("It happened before now."))
        self._earlier.setCheckable(True)
        self._when = WhenRow("event_when", zone)
        self._zone = zone
        parts = [(_EFFECTS, self.tr("Side effects")), (_FLAGS, self.tr("Red flags")), (_OTHER, self.tr("Other"))]
        self._part = Choices("event_part", self.tr("What is charted"), parts)
        for key, _ in parts:
            theme.set_property(self._part.button(key), "slim", "yes")
        self._parts = {key: QWidget() for key, _ in parts}
        self._open = Taps("event_over")
        self._effects = _Effects()
        self._taps = Taps("event_tap")
        self._symptoms = Taps("event_symptom")
        self._kind = Choices(
            "event_kind", self.tr("Kind"), [(kind.value, word) for kind, word in NOTE_KINDS], flow=True
        )
        self._words = TextField("event_words", self.tr("What happened"), placeholder=self.tr("what happened"))
        self._add = Button(self.tr("Add"), "event_add")
        self.ways = (self._kind,)
        self._fill()
        self._connect()
        self.clear()

    def _fill(self) -> None:
        self.send_button.hide()
        self.use_little_room()
        self.body.setSpacing(_BETWEEN)
        self.head.insertWidget(0, self._part)
        self.head.insertWidget(self.head.count() - 1, self._earlier)
        self.body.addWidget(self._when)
        words = row()
        words.addWidget(self._words, 1)
        words.addWidget(self._add)
        flag = FieldLabel(self.tr("Red-flag symptom: chart it and fetch the clinician"))
        for key, shown in (
            (_EFFECTS, (self._effects,)),
            (_FLAGS, (flag, self._symptoms)),
            (_OTHER, (self._open, self._taps, self._kind, words)),
        ):
            inside = column()
            for one in shown:
                if isinstance(one, QLayout):
                    inside.addLayout(one)
                else:
                    inside.addWidget(one)
            self._parts[key].setLayout(inside)
            self.body.addWidget(self._parts[key])
        self.body.addStretch()
        self._when.hide()

    def _connect(self) -> None:
        self._part.chosen.connect(self._show_part)
        self._earlier.toggled.connect(self._on_earlier)
        self._open.tapped.connect(self._on_over)
        self._effects.charted.connect(self._on_effect)
        self._taps.tapped.connect(self._on_tap)
        self._symptoms.tapped.connect(self._on_symptom)
        self._add.clicked.connect(self._on_note)
        self._words.returnPressed.connect(self._on_note)

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Offer what the visit's protocol lists, and what still lasts."""
        self._visit = visit
        buttons = visit.protocol.buttons
        effects = [one for one in buttons if one.asks_severity]
        self._effects.offer(effects)
        self._part.button(_EFFECTS).setVisible(bool(effects))
        if not effects and self._part.value() == _EFFECTS:
            self._show_part(_OTHER)
        self._taps.offer([(key_of(one.text), _tap_text(one), one.text) for one in one_tap_events(visit.protocol)])
        self._symptoms.offer([(key_of(one), f"! {one}", one) for one in visit.protocol.bp.red_flag_symptoms])
        lasting = open_effects(visit)
        self._open.offer([(one.id, self.tr("Over: {}").format(open_line(one, self._zone)), one.id) for one in lasting])
        self._open.setVisible(bool(lasting))

    def clear(self) -> None:
        """Forget the words, and begin with side effects and now."""
        self._show_part(_EFFECTS)
        self._earlier.setChecked(False)
        self._when.clear()
        self._kind.choose(ChartKind.NOTE.value)
        self._words.clear()

    @Slot(str)
    def _show_part(self, key: str) -> None:
        self._part.choose(key)
        for name, part in self._parts.items():
            part.setVisible(name == key)

    def send(self) -> None:
        """Close; everything was sent as it was tapped."""
        self.leave()

    def _told(self) -> tuple[bool, int | None]:
        """Return whether the told time can be, and it, UTC [ns] or None for now; says what is wrong with it."""
        if self._visit is None or not self._earlier.isChecked():
            return True, None
        when = self._when.told(self.now.utc_ns, self._visit.opened.utc_ns)
        if when.problem:
            self.say(when.problem, Tone.WARN)
        return not when.problem, when.at_utc_ns

    def _send(self, kind: ChartKind, text: str, severity: Severity | None = None, more: str = "") -> bool:
        fits, at_utc_ns = self._told()
        if not fits:
            return False
        self.command_requested.emit(charted(self.chair, kind, text, severity, at_utc_ns))
        told = ", ".join(part for part in (text, severity.value if severity else "") if part)
        self.say(self.tr("Charted: {}.{}").format(told, more), Tone.GOOD)
        self._earlier.setChecked(False)  # the next one is of now again
        return True

    @Slot(bool)
    def _on_earlier(self, on: bool) -> None:
        self._when.setVisible(on)
        if not on:
            self._when.clear()

    @Slot(object, str)
    def _on_effect(self, button: EventButton, value: str) -> None:
        self._send(button.kind, button.text, Severity(value))

    @Slot(str)
    def _on_tap(self, text: str) -> None:
        if self._visit is not None:
            button = next(one for one in one_tap_events(self._visit.protocol) if one.text == text)
            if button.asks_dose:
                self.sheet_requested.emit("dose")
            else:
                self._send(button.kind, button.text)

    @Slot(str)
    def _on_symptom(self, text: str) -> None:
        made = symptom(self.chair, text)
        self._send(made.kind, made.text, more=self.tr(" Fetch the clinician."))

    @Slot()
    def _on_note(self) -> None:
        made = note(self.chair, ChartKind(self._kind.value() or ChartKind.NOTE.value), self._words.text())
        if isinstance(made, str):
            self.say(made)
            self._words.setFocus()
        elif self._send(made.kind, made.text):
            self._words.clear()

    @Slot(str)
    def _on_over(self, entry_id: str) -> None:
        fits, at_utc_ns = self._told()
        if fits:
            self.command_requested.emit(ResolveChart(chair=self.chair, entry_id=entry_id, at_utc_ns=at_utc_ns))
            self._earlier.setChecked(False)


def _tap_text(button: EventButton) -> str:
    text = f"{button.text}…" if button.asks_dose else button.text
    return f"{button.key}\N{NO-BREAK SPACE}{text}" if button.key is not None else text
