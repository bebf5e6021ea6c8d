"""The written instructions: which sheet was printed or saved, and who has acknowledged it."""

import re
from collections.abc import Mapping

from nursestation.core import records as r
from nursestation.core.commands import AcknowledgeInstructions, InstructionsGiven
from nursestation.core.model import Operator
from nursestation.core.snapshot import InstructionsView
from nursestation.core.state import ChairState, Visit
from nursestation.core.turn import Refusal, Turn
from nursestation.core.wording import staff_name

_SHA256 = re.compile(r"[0-9a-f]{64}")


def give(turn: Turn, chair: ChairState, visit: Visit, command: InstructionsGiven) -> None:
    """Note that the sheet was printed or saved.

    Raises:
        Refusal: the protocol has no text in that language, or the sheet is not named.
    """
    if command.language and command.language not in visit.protocol.discharge.instructions_by_language:
        raise Refusal(f"This protocol has no instructions in {command.language!r}: choose a language from the list.")
    if not _SHA256.fullmatch(command.sha256):
        raise Refusal("The sheet was not made: print it again.")
    turn.emit(
        r.InstructionsPrinted(**turn.acted(chair), language=command.language, how=command.how, sha256=command.sha256)
    )


def acknowledge(turn: Turn, chair: ChairState, visit: Visit, command: AcknowledgeInstructions) -> None:
    """Note that the patient or the driver has read the sheet.

    Raises:
        Refusal: nothing was printed, or there is no driver.
    """
    printed = visit.instructions_printed
    if printed is None:
        raise Refusal("Print the instructions first.")
    if command.by == "driver" and visit.driver is None:
        raise Refusal("There is no driver named who could read them: let the patient read them.")
    turn.emit(r.InstructionsAcknowledged(**turn.acted(chair), by=command.by, sha256=printed.sha256))


def view(visit: Visit, operators: Mapping[str, Operator]) -> InstructionsView | None:
    """Return the sheet for the screen; None while there is none."""
    printed, read = visit.instructions_printed, visit.instructions_acknowledged
    if printed is None:
        return None
    return InstructionsView(
        language=printed.language,
        how=printed.how,
        sha256=printed.sha256,
        at=printed.at,
        by=staff_name(operators, printed.operator or ""),
        acknowledged_by=read.by if read is not None else "",
    )
