"""Blood pressure lying and standing: a clock from standing up, and readings that fill themselves in when they come.

Each posture knows the cuff reading that it was taken from, and offers no reading that another posture is (`orthostatic_view`).
"""

from collections.abc import Mapping
from datetime import tzinfo

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QWidget

from nursestation.core.commands import RecordOrthostatic
from nursestation.core.model import CuffReading
from nursestation.ui import theme
from nursestation.ui.checkin.gate_form import GateForm, Scene
from nursestation.ui.controls import Button, FieldLabel, Label, PrimaryButton, QuietButton, TextField
from nursestation.ui.discharge.orthostatic_view import (
    FROM,
    PARTS,
    STOOD,
    TITLES,
    Posture,
    came_from,
    filled,
    lying_reading,
    made,
    offered,
    standing_line,
    standing_reading,
    take_words,
)
from nursestation.ui.flow import FlowLayout
from nursestation.ui.layouts import column, row, say
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.taps import Taps

_FIELD_WIDTH = 72
_LONGEST = 3
_LEFT_OUT = ("Patient could not stand before the visit", "Patient declines", "Leaves lying, by ambulance")


class OrthostaticForm(GateForm):
    """Three rows of numbers. What is typed, and when the patient stood up, is a draft: it outlives a look at another chair."""

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__("orthostatic", parent)
        self.setObjectName("discharge_orthostatic_form")
        self._zone = zone
        self._now_ns = 0
        self._stood_ns: int | None = None
        self._cuffs: tuple[CuffReading, ...] = ()
        self._from: dict[str, str] = {}  # by f"{posture}_{FROM}", as in the draft
        self._fields = {f"{posture}_{part}": self._number(posture, part) for posture in Posture for part in PARTS}
        self._take = {posture: QuietButton("", f"discharge_orthostatic_take_{posture}") for posture in Posture}
        self._line = Label(object_name="discharge_orthostatic_line", wrap=True)
        self._stands = PrimaryButton(self.tr("Stands up now"), "discharge_orthostatic_stands")
        self._well = Button(self.tr("Not dizzy: record"), "discharge_orthostatic_well")
        self._dizzy = Button(self.tr("Dizzy or faint: record"), "discharge_orthostatic_dizzy")
        self._problem = Label(tone=Tone.SOFT, object_name="discharge_orthostatic_problem", wrap=True)
        self._left_out = Taps("discharge_orthostatic_left_out")
        self._why = TextField(
            "discharge_orthostatic_why", self.tr("Left out for another reason"), placeholder=self.tr("another reason")
        )
        self._why_send = Button(self.tr("Left out"), "discharge_orthostatic_why_send")
        self._build()
        self._connect()
        self.look()

    def _number(self, posture: Posture, part: str) -> TextField:
        names = {"sys": self.tr("systolic"), "dia": self.tr("diastolic"), "pulse": self.tr("pulse")}
        field = TextField(f"discharge_orthostatic_{posture}_{part}", f"{TITLES[posture]}, {names[part]}")
        field.setMaxLength(_LONGEST)
        field.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        theme.set_length(field, theme.Length.WIDTH, _FIELD_WIDTH)
        return field

    def _build(self) -> None:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(theme.GAP)
        heads = (self.tr("Systolic"), self.tr("Diastolic"), self.tr("Pulse"))
        for number, head in enumerate(heads, start=1):
            grid.addWidget(FieldLabel(head), 0, number)
        for line, posture in enumerate(Posture, start=1):
            grid.addWidget(Label(TITLES[posture], Text.STRONG), line, 0)
            for number, part in enumerate(PARTS, start=1):
                grid.addWidget(self._fields[f"{posture}_{part}"], line, number)
            grid.addWidget(self._take[posture], line, len(PARTS) + 1)
        grid.setColumnStretch(len(PARTS) + 2, 1)
        self._left_out.offer([(str(n), words, words) for n, words in enumerate(_LEFT_OUT, start=1)])
        buttons = QWidget()
        flow = FlowLayout(buttons)
        for button in (self._stands, self._well, self._dizzy):
            flow.addWidget(button)
        other = row()
        other.addWidget(self._why, 1)
        other.addWidget(self._why_send)
        layout = column(spacing=theme.GAP)
        layout.addWidget(self._line)
        layout.addLayout(grid)
        layout.addWidget(buttons)
        layout.addWidget(self._problem)
        layout.addWidget(FieldLabel(self.tr("Or say why the check is left out")))
        layout.addWidget(self._left_out)
        layout.addLayout(other)
        self.setLayout(layout)

    def _connect(self) -> None:
        for key, field in self._fields.items():
            self.keep(key, field)
        self.keep("why", self._why)
        for button in self._take.values():
            button.clicked.connect(self._on_take)
        self._stands.clicked.connect(self._on_stands)
        self._well.clicked.connect(self._on_well)
        self._dizzy.clicked.connect(self._on_dizzy)
        self._left_out.tapped.connect(self._skip)
        self._why_send.clicked.connect(self._on_why)

    def show_scene(self, scene: Scene) -> None:
        """Let the clock go on, and fill in what was measured in its time."""
        self._now_ns = scene.station.at.utc_ns
        self._cuffs = scene.visit.cuffs
        if self._stood_ns is not None:
            for posture in (Posture.MINUTE_1, Posture.MINUTE_3):
                self._fill(posture, standing_reading(self._cuffs, posture, self._stood_ns))
        self.look()

    def draft(self) -> dict[str, str]:
        """Return what is typed, and when the patient stood up."""
        typed = super().draft()
        for posture in Posture:
            told = self._from.get(f"{posture}_{FROM}", "")
            if told and any(self._typed(posture)):
                typed[f"{posture}_{FROM}"] = told
        return typed if self._stood_ns is None else {**typed, STOOD: str(self._stood_ns)}

    def restore(self, fields: Mapping[str, str]) -> None:
        """Put a kept draft back with its clock."""
        stood = fields.get(STOOD, "")
        self._stood_ns = int(stood) if stood.isdecimal() else None
        self._from = {key: fields[key] for posture in Posture if (key := f"{posture}_{FROM}") in fields}
        super().restore(fields)

    def look(self) -> None:
        """Say what to do now, and what is missing."""
        text = standing_line(self._stood_ns, self._now_ns)
        if self._line.text() != text:
            self._line.setText(text)
        self._stands.setText(self.tr("Stands up again") if self._stood_ns is not None else self.tr("Stands up now"))
        self._stands.set_kind(ButtonKind.PLAIN if self._stood_ns is not None else ButtonKind.PRIMARY)
        self._well.set_kind(ButtonKind.PRIMARY if self._stood_ns is not None else ButtonKind.PLAIN)
        command = self._made(symptoms=False)
        for button in (self._well, self._dizzy):
            button.setEnabled(not isinstance(command, str))
        is_typed = any(field.text() for field in self._fields.values())
        say(self._problem, command if isinstance(command, str) and is_typed else "")
        self._why_send.setEnabled(bool(self._why.text().strip()))
        self._look_at_offers()

    def _look_at_offers(self) -> None:
        taken = self._taken()
        for posture, button in self._take.items():
            reading = offered(self._cuffs, posture, taken, self._stood_ns, self._now_ns)
            words = take_words(reading, taken.get(posture), any(self._typed(posture)), self._zone)
            if button.text() != words:
                button.setText(words)
                button.setAccessibleName(f"{TITLES[posture]}: {words}")
            may_take = reading is not None and reading != taken.get(posture)
            button.setEnabled(may_take)
            button.set_tip("" if may_take else self.tr("Start the cuff: the reading is offered here when it has come."))

    def _taken(self) -> dict[Posture, CuffReading]:
        return came_from(self._cuffs, self._all_fields())

    def _all_fields(self) -> dict[str, str]:
        return {**{key: field.text() for key, field in self._fields.items()}, **self._from}

    def _typed(self, posture: Posture) -> list[str]:
        return [self._fields[f"{posture}_{part}"].text() for part in PARTS]

    def _made(self, *, symptoms: bool) -> RecordOrthostatic | str:
        return made(self.chair, self._all_fields(), symptoms, self._cuffs)

    def _fill(self, posture: Posture, reading: CuffReading | None) -> None:
        if reading is not None and not any(self._typed(posture)):
            self._put(posture, reading)

    def _put(self, posture: Posture, reading: CuffReading) -> None:
        self._from[f"{posture}_{FROM}"] = str(reading.measured_utc_ns)
        for part, text in zip(PARTS, filled(reading), strict=True):
            self._fields[f"{posture}_{part}"].setText(text)

    def _empty(self, posture: Posture) -> None:
        for part in PARTS:
            self._fields[f"{posture}_{part}"].clear()
        self._from.pop(f"{posture}_{FROM}", None)

    @Slot()
    def _on_stands(self) -> None:
        for posture in self._taken():
            if posture is not Posture.LYING:  # of the time before: the patient has sat down since
                self._empty(posture)
        self._stood_ns = self._now_ns
        self._fill(Posture.LYING, lying_reading(self._cuffs, self._now_ns))
        self.look()
        self.edited.emit()

    @Slot()
    def _on_take(self) -> None:
        posture = next((one for one, button in self._take.items() if button is self.sender()), None)
        if posture is None:
            return
        reading = offered(self._cuffs, posture, self._taken(), self._stood_ns, self._now_ns)
        if reading is not None:
            self._put(posture, reading)

    @Slot()
    def _on_well(self) -> None:
        self._record(symptoms=False)

    @Slot()
    def _on_dizzy(self) -> None:
        self._record(symptoms=True)

    def _record(self, *, symptoms: bool) -> None:
        command = self._made(symptoms=symptoms)
        if not isinstance(command, str):
            self.ask(command)

    @Slot()
    def _on_why(self) -> None:
        self._skip(self._why.text().strip())

    @Slot(str)
    def _skip(self, why: str) -> None:
        if why:
            self.ask(RecordOrthostatic(chair=self.chair, skipped_because=why))
