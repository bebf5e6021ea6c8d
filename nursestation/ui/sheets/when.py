"""When something happened: now, some minutes ago with one tap, or a time of day that is typed."""

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from devices.clock import NS_PER_S
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import TextField
from nursestation.ui.layouts import row
from nursestation.ui.timetext import local_time, parse_time_of_day, to_utc_ns

NOW = "now"
MINUTES_AGO = (1, 2, 5, 10)
"""Offered with one tap: what a nurse charts after her hands are free again. Source: project decision."""
_MINUTE_NS = 60 * NS_PER_S
_FIELD_PX = 92


@dataclass(frozen=True, slots=True)
class When:
    """A told time, UTC [ns]; None for now. `problem` says in one sentence what is wrong with it, "" when nothing is."""

    at_utc_ns: int | None = None
    problem: str = ""


def told_time(text: str, now_utc_ns: int, since_utc_ns: int, zone: tzinfo | None) -> When:
    """Return the time of day that was typed: the last time it was that late.

    Args:
        text: What was typed ("14:05", "1405").
        now_utc_ns: The present moment, UTC [ns].
        since_utc_ns: When the visit was opened, UTC [ns]; a time that fits only on the day after says so.
        zone: The clinic's time zone, None for the machine's.
    """
    time = parse_time_of_day(text)
    if time is None:
        return When(problem="Write the time as hours and minutes, for example 14:05.")
    now = local_time(now_utc_ns, zone)
    moment = datetime.combine(now.date(), time, now.tzinfo)
    if moment > now:
        before = moment - timedelta(days=1)
        if to_utc_ns(before) < since_utc_ns - _MINUTE_NS:
            return When(problem=f"{moment:%H:%M} has not come yet: check the time.")
        moment = before
    return When(to_utc_ns(moment))


class WhenRow(QWidget):
    """One row: Now, minutes ago, or a time that is typed. It begins with now.

    Signals:
        changed: Something else was told.
    """

    changed = Signal()

    def __init__(self, name: str, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self._zone = zone
        first, *others = MINUTES_AGO  # the first has the whole words, the others beside it need them no more
        ago = [(str(first), self.tr("{} min ago").format(first))]
        ago += [(str(minutes), self.tr("{} min").format(minutes)) for minutes in others]
        self._choices = Choices(f"{name}_ago", self.tr("When"), [(NOW, self.tr("Now")), *ago])
        self._typed = TextField(f"{name}_time", self.tr("Time of day"), placeholder=self.tr("14:05"))
        theme.set_length(self._typed, theme.Length.WIDTH, _FIELD_PX)
        line = row()
        line.addWidget(self._choices)
        line.addWidget(self._typed)
        line.addStretch()
        self.setLayout(line)
        self._choices.chosen.connect(self._on_chosen)
        self._typed.textEdited.connect(self._on_typed)
        self.clear()

    def clear(self) -> None:
        """Begin with now."""
        self._choices.choose(NOW)
        self._typed.clear()
        self._typed.set_wrong(False)

    @property
    def is_now(self) -> bool:
        """Say whether it is about now."""
        return not self._typed.text().strip() and self._choices.value() in (None, NOW)

    def told(self, now_utc_ns: int, since_utc_ns: int) -> When:
        """Return what is told; times as of `told_time`."""
        text = self._typed.text().strip()
        if text:
            when = told_time(text, now_utc_ns, since_utc_ns, self._zone)
            self._typed.set_wrong(bool(when.problem))
            return when
        key = self._choices.value()
        if key is None or key == NOW:
            return When()
        return When(now_utc_ns - int(key) * _MINUTE_NS)

    @Slot(str)
    def _on_chosen(self, _key: str) -> None:
        self._typed.clear()
        self._typed.set_wrong(False)
        self.changed.emit()

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self._typed.set_wrong(False)
        self._choices.choose(None if text.strip() else NOW)
        self.changed.emit()
