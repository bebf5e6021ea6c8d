"""The window before all others where the record is protected: asks for its passphrase.

Rules of the file:
1. It says nothing of a patient or a chair: the record is not open yet.
2. It does not know what a passphrase is good for: `attempt` is given what was typed and answers with a sentence, "" when it was
   right. What was typed is taken out of the field at once, and kept nowhere.
3. After some wrong tries it waits, longer each time. That slows a person at this keyboard; who has stolen the disk is slowed by
   what a guess costs (`store/keys.py`).
"""

from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QWidget

from nursestation.ui import theme
from nursestation.ui.controls import CheckField, Label, Panel, PinField, PrimaryButton, QuietButton
from nursestation.ui.layouts import column, labelled, row
from nursestation.ui.letterpad import LetterPad, has_touch_screen
from nursestation.ui.roles import Surface, Text, Tone

FREE_TRIES = 3
WAIT_S = 10
LONGEST_WAIT_S = 60
_WIDTH, _HEIGHT = 560, 470
_WIDTH_WITH_LETTERS, _LETTERS_HEIGHT = 720, 220
_ALL = 100
"""Stretch that leaves nothing to a neighbour of stretch 1 until the greatest size is reached."""
_FRAME_PX = 40
"""Of a screen's height is left to the window's own title [px]."""
_PAINT_MS = 30  # so that "Opening…" is seen before the processor is busy for a second


