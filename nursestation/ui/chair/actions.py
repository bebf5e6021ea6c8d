"""The action bar at the bottom of the chair page, and the strip that asks what was done about a BP flag."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nursestation.core.model import Operator
from nursestation.ui import theme
from nursestation.ui.chair.actions_view import Action, flag_answers
from nursestation.ui.chair.view import FlagStrip
from nursestation.ui.controls import Button, Edge, ElidingLabel, Panel, TwoLineLabel
from nursestation.ui.roles import Surface, Text, surface_of, tone_upon

_BAR_HEIGHT = 64


class ActionButton(Button):
    """A button for an `Action`; presses become the action's wish.

    Signals:
        wanted: The `Action`.
    """

    wanted = Signal(object)

    def __init__(self, action: Action, parent: QWidget | None = None) -> None:
        super().__init__(
            action.text, f"action_{action.id}", action.kind, shortcut=action.shortcut, tip=action.tip, parent=parent
        )
        self._action = action
        self.setEnabled(action.enabled)
        self.clicked.connect(self._on_clicked)

    def update_action(self, action: Action) -> None:
        """Take a newer form of the same action."""
        if action == self._action:
            return
        self._action = action
        self.setText(action.text)
        self.setAccessibleName(action.text)
        self.set_kind(action.kind)
        self.set_tip(action.tip)
        self.setEnabled(action.enabled)
        # setText drops the shortcut when the text has no mnemonic of its own
        self.setShortcut(action.shortcut)

    @Slot()
    def _on_clicked(self) -> None:
        self.wanted.emit(self._action)


class _Row(QHBoxLayout):
    """Buttons that stay as long as their action does, so that focus and touch are not lost under a finger."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__()
        self._owner = owner
        self._buttons: dict[str, ActionButton] = {}
        self.setSpacing(theme.GAP)

    def show_actions(self, actions: Sequence[Action]) -> tuple[ActionButton, ...]:
        """Show `actions`; return the buttons that are new."""
        if [action.id for action in actions] == list(self._buttons):
            for action in actions:
                self._buttons[action.id].update_action(action)
            return ()
        return self._rebuild(actions)

    def _rebuild(self, actions: Sequence[Action]) -> tuple[ActionButton, ...]:
        while self.count():
            self.takeAt(0)
        old, self._buttons, new = self._buttons, {}, []
        ends = [action for action in actions if action.at_end]
        for action in (*(action for action in actions if not action.at_end), *ends):
            if ends and action is ends[0]:
                self.addStretch(1)
            button = old.pop(action.id, None)
            if button is None:
                button = ActionButton(action, self._owner)
                new.append(button)
            else:
                button.update_action(action)
            self._buttons[action.id] = button
            self.addWidget(button)
            button.show()  # at once, not with the next turn of the event loop: its shortcut is to work now
        if not ends:
            self.addStretch(1)
        for gone in old.values():
            gone.hide()
            gone.deleteLater()
        # keep the order of `actions`, by which the next call compares
        in_sight = list(self._buttons.values())
        for before, after in pairwise(in_sight):
            QWidget.setTabOrder(before, after)
        self._buttons = {action.id: self._buttons[action.id] for action in actions}
        return tuple(new)


class ActionBar(Panel):
    """What makes sense now.

    Signals:
        wanted: The `Action` that was pressed.
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("action_bar", Surface.BAR, edge=Edge.TOP, parent=parent)
        theme.set_length(self, theme.Length.HEIGHT, _BAR_HEIGHT)
        self._row = _Row(self)
        self._row.setContentsMargins(theme.MARGIN, 0, theme.MARGIN, 0)
        self.setLayout(self._row)

    def render(self, actions: Sequence[Action]) -> None:  # type: ignore[override]
        """Show `actions`."""
        for button in self._row.show_actions(actions):
            button.wanted.connect(self.wanted)


class FlagBar(Panel):
    """The BP flag that waits for an answer; hidden while none does.

    Signals:
        wanted: The answer, as an `Action`.
    """

    wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("flag_bar", Surface.HIGH, parent=parent)
        self._headline = ElidingLabel("", Text.STRONG, object_name="flag_headline")
        self._prompt = TwoLineLabel("", Text.CAPTION, object_name="flag_prompt")
        self._row = _Row(self)
        text = QVBoxLayout()
        text.setSpacing(1)
        text.addWidget(self._headline)
        text.addWidget(self._prompt)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(theme.MARGIN, 6, theme.MARGIN, 6)
        whole.setSpacing(theme.GAP)
        whole.addLayout(text, 1)
        whole.addLayout(self._row)
        self.hide()

    def render(self, strip: FlagStrip | None, chair: int, operator: Operator | None) -> None:  # type: ignore[override]
        """Show `strip` with its answers for whoever is signed in, or nothing."""
        if strip is None:
            self.hide()
            return
        theme.set_property(self, "surface", surface_of(strip.priority).value)
        for label in (self._headline, self._prompt):
            label.set_tone(tone_upon(strip.priority))
        self._headline.short = strip.short
        self._headline.setText(strip.headline)
        self._prompt.setText(strip.prompt)
        self.setToolTip(strip.whole)
        self.setAccessibleName(strip.whole)
        for button in self._row.show_actions(flag_answers(chair, strip.flag, operator)):
            button.wanted.connect(self.wanted)
        self.show()
