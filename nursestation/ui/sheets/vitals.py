"""Vitals measured by hand, and why one could not be: typed, or tapped on the number pad."""

from datetime import tzinfo

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.commands import EnterVitals
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import FieldLabel, Label, QuietButton, TextField
from nursestation.ui.keypad import Keypad
from nursestation.ui.layouts import column, labelled
from nursestation.ui.roles import ButtonKind, Tone
from nursestation.ui.sheets.sheet import Sheet
from nursestation.ui.sheets.view import full_reason, key_of
from nursestation.ui.sheets.vitals_view import FIELDS, GROUPS, WHY_NOT, vitals_by_hand
from nursestation.ui.sheets.when import WhenRow
from nursestation.ui.toggles import Toggles

_LONGEST = 5
_N_ACROSS = 3
_PAD_PX = 176
_NARROW_PX = 560


class VitalsSheet(Sheet):
    """The record marks every number as taken by hand; a live one of a monitor stays as it is."""

    asks = EnterVitals

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("vitals", self.tr("Vitals by hand"), self.tr("Record the vitals"), ButtonKind.PRIMARY, parent)
        self._visit: VisitView | None = None
        self._earlier = QuietButton(self.tr("Earlier…"), "vitals_earlier", tip=self.tr("It was measured before now."))
        self._earlier.setCheckable(True)
        self._when = WhenRow("vitals_when", zone)
        self._fields = {field.metric: self._field(field.metric, field.title) for field in FIELDS}
        self._pad = Keypad("vitals_pad", self._fields[FIELDS[0].metric], point=True)
        theme.set_length(self._pad, theme.Length.WIDTH, _PAD_PX)
        self._cannot = Toggles("vitals_cannot", GROUPS)
        self._why = Choices(
            "vitals_why", self.tr("Why it could not be measured"), [(key_of(one), one) for one in WHY_NOT], flow=True
        )
        self._words = TextField(
            "vitals_words", self.tr("Why, in your words"), placeholder=self.tr("in your words (optional)")
        )
        self.first = self._fields[FIELDS[0].metric]
        self._fill()
        self._connect()
        self.clear()

    def _field(self, metric: str, title: str) -> TextField:
        field = TextField(f"vitals_{metric}", title)
        field.setMaxLength(_LONGEST)
        field.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        field.installEventFilter(self)
        field.textChanged.connect(self._look)
        field.returnPressed.connect(self._on_send)
        return field

    def _fill(self) -> None:
        self.head.insertWidget(self.head.count() - 1, self._earlier)
        grid = QGridLayout()
        grid.setSpacing(theme.GAP)
        for n, field in enumerate(FIELDS):
            title = self.tr("{}, {}").format(field.title, field.unit)
            grid.addLayout(labelled(title, self._fields[field.metric]), n // _N_ACROSS, n % _N_ACROSS)
        left = column(spacing=theme.GAP)
        left.addLayout(grid)
        left.addWidget(FieldLabel(self.tr("Could not be measured")))
        left.addWidget(self._cannot)
        left.addStretch()
        right = column()
        right.addWidget(self._pad)
        right.addStretch()
        self.body.addWidget(self._when)
        self.body.addWidget(TwoColumns(left, right, narrow=_NARROW_PX, stretch=(1, 0)))
        self.body.addWidget(self._why)
        self.body.addWidget(self._words)
        self.body.addWidget(
            Label(self.tr("Marked as taken by hand. A BP is judged like any other reading."), tone=Tone.SOFT, wrap=True)
        )
        self.body.addStretch()

    def _connect(self) -> None:
        self._earlier.toggled.connect(self._on_earlier)
        self._cannot.changed.connect(self._look)
        self._why.chosen.connect(self._look)
        self._words.textChanged.connect(self._look)

    def show_visit(self, _chair: ChairSnapshot, visit: VisitView) -> None:
        """Allow sending when the numbers can be right."""
        self._visit = visit
        self._look()

    def clear(self) -> None:
        """Forget everything, and begin with now."""
        self._earlier.setChecked(False)
        self._on_earlier(on=False)
        for field in (*self._fields.values(), self._words):
            field.clear()
        self._cannot.choose(())
        self._why.choose(None)

    def send(self) -> None:
        """Record what was measured."""
        made = self._made()
        if not isinstance(made, str):
            self.command_requested.emit(made)
            self.leave()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the pad type into the field that was touched last."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, TextField):
            self._pad.type_into(watched)
        return super().eventFilter(watched, event)

    def _made(self) -> EnterVitals | str:
        at_utc_ns = None
        if self._earlier.isChecked() and self._visit is not None:
            when = self._when.told(self.now.utc_ns, self._visit.opened.utc_ns)
            if when.problem:
                return when.problem
            at_utc_ns = when.at_utc_ns
        typed = {metric: field.text() for metric, field in self._fields.items()}
        reason = full_reason(self._why.label(), self._words.text())
        return vitals_by_hand(self.chair, typed, self._cannot.chosen(), reason, at_utc_ns)

    @Slot()
    def _look(self) -> None:
        asks_why = bool(self._cannot.chosen())
        self._why.setVisible(asks_why)
        self._words.setVisible(asks_why)
        made = self._made()
        self.send_button.setEnabled(not isinstance(made, str))
        self.say(made if isinstance(made, str) else "")

    @Slot(bool)
    def _on_earlier(self, on: bool) -> None:
        self._when.setVisible(on)
        if not on:
            self._when.clear()
