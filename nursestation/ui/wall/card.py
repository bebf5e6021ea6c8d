"""The part of the station's page that opens the wall view, and says where it is."""

from dataclasses import dataclass

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.config.display import Face
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, FieldLabel, Label, Panel
from nursestation.ui.layouts import column, row, say
from nursestation.ui.roles import Surface, Text, Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class WallLook:
    """What the card shows.

    Attributes:
        options: Screens to choose from, as (what to keep, words).
        screen: The chosen one.
        face: What stands for a patient there.
        is_open: A person opened it; it may wait for its screen.
        note: What to know of it just now, "" for nothing.
    """

    options: tuple[tuple[str, str], ...] = ()
    screen: str = ""
    face: Face = "number"
    is_open: bool = False
    note: str = ""


class WallCard(Panel):
    """Screen, face, open and close. Hidden until somebody who can open a wall view tells of it.

    Signals:
        screen_chosen: The screen to take.
        face_chosen: "initials" or "number".
        open_wanted: True to open it, False to close it.
    """

    screen_chosen = Signal(str)
    face_chosen = Signal(str)
    open_wanted = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("station_wall_card", Surface.RAISED, parent=parent)
        self._look: WallLook | None = None
        self._screens = Choices("station_wall_screen", self.tr("Screen of the wall view"), stacked=True)
        self._faces = Choices(
            "station_wall_face",
            self.tr("Patients on the wall view by"),
            [("number", self.tr("Chair number")), ("initials", self.tr("Initials"))],
        )
        self._open = Button("", "station_wall_open")
        self._note = Label(tone=Tone.WARN, object_name="station_wall_note", wrap=True)
        self._build()
        self._screens.chosen.connect(self._on_screen)
        self._faces.chosen.connect(self.face_chosen)
        self._open.clicked.connect(self._on_open)
        self.hide()

    def _build(self) -> None:
        about = self.tr("All chairs on another screen, to be read from across the room. Nothing can be pressed there.")
        words = column(spacing=2)
        words.addWidget(Label(self.tr("Wall view"), Text.TITLE))
        words.addWidget(Label(about, tone=Tone.SOFT, wrap=True))
        head = row(spacing=theme.MARGIN)
        head.addLayout(words, 1)
        head.addWidget(self._open)
        inside = column(margin=theme.MARGIN, spacing=theme.GAP)
        inside.addLayout(head)
        inside.addWidget(self._note)
        inside.addWidget(FieldLabel(self.tr("Screen"), self._screens))
        inside.addWidget(self._screens)
        inside.addWidget(FieldLabel(self.tr("Patients by"), self._faces))
        inside.addWidget(self._faces)
        self.setLayout(inside)
        self._note.hide()

    def show_look(self, look: WallLook) -> None:
        """Show how it stands."""
        if look == self._look:
            return
        self._look = look
        self._screens.set_options([(str(n), words) for n, (_, words) in enumerate(look.options)])
        chosen = [str(n) for n, (screen, _) in enumerate(look.options) if screen == look.screen]
        self._screens.choose(chosen[0] if chosen else None)
        self._faces.choose(look.face)
        text = self.tr("Close the wall view") if look.is_open else self.tr("Open the wall view")
        self._open.setText(text)
        self._open.setAccessibleName(text)
        say(self._note, look.note)
        self.show()

    @Slot(str)
    def _on_screen(self, key: str) -> None:
        if self._look is not None:
            self.screen_chosen.emit(self._look.options[int(key)][0])

    @Slot()
    def _on_open(self) -> None:
        self.open_wanted.emit(self._look is None or not self._look.is_open)
