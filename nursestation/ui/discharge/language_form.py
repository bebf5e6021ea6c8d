"""In which language the instructions are printed."""

from collections.abc import Mapping

from PySide6.QtCore import QLocale, Signal
from PySide6.QtWidgets import QWidget

from nursestation.ui import theme
from nursestation.ui.controls import FieldLabel
from nursestation.ui.layouts import column
from nursestation.ui.taps import Taps


class LanguageForm(QWidget):
    """A button for each text that the protocol has; the protocol's own comes first.

    Signals:
        chosen: The language's code, "" for the protocol's own text.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("discharge_language_form")
        self._taps = Taps("discharge_language")
        layout = column(spacing=theme.GAP // 2)
        layout.addWidget(FieldLabel(self.tr("Print in the language that the patient or the driver reads best")))
        layout.addWidget(self._taps)
        self.setLayout(layout)
        self._taps.tapped.connect(self.chosen)

    def offer(self, texts: Mapping[str, str]) -> None:
        """Offer the protocol's own text and these."""
        self._taps.offer(
            [("own", self.tr("As usual here"), ""), *((code, language_name(code), code) for code in texts)]
        )


def language_name(code: str) -> str:
    """Return a language by its name, for whoever prints: "Spanish"; the code where Qt knows none."""
    language = QLocale(code).language()
    return code if language == QLocale.Language.C else QLocale.languageToString(language)
