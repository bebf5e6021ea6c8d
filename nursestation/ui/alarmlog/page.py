"""The alarm log's page: every condition with its limits, its signals and its delays, to read and to search; nothing else.

Rules of the file:
1. The log is fed by the window with the same records as every screen, whether this page stands or not; older days are read
   from the record by whoever owns the window.
2. Nothing can be changed or erased from here, and the page says so.
"""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from devices.clock import NS_PER_S, Moment
from devices.events import Priority
from nursestation.core.alarm_log import AlarmLog, LogRow, RowKind
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui import theme
from nursestation.ui.alarmlog import view
from nursestation.ui.alarmlog.model import LogModel
from nursestation.ui.alarmlog.table import LogTable
from nursestation.ui.alarmlog.view import KIND_WORDS, PAST_DAYS, LogFilter, Scope
from nursestation.ui.choices import Choices
from nursestation.ui.controls import ChoiceField, ElidingLabel, Label, Panel, QuietButton, TextField
from nursestation.ui.layouts import column, row, say
from nursestation.ui.page import Page
from nursestation.ui.roles import Surface, Text, Tone
from nursestation.ui.theme import ALARM_SYMBOLS, Theme

_MARGIN = 16
_DAY_NS = 24 * 3600 * NS_PER_S
_N_SHORT = 8
_CHOICE_WIDTH = 180


