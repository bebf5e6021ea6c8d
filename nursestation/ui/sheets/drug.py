"""The drug record: what was drawn, given and wasted of a controlled drug, and who saw the rest go."""

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from nursestation.core.commands import RecordDrug, StrikeDrug
from nursestation.core.drug_words import difference_words
from nursestation.core.model import DrugUse
from nursestation.core.snapshot import ChairSnapshot, DrugView, StationSnapshot, VisitView
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label, QuietButton, Rule, TextField
from nursestation.ui.journal import JournalLine
from nursestation.ui.keypad import Keypad
from nursestation.ui.layouts import column, keep_tab_order, labelled, retire, row, say
from nursestation.ui.roles import ButtonKind, Text, Tone
from nursestation.ui.sheets.chart import StruckLabel
from nursestation.ui.sheets.countersign import WITNESS_SIGNS, CountersignedSheet, SecondSigner
from nursestation.ui.sheets.drug_view import (
    REASONS,
    Typed,
    balance,
    drug_lines,
    is_wasted,
    problem,
    typed_as,
    use_of,
)
from nursestation.ui.sheets.view import full_reason, key_of
from nursestation.ui.taps import Tap

_LONGEST_AMOUNT = 7
_PAD_PX = 176
_TIME_PX = 52


class _Recorded(QWidget):
    """What was recorded so far.

    Signals:
        corrected: The id of a record to correct.
    """

    corrected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("drug_recorded")
        self._lines: tuple[JournalLine, ...] = ()
        self._rows: list[QWidget] = []
        self._column = column(spacing=6)
        self.setLayout(self._column)
        self.hide()

    def show_lines(self, lines: tuple[JournalLine, ...]) -> None:
        """Show `lines`; the same ones again change nothing."""
        if lines == self._lines:
            return
        self._lines = lines
        for old in self._rows:
            retire(self._column, old)
        self._rows = [part for line in lines for part in (self._row(line), Rule(parent=self))]
        for widget in self._rows:
            self._column.addWidget(widget)
            widget.show()
        keep_tab_order(self)

    def _row(self, line: JournalLine) -> QWidget:
        time = Label(line.time, Text.STRONG, Tone.SOFT)
        theme.set_length(time, theme.Length.WIDTH, _TIME_PX)
        words = StruckLabel if line.struck else Label
        tone = Tone.SOFT if line.struck else Tone.PLAIN
        told = column(spacing=1)
        told.addWidget(words(line.words, Text.BODY, tone, object_name=f"drug_words_{line.key}", wrap=True))
        for beside in (line.who, line.note):
            if beside:
                told.addWidget(Label(beside, Text.CAPTION, Tone.SOFT, wrap=True))
        across = row(spacing=theme.GAP)
        across.addWidget(time, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(told, 1)
        if not line.struck:
            tap = Tap(self.tr("Correct…"), f"drug_correct_{line.key}", line.key)
            tap.setAccessibleName(self.tr("Correct…: {}").format(line.words))
            tap.tapped.connect(self.corrected)
            across.addWidget(tap)
        made = QWidget(self)
        made.setLayout(across)
        return made


class DrugSheet(CountersignedSheet):
    """A new record, or the correction of one in the list. The witness is asked for as soon as something is wasted."""

    asks = RecordDrug

    def __init__(self, zone: tzinfo | None = None, parent: QWidget | None = None) -> None:
        signer = SecondSigner("drug", self.tr("Witness who saw the waste"), signs=WITNESS_SIGNS)
        super().__init__("drug", self.tr("Drug record"), self.tr("Record"), signer, ButtonKind.PRIMARY, parent)
        self._zone = zone
        self._replaced: DrugView | None = None
        self._is_striking = False
        self._seen: Sequence[DrugView] = ()
        self._recorded = _Recorded()
        self._drug = self._field("name", self.tr("Drug"))
        self._concentration = self._field("concentration", self.tr("Concentration"))
        self._lot = self._field("lot", self.tr("Lot"))
        self._vial = self._field("vial", self.tr("Vial no."), self.tr("optional"))
        self._expires = self._field("expires", self.tr("Expiry"), self.tr("optional"))
        self._drawn = self._amount("drawn", self.tr("Drawn up"))
        self._given = self._amount("given", self.tr("Given"))
        self._wasted = self._amount("wasted", self.tr("Wasted"))
        self._pad = Keypad("drug_pad", self._drawn, point=True)
        self._fold = Button(self.tr("123"), "drug_pad_toggle", tip=self.tr("Show or hide the number pad"))
        self._fold.setAccessibleName(self.tr("Show or hide the number pad"))
        self._fold.setCheckable(True)
        self._balance = Label(object_name="drug_balance", wrap=True)
        self._why = self._field("why", self.tr("Why the amounts differ"))
        options = [(key_of(one), one) for one in REASONS]
        self._reasons = Choices("drug_reason", self.tr("Why it is corrected"), options, flow=True)
        self._words = self._field("words", self.tr("Why, in your words"), self.tr("in your words (optional)"))
        self._new = QuietButton(self.tr("New record"), "drug_new", tip=self.tr("Leave the correction"))
        self._strike = Button(self.tr("Strike it out"), "drug_strike", ButtonKind.DANGER)
        self._strike.set_tip(self.tr("It never happened, or not to this patient. It stays, struck through."))
        self.first = self._drug
        self.senders = (self._strike,)
        self._build_body()
        self._connect()
        self.look()

    def _field(self, name: str, title: str, placeholder: str = "") -> TextField:
        field = TextField(f"drug_{name}", title, placeholder=placeholder)
        field.textChanged.connect(self.look)
        return field

    def _amount(self, name: str, title: str) -> TextField:
        field = self._field(name, self.tr("{}, mg").format(title))
        field.setMaxLength(_LONGEST_AMOUNT)
        field.setInputMethodHints(Qt.InputMethodHint.ImhFormattedNumbersOnly)
        field.installEventFilter(self)
        return field

    def _build_body(self) -> None:
        theme.set_length(self._pad, theme.Length.WIDTH, _PAD_PX)
        self._pad.hide()
        told = column(spacing=theme.GAP)
        told.addWidget(self._balance)
        self._why_part = QWidget()
        self._why_part.setLayout(labelled(self.tr("Why the amounts differ"), self._why))
        told.addWidget(self._why_part)
        told.addStretch()
        beside = row(spacing=2 * theme.MARGIN)
        beside.addLayout(told, 1)
        beside.addWidget(self._pad, 0, Qt.AlignmentFlag.AlignTop)
        self._correction = QWidget()
        why = labelled(self.tr("Why it is corrected; the original stays, struck through"), self._reasons)
        why.addWidget(self._words)
        self._correction.setLayout(why)
        for part in (self._why_part, self._correction):
            layout = part.layout()
            if layout is not None:
                layout.setContentsMargins(0, 0, 0, 0)
        self.head.insertWidget(self.head.count() - 1, self._new)
        self.foot.insertWidget(self.foot.count() - 1, self._strike)
        self.body.addWidget(self._recorded)
        self.body.addLayout(self._vial_row())
        self.body.addLayout(self._amount_row())
        self.body.addLayout(beside)
        self.body.addWidget(self._correction)
        self.body.addWidget(self.signer)
        self.body.addStretch()

    def _vial_row(self) -> QHBoxLayout:
        fields = ((self._drug, 3), (self._concentration, 3), (self._lot, 3), (self._vial, 2), (self._expires, 2))
        across = row()
        for field, share in fields:
            across.addLayout(labelled(field.accessibleName(), field), share)
        return across

    def _amount_row(self) -> QHBoxLayout:
        across = row()
        for field in (self._drawn, self._given, self._wasted):
            across.addLayout(labelled(field.accessibleName(), field), 1)
        across.addWidget(self._fold, 0, Qt.AlignmentFlag.AlignBottom)
        return across

    def _connect(self) -> None:
        self._recorded.corrected.connect(self._on_correct)
        self._reasons.chosen.connect(self.look)
        self._fold.toggled.connect(self._pad.setVisible)
        self._new.clicked.connect(self._on_new)
        self._strike.clicked.connect(self._on_strike)

    def not_this(self, snapshot: StationSnapshot) -> str:
        """Return who records: somebody else is the witness."""
        return snapshot.operator.id if snapshot.operator is not None else ""

    def problem(self) -> str:
        """Say what is missing."""
        if self._is_striking:
            return "" if self._reason() else self.tr("Choose or write why it is struck out.")
        return problem(self._use(), self._replaced, self._reason())

    def needs_signature(self) -> bool:
        """Say whether something was wasted, or a witness signed what is changed."""
        if self._replaced is not None and self._replaced.witness:
            return True
        return not self._is_striking and is_wasted(self._use())

    def command(self) -> RecordDrug | StrikeDrug:
        """Return the record, its correction, or that it is struck out."""
        signs = self.needs_signature()
        witness, pin = (self.signer.clinician(), self.signer.pin()) if signs else ("", "")
        if self._is_striking and self._replaced is not None:
            return StrikeDrug(
                chair=self.chair, drug_id=self._replaced.id, reason=self._reason(), witness_id=witness, pin=pin
            )
        use = self._use()
        assert isinstance(use, DrugUse)
        return RecordDrug(
            chair=self.chair,
            use=use,
            witness_id=witness,
            pin=pin,
            replaces=self._replaced.id if self._replaced is not None else "",
            reason=self._reason() if self._replaced is not None else "",
        )

    def is_taken(self, visit: VisitView) -> bool:
        """Say whether the list is another one than when it was sent."""
        return visit.drugs != self._seen

    def show_visit(self, chair: ChairSnapshot, visit: VisitView) -> None:
        """Show what is recorded; close when what was sent has been taken, and leave what somebody else has changed."""
        self._recorded.show_lines(drug_lines(visit, self._zone))
        super().show_visit(chair, visit)
        if self._replaced is not None and self._replaced not in visit.drugs:
            self.clear()

    def send(self) -> None:
        """Send it, and remember the list as it was."""
        self._seen = self.visit.drugs if self.visit is not None else ()
        super().send()

    def clear(self) -> None:
        """Forget everything."""
        self._replaced = None
        self._is_striking = False
        self._fill(Typed())
        super().clear()
        self.look()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the pad type into the amount that was touched last."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, TextField):
            self._pad.type_into(watched)
        return super().eventFilter(watched, event)

    def _fill(self, typed: Typed) -> None:
        for field, text in (
            (self._drug, typed.drug), (self._concentration, typed.concentration), (self._lot, typed.lot),
            (self._vial, typed.vial), (self._expires, typed.expires), (self._drawn, typed.drawn),
            (self._given, typed.given), (self._wasted, typed.wasted), (self._why, typed.why), (self._words, ""),
        ):  # fmt: skip
            field.setText(text)
        self._reasons.choose(None)

    def _use(self) -> DrugUse | str:
        return use_of(
            Typed(
                drug=self._drug.text(),
                concentration=self._concentration.text(),
                lot=self._lot.text(),
                vial=self._vial.text(),
                expires=self._expires.text(),
                drawn=self._drawn.text(),
                given=self._given.text(),
                wasted=self._wasted.text(),
                why=self._why.text(),
            )
        )

    def _reason(self) -> str:
        return full_reason(self._reasons.label(), self._words.text())

    @Slot()
    def look(self) -> None:
        """Show what is asked for by what is typed, and say what is missing."""
        use = self._use()
        differs = not isinstance(use, str) and bool(difference_words(use))
        say(self._balance, balance(use))
        self._balance.set_tone(Tone.WARN if differs else Tone.GOOD)
        self._why_part.setVisible(differs)
        replaced = self._replaced
        for part in (self._correction, self._new, self._strike):
            part.setVisible(replaced is not None)
        self._recorded.setVisible(replaced is None and self.visit is not None and bool(self.visit.drugs))
        lacks_witness = replaced is not None and bool(replaced.witness) and bool(self.signer.problem())
        self._strike.setEnabled(bool(self._reason()) and not lacks_witness)
        self.signer.setVisible(self.needs_signature())
        super().look()

    @Slot(str)
    def _on_correct(self, drug_id: str) -> None:
        found = [drug for drug in self.visit.drugs if drug.id == drug_id] if self.visit is not None else []
        if found:
            self._replaced = found[0]
            self._fill(typed_as(found[0]))
            self._drawn.setFocus()
            self.look()

    @Slot()
    def _on_new(self) -> None:
        self.clear()
        self._drug.setFocus()

    @Slot()
    def _on_strike(self) -> None:
        self._is_striking = True
        self.send()
        self._is_striking = False
