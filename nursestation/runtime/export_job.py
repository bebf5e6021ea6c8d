"""An export beside a running station: its own thread, its own reader of the record, one result to be collected."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from nursestation.errors import NurseStationError
from nursestation.export.errors import ExportError
from nursestation.export.formats import ExportOptions, export_session
from nursestation.store.reader import StoreReader

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ExportAnswer:
    """How an export ended: `path` is the file, or None where `text` says why there is none."""

    path: Path | None
    text: str = ""


class ExportJob:
    """Writes one session as a file.

    Thread:
        `poll` and `join` belong to whoever started it.
    """

    def __init__(self, record: Path, session: str, format_name: str, path: Path, options: ExportOptions) -> None:
        """Start at once."""
        self._work: Callable[[], Path] = lambda: _export(record, session, format_name, path, options)
        self._answer = ExportAnswer(None)
        self._thread = threading.Thread(target=self._run, name="export")
        self._thread.start()

    def poll(self) -> ExportAnswer | None:
        """Return how it ended, or None while it runs."""
        return None if self._thread.is_alive() else self._answer

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._answer = ExportAnswer(self._work())
        except NurseStationError as error:
            self._answer = ExportAnswer(None, str(error))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed export must not take the station with it
            _log.error("an export failed: %s", type(error).__name__)
            fault = "The file could not be written because of a fault in Nursestation. Tell support."
            self._answer = ExportAnswer(None, fault)


def _export(record: Path, session: str, format_name: str, path: Path, options: ExportOptions) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ExportError(f"The folder {path.parent} cannot be made ({error.strerror}). Choose another.") from error
    with StoreReader.open(record) as reader:
        return export_session(reader, session, format_name, path, options).path
