"""An export beside a running station: its own thread, its own reader of the record, one result to be collected.

Rules of the file:
1. The station is asked first (`AskExport`), once for all visits of an order: it refuses, or notes in its own chain who takes
   what out. What was written is told to it afterwards (`ExportDone`), also of an order that somebody stopped half-way.
2. One visit is a file of a given name; several are a file each in a folder, and one that cannot be written does not keep the
   others from it (`export/batch.py`).
"""

import ctypes
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from nursestation.core.commands import AskExport
from nursestation.core.inputs import ExportDone, FileMade
from nursestation.core.records import Record
from nursestation.errors import NurseStationError
from nursestation.export.batch import NotExported, export_sessions
from nursestation.export.deidentify import read_key
from nursestation.export.errors import ExportCancelled, ExportError
from nursestation.export.files import Exported
from nursestation.export.formats import ExportOptions, export_session
from nursestation.log import trace_of
from nursestation.runtime.asking import allowed
from nursestation.store.reader import StoreReader

_log = logging.getLogger(__name__)

_DRIVES = ("/media", "/run/media", "/mnt", "/Volumes")
_WINDOWS_REMOVABLE = 2


Ask = Callable[[AskExport | ExportDone], Sequence[Record]]
"""Tells the running station something and returns the records that came of it; raises TimeoutError where it does not answer."""


def _alone(_item: AskExport | ExportDone) -> Sequence[Record]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOrder:
    """What somebody wants as a file.

    Attributes:
        sessions: Which visits, each once.
        format: A key of `FORMATS`.
        folder: Where the files go; it is made where it is not there.
        name: The file's name where there is one visit, "" for one that tells nothing: that of a de-identified file.
        is_deidentified: Without who it is about.
        passphrase: What the file is locked with; None for an open one.
    """

    sessions: tuple[str, ...]
    format: str
    folder: Path
    name: str = ""
    is_deidentified: bool = False
    passphrase: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ExportAnswer:
    """How an export ended.

    Attributes:
        path: The file, or the folder where several visits were wanted; None where nothing was written.
        text: Why there is none, or what of several is missing.
        n_files: How many were written.
    """

    path: Path | None
    text: str = ""
    n_files: int = 1


