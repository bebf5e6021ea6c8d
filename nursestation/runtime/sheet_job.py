"""The patient's instructions, made and printed beside a running station: its own thread, one result to be collected."""

import hashlib
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nursestation.errors import NurseStationError
from nursestation.export.errors import ExportError
from nursestation.export.formats import ExportOptions
from nursestation.export.instructions import InstructionSheet, file_name, instructions_pdf
from nursestation.log import trace_of

_log = logging.getLogger(__name__)

Print = Callable[[Path], str]
"""Prints a PDF; returns the printer's name, "" where there is none. Called on the job's thread."""


@dataclass(frozen=True, slots=True)
class SheetAnswer:
    """How it ended.

    Attributes:
        path: The file, or None where `text` says why there is none.
        sha256: Of the file (hex).
        printer: Where it was printed; "" where it was only saved.
        text: What went wrong, in a sentence; "" for nothing.
    """

    path: Path | None
    sha256: str = ""
    printer: str = ""
    text: str = ""


class SheetJob:
    """Makes the sheet of one visit, saves it, and prints it where there is a printer.

    Thread:
        `poll` and `join` belong to whoever started it.

    Attributes:
        chair: Whom it is for.
        sheet: What stands on it.
    """

    def __init__(
        self, chair: int, sheet: InstructionSheet, folder: Path, options: ExportOptions, print_: Print
    ) -> None:
        """Start at once."""
        self.chair, self.sheet = chair, sheet
        self._work: Callable[[], SheetAnswer] = lambda: _make(sheet, folder, options, print_)
        self._answer = SheetAnswer(None)
        self._thread = threading.Thread(target=self._run, name="instructions")
        self._thread.start()

    def poll(self) -> SheetAnswer | None:
        """Return how it ended, or None while it runs."""
        return None if self._thread.is_alive() else self._answer

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._answer = self._work()
        except NurseStationError as error:
            self._answer = SheetAnswer(None, text=str(error))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed sheet must not take the station with it
            _log.error("the instructions failed: %s", trace_of(error))
            fault = "The instructions could not be made because of a fault in Nursestation. Use the clinic's own sheet."
            self._answer = SheetAnswer(None, text=fault)


def _make(sheet: InstructionSheet, folder: Path, options: ExportOptions, print_: Print) -> SheetAnswer:
    content = instructions_pdf(sheet, options.zone, fonts=options.fonts, paper=options.paper)
    path = folder / file_name(sheet)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    except OSError as error:
        raise ExportError(f"{path} cannot be written ({error.strerror}). Free some space, then print again.") from error
    return SheetAnswer(path, hashlib.sha256(content).hexdigest(), print_(path))
