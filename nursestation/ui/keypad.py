"""PINs by finger as well as by keyboard: a field, and a pad of digits that types into it."""

from PySide6.QtCore import QRegularExpression, Qt, Signal, Slot
from PySide6.QtGui import QHideEvent, QRegularExpressionValidator
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Button, PinField

LONGEST_PIN = 12
"""Digits that a field takes. Source: project decision; the least length is the station's to say."""

_BACK, _CLEAR, _POINT = "⌫", "C", "."
_ROWS = ("123", "456", "789", f"{_CLEAR}0{_BACK}")
_POINT_ROWS = (*_ROWS[:-1], f"{_POINT}0{_BACK}")
_FLAT = (f"1234567890{_BACK}",)
_NAMES = {_BACK: "back", _CLEAR: "clear", _POINT: "point"}


class Key(Button):
    """One key. It keeps its hands off the keyboard focus: whoever types goes on typing.

    Signals:
        struck: What stands on it.
    """

    struck = Signal(str)

    def __init__(self, key: str, object_name: str, parent: QWidget) -> None:
        super().__init__("", object_name, parent=parent)
        self.set_key(key)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
        self.clicked.connect(self._strike)

    @property
    def key(self) -> str:
        """Return what it types."""
        return self._key

    def set_key(self, key: str) -> None:
        """Type something else from now on."""
        self._key = key
        self.setText(key.replace("&", "&&"))  # one alone would underline what follows
        self.setAccessibleName(key)

    @Slot()
    def _strike(self) -> None:
        self.struck.emit(self._key)


class Keypad(QWidget):
    """Ten digits, a step back and a way to begin again (or, for a decimal number, its point), laid out as on a telephone.

    `flat` puts the digits and the step back into one row, where there is no height for more.
    """

    def __init__(
        self,
        object_name: str,
        field: QLineEdit,
        *,
        key_height: int = theme.TOUCH,
        point: bool = False,
        flat: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(self.tr("Number pad"))
        self._field = field
        rows = _FLAT if flat else _POINT_ROWS if point else _ROWS
        self.setMinimumHeight(len(rows) * key_height + (len(rows) - 1) * theme.GAP)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP)
        spoken = {_BACK: self.tr("Delete the last digit"), _CLEAR: self.tr("Clear"), _POINT: self.tr("Point")}
        for row, keys in enumerate(rows):
            for column, key in enumerate(keys):
                button = Key(key, f"{object_name}_{_NAMES.get(key, key)}", self)
                button.setAccessibleName(spoken.get(key, key))
                button.struck.connect(self._type)
                grid.addWidget(button, row, column)

    def type_into(self, field: QLineEdit) -> None:
        """Type into another field from now on."""
        self._field = field

    @Slot(str)
    def _type(self, key: str) -> None:
        if key == _CLEAR:
            self._field.clear()
        elif key == _BACK:
            self._field.backspace()
        else:
            self._field.insert(key)


def take_digits(field: PinField) -> None:
    """Let a field take the digits of a PIN and nothing else: a letter struck by mistake would count as a wrong PIN."""
    field.setMaxLength(LONGEST_PIN)
    field.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]*"), field))
    field.setInputMethodHints(field.inputMethodHints() | Qt.InputMethodHint.ImhDigitsOnly)


class PinEntry(QWidget):
    """A PIN field with its pad, which stays folded away until it is asked for.

    Signals:
        submitted: Return was pressed in the field.
        changed: What is typed has changed.
    """

    submitted = Signal()
    changed = Signal()

    def __init__(
        self,
        object_name: str,
        accessible_name: str,
        *,
        pad_open: bool = False,
        key_height: int = theme.TOUCH,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.field = PinField(object_name, accessible_name, self)
        take_digits(self.field)
        self._fold = Button(self.tr("123"), f"{object_name}_pad_toggle", tip=self.tr("Show or hide the number pad"))
        self._fold.setAccessibleName(self.tr("Show or hide the number pad"))
        self._fold.setCheckable(True)
        self._pad = Keypad(f"{object_name}_pad", self.field, key_height=key_height, parent=self)
        self._build(pad_open)
        self.field.returnPressed.connect(self.submitted)
        self.field.textChanged.connect(self.changed)
        self._fold.toggled.connect(self._pad.setVisible)
        self.setFocusProxy(self.field)

    def _build(self, pad_open: bool) -> None:
        line = QHBoxLayout()
        line.setSpacing(theme.GAP)
        line.addWidget(self.field, 1)
        line.addWidget(self._fold)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(theme.GAP)
        layout.addLayout(line)
        layout.addWidget(self._pad)
        self._fold.setChecked(pad_open)
        self._pad.setVisible(pad_open)

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what is typed as soon as nobody can see the field."""
        super().hideEvent(event)
        self.clear()

    def pin(self) -> str:
        """Return what is typed."""
        return self.field.text()

    def clear(self) -> None:
        """Forget what is typed."""
        self.field.clear()
