"""The small controls that every page is made of: each knows its role, and the theme dresses it.

Every control takes an `object_name` (tests and assistive tools find it by that) and an accessible name, which is its
text where it has one.
"""

from enum import StrEnum

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOption,
    QStyleOptionButton,
    QWidget,
)

from nursestation.ui import theme
from nursestation.ui.roles import ButtonKind, Surface, Text, Tone


class Edge(StrEnum):
    """Which side of a bar carries its hairline."""

    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"
    NONE = "none"


class Panel(QFrame):
    """A background with rounded corners, or a bar."""

    def __init__(
        self,
        object_name: str,
        surface: Surface = Surface.PANEL,
        *,
        edge: Edge = Edge.NONE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setProperty("surface", surface.value)
        self.setProperty("edge", edge.value)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)


class Rule(QFrame):
    """A hairline between two parts."""

    def __init__(self, *, vertical: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("rule", "vertical" if vertical else "horizontal")


class Label(QLabel):
    """A text in a role and a tone. It never reads its text as mark-up."""

    def __init__(
        self,
        text: str = "",
        role: Text = Text.BODY,
        tone: Tone = Tone.PLAIN,
        *,
        object_name: str = "",
        wrap: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setObjectName(object_name)
        self.setWordWrap(wrap)
        self.setProperty("tone", tone.value)
        theme.set_font(self, role)

    def set_tone(self, tone: Tone) -> None:
        """Change what the colour says."""
        theme.set_property(self, "tone", tone.value)


class FieldLabel(Label):
    """The name above a field; give the field itself with `setBuddy`."""

    def __init__(self, text: str, buddy: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(text, Text.CAPTION, Tone.SOFT, parent=parent)
        if buddy is not None:
            self.setBuddy(buddy)
            if not buddy.accessibleName():
                buddy.setAccessibleName(text)


class ElidingLabel(Label):
    """One line that ends in "…" where it does not fit; the whole text is then its tooltip, before what `setToolTip` says.

    Attributes:
        short: Another wording that is drawn where the whole text has no room; "" for none.
    """

    short = ""
    _tip = ""

    def __init__(
        self,
        text: str = "",
        role: Text = Text.BODY,
        tone: Tone = Tone.PLAIN,
        *,
        object_name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, role, tone, object_name=object_name, parent=parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the text, shortened to the width that there is."""
        shown = self.shown_text()
        self._tell_whole(is_cut=shown != self.text())
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), int(self.alignment()), shown)
        painter.end()

    def shown_text(self) -> str:
        """Return what is drawn at the present width."""
        metrics, room = self.fontMetrics(), self.contentsRect().width()
        fits = not self.short or metrics.horizontalAdvance(self.text()) <= room
        return metrics.elidedText(self.text() if fits else self.short, Qt.TextElideMode.ElideRight, room)

    def setToolTip(self, tip: str) -> None:
        """Say more than the text does."""
        if tip != self._tip:
            self._tip = tip
            super().setToolTip(tip)
            self.update()

    def _tell_whole(self, *, is_cut: bool) -> None:
        whole = self.text() if is_cut and self.text() not in self._tip else ""
        tip = "\n".join(part for part in (whole, self._tip) if part)
        if tip != self.toolTip():
            super().setToolTip(tip)

    def minimumSizeHint(self) -> QSize:
        """Return the height of a line and no width: the text gives way."""
        return QSize(0, super().minimumSizeHint().height())


class TwoLineLabel(ElidingLabel):
    """Two lines at most; the second ends in "…" where the rest does not fit."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Lay out the first line by words, and shorten what is left to the second."""
        area = self.contentsRect()
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        layout = QTextLayout(self.text(), self.font())
        layout.beginLayout()
        first = layout.createLine()
        first.setLineWidth(area.width())
        length = first.textLength() if first.isValid() else 0
        layout.endLayout()
        metrics = self.fontMetrics()
        rest = metrics.elidedText(self.text()[length:], Qt.TextElideMode.ElideRight, area.width())
        lines = [line for line in (self.text()[:length].rstrip(), rest) if line]
        self._tell_whole(is_cut=rest != self.text()[length:])
        top = area.top() + max(0, area.height() - len(lines) * metrics.lineSpacing()) // 2
        for number, line in enumerate(lines):
            painter.drawText(area.left(), top + number * metrics.lineSpacing() + metrics.ascent(), line)
        painter.end()

    def sizeHint(self) -> QSize:
        """Return the height of two lines."""
        return QSize(super().sizeHint().width(), 2 * self.fontMetrics().lineSpacing())

    def minimumSizeHint(self) -> QSize:
        """Return the height of two lines and no width."""
        return QSize(0, 2 * self.fontMetrics().lineSpacing())


class Badge(ElidingLabel):
    """A short fact in a pill ("Depression 3 of 6"); hidden while it has no text.

    Only one that `may_shrink` is elided; another gives way to its `short` wording at most.
    """

    _HEIGHT = 26
    _LEAST_WIDTH = 72

    def __init__(
        self,
        text: str = "",
        tone: Tone = Tone.ACCENT,
        *,
        object_name: str = "",
        may_shrink: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, Text.CAPTION, tone, object_name=object_name, parent=parent)
        self._may_shrink = may_shrink
        self.setProperty("badge", tone.value)
        theme.set_length(self, theme.Length.HEIGHT, self._HEIGHT)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setVisible(bool(text))

    def minimumSizeHint(self) -> QSize:
        """Return the width of its shorter wording, or the least one at which a fact that may shrink can be guessed."""
        width = self.sizeHint().width()
        if self._may_shrink:
            width = min(theme.px(self._LEAST_WIDTH), width)
        elif self.short:
            width -= self._advance(self.text()) - self._advance(self.short)
        return QSize(width, theme.px(self._HEIGHT))

    def _advance(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)

    def show_text(self, text: str, tone: Tone | None = None) -> None:
        """Show a fact; nothing shows for an empty one."""
        if text != self.text():
            self.setText(text)
        if tone is not None:
            theme.set_property(self, "badge", tone.value)
        self.setVisible(bool(text))


class Button(QPushButton):
    """A button big enough for a finger; its tooltip names its shortcut."""

    def __init__(
        self,
        text: str,
        object_name: str,
        kind: ButtonKind = ButtonKind.PLAIN,
        *,
        shortcut: str = "",
        tip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        self.setObjectName(object_name)
        self.setAccessibleName(text)
        self.setProperty("kind", kind.value)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.set_length(self, theme.Length.LEAST_HEIGHT, theme.TOUCH)
        self.setAutoDefault(False)
        theme.set_font(self, Text.STRONG)
        if shortcut:
            self.setShortcut(shortcut)
        self._shortcut = shortcut
        self._is_ready, self._why_not = True, ""
        self.set_tip(tip)

    def set_tip(self, tip: str) -> None:
        """Say what the button does, or why it does not; the shortcut is added."""
        self._tip = tip
        parts = [part for part in (tip, f"({self._shortcut})" if self._shortcut else "") if part]
        self.setToolTip(self._why_not or " ".join(parts))

    def setEnabled(self, is_ready: bool) -> None:
        """Let it be pressed, by who may; for who may not it stays as it is."""
        self._is_ready = is_ready
        super().setEnabled(is_ready and not self._why_not)

    def allow(self, why_not: str) -> None:
        """Say why who is signed in may not press it, in place of its tip; "" for who may (`ui/allowed.py`)."""
        if why_not != self._why_not:
            self._why_not = why_not
            self.setEnabled(self._is_ready)
            self.set_tip(self._tip)

    def minimumSizeHint(self) -> QSize:
        """Return the size of the whole text: a button's words are never cut."""
        return self.sizeHint()

    def set_kind(self, kind: ButtonKind) -> None:
        """Change how much the button asks for."""
        theme.set_property(self, "kind", kind.value)


class TickButton(Button):
    """A button that stays down with a tick before its words; it has room for the tick at all times."""

    TICK = "✓ "

    def __init__(self, text: str, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, object_name, parent=parent)
        self._words = text
        self.setCheckable(True)
        self.toggled.connect(self._mark)

    def sizeHint(self) -> QSize:
        """Return the size with the tick, shown or not."""
        hint, metrics = super().sizeHint(), self.fontMetrics()
        if not self.isChecked():
            ticked = metrics.horizontalAdvance(f"{self.TICK}{self._words}")
            hint.setWidth(hint.width() + ticked - metrics.horizontalAdvance(self._words))
        return hint

    @Slot(bool)
    def _mark(self, checked: bool) -> None:
        self.setText(f"{self.TICK}{self._words}" if checked else self._words)


class PrimaryButton(Button):
    """The one next step of a page."""

    def __init__(
        self, text: str, object_name: str, *, shortcut: str = "", tip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, object_name, ButtonKind.PRIMARY, shortcut=shortcut, tip=tip, parent=parent)


class QuietButton(Button):
    """Cancel, back, and other ways out."""

    def __init__(
        self, text: str, object_name: str, *, shortcut: str = "", tip: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(text, object_name, ButtonKind.QUIET, shortcut=shortcut, tip=tip, parent=parent)


class TextField(QLineEdit):
    """One line of text."""

    def __init__(
        self, object_name: str, accessible_name: str, *, placeholder: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        self.setPlaceholderText(placeholder)
        theme.set_font(self, Text.BODY)
        theme.set_length(self, theme.Length.LEAST_HEIGHT, theme.TOUCH)

    def by_hand(self) -> str:
        """Return what a person typed into it; "" for what the program put there."""
        return self.text() if self.isModified() else ""

    def set_wrong(self, wrong: bool) -> None:
        """Mark the field as needing another look; say in words beside it why."""
        theme.set_property(self, "state", "wrong" if wrong else "")


class PinField(TextField):
    """A PIN: never shown."""

    def __init__(self, object_name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(object_name, accessible_name, parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhHiddenText
            | Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
        )

    def by_hand(self) -> str:
        """Return a sign that something is typed, and not what."""
        return "•" if super().by_hand() else ""


class ChoiceField(QComboBox):
    """One of a few: the arrow is drawn here, because a styled combo box has none of its own."""

    _ARROW = "▾"
    _ARROW_WIDTH = 32

    def __init__(self, object_name: str, accessible_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(object_name)
        self.setAccessibleName(accessible_name)
        theme.set_font(self, Text.BODY)
        theme.set_length(self, theme.Length.LEAST_HEIGHT, theme.TOUCH)

    def minimumSizeHint(self) -> QSize:
        """Return the size of its longest choice: Qt would keep the one in letters of the first size."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the field, and its arrow."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        area = self.rect().adjusted(self.width() - self._ARROW_WIDTH, 0, 0, 0)
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._ARROW)
        painter.end()


class CheckField(QCheckBox):
    """Yes or no, with a tick: a filled box alone would speak by colour only."""

    _TICK = "✓"

    def __init__(self, text: str, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setObjectName(object_name)
        self.setAccessibleName(text)
        theme.set_font(self, Text.BODY)

    def by_hand(self) -> str:
        """Return its tick, "" for none: nothing is ticked to begin with where somebody signs for it."""
        return self._TICK if self.isChecked() else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the box and its text, and the tick where it is set."""
        super().paintEvent(event)
        if not self.isChecked():
            return
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        painter.setFont(theme.font(Text.STRONG))
        painter.setPen(self.palette().highlightedText().color())
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._TICK)
        painter.end()
