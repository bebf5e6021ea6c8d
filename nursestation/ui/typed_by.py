"""While whose sign-in something was typed that was not sent yet, and the line that says so to whoever else signs in.

Rules of the file:
1. The station knows who is signed in, and not whose fingers type: the words claim no more than that.
2. What is typed stays when somebody takes over. It may be their own, typed before they saw who was signed in, or the other's,
   who comes back for it. Who sends it signs it, and is told so before.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from nursestation.core.access import may
from nursestation.core.commands import Chart
from nursestation.core.snapshot import StationSnapshot
from nursestation.ui.choices import Choices
from nursestation.ui.controls import CheckField, Label, TextField
from nursestation.ui.layouts import say
from nursestation.ui.roles import Text, Tone
from nursestation.ui.toggles import Toggles


@dataclass(frozen=True, slots=True)
class Unsent:
    """What a person has typed and chosen in a form.

    Attributes:
        held: It, by control.
        by: Ids of who was signed in meanwhile, in their order.
    """

    held: Mapping[str, str]
    by: tuple[str, ...] = ()

    def later(self, held: Mapping[str, str], operator: str) -> "Unsent":
        """Return how it stands once the form holds `held`; `operator` ("" for nobody) was signed in until now."""
        if not held:
            return NOTHING
        is_new = held != self.held and operator and operator not in self.by
        return Unsent(held, (*self.by, operator) if is_new else self.by)


NOTHING = Unsent({})


def by_hand(holder: QWidget, but: Collection[QWidget] = ()) -> dict[str, str]:
    """Return what a person typed and chose within `holder` and did not send, by control; `but` is left out."""
    controls: list[TextField | Choices | Toggles | CheckField] = [
        *holder.findChildren(TextField),
        *holder.findChildren(Choices),
        *holder.findChildren(Toggles),
        *holder.findChildren(CheckField),
    ]
    held = {one.objectName(): one.by_hand() for one in controls if one not in but}
    return {name: value for name, value in held.items() if value}


def typed_words(by: Collection[str], snapshot: StationSnapshot) -> str:
    """Tell who is signed in that something was typed while somebody else was; "" where nothing was, and to nobody.

    Args:
        by: Ids of who was signed in while it was typed.
        snapshot: The station now.
    """
    operator = snapshot.operator
    if operator is None:
        return ""
    names = [one.name for one in snapshot.staff if one.id in by and one.id != operator.id]
    if not names:
        return ""
    is_part = operator.id in by
    told = _tr("Partly typed while {} was signed in.") if is_part else _tr("Typed while {} was signed in.")
    told = told.format(_tr(" or ").join(names))
    return f"{told} {_tr('If you send it, it carries your name.')}" if may(operator, Chart) else told


def _tr(text: str) -> str:
    return QCoreApplication.translate("TypedBy", text)


class TypedBy(Label):
    """The line; it takes no room while who is signed in has typed everything themselves."""

    def __init__(self, object_name: str, parent: QWidget | None = None) -> None:
        super().__init__("", Text.CAPTION, Tone.WARN, object_name=object_name, wrap=True, parent=parent)
        self._unsent = NOTHING
        self._operator = ""
        self.hide()

    @property
    def is_anothers(self) -> bool:
        """Say whether the line says something."""
        return bool(self.text())

    def follow(self, held: Mapping[str, str], snapshot: StationSnapshot, kept_by: Collection[str] = ()) -> None:
        """Say it as the form and the station stand now.

        Args:
            held: What stands in the form by hand, as `by_hand` gives it.
            snapshot: The station.
            kept_by: Ids of who typed a part that the station keeps as a draft.
        """
        self._unsent = self._unsent.later(held, self._operator)
        self._operator = snapshot.operator.id if snapshot.operator is not None else ""
        say(self, typed_words([*self._unsent.by, *kept_by], snapshot))

    def forget(self) -> None:
        """The form was emptied."""
        self._unsent = NOTHING
        say(self, "")
