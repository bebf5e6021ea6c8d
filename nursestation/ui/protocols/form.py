"""One part of a protocol's form: its fields, each with its unit, its hint and what is wrong with what was typed."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QGridLayout, QPlainTextEdit, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import CheckField, ChoiceField, Label, Panel, TextField
from nursestation.ui.layouts import column, row, say
from nursestation.ui.protocols.form_view import YES, Draft, Field, Group, Kind, Part
from nursestation.ui.roles import Surface, Text, Tone

_NUMBER_WIDTH = 110
_LINE_HEIGHT = 20
_FEWEST_LINES, _MOST_LINES = 2, 11
_AROUND = 30  # above the first and below the last line
_COLUMNS = 2
_LONG_TICK = 18  # characters; a tick's words stand in one line
_WIDE = (Kind.TEXT, Kind.LINES, Kind.LONG, Kind.LANGUAGES, Kind.SENTENCE)
_TALL = (Kind.LINES, Kind.LONG, Kind.LANGUAGES, Kind.SENTENCE)


class LongField(QPlainTextEdit):
    """Several lines of text; the tab key goes on to the next field."""

    def __init__(self, object_name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self.setTabChangesFocus(True)
        theme.set_font(self, Text.BODY)
        self.make_room(0)

    def make_room(self, n_lines: int) -> None:
        """Be as high as that many lines need, within reason."""
        n = min(_MOST_LINES, max(_FEWEST_LINES, n_lines))
        theme.set_length(self, theme.Length.HEIGHT, n * _LINE_HEIGHT + _AROUND)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Leave nothing marked behind: a mark looks like a choice."""
        super().focusOutEvent(event)
        cursor = self.textCursor()
        cursor.clearSelection()
        self.setTextCursor(cursor)


