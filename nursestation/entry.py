"""Where the program begins: the window's first picture before everything else, then the command line.

Rules of the file: no import at the top that the first picture does not need. What is given on the command line is judged by
`cli.py` alone; here it is only seen whether a window is wanted.
"""

import os
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

    try:
        command_line(prog_name="nursestation", obj=opening)
    except SystemExit as ending:
        leave_if_stuck(ending.code)
        raise


def leave_if_stuck(code: object) -> None:
    """End the process here where a thread of the sound still waits for its output: Qt aborts when Python takes that apart.

    Everything is closed by now but that output; a sound server that hangs is to be no crash of this program.

    Args:
        code: Of the `SystemExit`: the exit status, None for 0, anything else for 1.
    """
    sounding = sys.modules.get("nursestation.ui.sounding")  # only a program with a window has it
    if sounding is not None and sounding.is_stuck():
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:  # a program without a console has none
                stream.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


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