class AlarmLogPage(Page):
    """A table that can be filtered, and one row in depth below it.

    Args:
        theme_: Colours.
        zone: The clinic's time zone, None for the machine's.
        log: What has happened since the program was started.

    Signals:
        past_wanted: The log of earlier times is asked for: since when, UTC [ns]; answered by `show_past`.
    """

    past_wanted = Signal(object)

    def __init__(
        self,
        theme_: Theme,
        zone: tzinfo | None = None,
        log: AlarmLog | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("alarm_log_page")
        self.setAccessibleName(self.tr("Alarm log"))
        self._zone = zone
        self._log = log if log is not None else AlarmLog()
        self._past: tuple[LogRow, ...] = ()
        self._past_since: int | None = None
        self._is_reading = False
        self._trouble = ""
        self._snapshot: StationSnapshot | None = None
        self._chair = 0
        self._shown: object = None
        self._second = 0
        self._chosen = ""
        self._model = LogModel(zone, self)
        self._table = LogTable(self._model, theme_)
        self._make_filters()
        self._note = ElidingLabel(tone=Tone.SOFT, object_name="alarm_log_note")
        self._empty = Label(tone=Tone.SOFT, object_name="alarm_log_empty", wrap=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._close = QuietButton(self.tr("Close"), "alarm_log_close", tip=self.tr("Back to the chair (Esc)"))
        self._title = ElidingLabel("", Text.STRONG, object_name="alarm_log_title")
        self._facts = [
            (
                Label("", Text.BODY, Tone.SOFT, object_name=f"alarm_log_fact_{number}"),
                Label("", object_name=f"alarm_log_words_{number}", wrap=True),
            )
            for number in range(_N_SHORT + 1)
        ]
        self._build()
        self._connect()

    # --- what is on it ---

    def _make_filters(self) -> None:
        self._scope = Choices(
            "alarm_log_scope",
            self.tr("Which part of the log"),
            [
                (Scope.VISIT.value, self.tr("This visit")),
                (Scope.CHAIR.value, self.tr("This chair")),
                (Scope.TODAY.value, self.tr("Today")),
                (Scope.PAST.value, self.tr("{n} days").format(n=PAST_DAYS)),
            ],
        )
        self._scope.choose(Scope.TODAY.value)
        self._of_chair = ChoiceField("alarm_log_chair", self.tr("Chair"))
        self._of_chair.addItem(self.tr("Every chair"), 0)
        self._kind = ChoiceField("alarm_log_kind", self.tr("Kind"))
        self._kind.addItem(self.tr("Every kind"), "")
        for kind in RowKind:
            self._kind.addItem(self.tr(KIND_WORDS[kind]), kind.value)
        self._least = ChoiceField("alarm_log_priority", self.tr("Priority"))
        self._least.addItem(self.tr("Every priority"), "")
        self._least.addItem(self.tr("{} high").format(ALARM_SYMBOLS[Priority.HIGH]), Priority.HIGH.value)
        medium = self.tr("{} medium and high").format(ALARM_SYMBOLS[Priority.MEDIUM])
        self._least.addItem(medium, Priority.MEDIUM.value)
        self._words = TextField("alarm_log_words", self.tr("Words"), placeholder=self.tr("Find words…"))
        self._words.setClearButtonEnabled(True)
        for field in (self._of_chair, self._kind, self._least):
            theme.set_length(field, theme.Length.LEAST_WIDTH, _CHOICE_WIDTH)

    def _build(self) -> None:
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Alarm log"), Text.TITLE))
        head.addWidget(self._note, 1)
        head.addWidget(self._close)
        filters = row(spacing=theme.GAP)
        filters.addWidget(self._of_chair)
        filters.addWidget(self._kind)
        filters.addWidget(self._least)
        filters.addWidget(self._words, 1)
        outer = column(margin=_MARGIN, spacing=theme.GAP)
        outer.addLayout(head)
        scopes = row()
        scopes.addWidget(self._scope)
        scopes.addStretch()
        outer.addLayout(scopes)
        outer.addLayout(filters)
        outer.addWidget(self._empty, 1)  # has the table's place, so that the choices above stay where they are
        outer.addWidget(self._table, 1)
        outer.addWidget(self._detail_panel())
        self.setLayout(outer)

    def _detail_panel(self) -> Panel:
        self._panel = Panel("alarm_log_detail", Surface.RAISED)
        inside = column(margin=theme.MARGIN, spacing=theme.GAP // 2)
        inside.addWidget(self._title)
        facts = QGridLayout()
        facts.setHorizontalSpacing(theme.MARGIN)
        facts.setVerticalSpacing(2)
        facts.setColumnStretch(1, 1)
        facts.setColumnStretch(3, 1)
        top = Qt.AlignmentFlag.AlignTop
        for number, (name, words) in enumerate(self._facts):
            line, place = (number // 2, number % 2 * 2) if number < _N_SHORT else (_N_SHORT, 0)
            facts.addWidget(name, line, place, top)
            facts.addWidget(words, line, place + 1, 1, 1 if number < _N_SHORT else 3, top)
        inside.addLayout(facts)
        self._panel.setLayout(inside)
        self._panel.hide()
        return self._panel

    def _connect(self) -> None:
        self._close.clicked.connect(self.closed)
        self._scope.chosen.connect(self._on_scope)
        for field in (self._of_chair, self._kind, self._least):
            field.currentIndexChanged.connect(self._on_filter)
        self._words.textChanged.connect(self._on_filter)
        self._table.row_chosen.connect(self._on_row)

    def set_theme(self, theme_: Theme) -> None:
        """Take other colours."""
        self._table.set_theme(theme_)

    # --- what comes ---

    def show_past(self, rows: Sequence[LogRow], since_utc_ns: int) -> None:
        """Take the rows of earlier times, as far back as was asked for."""
        self._past, self._past_since, self._is_reading, self._trouble = tuple(rows), since_utc_ns, False, ""
        if self.isVisible():
            self._read_past()  # further back was asked for meanwhile
            self._look()

    def past_failed(self, reason: str) -> None:
        """Say why earlier times cannot be shown."""
        self._is_reading, self._trouble = False, reason
        self._tell()

    def show_chair(self, number: int) -> None:
        """Take the chair in front."""
        self._chair = number

    def render(self, snapshot: StationSnapshot) -> None:  # type: ignore[override]
        """Show the log as it is at the snapshot's moment."""
        self._snapshot = snapshot
        if not self.isVisibleTo(self.parentWidget() or self):
            return
        self._offer_chairs(snapshot)
        self._look()

    def begin(self) -> None:
        """Show what is asked for most: the visit in front if there is one; and begin with the table."""
        has_visit = self._session() is not None
        self._scope.choose(Scope.VISIT.value if has_visit else Scope.TODAY.value)
        self._read_past()
        self._look()
        self._table.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back to the chair on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the earlier days: they are read anew when the page is opened again."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._past, self._past_since, self._is_reading, self._shown = (), None, False, None
            self._trouble = ""

    # --- how it is shown ---

    def _offer_chairs(self, snapshot: StationSnapshot) -> None:
        numbers = [chair.number for chair in snapshot.chairs]
        offered = [self._of_chair.itemData(index) for index in range(1, self._of_chair.count())]
        if numbers == offered:
            return
        chosen = self._of_chair.currentData()
        self._of_chair.blockSignals(True)
        while self._of_chair.count() > 1:
            self._of_chair.removeItem(1)
        for number in numbers:
            self._of_chair.addItem(self.tr("Chair {}").format(number), number)
        self._of_chair.setCurrentIndex(max(0, self._of_chair.findData(chosen)))
        self._of_chair.blockSignals(False)

    def _session(self) -> str | None:
        if self._snapshot is None:
            return None
        chair = next((one for one in self._snapshot.chairs if one.number == self._chair), None)
        return chair.visit.session if chair is not None and chair.visit is not None else None

    def _wanted(self) -> LogFilter:
        kind, least = self._kind.currentData(), self._least.currentData()
        return LogFilter(
            scope=Scope(self._scope.value() or Scope.TODAY.value),
            chair=self._chair,
            session=self._session(),
            only_chair=self._of_chair.currentData() or 0,
            kind=RowKind(kind) if kind else None,
            least=Priority(least) if least else None,
            words=self._words.text(),
        )

    def _look(self) -> None:
        """Show the wanted rows; nothing is done anew unless rows, filter, names or the day changed."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        now, wanted = snapshot.at, self._wanted()
        names = {one.id: one.name for one in snapshot.operators}
        state = (
            self._log.version,
            self._past_since,
            len(self._past),
            wanted,
            names,
            view.day_began_ns(now, self._zone),
        )
        second = now.utc_ns // NS_PER_S
        if state == self._shown:
            if second != self._second:
                self._second = second
                self._model.pass_time(now)
                self._show_detail()
            self._tell()
            return
        self._shown, self._second = state, second
        rows = view.merged(self._past, self._log.rows())
        self._model.show_rows(view.chosen(rows, wanted, now, names, self._zone), now, names)
        self._keep_chosen()
        self._of_chair.setEnabled(wanted.scope in (Scope.TODAY, Scope.PAST))
        self._tell()
        self._show_detail()

    def _keep_chosen(self) -> None:
        """Choose the same row again after the table was made anew."""
        number = self._model.row_of(self._chosen) if self._chosen else None
        if number is not None and self._table.currentIndex().row() != number:
            self._table.selectRow(number)

    def _tell(self) -> None:
        n = self._model.rowCount()
        self._empty.setText(self._why_empty())
        self._empty.setVisible(not n)
        self._table.setVisible(bool(n))
        words = self.tr("{n} rows. Nothing can be erased here: every row stands in the record.").format(n=n)
        self._note.set_tone(Tone.WARN if self._trouble else Tone.SOFT)
        self._note.setText(self._trouble or (self.tr("Reading the record…") if self._is_reading else words))

    def _why_empty(self) -> str:
        if self._is_reading:
            return self.tr("Reading the record…")
        if self._scope.value() == Scope.VISIT.value and self._session() is None:
            return self.tr("There is no visit in this chair. Choose Today to see every chair.")
        return self.tr("No alarm is in this part of the log.")

    def _show_detail(self) -> None:
        current = self._model.line_at(self._table.currentIndex().row()) if self._model.rowCount() else None
        self._panel.setVisible(current is not None)
        if current is None or self._snapshot is None:
            return
        names = {one.id: one.name for one in self._snapshot.operators}
        shown = view.detail(current, names, self._zone)
        self._title.setText(shown.title)
        for number, (name, words) in enumerate(self._facts):
            if number == _N_SHORT:
                fact = ("Signals", shown.signals) if shown.signals else ("", "")
            else:
                fact = shown.facts[number] if number < len(shown.facts) else ("", "")
            say(name, self.tr(fact[0]))
            say(words, fact[1])

    # --- what a person asks for ---

    @Slot(str)
    def _on_scope(self, _key: str) -> None:
        self._read_past()
        self._look()

    @Slot()
    def _on_filter(self) -> None:
        self._look()

    @Slot(int)
    def _on_row(self, number: int) -> None:
        line = self._model.line_at(number)
        if line is not None:
            self._chosen = line.row.id
        self._show_detail()

    def _read_past(self) -> None:
        """Ask for what the record has of the wanted stretch, unless it is there already."""
        if self._snapshot is None:
            return
        since = self._since(self._snapshot.at)
        if self._is_reading or (self._past_since is not None and self._past_since <= since):
            return
        self._is_reading = True
        self.past_wanted.emit(since)

    def _since(self, now: Moment) -> int:
        today = view.day_began_ns(now, self._zone)
        scope = self._scope.value()
        return today - PAST_DAYS * _DAY_NS if scope in (Scope.PAST.value, Scope.CHAIR.value) else today
