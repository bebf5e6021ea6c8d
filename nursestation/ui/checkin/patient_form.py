"""The first half of check-in: who sits down, found or new, on which protocol, and which visit of the series it is.

Rules of the file:
1. What is typed searches while it is typed; choosing somebody fills in who they are, and nothing that has to be asked today.
2. An answer to an older search, or a history of somebody else, is let go.
"""

from collections.abc import Mapping, Sequence
from datetime import date, tzinfo

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nursestation.core.history import PatientCard, PatientHistory
from nursestation.core.model import Patient
from nursestation.core.protocols import Protocol
from nursestation.core.series import propose, words
from nursestation.ui import theme
from nursestation.ui.allowed import SIGN_IN_FIRST
from nursestation.ui.checkin.answers import PatientCheck, PatientDraft, check_patient, other_owner, protocol_line
from nursestation.ui.checkin.series_row import SeriesRow
from nursestation.ui.choices import Choices
from nursestation.ui.columns import TwoColumns
from nursestation.ui.controls import FieldLabel, Label, Panel, PrimaryButton, QuietButton, TextField
from nursestation.ui.layouts import column, labelled, row, say, side_by_side
from nursestation.ui.patients.found_list import MOST_SHOWN, FoundList
from nursestation.ui.patients.history_card import HistoryCard
from nursestation.ui.roles import Surface, Text, Tone

_NARROW = 700
SEARCH_MS = 150
"""A search begins when typing rests so long [ms]. Source: project decision; about the time between two keys."""
_LEAST_LETTERS = 2


