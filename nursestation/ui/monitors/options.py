"""One of several things that take two lines each to tell apart, as buttons below each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import Badge, Button, ElidingLabel, Label
from nursestation.ui.layouts import column, keep_tab_order, retire, row
from nursestation.ui.roles import Text, Tone

_PADDING = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One button.

    Attributes:
        key: What is told when it is pressed.
        name: End of its object name.
        title: First line.
        right: At the right end of the first line, in `tone`.
        below: Second line.
        small: At the right end of the second line.
        badges: After the second line.
        enabled: Whether it can be pressed.
        spoken: The whole for who hears it.
    """

    key: str
    name: str
    title: str
    spoken: str
    right: str = ""
    tone: Tone = Tone.SOFT
    below: str = ""
    small: str = ""
    badges: tuple[tuple[str, Tone], ...] = ()
    enabled: bool = True


class OptionButton(Button):
    """A checkable button of two lines."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__("", object_name, parent=parent)
        self.setCheckable(True)
        self._title = ElidingLabel("", Text.STRONG)
        self._right = Label("", Text.STRONG)
        self._below = ElidingLabel("", Text.CAPTION, Tone.SOFT)
        self._small = Label("", Text.CAPTION, Tone.SOFT)
        self._badge_labels = [Badge("", Tone.SOFT) for _ in range(2)]
        first, second = row(spacing=theme.MARGIN), row(spacing=theme.GAP)
        first.addWidget(self._title, 1)
        first.addWidget(self._right)
        second.addWidget(self._below, 1)
        second.addWidget(self._small)
        for badge in self._badge_labels:
            second.addWidget(badge)
        both = column(spacing=2)
        both.setContentsMargins(theme.MARGIN, _PADDING, theme.MARGIN, _PADDING)
        both.addLayout(first)
        both.addLayout(second)
        self.setLayout(both)
        for label in self.findChildren(QWidget):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_option(self, option: Option) -> None:
        """Show what the button stands for."""
        for label, text in (
            (self._title, option.title),
            (self._right, option.right),
            (self._below, option.below),
            (self._small, option.small),
        ):
            if label.text() != text:
                label.setText(text)
        self._right.set_tone(option.tone)
        for n, badge in enumerate(self._badge_labels):
            text, tone = option.badges[n] if n < len(option.badges) else ("", Tone.SOFT)
            badge.show_text(text, tone)
        self._below.setVisible(bool(option.below or option.small or option.badges))
        self._small.setVisible(bool(option.small))
        if self.accessibleName() != option.spoken:
            self.setAccessibleName(option.spoken)
        self.setEnabled(option.enabled)

    def sizeHint(self) -> QSize:
        """Return the size of the two lines, which the words of a plain button would not give."""
        layout = self.layout()
        hint = layout.sizeHint() if layout is not None else super().sizeHint()
        return QSize(hint.width(), max(hint.height(), theme.px(theme.TOUCH)))

    def minimumSizeHint(self) -> QSize:
        """Return the height of the two lines; their words give way in width."""
        return QSize(theme.px(theme.TOUCH), self.sizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Ask for another height when the lines' does."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)


class OptionList(QWidget):
    """Exclusive buttons below each other; the same ones again stay where they are, with the focus.

    Signals:
        chosen: The key of the button that a person pressed.
    """

    chosen = Signal(str)

    def __init__(self, object_name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self._options: tuple[Option, ...] = ()
        self._buttons: list[OptionButton] = []
        self._group = QButtonGroup(self)
        self._group.idClicked.connect(self._tell)
        self._column: QVBoxLayout = column(spacing=theme.GAP // 2)
        self.setLayout(self._column)

    def show_options(self, options: Sequence[Option], chosen: str) -> None:
        """Offer `options`, the one with the key `chosen` marked; none where there is no such key."""
        if [option.key for option in options] != [option.key for option in self._options]:
            self._rebuild(options)
        self._options = tuple(options)
        for button, option in zip(self._buttons, options, strict=True):
            button.show_option(option)
        self._choose(chosen)

    def focus_chosen(self) -> None:
        """Put the focus on the marked button, else on the first that can be pressed."""
        for button in sorted(self._buttons, key=lambda one: not one.isChecked()):
            if button.isEnabled():
                button.setFocus()
                return

    def _rebuild(self, options: Sequence[Option]) -> None:
        for button in self._buttons:
            self._group.removeButton(button)
            retire(self._column, button)
        self._buttons = [OptionButton(f"{self.objectName()}_{option.name}", self) for option in options]
        for n, button in enumerate(self._buttons):
            self._group.addButton(button, n)
            self._column.addWidget(button)
            button.show()
        keep_tab_order(self)

    def _choose(self, key: str) -> None:
        keys = [option.key for option in self._options]
        if key in keys:
            self._buttons[keys.index(key)].setChecked(True)
        elif self._group.checkedButton() is not None:
            self._group.setExclusive(False)
            for button in self._buttons:
                button.setChecked(False)
            self._group.setExclusive(True)

    @Slot(int)
    def _tell(self, number: int) -> None:
        self.chosen.emit(self._options[number].key)
