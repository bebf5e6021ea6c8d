"""Letters by finger, for a passphrase where no keyboard is at hand: three rows of letters; digits and signs behind a key.

Rules of the file:
1. It types into its field alone, as the pad of digits does, and never takes the focus.
2. A capital holds for one letter. What is not on it (é, ß, ж) needs a real keyboard, or the system's own.
"""

from typing import TypeVar

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QInputDevice
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QStackedWidget, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Button
from nursestation.ui.keypad import Key
from nursestation.ui.layouts import column, row

_SPACE, _BACK = " ", "⌫"
_LETTERS = ("qwertyuiop", "asdfghjkl", f"zxcvbnm{_BACK}", f"{_SPACE}-")
_SIGNS = ("1234567890@", "_.,:;!?'\"#&", f"+=/*()[]<>{_BACK}", f"{_SPACE}{{}}%$~^|\\`")
_SHIFTED_ROW = 2
"""Of the letters: it begins with the key that makes a capital."""
_WIDE = {_SPACE: 5, _BACK: 2}
"""Stretch of what is wider than a letter."""
_GAP = 6
B = TypeVar("B", bound=Button)


class LetterPad(QWidget):
    """A page of letters, and one of digits and signs."""

    def __init__(self, object_name: str, field: QLineEdit, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(self.tr("Keyboard"))
        self._field = field
        self._letters: list[Key] = []
        self._shift = _fingered(Button("⇧", f"{object_name}_shift"))
        self._shift.setAccessibleName(self.tr("One capital letter"))
        self._shift.setCheckable(True)
        to_signs, to_letters = (
            Button(self.tr("123 ?!"), f"{object_name}_signs"),
            Button("abc", f"{object_name}_letters"),
        )
        self._pages = QStackedWidget()
        for rows, other in ((_LETTERS, to_signs), (_SIGNS, to_letters)):
            self._pages.addWidget(self._page(rows, _fingered(other)))
        whole = column()
        whole.addWidget(self._pages)
        self.setLayout(whole)
        self._shift.toggled.connect(self._on_shift)
        to_signs.clicked.connect(self._show_signs)
        to_letters.clicked.connect(self._show_letters)

    def _page(self, rows: tuple[str, ...], other: Button) -> QWidget:
        lines = column(spacing=_GAP)
        for number, keys in enumerate(rows):
            line = row(spacing=_GAP)
            is_letters = rows is _LETTERS
            if is_letters and number == _SHIFTED_ROW:
                line.addWidget(self._shift, _WIDE[_BACK])
            if number == len(rows) - 1:
                line.addWidget(other, _WIDE[_BACK])
            for key in keys:
                line.addWidget(self._key(key), _WIDE.get(key, 1))
            lines.addLayout(line)
        page = QWidget()
        page.setLayout(lines)
        return page

    def _key(self, key: str) -> Key:
        spoken = {_SPACE: self.tr("Space"), _BACK: self.tr("Delete the last character")}
        made = _fingered(Key(key, f"{self.objectName()}_{_named(key)}", self))
        made.setAccessibleName(spoken.get(key, key))
        made.struck.connect(self._type)
        if key.isalpha():
            self._letters.append(made)
        return made

    @property
    def field(self) -> QLineEdit:
        """Return the field that it types into."""
        return self._field

    def type_into(self, field: QLineEdit) -> None:
        """Type into another field from now on."""
        self._field = field

    @Slot(str)
    def _type(self, key: str) -> None:
        if self._field.isReadOnly():
            return
        if key == _BACK:
            self._field.backspace()
        else:
            self._field.insert(key)
        self._shift.setChecked(False)

    @Slot(bool)
    def _on_shift(self, is_down: bool) -> None:
        for letter in self._letters:
            letter.set_key(letter.key.upper() if is_down else letter.key.lower())

    @Slot()
    def _show_signs(self) -> None:
        self._pages.setCurrentIndex(1)

    @Slot()
    def _show_letters(self) -> None:
        self._pages.setCurrentIndex(0)


def has_touch_screen() -> bool:
    """Say whether a screen takes touches: there the pad stands from the beginning."""
    return any(one.type() is QInputDevice.DeviceType.TouchScreen for one in QInputDevice.devices())


def _fingered(key: B) -> B:
    """Let a key be as wide as its row gives it, and keep its hands off the focus."""
    key.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    key.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    theme.set_property(key, "slim", "yes")
    theme.set_length(key, theme.Length.LEAST_WIDTH, theme.TOUCH)
    return key


def _named(key: str) -> str:
    return {_SPACE: "space", _BACK: "back"}.get(key, key if key.isalnum() else f"sign_{ord(key)}")