class FieldWidget(QWidget):
    """A field with its name above it, its hint and its problem below.

    Signals:
        changed: Its path and what is typed now.
    """

    changed = Signal(str, str)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        name = f"protocol_{field.path.replace('.', '_')}"
        self._problem = Label("", Text.CAPTION, Tone.BAD, object_name=f"{name}_problem", wrap=True)
        self._problem.hide()
        self._input = self._made(name)
        inside = column(spacing=theme.GAP // 2)
        if field.kind is not Kind.TICK:
            inside.addWidget(Label(field.title, Text.CAPTION, Tone.SOFT, wrap=True))
        line = row()
        line.addWidget(self._input)
        if field.unit:
            line.addWidget(Label(field.unit, tone=Tone.SOFT))
        if field.kind not in _WIDE:
            line.addStretch()
        inside.addLayout(line)
        if field.hint:
            inside.addWidget(Label(field.hint, Text.CAPTION, Tone.SOFT, wrap=True))
        inside.addWidget(self._problem)
        inside.addStretch()
        self.setLayout(inside)

    def _made(self, name: str) -> QWidget:
        field = self.field
        spoken = f"{field.title}{f' [{field.unit}]' if field.unit else ''}"
        if field.kind is Kind.TICK:
            tick = CheckField(field.title, name)
            theme.set_length(tick, theme.Length.LEAST_HEIGHT, theme.TOUCH)
            tick.toggled.connect(self._on_changed)
            return tick
        if field.kind is Kind.CHOICE:
            choice = ChoiceField(name, spoken)
            for key, word in field.options:
                choice.addItem(word, key)
            choice.currentIndexChanged.connect(self._on_changed)
            choice.installEventFilter(self)
            return choice
        if field.kind in _TALL:
            text = LongField(name, spoken)
            text.textChanged.connect(self._on_changed)
            return text
        line = TextField(name, spoken)
        if field.kind is Kind.NUMBER:
            theme.set_length(line, theme.Length.WIDTH, _NUMBER_WIDTH)
        line.textChanged.connect(self._on_changed)
        return line

    @property
    def is_wide(self) -> bool:
        """Say whether the field takes the whole width."""
        return self.field.kind in _WIDE or (self.field.kind is Kind.TICK and len(self.field.title) > _LONG_TICK)

    def value(self) -> str:
        """Return what is typed."""
        match self._input:
            case CheckField():
                return YES if self._input.isChecked() else ""
            case ChoiceField():
                return str(self._input.currentData())
            case LongField():
                return self._input.toPlainText()
            case TextField():
                return self._input.text()
            case _:
                raise AssertionError(type(self._input).__name__)

    def show_value(self, text: str) -> None:
        """Show what is typed; the same again leaves the cursor where it is."""
        if self.value() == text:
            return
        match self._input:
            case CheckField():
                self._input.setChecked(text == YES)
            case ChoiceField():
                self._input.setCurrentIndex(max(0, self._input.findData(text)))
            case LongField():
                is_list = self.field.kind is Kind.LINES
                n_lines = len(text.splitlines()) + 1 if is_list else 2 * len(text.splitlines())
                self._input.make_room(n_lines)
                self._input.setPlainText(text)
            case TextField():
                self._input.setText(text)
                self._input.setCursorPosition(0)

    def show_problem(self, text: str) -> None:
        """Say what is wrong with it, "" for nothing."""
        say(self._problem, text)
        theme.set_property(self._input, "state", "wrong" if text else "")
        self._input.setAccessibleDescription(text)

    def focus(self) -> None:
        """Put the focus into the field."""
        self._input.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the wheel scroll the page: over a choice it would change a clinical setting unseen."""
        if event.type() == QEvent.Type.Wheel and watched is self._input:
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    @Slot()
    def _on_changed(self) -> None:
        self.changed.emit(self.field.path, self.value())


class PartForm(QWidget):
    """The fields of one part.

    Signals:
        changed: The path of a field and what is typed in it now.
    """

    changed = Signal(str, str)

    def __init__(self, part: Part, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"protocol_part_form_{part.key}")
        self._fields: dict[str, FieldWidget] = {}
        inside = column(spacing=theme.MARGIN)
        inside.setContentsMargins(0, 0, theme.GAP, 0)
        if part.note:
            inside.addWidget(Label(part.note, tone=Tone.SOFT, wrap=True))
        for n, group in enumerate(part.groups):
            inside.addWidget(self._group(f"protocol_group_{part.key}_{n}", group))
        inside.addStretch()
        self.setLayout(inside)

    def show_draft(self, draft: Draft) -> None:
        """Show what is typed."""
        for path, widget in self._fields.items():
            widget.show_value(draft[path])

    def show_problems(self, problems: Draft) -> None:
        """Say beside each field what is wrong."""
        for path, widget in self._fields.items():
            widget.show_problem(problems.get(path, ""))

    def begin(self) -> None:
        """Put the focus on the first field."""
        next(iter(self._fields.values())).focus()

    def focus_on(self, path: str) -> QWidget | None:
        """Put the focus on a field and return it, None where it is not of this part."""
        widget = self._fields.get(path)
        if widget is not None:
            widget.focus()
        return widget

    def _group(self, name: str, group: Group) -> Panel:
        panel = Panel(name, Surface.RAISED)
        inside = column(margin=theme.MARGIN, spacing=theme.MARGIN)
        if group.title:
            inside.addWidget(Label(group.title, Text.TITLE))
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * theme.MARGIN)
        grid.setVerticalSpacing(theme.MARGIN)
        for n in range(_COLUMNS):
            grid.setColumnStretch(n, 1)
        at_row, at_column = 0, 0
        for field in group.fields:
            widget = FieldWidget(field)
            widget.changed.connect(self.changed)
            self._fields[field.path] = widget
            if widget.is_wide and at_column:
                at_row, at_column = at_row + 1, 0
            grid.addWidget(widget, at_row, at_column, 1, _COLUMNS if widget.is_wide else 1, Qt.AlignmentFlag.AlignTop)
            at_column += _COLUMNS if widget.is_wide else 1
            if at_column >= _COLUMNS:
                at_row, at_column = at_row + 1, 0
        inside.addLayout(grid)
        panel.setLayout(inside)
        return panel