class UnlockWindow(QWidget):
    """One field for the passphrase or the recovery code.

    Args:
        attempt: Is given what was typed; returns why it does not open the record, or "".

    Signals:
        done: Unlocked, or closed without that.
    """

    done = Signal(bool)

    def __init__(self, attempt: Callable[[str], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("unlock_window")
        self.setWindowTitle(self.tr("Nursestation"))
        self._attempt = attempt
        self._n_wrong = 0
        self._left_s = 0
        self._is_trying = False
        self._is_over = False
        self._card = Panel("unlock_card", Surface.RAISED)
        self._field = PinField("unlock_passphrase", self.tr("Passphrase or recovery code"))
        self._shown = CheckField(self.tr("Show what I type"), "unlock_show")
        theme.set_length(self._shown, theme.Length.LEAST_HEIGHT, theme.TOUCH)
        self._fold = CheckField(self.tr("Keyboard on the screen"), "unlock_keyboard")
        theme.set_length(self._fold, theme.Length.LEAST_HEIGHT, theme.TOUCH)
        self._letters = LetterPad("unlock_letters", self._field)
        self._letters.hide()
        self._problem = Label(tone=Tone.WARN, object_name="unlock_problem", wrap=True)
        self._button = PrimaryButton(self.tr("Open the record"), "unlock_button")
        self._away = QuietButton(self.tr("Close"), "unlock_close")
        self._ticks = QTimer(self)
        self._ticks.setInterval(1000)
        self._build()
        self._field.textChanged.connect(self._look)
        self._field.returnPressed.connect(self._begin)
        self._button.clicked.connect(self._begin)
        self._away.clicked.connect(self.close)
        self._shown.toggled.connect(self._show_typed)
        self._fold.toggled.connect(self._show_letters)
        self._ticks.timeout.connect(self._tick)
        self._look()

    def _build(self) -> None:
        card = self._card
        inside = column(margin=2 * theme.MARGIN, spacing=theme.MARGIN)
        inside.addWidget(Label(self.tr("The record is locked"), Text.HEADING))
        inside.addWidget(
            Label(
                self.tr(
                    "It is encrypted. Type its passphrase to start. No monitor is read and nothing is recorded until then."
                ),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        inside.addLayout(labelled(self.tr("Passphrase or recovery code"), self._field))
        ways = row(spacing=2 * theme.MARGIN)
        ways.addWidget(self._shown)
        ways.addWidget(self._fold)
        ways.addStretch()
        inside.addLayout(ways)
        inside.addWidget(self._letters)
        inside.addWidget(self._problem)
        inside.addStretch()
        inside.addWidget(
            Label(
                self.tr("Passphrase forgotten? Type the recovery code from the clinic's paper in its place."),
                tone=Tone.SOFT,
                wrap=True,
            )
        )
        buttons = row(spacing=theme.GAP)
        buttons.addWidget(self._away)
        buttons.addStretch()
        buttons.addWidget(self._button)
        inside.addLayout(buttons)
        card.setLayout(inside)
        theme.set_length(card, theme.Length.MOST_WIDTH, _WIDTH_WITH_LETTERS)
        across = row(spacing=0)
        across.addStretch(1)
        across.addWidget(card, _ALL)
        across.addStretch(1)
        outer = column(margin=theme.MARGIN, spacing=0)
        outer.addStretch(1)
        outer.addLayout(across, _ALL)
        outer.addStretch(2)
        self.setLayout(outer)

    def sizeHint(self) -> QSize:
        """Return a size in which the longest sentence has room."""
        width = _WIDTH_WITH_LETTERS if self._fold.isChecked() else _WIDTH
        return QSize(theme.px(width), theme.px(self._height()))

    def _height(self) -> int:
        return _HEIGHT + (_LETTERS_HEIGHT if self._fold.isChecked() else 0)

    def begin(self) -> None:
        """Show it in the middle of the screen, ready for typing; by finger where the screen takes touches."""
        self._fold.setChecked(has_touch_screen())
        self._place()
        self.show()
        self.activateWindow()
        self._field.setFocus()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Tell that nobody goes on, unless it was unlocked."""
        super().closeEvent(event)
        self._ticks.stop()
        if not self._is_over:
            self._is_over = True
            self.done.emit(False)

    def _place(self) -> None:
        """Give the window its size, in the middle of the screen; one that fills the screen has its card there."""
        theme.set_length(self._card, theme.Length.MOST_HEIGHT, self._height())
        if self.isMaximized() or self.isFullScreen():
            return
        screen = QGuiApplication.primaryScreen().availableGeometry()
        self.resize(self.sizeHint().boundedTo(screen.adjusted(0, 0, 0, -_FRAME_PX).size()))
        self.move(screen.center() - self.rect().center())

    @Slot(bool)
    def _show_letters(self, is_shown: bool) -> None:
        self._letters.setVisible(is_shown)
        self._place()
        self._field.setFocus()

    @Slot(bool)
    def _show_typed(self, is_shown: bool) -> None:
        self._field.setEchoMode(QLineEdit.EchoMode.Normal if is_shown else QLineEdit.EchoMode.Password)
        self._field.setFocus()

    @Slot()
    def _begin(self) -> None:
        if not self._button.isEnabled():
            return
        self._is_trying = True
        self._problem.setText("")
        self._look()
        QTimer.singleShot(_PAINT_MS, self, self._try)

    @Slot()
    def _try(self) -> None:
        typed = self._field.text()
        self._field.clear()
        problem = self._attempt(typed)
        del typed
        self._is_trying = False
        if not problem:
            self._is_over = True
            self.close()
            self.done.emit(True)
            return
        self._n_wrong += 1
        if self._n_wrong >= FREE_TRIES:
            self._left_s = min(WAIT_S << (self._n_wrong - FREE_TRIES), LONGEST_WAIT_S)
            self._ticks.start()
        self._problem.setText(problem)
        self._look()
        self._field.setFocus()

    @Slot()
    def _tick(self) -> None:
        self._left_s -= 1
        if self._left_s <= 0:
            self._ticks.stop()
        self._look()

    @Slot()
    def _look(self) -> None:
        if self._is_trying:
            text = self.tr("Opening…")
        elif self._left_s > 0:
            text = self.tr("Wait {seconds} s").format(seconds=self._left_s)
        else:
            text = self.tr("Open the record")
        self._button.setText(text)
        self._button.setEnabled(bool(self._field.text()) and not self._is_trying and self._left_s <= 0)
        self._field.setReadOnly(self._is_trying)


def ask(attempt: Callable[[str], str]) -> bool:
    """Show the window, dressed, and come back when the record was unlocked (True) or the window closed. Needs an application."""
    window = UnlockWindow(attempt)
    window.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    theme.dress(window, theme.DARK_THEME)  # which theme is wanted stands in settings that are read later
    theme.rescale(window)
    loop = QEventLoop()
    answers: list[bool] = []
    window.done.connect(answers.append)
    window.done.connect(loop.quit)
    window.begin()
    loop.exec()
    window.close()
    window.deleteLater()
    return answers == [True]
