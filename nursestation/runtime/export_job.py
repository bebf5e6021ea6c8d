"""An export beside a running station: its own thread, its own reader of the record, one result to be collected."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from nursestation.errors import NurseStationError
from nursestation.export.formats import ExportOptions, export_session
from nursestation.store.reader import StoreReader

_log = logging.getLogger(__name__)


class ExportJob:
    """Writes one session as a file.

    Thread:
        `poll` and `join` belong to whoever started it.
    """

    def __init__(self, record: Path, session: str, format_name: str, path: Path, options: ExportOptions) -> None:
        """Start at once; `flush` of the store is the caller's, so that the newest readings are in the file."""
        self._work: Callable[[], str] = lambda: _export(record, session, format_name, path, options)
        self._answer = ""
        self._thread = threading.Thread(target=self._run, name="export")
        self._thread.start()

    def poll(self) -> str:
        """Return the sentence for the operator when it is done, else ""."""
        return "" if self._thread.is_alive() else self._answer

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._answer = self._work()
        except NurseStationError as error:
            self._answer = str(error)
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed export must not take the station with it
            _log.error("an export failed: %s", type(error).__name__)
            self._answer = "The file could not be written because of a fault in Nursestation. Tell support."


def _export(record: Path, session: str, format_name: str, path: Path, options: ExportOptions) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    with StoreReader.open(record) as reader, reader.consistent():
        made = export_session(reader, session, format_name, path, options)
    return f"Saved {made.path}"