class PatientForm(QWidget):
    """What is typed stays as it is until `clear`.

    Signals:
        opened: A `Patient`, the name of the protocol, and the `SeriesPlace` or None.
        edited: What is typed has changed.
        search_wanted: Who of the patients here fits these words; answered by `show_found`.
        history_wanted: The history of this record number; answered by `show_history`.
    """

    opened = Signal(object, str, object)
    edited = Signal()
    search_wanted = Signal(str)
    history_wanted = Signal(str)

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._today: date | None = None
        self._why_not = SIGN_IN_FIRST
        self._is_filling = False
        self._wanted = ""
        self._known: PatientCard | None = None
        self._history: PatientHistory | None = None
        self._offered: dict[str, Protocol] = {}
        self._given = TextField("check_in_given_name", self.tr("Given name"))
        self._family = TextField("check_in_family_name", self.tr("Family name"))
        self._born = TextField("check_in_birth_date", self.tr("Date of birth"), placeholder=self.tr("1984-03-09"))
        self._record = TextField("check_in_record_number", self.tr("Record number"))
        self._weight = TextField("check_in_patient_weight", self.tr("Weight today, kg"), placeholder=self.tr("72"))
        self._allergies = TextField(
            "check_in_patient_allergies", self.tr("Allergies"), placeholder=self.tr("not asked")
        )
        self._echo = Label(" ", Text.CAPTION, Tone.SOFT, object_name="check_in_birth_echo")
        self._kept = Label(
            self.tr("✎ Typed and kept; no visit is open yet"),
            Text.CAPTION,
            Tone.WARN,
            object_name="check_in_patient_draft",
        )
        self._typed_by = Label(role=Text.CAPTION, tone=Tone.WARN, object_name="check_in_patient_typed_by", wrap=True)
        self._typed_by.hide()
        self._found = FoundList(zone)
        self._card = HistoryCard(zone)
        self._another = QuietButton(self.tr("Another patient"), "check_in_another_patient")
        self._protocols = Choices("check_in_protocol", self.tr("Protocol"), flow=True)
        self._course = Label(tone=Tone.SOFT, object_name="check_in_protocol_course", wrap=True)
        self._series = SeriesRow()
        self._problem = Label(tone=Tone.SOFT, object_name="check_in_patient_problem", wrap=True)
        self._open = PrimaryButton(self.tr("Open the visit"), "check_in_open")
        self._pause = QTimer(self, interval=SEARCH_MS, singleShot=True)
        self._build()
        self._connect()

    def _build(self) -> None:
        left = column(margin=theme.MARGIN, spacing=theme.GAP)
        head = row(spacing=theme.MARGIN)
        head.addWidget(Label(self.tr("Patient"), Text.TITLE))
        head.addWidget(self._kept, 1)
        head.addWidget(self._another)
        theme.set_length(self._another, theme.Length.LEAST_HEIGHT, theme.TOUCH)
        left.addLayout(head)
        left.addWidget(self._typed_by)
        left.addLayout(
            side_by_side(labelled(self.tr("Family name"), self._family), labelled(self.tr("Given name"), self._given))
        )
        born = labelled(self.tr("Date of birth, year first"), self._born)
        born.addWidget(self._echo)
        record = labelled(self.tr("Record number"), self._record)
        record.addWidget(Label(" ", Text.CAPTION))
        left.addLayout(side_by_side(born, record))
        self._asked_here = QWidget()
        self._asked_here.setLayout(
            side_by_side(
                labelled(self.tr("Weight today, kg"), self._weight), labelled(self.tr("Allergies"), self._allergies)
            )
        )
        left.addWidget(self._asked_here)
        left.addWidget(self._found)
        left.addWidget(self._card)
        left.addStretch()
        right = column(margin=theme.MARGIN, spacing=theme.MARGIN)
        right.addWidget(Label(self.tr("Protocol"), Text.TITLE))
        right.addWidget(self._protocols)
        right.addWidget(self._course)
        self._series_title = FieldLabel(self.tr("Which visit it is"))
        right.addWidget(self._series_title)
        right.addWidget(self._series)
        right.addStretch()
        right.addWidget(self._problem)
        right.addWidget(self._open)
        both = TwoColumns(_card("check_in_patient", left), _card("check_in_protocols", right), narrow=_NARROW)
        layout = column()
        layout.addWidget(both, 1)
        self.setLayout(layout)

    def _connect(self) -> None:
        for field in self._keyed().values():
            field.textChanged.connect(self._on_edited)
            field.returnPressed.connect(self._send)
        for field in (self._given, self._family, self._born, self._record):
            field.textChanged.connect(self._on_identity_edited)
        self._record.editingFinished.connect(self._on_number)
        self._protocols.chosen.connect(self._on_edited)
        self._series.changed.connect(self._on_edited)
        self._found.taken.connect(self._on_taken)
        self._another.clicked.connect(self._on_another)
        self._open.clicked.connect(self._send)
        self._pause.timeout.connect(self._search)

    def _keyed(self) -> dict[str, TextField]:
        return {
            "given_name": self._given,
            "family_name": self._family,
            "birth_date": self._born,
            "record_number": self._record,
            "weight": self._weight,
            "allergies": self._allergies,
        }

    def show_station(self, protocols: Sequence[Protocol], today: date, why_not: str) -> None:
        """Offer the station's protocols.

        Args:
            protocols: What to choose from.
            today: The date at the clinic.
            why_not: Why who is signed in may open no visit, "" for who may.
        """
        self._protocols.set_options([(one.name, one.title) for one in protocols])
        self._offered = {one.name: one for one in protocols}
        self._today = today
        self._why_not = why_not
        self._look()

    def show_found(self, text: str, cards: Sequence[PatientCard], trouble: str = "") -> None:
        """Show who fits the words that were asked for; `trouble` says why they could not be looked up."""
        if text != self._wanted or self._known is not None:
            return
        if trouble:
            note = trouble
        elif not cards:
            note = self.tr("Nobody here before fits: a new patient.")
        elif len(cards) > MOST_SHOWN:
            note = self.tr("Here before; type on for fewer")
        else:
            note = self.tr("Here before")
        self._found.show_found(cards, note)
        self._look()

    def show_history(self, record_number: str, history: PatientHistory | None, trouble: str = "") -> None:
        """Show a patient's earlier visits; `trouble` says why they could not be read."""
        if record_number.casefold() != self._record.text().strip().casefold():
            return
        self._history = history
        if history is not None or trouble:
            self._found.show_found((), trouble)
        self._card.show_history(history)
        self._look()

    def forget_history(self) -> None:
        """Let go of the earlier visits: somebody else is at the station."""
        self._history = None
        self._card.show_history(None)
        self._look()

    def ask_again(self) -> None:
        """Ask for the earlier visits of whose number stands here."""
        self._on_number()

    def focus_first(self) -> None:
        """Put the cursor where typing begins."""
        self._family.setFocus()

    def tell_typed_by(self, words: str) -> None:
        """Tell that somebody else has typed what stands here, "" for who is signed in."""
        say(self._typed_by, words)

    def clear(self) -> None:
        """Forget the patient."""
        self._wanted = ""
        self._pause.stop()
        self._forget_known()
        self.restore({})

    def draft(self) -> dict[str, str]:
        """Return what is typed, by field; {} for nothing."""
        typed = {key: field.text() for key, field in self._keyed().items()} | {
            "protocol": self._protocols.value() or ""
        }
        return {key: text for key, text in typed.items() if text} | self._series.draft()

    def restore(self, fields: Mapping[str, str]) -> None:
        """Put back what was kept, without telling anybody; somebody who was here before is looked up again."""
        self._is_filling = True
        for key, field in self._keyed().items():
            field.setText(fields.get(key, ""))
        self._protocols.choose(fields.get("protocol") or None)
        self._series.restore(fields)
        self._is_filling = False
        number = fields.get("record_number", "").strip()
        if number:
            self.history_wanted.emit(number)
        self._look()

    def _draft(self) -> PatientDraft:
        return PatientDraft(
            given_name=self._given.text(),
            family_name=self._family.text(),
            birth_date=self._born.text(),
            record_number=self._record.text(),
            weight=self._weight.text(),
            allergies=self._allergies.text(),
            protocol=self._protocols.value() or "",
        )

    def _check(self) -> PatientCheck | None:
        if self._today is None:
            return None
        return check_patient(self._draft(), self._today, ask_weight=self._asks_weight)

    @property
    def _protocol(self) -> Protocol | None:
        return self._offered.get(self._protocols.value() or "")

    @property
    def _asks_weight(self) -> bool:
        """Say whether the weight is typed here: the protocol has no gate that asks for it."""
        return self._protocol is not None and not self._protocol.gates.ask_weight

    def _look(self) -> None:
        check = self._check()
        if check is None or self._today is None:
            return
        wrong_date = bool(self._born.text()) and "birth_date" in check.problems
        self._born.set_wrong(wrong_date)
        echo = check.problems["birth_date"] if wrong_date else check.echo or " "
        if self._echo.text() != echo:
            self._echo.setText(echo)
            self._echo.set_tone(Tone.WARN if wrong_date else Tone.SOFT)
        protocol = self._protocol
        say(self._course, protocol_line(protocol) if protocol is not None else "")
        self._asked_here.setVisible(self._asks_weight)
        proposal = propose(self._history, protocol, self._today, self._zone) if protocol is not None else None
        self._series.show_proposal(proposal)
        self._series_title.setVisible(proposal is not None)
        self._kept.setVisible(bool(self.draft()))
        self._another.setVisible(bool(self.draft()))
        known = [*self._found.cards, *(one for one in (self._known, self._history) if one is not None)]
        owner = other_owner(self._draft(), known)
        first = next(iter(check.problems.values()), "")
        say(self._problem, self._why_not or owner or first)
        self._problem.set_tone(Tone.WARN if owner else Tone.SOFT)
        place = self._series.place()
        text = self.tr("Open the visit")
        if place is not None:
            text = self.tr("Open the visit: {}").format(words(place))
        if self._open.text() != text:
            self._open.setText(text)
            self._open.setAccessibleName(text)
        self._open.allow(self._why_not)
        self._open.setEnabled(check.patient is not None and not owner)

    def _forget_known(self) -> None:
        self._known, self._history = None, None
        self._found.show_found((), "")
        self._card.show_history(None)

    @Slot()
    def _on_edited(self) -> None:
        if not self._is_filling:
            self._look()
            self.edited.emit()

    @Slot()
    def _on_identity_edited(self) -> None:
        if self._is_filling:
            return
        if self._known is not None or self._history is not None:
            self._forget_known()
        self._pause.start()

    @Slot()
    def _on_number(self) -> None:
        number = self._record.text().strip()
        if number and self._history is None:
            self.history_wanted.emit(number)

    @Slot()
    def _search(self) -> None:
        words_ = [self._given.text(), self._family.text(), self._born.text(), self._record.text()]
        self._wanted = " ".join(word.strip() for word in words_ if word.strip())
        if len(self._wanted) < _LEAST_LETTERS:
            self._found.show_found((), "")
            return
        self.search_wanted.emit(self._wanted)

    @Slot(object)
    def _on_taken(self, card: PatientCard) -> None:
        self._pause.stop()
        self._is_filling = True
        self._given.setText(card.given_name)
        self._family.setText(card.family_name)
        self._born.setText(card.birth_date.isoformat())
        self._record.setText(card.record_number)
        self._is_filling = False
        self._known = card
        self._found.show_found((), "")
        self._on_edited()
        self.history_wanted.emit(card.record_number)

    @Slot()
    def _on_another(self) -> None:
        self.clear()
        self.edited.emit()
        self.focus_first()

    @Slot()
    def _send(self) -> None:
        check = self._check()
        patient: Patient | None = check.patient if check is not None else None
        if patient is not None and self._open.isEnabled():
            self.opened.emit(patient, self._protocols.value() or "", self._series.place())


def _card(name: str, inside: QVBoxLayout) -> QVBoxLayout:
    panel = Panel(f"{name}_card", Surface.PANEL)
    panel.setLayout(inside)
    layout = column()
    layout.addWidget(panel)
    return layout
