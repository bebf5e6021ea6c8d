"""The chair page: header, waves, trend (or a sheet in its place) and numbers; and its action bar.

Big numbers take the place of waves and trend as long as they are wanted and no sheet is open.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import tzinfo

import shiboken6
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication, QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from nursestation.core.access import may
from nursestation.core.commands import ConfirmMonitorPatient, NoteSetting, ViewPast
from nursestation.core.snapshot import ChairSnapshot, StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarms.flashing import Flashing
from nursestation.ui.allowed import why_not
from nursestation.ui.chair.actions import ActionBar, FlagBar
from nursestation.ui.chair.actions_view import Action, actions
from nursestation.ui.chair.alarm_controls import AlarmControls, PauseBar
from nursestation.ui.chair.big_numbers import BigNumbers
from nursestation.ui.chair.course_bar import CourseBar, EventKeys
from nursestation.ui.chair.header import Header
from nursestation.ui.chair.numbers_view import number_views
from nursestation.ui.chair.numerics import Numerics
from nursestation.ui.chair.question_bar import QuestionBar
from nursestation.ui.chair.timers_view import big_timers
from nursestation.ui.chair.view import flag_strip, header_view, monitor_question
from nursestation.ui.chair.wave_head import WaveHead
from nursestation.ui.chair.wave_head_view import WaveHeadView, wave_head_view, why_no_waves
from nursestation.ui.controls import Panel
from nursestation.ui.page import Page
from nursestation.ui.plots.trend import Trend
from nursestation.ui.plots.wave_painter import WavePainter
from nursestation.ui.roles import Surface
from nursestation.ui.theme import Theme

_NUMBERS_PX = (284, 460)
"""Least and most width of the column of numbers [px at the designed size]."""
_WITH_TREND, _WITH_SHEET = (44, 56), (27, 73)
"""Of the height: the waves, and the trend or a sheet below them."""
_CENTRE, _NUMBERS = 8, 3
"""Of the width."""


class ChairPage(Page):
    """One chair in depth.

    Args:
        waves: The wave painter, fed by the window.
        trend: The session trend, fed by the window.
        theme_: Colours.
        flashing: The clock of what flashes.
        zone: The clinic's time zone, None for the machine's.
        sheets: Pages that may take the trend's place, by name.

    Signals:
        sheet_changed: Name of the sheet that is open, "" for none.
    """

    sheet_changed = Signal(str)

    def __init__(
        self,
        waves: WavePainter,
        trend: Trend,
        theme_: Theme,
        flashing: Flashing,
        *,
        zone: tzinfo | None,
        sheets: Mapping[str, Page],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("chair_page")
        self._zone = zone
        self._sheets = dict(sheets)
        self._sheet = ""
        self._opener: QWidget | None = None
        self._number = 0
        self._snapshot: StationSnapshot | None = None
        self._rendered: tuple[StationSnapshot, str] | None = None  # with the sheet that was open
        self._waves, self._trend = waves, trend
        self._numerics, self._big = Numerics(theme_, flashing), BigNumbers(theme_, flashing)
        self._wants_big = False
        self._build()
        self._connect()

    def _build(self) -> None:
        self._header = Header()
        self._flag = FlagBar()
        self._question = QuestionBar()
        self._alarm_controls = AlarmControls()
        self._pause = PauseBar()
        self._bar = ActionBar()
        self._course = CourseBar(self._zone)
        self._keys = EventKeys(self)
        self._head = WaveHead()
        self._ground = Panel("wave_panel", Surface.PLOT)
        inside = QVBoxLayout(self._ground)
        inside.setContentsMargins(4, 4, 4, 6)
        inside.setSpacing(2)
        inside.addWidget(self._head)
        inside.addWidget(self._waves, 1)
        self._lower = QStackedWidget()
        self._lower.setObjectName("chair_lower")
        self._lower.addWidget(self._trend)
        for sheet in self._sheets.values():
            self._lower.addWidget(sheet)
        for part in (self._ground, self._lower, self._big):
            part.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        centre = self._centre = QVBoxLayout()
        centre.setSpacing(theme.GAP)
        centre.addWidget(self._header)
        centre.addWidget(self._flag)
        centre.addWidget(self._question)
        centre.addWidget(self._pause)
        centre.addWidget(self._ground)
        centre.addWidget(self._course)
        centre.addWidget(self._lower)
        centre.addWidget(self._big, 1)
        self._divide(_WITH_TREND)
        middle = QHBoxLayout()
        middle.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        middle.setSpacing(theme.GAP)
        middle.addLayout(centre, _CENTRE)
        self._side = QWidget()
        theme.set_length(self._side, theme.Length.LEAST_WIDTH, _NUMBERS_PX[0])
        theme.set_length(self._side, theme.Length.MOST_WIDTH, _NUMBERS_PX[1])
        right = QVBoxLayout(self._side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(theme.GAP)
        right.addWidget(self._numerics, 1)
        right.addWidget(self._alarm_controls)
        middle.addWidget(self._side, _NUMBERS)
        self.setLayout(middle)
        self._arrange()

    def _divide(self, parts: tuple[int, int]) -> None:
        """Divide the height between the waves and what stands below them."""
        self._centre.setStretchFactor(self._ground, parts[0])
        self._centre.setStretchFactor(self._lower, parts[1])

    def _arrange(self) -> None:
        """Give the page to waves and trend, to a sheet, or to big numbers."""
        is_big = self.is_big
        for part in (self._ground, self._lower, self._side):
            part.setVisible(not is_big)
        self._big.setVisible(is_big)
        # an open sheet needs the height; what is frozen says so all the same
        self._head.setVisible(not self._sheet or self._waves.is_frozen)

    def _connect(self) -> None:
        self._bar.wanted.connect(self._on_wanted)
        self._flag.wanted.connect(self._on_wanted)
        self._header.nurse_wanted.connect(self._on_nurse)
        self._trend.review_wanted.connect(self._on_review)
        self._question.answer_wanted.connect(self._on_question)
        self._head.freeze_wanted.connect(self._waves.freeze)
        self._head.big_wanted.connect(self._on_big)
        self._head.look_wanted.connect(self._on_look)
        self._big.waves_wanted.connect(self._on_waves)
        self._waves.frozen_changed.connect(self._on_frozen)
        self._pause.command_requested.connect(self.command_requested)
        self._alarm_controls.sheet_wanted.connect(self.sheet_requested)
        self._course.command_requested.connect(self.command_requested)
        self._course.sheet_wanted.connect(self._on_course)
        self._keys.struck.connect(self._on_digit)
        for sheet in self._sheets.values():
            sheet.command_requested.connect(self.command_requested)
            sheet.sheet_requested.connect(self.sheet_requested)
            sheet.closed.connect(self.close_sheet)

    def show_chair(self, number: int) -> None:
        """Show another chair; an open sheet closes, because it was about the one before."""
        if number == self._number:
            return
        self._number = number
        self.close_sheet()
        for sheet in self._sheets.values():
            sheet.show_chair(number)

    def open_sheet(self, name: str) -> None:
        """Put the sheet `name` in the trend's place.

        Raises:
            KeyError: there is no such sheet.
        """
        sheet = self._sheets[name]
        sheet.show_chair(self._number)
        if self._snapshot is not None:
            sheet.render(self._snapshot)
        at = QApplication.focusWidget()
        if at is not None and not self._lower.isAncestorOf(at):
            self._opener = at
        self._sheet = name
        self._lower.setCurrentWidget(sheet)
        self._divide(_WITH_SHEET)
        self._course.show_sheet(name)
        self._arrange()
        sheet.setFocus()
        self.sheet_changed.emit(name)

    @Slot()
    def close_sheet(self) -> None:
        """Show the trend again, and give the focus back to what had it before the sheet."""
        self._sheet = ""
        at = QApplication.focusWidget()
        if at is not None and self._lower.isAncestorOf(at):
            opener = self._opener
            (opener if opener is not None and shiboken6.isValid(opener) and opener.isVisible() else self).setFocus()
        self._lower.setCurrentWidget(self._trend)
        self._divide(_WITH_TREND)
        self._course.show_sheet("")
        self._arrange()
        self.sheet_changed.emit("")

    @property
    def sheet(self) -> str:
        """Return the name of the sheet in the trend's place, "" for none."""
        return self._sheet

    @property
    def is_big(self) -> bool:
        """Say whether big numbers stand in place of waves and trend."""
        return self._wants_big and not self._sheet

    def show_big(self, is_wanted: bool) -> None:
        """Let big numbers take the place of waves and trend, or give it back."""
        self._wants_big = is_wanted
        self._arrange()
        if self._snapshot is not None:
            self.render(self._snapshot)

    @property
    def action_bar(self) -> ActionBar:
        """Return the bar, which the window sets under the rail and the page over its whole width."""
        return self._bar

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show the chosen chair."""
        self._snapshot = snapshot
        try:
            chair = snapshot.chair(self._number)
        except KeyError:
            return
        before, self._rendered = self._rendered, (snapshot, self._sheet)
        if before is not None and not self._sheet and not before[1] and _is_about_others(chair, snapshot, before[0]):
            return
        operator = snapshot.operator
        if self._sheet and operator is None:
            self.close_sheet()
        self._header.render(header_view(chair, snapshot, self._zone))
        if self.is_big:
            self._big.render(number_views(chair, self._zone, far=True), big_timers(chair, snapshot.at))
        else:
            self._numerics.render(number_views(chair, self._zone))
        asked = None if self._sheet == "flag" else flag_strip(chair.visit)  # the sheet says it all, and needs the room
        self._flag.render(asked, chair.number, operator)
        question = "" if self._sheet == "monitor_patient" else monitor_question(chair, is_locked=operator is None)
        self._question.show_question(question, why_not(operator, ConfirmMonitorPatient))
        self._pause.render(chair, operator)
        self._alarm_controls.render(chair, operator)
        self._bar.render(actions(chair, operator))
        self._course.render(chair, snapshot, self._sheet)
        # the flag's bar takes its place: big numbers stay where and as large as they are, waves and trend keep height
        # for their words beside the row that answers by PIN
        if asked is not None and (self.is_big or operator is None) and not self._course.is_busy:
            self._course.hide()
        why_none = why_no_waves(chair, self._waves.look)
        self._waves.show_chair(
            chair.number, chair.waves, why_none, simulated=chair.simulated, silent=chair.silent_waves
        )
        self._head.render(self._head_view(chair, snapshot), may_set=may(operator, NoteSetting))
        self._trend.let_review(wanted=may(snapshot.operator, ViewPast))
        self._trend.render(chair, snapshot.at)
        if self._sheet:
            self._sheets[self._sheet].render(snapshot)

    def refused(self, reason: str) -> None:
        """Hand the reason to the sheet in front."""
        if self._sheet:
            self._sheets[self._sheet].refused(reason)

    def set_theme(self, theme_: Theme) -> None:
        """Give what paints itself other colours."""
        self._waves.set_theme(theme_)
        self._trend.set_theme(theme_)
        self._numerics.set_theme(theme_)
        self._big.set_theme(theme_)
        for sheet in self._sheets.values():
            sheet.set_theme(theme_)

    def rescale(self) -> None:
        """Fit what chooses its own sizes to letters of another size."""
        self._waves.rescale()
        self._numerics.rescale()
        self._big.rescale()

    def warm_later(self) -> None:
        """Import what the trend needs as soon as the window stands still for a moment."""
        QTimer.singleShot(0, self._trend, self._trend.warm)  # and not once it is gone

    @Slot(bool)
    def _on_frozen(self, _is_frozen: bool) -> None:
        self._arrange()
        snapshot = self._snapshot
        chair = None if snapshot is None else next((c for c in snapshot.chairs if c.number == self._number), None)
        if snapshot is not None and chair is not None:
            self._head.render(self._head_view(chair, snapshot), may_set=may(snapshot.operator, NoteSetting))

    def _head_view(self, chair: ChairSnapshot, snapshot: StationSnapshot) -> WaveHeadView:
        return wave_head_view(chair, snapshot.at, self._waves.frozen_at, self._zone)

    @Slot()
    def _on_big(self) -> None:
        self.show_big(True)

    @Slot()
    def _on_waves(self) -> None:
        self.show_big(False)

    @Slot()
    def _on_nurse(self) -> None:
        self.sheet_requested.emit("nurses")

    @Slot()
    def _on_review(self) -> None:
        self.sheet_requested.emit("review")

    @Slot()
    def _on_look(self) -> None:
        self.sheet_requested.emit("waves")

    @Slot()
    def _on_question(self) -> None:
        self.sheet_requested.emit("monitor_patient")

    @Slot(str)
    def _on_course(self, name: str) -> None:
        if name:
            self.sheet_requested.emit(name)
        else:
            self.close_sheet()

    @Slot(int)
    def _on_digit(self, digit: int) -> None:
        """Chart by a digit, but not where a sheet asks for something else."""
        if self._sheet in ("", "event"):
            self._course.strike(digit)

    @Slot(object)
    def _on_wanted(self, action: Action) -> None:
        if action.command is not None:
            self.command_requested.emit(action.command)
        elif action.opens:
            self.sheet_requested.emit(action.opens)


def _is_about_others(chair: ChairSnapshot, snapshot: StationSnapshot, before: StationSnapshot) -> bool:
    """Say whether a later snapshot tells nothing new but of other chairs: what is the same object has not changed since."""
    if snapshot is before or not any(chair is one for one in before.chairs):
        return False
    return replace(snapshot, at=before.at, chairs=before.chairs) == before
