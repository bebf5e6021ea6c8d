"""Where the program begins: the window's first picture before everything else, then the command line.

Rules of the file: no import at the top that the first picture does not need. What is given on the command line is judged by
`cli.py` alone; here it is only seen whether a window is wanted.
"""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nursestation.ui.opening import Opening

_WITH_VALUE = ("--profile", "--simulate", "--seed")


def main() -> None:
    """Run the program on the command line's arguments."""
    opening = appear() if wants_window(sys.argv[1:]) else None
    from nursestation.cli import main as command_line

    command_line(prog_name="nursestation", obj=opening)


def wants_window(arguments: Sequence[str]) -> bool:
    """Say whether the arguments open the window: no command among them, and nothing but the window's options."""
    rest = iter(arguments)
    for argument in rest:
        name, is_joined, _ = argument.partition("=")
        if name not in _WITH_VALUE:
            return False
        if not is_joined and next(rest, None) is None:
            return False
    return True


def appear() -> "Opening | None":
    """Show the first picture; None where there is no display, which is told later in a sentence."""
    from nursestation.ui.opening import Opening, has_display

    if not has_display():
        return None
    from PySide6.QtWidgets import QApplication

    from nursestation.paths import resource

    _application = QApplication.instance() or QApplication(["nursestation"])
    opening = Opening(resource("fonts") / "Inter-Medium.ttf")
    opening.appear()
    return opening
