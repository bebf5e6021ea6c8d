"""Reading who did what beside a running station: its own thread and reader, one result to be collected.

The station is asked first (`ViewAudit`): it refuses, or notes in its own chain who looks at which time.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nursestation.core.audit_log import AUDITED, AuditRow, rows
from nursestation.core.commands import ViewAudit
from nursestation.core.records import Record
from nursestation.errors import NurseStationError
from nursestation.log import trace_of
from nursestation.runtime.asking import allowed
from nursestation.store.reader import StoreReader

_log = logging.getLogger(__name__)

Ask = Callable[[ViewAudit], Sequence[Record]]
"""Asks the running station and returns the records that came of it; raises TimeoutError where it does not answer."""


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """How it ended: what was done in the time asked for, oldest first; or `text` says why there is nothing to show."""

    wish: ViewAudit
    rows: tuple[AuditRow, ...] = ()
    text: str = ""


class AuditJob:
    """Reads one stretch of time.

    Args:
        record: The record.
        wish: Which time.
        ask: The running station, callable from any thread but the engine's.

    Thread:
        `poll` and `join` belong to whoever started it.
    """

    def __init__(self, record: Path, wish: ViewAudit, ask: Ask) -> None:
        """Start at once."""
        self._record, self._wish, self._ask = record, wish, ask
        self._answer = AuditAnswer(wish)
        self._thread = threading.Thread(target=self._run, name="audit")
        self._thread.start()

    def poll(self) -> AuditAnswer | None:
        """Return how it ended, or None while it runs."""
        return None if self._thread.is_alive() else self._answer

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        try:
            self._answer = AuditAnswer(self._wish, self._read())
        except NurseStationError as error:
            self._answer = AuditAnswer(self._wish, text=str(error))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed look must not take the station with it
            _log.error("reading the audit failed: %s", trace_of(error))
            text = "Who did what could not be read because of a fault in Nursestation. Tell support."
            self._answer = AuditAnswer(self._wish, text=text)

    def _read(self) -> tuple[AuditRow, ...]:
        allowed(self._ask, self._wish)
        with StoreReader.open(self._record) as reader:
            names = {one.id: one.name for one in reader.operators().values()}
            wish = self._wish
            found = reader.of_kinds(AUDITED, since_utc_ns=wish.since_utc_ns, until_utc_ns=wish.until_utc_ns)
            return rows(found, names)
