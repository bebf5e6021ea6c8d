"""Where the visit stands in its series: proposed, and changed by a tap."""

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from nursestation.core.model import SeriesPlace, VisitKind
from nursestation.core.series import SeriesProposal, words
from nursestation.ui import theme
from nursestation.ui.choices import Choices
from nursestation.ui.controls import Button, Label
from nursestation.ui.layouts import column, row, say
from nursestation.ui.roles import Text, Tone

_MOST = 99


class SeriesRow(QWidget):
    """A proposal until somebody changes it; the button that opens the visit says which place it opens.

    Signals:
        changed: A person changed the place.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._proposal: SeriesProposal | None = None
        self._chosen: SeriesPlace | None = None
        self._kind = Choices(
            "check_in_series",
            self.tr("Kind of visit"),
            [
                (VisitKind.COURSE.value, self.tr("Course")),
                (VisitKind.MAINTENANCE.value, self.tr("Maintenance")),
                (VisitKind.BOOSTER.value, self.tr("Booster")),
            ],
        )
        self._less = Button("−", "check_in_series_less")
        self._less.setAccessibleName(self.tr("One visit less"))
        self._more = Button("+", "check_in_series_more")
        self._more.setAccessibleName(self.tr("One visit more"))
        self._words = Label("", Text.STRONG, object_name="check_in_series_words")
        self._warning = Label(tone=Tone.WARN, object_name="check_in_series_warning", wrap=True)
        line = row()
        line.addWidget(self._kind)
        line.addStretch()
        count = row()
        count.addWidget(self._less)
        count.addWidget(self._more)
        count.addWidget(self._words, 1)
        layout = column(spacing=theme.GAP)
        layout.addLayout(line)
        layout.addLayout(count)
        layout.addWidget(self._warning)
        self.setLayout(layout)
        self._kind.chosen.connect(self._on_kind)
        self._less.clicked.connect(self._on_less)
        self._more.clicked.connect(self._on_more)
        self.show_proposal(None)

    def place(self) -> SeriesPlace | None:
        """Return the place that stands there; None before a protocol is chosen."""
        if self._chosen is not None:
            return self._chosen
        return self._proposal.place if self._proposal is not None else None

    def show_proposal(self, proposal: SeriesProposal | None) -> None:
        """Show what is proposed, unless somebody has changed it."""
        self._proposal = proposal
        self._look()

    def draft(self) -> dict[str, str]:
        """Return what a person changed; {} for nothing."""
        place = self._chosen
        if place is None:
            return {}
        of = {} if place.of is None else {"series_of": str(place.of)}
        return {"series_kind": place.kind.value, "series_number": str(place.number), **of}

    def restore(self, fields: Mapping[str, str]) -> None:
        """Put back what `draft` gave, without telling anybody."""
        kind, number, of = (fields.get(key, "") for key in ("series_kind", "series_number", "series_of"))
        is_known = kind in [one.value for one in VisitKind] and number.isdecimal()
        self._chosen = (
            SeriesPlace(VisitKind(kind), int(number), int(of) if of.isdecimal() else None) if is_known else None
        )
        self._look()

    def _look(self) -> None:
        place = self.place()
        self.setVisible(place is not None)
        if place is None:
            return
        self._kind.choose(place.kind.value)
        say(self._words, words(place))
        self._less.setEnabled(place.number > 1)
        self._more.setEnabled(place.number < _MOST)
        say(self._warning, self._proposal.warning if self._proposal is not None else "")

    def _set(self, place: SeriesPlace) -> None:
        self._chosen = place
        self._look()
        self.changed.emit()

    @Slot(str)
    def _on_kind(self, key: str) -> None:
        kind = VisitKind(key)
        proposed = self._proposal.place if self._proposal is not None else None
        if proposed is not None and proposed.kind is kind:
            self._set(proposed)
        else:
            self._set(SeriesPlace(kind, 1))

    @Slot()
    def _on_less(self) -> None:
        self._step(-1)

    @Slot()
    def _on_more(self) -> None:
        self._step(1)

    def _step(self, by: int) -> None:
        place = self.place()
        if place is not None and 1 <= place.number + by <= _MOST:
            self._set(SeriesPlace(place.kind, place.number + by, place.of))
