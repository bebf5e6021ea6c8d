"""Reading the alarm log of earlier times beside a running station: its own thread and reader, one result to be collected."""

import logging
import threading
from dataclasses import dataclass
from pathlib import Path

from nursestation.core.alarm_log import LOGGED, LogRow, fold
from nursestation.errors import NurseStationError
from nursestation.log import trace_of
from nursestation.store.reader import StoreReader

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LogAnswer:
    """How it ended: the rows since `since_utc_ns`, oldest first; or `text` says why there are none."""

    since_utc_ns: int
    rows: tuple[LogRow, ...] = ()
    text: str = ""


class LogJob:
    """Reads the rows since a time, UTC [ns].

    Thread:
        `poll` and `join` belong to whoever started it.
    """

    def __init__(self, record: Path, since_utc_ns: int) -> None:
        """Start at once."""
        self._record = record
        self._answer = LogAnswer(since_utc_ns)
        self._thread = threading.Thread(target=self._run, name="alarm log")
        self._thread.start()

    def poll(self) -> LogAnswer | None:
        """Return how it ended, or None while it runs."""
        return None if self._thread.is_alive() else self._answer

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        since = self._answer.since_utc_ns
        try:
            with StoreReader.open(self._record) as reader:
                self._answer = LogAnswer(since, fold(tuple(reader.of_kinds(LOGGED, since_utc_ns=since))))
        except NurseStationError as error:
            self._answer = LogAnswer(since, text=str(error))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed look must not take the station with it
            _log.error("reading the alarm log failed: %s", trace_of(error))
            text = "The log of earlier days could not be read because of a fault in Nursestation. Tell support."
            self._answer = LogAnswer(since, text=text)
