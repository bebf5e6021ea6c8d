"""Last food and last drink, with a clock that runs from what is typed."""

from datetime import tzinfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.checkin.view import fasted_text, resolve_past_time
from nursestation.ui.controls import Button, CheckField, Label, TextField
from nursestation.ui.layouts import column, labelled, row, side_by_side
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.timetext import day_and_clock_text


class _PastTime(QWidget):
    """A time of day that has been: today, or yesterday where ticked. A time still to come today ticks it by itself."""

    changed = Signal()

    def __init__(self, name: str, title: str, zone: tzinfo | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._now_ns = 0
        self._hours = 0.0
        self._time = TextField(f"{name}_time", title, placeholder=self.tr("7:30"))
        self._yesterday = CheckField(self.tr("yesterday"), f"{name}_yesterday")
        self._yesterday.setAccessibleName(self.tr("{}: yesterday").format(title))
        self._clock = Label(" ", Text.CAPTION, Tone.SOFT, object_name=f"{name}_clock", wrap=True)
        line = row(spacing=theme.MARGIN)
        line.addWidget(self._time, 1)
        line.addWidget(self._yesterday)
        holder = QWidget()
        holder.setLayout(line)
        layout = labelled(title, holder)
        layout.addWidget(self._clock)
        self.setLayout(layout)
        self._time.textEdited.connect(self._typed)
        self._yesterday.toggled.connect(self._look)

    def show_now(self, now_ns: int, hours: float) -> None:
        """Let the clock run: the present, UTC [ns], and the hours that are wanted."""
        self._now_ns, self._hours = now_ns, hours
        self._look()

    def value(self) -> int | None:
        """Return when it was, UTC [ns], or None."""
        return resolve_past_time(self._time.text(), self._yesterday.isChecked(), self._now_ns, self._zone)

    def clear(self) -> None:
        """Forget the time."""
        self._time.clear()
        self._yesterday.setChecked(False)

    @Slot()
    def _typed(self) -> None:
        text = self._time.text()
        if resolve_past_time(text, False, self._now_ns, self._zone) is None:
            was_yesterday = resolve_past_time(text, True, self._now_ns, self._zone) is not None
            self._yesterday.setChecked(was_yesterday)
        self._look()

    @Slot()
    def _look(self) -> None:
        value = self.value()
        if value is not None:
            day = day_and_clock_text(value, self._now_ns, self._zone)
            text = f"{day} · {fasted_text(value, self._now_ns, self._hours)}"
        elif self._time.text().strip():
            text = self.tr("Write the time as hours and minutes, for example 7:30.")
        else:
            text = self.tr("{:g} h are needed").format(self._hours)
        if text != self._clock.text():
            self._clock.setText(text)
        self.changed.emit()


class FastingForm(QWidget):
    """Both times are asked and recorded together.

    Signals:
        recorded: Last food and last drink, UTC [ns] (as objects: they do not fit a C++ int).
    """

    recorded = Signal(object, object)

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._food = _PastTime("check_in_food", self.tr("Last food"), zone)
        self._drink = _PastTime("check_in_drink", self.tr("Last drink"), zone)
        self._record = Button(self.tr("Record the times"), "check_in_fasting_record", ButtonKind.PLAIN)
        layout: QVBoxLayout = column()
        layout.addLayout(side_by_side(_boxed(self._food), _boxed(self._drink)))
        line = row()
        line.addWidget(self._record)
        line.addStretch()
        layout.addLayout(line)
        self.setLayout(layout)
        self._food.changed.connect(self._look)
        self._drink.changed.connect(self._look)
        self._record.clicked.connect(self._send)
        self._look()

    def show_now(self, now_ns: int, food_hours: float, drink_hours: float) -> None:
        """Let the clocks run: the present, UTC [ns], and the hours that are wanted of each."""
        self._food.show_now(now_ns, food_hours)
        self._drink.show_now(now_ns, drink_hours)

    def clear(self) -> None:
        """Forget both times."""
        self._food.clear()
        self._drink.clear()

    @Slot()
    def _look(self) -> None:
        ready = self._food.value() is not None and self._drink.value() is not None
        self._record.setEnabled(ready)
        self._record.set_tip("" if ready else self.tr("Enter both times first."))

    @Slot()
    def _send(self) -> None:
        food, drink = self._food.value(), self._drink.value()
        if food is not None and drink is not None:
            self.recorded.emit(food, drink)


def _boxed(widget: QWidget) -> QVBoxLayout:
    layout = column()
    layout.addWidget(widget)
    return layout