class ExportJob:
    """Writes visits as files.

    Args:
        record: The record.
        order: What is wanted.
        options: How files are written; their progress, key and passphrase are this job's.
        key: File of the clinic's key of de-identified exports.
        ask: The running station, callable from any thread but the engine's.

    Thread:
        `poll`, `done`, `cancel`, `join` and `finish` belong to whoever started it.
    """

    def __init__(self, record: Path, order: ExportOrder, options: ExportOptions, key: Path, ask: Ask = _alone) -> None:
        """Start at once."""
        self._record, self._order, self._key, self._ask = record, order, key, ask
        self._options = replace(options, progress=self._progress)
        self._asker: str | None = None
        self._done = 0.0
        self._cancelled = threading.Event()
        self._answer = ExportAnswer(None)
        self._thread = threading.Thread(target=self._run, name="export")
        self._thread.start()

    @property
    def done(self) -> float:
        """Return how much is done (0 to 1)."""
        return self._done

    def poll(self) -> ExportAnswer | None:
        """Return how it ended, or None while it runs."""
        return None if self._thread.is_alive() else self._answer

    def cancel(self) -> None:
        """Stop it as soon as may be; nothing half-written stays. What is written already stays whole."""
        self._cancelled.set()

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def finish(self) -> None:
        """Wait for the end while the program closes: one visit is written; of several, what is not whole yet is given up."""
        if len(self._order.sessions) > 1:
            self.cancel()
        self.join()

    def _progress(self, done: float) -> None:
        self._done = done
        if self._cancelled.is_set() and done < 1:
            raise ExportCancelled("Stopped. No file was saved.")

    def _run(self) -> None:
        try:
            self._answer = self._work()
        except NurseStationError as error:
            self._answer = ExportAnswer(None, str(error))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed export must not take the station with it
            _log.error("an export failed: %s", trace_of(error))
            fault = "The file could not be written because of a fault in Nursestation. Tell support."
            self._answer = ExportAnswer(None, fault)

    def _work(self) -> ExportAnswer:
        order = self._order
        self._be_allowed()
        try:
            order.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ExportError(
                f"The folder {order.folder} cannot be made ({error.strerror}). Choose another."
            ) from error  # fmt: skip
        options = replace(
            self._options,
            deidentify_key=read_key(self._key) if order.is_deidentified else None,
            passphrase=order.passphrase,
        )
        with StoreReader.open(self._record) as reader:
            if len(order.sessions) > 1:
                return self._write_several(reader, options)
            session = order.sessions[0]
            made = export_session(reader, session, order.format, order.folder / order.name, options)
        self._tell([(session, made)])
        return ExportAnswer(made.path)

    def _write_several(self, reader: StoreReader, options: ExportOptions) -> ExportAnswer:
        order = self._order
        made: list[tuple[str, Exported]] = []
        missing: list[NotExported] = []
        is_stopped = False
        try:
            written = export_sessions(reader, order.sessions, order.format, order.folder, options)
            for session, one in zip(order.sessions, written, strict=True):
                if isinstance(one, NotExported):
                    missing.append(one)
                else:
                    made.append((session, one))
        except ExportCancelled:
            is_stopped = True
        finally:  # also where the record cannot be read any more: what went out is noted
            self._tell(made)
        path = order.folder if made else None
        return ExportAnswer(path, _told(len(order.sessions), len(made), missing, is_stopped=is_stopped), len(made))

    def _be_allowed(self) -> None:
        order = self._order
        wish = AskExport(
            sessions=order.sessions,
            format=order.format,
            is_deidentified=order.is_deidentified,
            is_encrypted=order.passphrase is not None,
            target=kind_of_place(order.folder),
        )
        for record in allowed(self._ask, wish):
            self._asker = record.operator

    def _tell(self, written: Sequence[tuple[str, Exported]]) -> None:
        """Have the station note the files: under the visits' own names and chains, also where they tell of neither."""
        if not written:
            return
        order = self._order
        heads: Mapping[str | None, str] = {}
        if order.is_deidentified:
            with StoreReader.open(self._record) as reader:
                heads = reader.chain_heads()
        files = tuple(
            FileMade(
                session=session, format=one.format, sha256=one.sha256, chain_head=heads.get(session, one.chain_head)
            )
            for session, one in written
        )
        is_locked = order.passphrase is not None
        try:
            self._ask(
                ExportDone(
                    made=files,
                    operator=self._asker,
                    is_deidentified=order.is_deidentified,
                    is_encrypted=is_locked,
                )
            )
        except TimeoutError:  # the files are there all the same, and that they were asked for is noted
            _log.warning("the station did not note an exported file")


def _told(n_wanted: int, n_made: int, missing: Sequence[NotExported], *, is_stopped: bool) -> str:
    """Return what of several visits is not there, in a sentence; "" where all are."""
    if is_stopped:
        kept = f"{n_made} of {n_wanted} files were saved and stay." if n_made else "No file was saved."
        return f"Stopped. {kept}"
    if not missing:
        return ""
    return f"Not saved: {len(missing)} of {n_wanted} visits. {missing[0].session}: {missing[0].text}"


def kind_of_place(folder: Path) -> Literal["folder", "drive"]:
    """Say whether a folder lies on a drive that can be taken away, as far as its name and the system tell."""
    if os.name == "nt":
        return "drive" if _windows_drive_type(folder.anchor) == _WINDOWS_REMOVABLE else "folder"
    return "drive" if any(folder.is_relative_to(place) for place in _DRIVES) else "folder"


def _windows_drive_type(anchor: str) -> int:
    if sys.platform != "win32":
        return 0
    return int(ctypes.windll.kernel32.GetDriveTypeW(anchor))
