"""Last food and last drink: the usual times in one tap, any other typed, with a clock that runs from what is chosen."""

from collections.abc import Mapping
from datetime import tzinfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.commands import RecordFasting
from nursestation.ui import theme
from nursestation.ui.checkin.answers import fasted_text, quick_times, resolve_past_time
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, CheckField, Label, PrimaryButton, Rule, TextField
from nursestation.ui.keypad import Keypad
from nursestation.ui.layouts import column, row
from nursestation.ui.roles import Text, Tone
from nursestation.ui.timetext import day_and_clock_text

_YESTERDAY = "yesterday"
_CAPTION_WIDTH = 66


class _PastTime(QWidget):
    """A time of day that has been: today, or yesterday where ticked. A time still to come today ticks it by itself.

    Signals:
        changed: A person chose or typed.
    """

    changed = Signal()

    def __init__(self, name: str, title: str, zone: tzinfo | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._now_ns = 0
        self._hours = 0.0
        self._ticked_itself = False
        self._time = TextField(f"{name}_time", title, placeholder=self.tr("7:30"))
        theme.set_length(self._time, theme.Length.WIDTH, 84)
        self._yesterday = CheckField(self.tr("yesterday"), f"{name}_yesterday")
        self._yesterday.setAccessibleName(self.tr("{}: yesterday").format(title))
        self._fold = Button("123", f"{name}_pad_toggle", tip=self.tr("Show or hide the number pad"))
        self._fold.setAccessibleName(self.tr("{}: number pad").format(title))
        self._fold.setCheckable(True)
        self._pad = Keypad(f"{name}_pad", self._time)
        self._pad.hide()
        self._clock = Label(" ", Text.CAPTION, Tone.SOFT, object_name=f"{name}_clock", wrap=True)
        self._before = Choices(f"{name}_quick_yesterday", self.tr("{}, yesterday").format(title))
        self._today = Choices(f"{name}_quick_today", self.tr("{}, today").format(title))
        layout = column(spacing=theme.GAP // 2)
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(title, Text.STRONG))
        head.addWidget(self._clock, 1)
        layout.addLayout(head)
        layout.addWidget(_line(self.tr("Yesterday"), self._before))
        self._today_line = _line(self.tr("Today"), self._today)
        layout.addWidget(self._today_line)
        layout.addWidget(_line(self.tr("At"), self._time, self._yesterday, self._fold))
        layout.addWidget(self._pad)
        self.setLayout(layout)
        self._time.textChanged.connect(self._typed)
        self._yesterday.clicked.connect(self._moved)
        self._before.chosen.connect(self._on_before)
        self._today.chosen.connect(self._on_today)
        self._fold.toggled.connect(self._pad.setVisible)

    @property
    def field(self) -> TextField:
        """Return where a time is typed."""
        return self._time

    def show_now(self, now_ns: int, hours: float) -> None:
        """Let the clock run: the present, UTC [ns], and the hours that are wanted."""
        self._now_ns, self._hours = now_ns, hours
        offered = quick_times(now_ns, hours, self._zone)
        for choices, of_yesterday in ((self._before, True), (self._today, False)):
            choices.set_options([(_key(text), text) for text, yesterday in offered if yesterday is of_yesterday])
        self._today_line.setVisible(any(not yesterday for _, yesterday in offered))
        self._look()

    def value(self) -> int | None:
        """Return when it was, UTC [ns], or None."""
        return resolve_past_time(self._time.text(), self._yesterday.isChecked(), self._now_ns, self._zone)

    def draft(self) -> str:
        """Return what is typed, "yesterday 20:00"."""
        text = self._time.text().strip()
        return f"{_YESTERDAY} {text}" if text and self._yesterday.isChecked() else text

    def restore(self, text: str) -> None:
        """Put back what `draft` gave, without telling anybody."""
        self.blockSignals(True)
        self._ticked_itself = False
        self._yesterday.setChecked(text.startswith(_YESTERDAY))
        self._time.setText(text.removeprefix(_YESTERDAY).strip())
        self.blockSignals(False)
        self._look()

    @Slot(str)
    def _on_before(self, key: str) -> None:
        self._choose(key, yesterday=True)

    @Slot(str)
    def _on_today(self, key: str) -> None:
        self._choose(key, yesterday=False)

    def _choose(self, key: str, *, yesterday: bool) -> None:
        self._ticked_itself = False
        self._yesterday.setChecked(yesterday)
        self._time.setText(key.replace("_", ":"))
        self._moved()

    @Slot()
    def _typed(self) -> None:
        text = self._time.text()
        was_today = resolve_past_time(text, False, self._now_ns, self._zone) is not None
        was_yesterday = resolve_past_time(text, True, self._now_ns, self._zone) is not None
        if not was_today:
            self._ticked_itself = was_yesterday and (self._ticked_itself or not self._yesterday.isChecked())
            self._yesterday.setChecked(was_yesterday)
        elif self._ticked_itself:  # a first digit looked like a time to come
            self._ticked_itself = False
            self._yesterday.setChecked(False)
        self._moved()

    @Slot()
    def _moved(self) -> None:
        self._look()
        self.changed.emit()

    def _look(self) -> None:
        value = self.value()
        if value is not None:
            day = day_and_clock_text(value, self._now_ns, self._zone)
            text = f"{day} · {fasted_text(value, self._now_ns, self._hours)}"
        elif self._time.text().strip():
            text = self.tr("Write it as hours and minutes: 7:30")
        else:
            text = self.tr("{:g} h are needed").format(self._hours)
        if text != self._clock.text():
            self._clock.setText(text)
        typed, yesterday = self._time.text().strip(), self._yesterday.isChecked()
        self._before.choose(_key(typed) if yesterday else None)
        self._today.choose(None if yesterday else _key(typed))


class FastingForm(GateForm):
    """Both times are asked and recorded together."""

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("fasting", parent)
        self._food = _PastTime("check_in_food", self.tr("Last food"), zone)
        self._drink = _PastTime("check_in_drink", self.tr("Last drink"), zone)
        self._record = PrimaryButton(self.tr("Record both times"), "check_in_fasting_record")
        layout = column(spacing=theme.MARGIN)
        layout.addWidget(self._food)
        layout.addWidget(Rule())
        layout.addWidget(self._drink)
        layout.addWidget(self._record)
        layout.addStretch()
        self.setLayout(layout)
        self.first = self._food.field
        for part in (self._food, self._drink):
            part.changed.connect(self._on_edited)
            part.field.returnPressed.connect(self._send)
        self._record.clicked.connect(self._send)
        self.look()

    def show_scene(self, scene: Scene) -> None:
        """Let the clocks run."""
        rules, now_ns = scene.visit.protocol.gates, scene.station.at.utc_ns
        self._food.show_now(now_ns, rules.food_hours)
        self._drink.show_now(now_ns, rules.drink_hours)
        self.look()

    def draft(self) -> dict[str, str]:
        """Return the times that are typed."""
        typed = {"food": self._food.draft(), "drink": self._drink.draft()}
        return {key: text for key, text in typed.items() if text}

    def restore(self, fields: Mapping[str, str]) -> None:
        """Put kept times back."""
        self._food.restore(fields.get("food", ""))
        self._drink.restore(fields.get("drink", ""))
        self.look()

    def look(self) -> None:
        """Allow both."""
        ready = self._food.value() is not None and self._drink.value() is not None
        self._record.setEnabled(ready)
        self._record.set_tip("" if ready else self.tr("Enter both times first."))

    @Slot()
    def _send(self) -> None:
        food, drink = self._food.value(), self._drink.value()
        if food is not None and drink is not None:
            self.ask(RecordFasting(chair=self.chair, last_food_utc_ns=food, last_drink_utc_ns=drink))


def _line(words: str, *controls: QWidget) -> QWidget:
    holder, line = QWidget(), row()
    caption = Label(words, Text.CAPTION, Tone.SOFT)
    theme.set_length(caption, theme.Length.WIDTH, _CAPTION_WIDTH)
    line.addWidget(caption)
    for control in controls:
        line.addWidget(control)
    line.addStretch()
    holder.setLayout(line)
    return holder


def _key(text: str) -> str:
    return text.replace(":", "_")
