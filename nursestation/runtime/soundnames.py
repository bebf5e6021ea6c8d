"""Which of the computer's sound outputs is whose: the station's, or a chair's by the name or id in the settings. Pure.

Rules of the file:
1. A name is looked for as an id, then as a name, then as a name in other letters. A name that two outputs have is none.
2. One output has one place: two rhythms out of one loudspeaker are no alarm. The station's comes first, then the lowest chair.
3. Where the station's named output is missing, the computer's usual one sounds instead, and that is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nursestation.core.sounds.wishes import Place
from nursestation.runtime.loudspeaker import BEDSIDE

NO_OUTPUT = f"No sound output was found: connect a loudspeaker, and {BEDSIDE}."


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputFacts:
    """A sound output that is there now: what the system calls it, for itself and for people."""

    id: str
    name: str
    is_usual: bool = False


@dataclass(frozen=True, slots=True)
class Assigned:
    """What a place plays at, None for nothing, and why that is not what the settings want, "" when it is."""

    output: OutputFacts | None
    problem: str = ""


def assign(wanted: Mapping[Place, str], present: Sequence[OutputFacts]) -> dict[Place, Assigned]:
    """Return what each place plays at.

    Args:
        wanted: Each place with the name or id that the settings say; "" is the computer's usual output.
        present: The outputs that are there.
    """
    made: dict[Place, Assigned] = {}
    owners: dict[str, Place] = {}
    for place in sorted(wanted, key=lambda place: place or 0):
        found = _found(wanted[place], place, present)
        output = found.output
        if output is not None and output.id in owners:
            owner = place_text(owners[output.id])
            found = Assigned(
                None,
                f'The sound output "{output.name}" is that of {owner}: name another one for this chair, and {BEDSIDE}.',
            )
        elif output is not None:
            owners[output.id] = place
        made[place] = found
    return made


def place_text(place: Place) -> str:
    """Return whose output it is, in words."""
    return "the station" if place is None else f"chair {place}"


def missing_text(name: str) -> str:
    """Return the sentence for a named output that is not there."""
    return f'The sound output "{name}" is not here: {_LOOK}, and {BEDSIDE}.'


_LOOK = "look at its plug and whether it is switched on"


def _found(name: str, place: Place, present: Sequence[OutputFacts]) -> Assigned:
    usual = next((output for output in present if output.is_usual), None)
    if not name:
        return Assigned(usual, "" if usual is not None else NO_OUTPUT)
    found = (
        [output for output in present if output.id == name]
        or [output for output in present if output.name == name]
        or [output for output in present if output.name.casefold() == name.casefold()]
    )
    if len(found) == 1:
        return Assigned(found[0])
    problem = f'The sound output "{name}" is not here'
    cure = _LOOK
    if found:
        problem = f'There are {len(found)} sound outputs named "{name}"'
        cure = "name it by its id in the settings, as nursestation doctor prints it"
    if place is None and usual is not None:
        return Assigned(usual, f'{problem}, alarms sound at "{usual.name}" instead: {cure}.')
    return Assigned(None, f"{problem}: {cure}, and {BEDSIDE}.")
