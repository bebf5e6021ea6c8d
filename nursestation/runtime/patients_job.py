"""Looking patients up beside a running station: in a thread and with a reader of its own, the answers to be collected.

Rules of the file:
1. One look-up runs at a time. What was asked while one ran is looked up next: of several texts sought, and of several
   patients asked for, the newest alone, for nobody waits for the others.
2. What is sought and found never reaches a log.
"""

import logging
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from nursestation.core.history import PatientCard, PatientHistory
from nursestation.errors import NurseStationError
from nursestation.store.reader import StoreReader

_log = logging.getLogger(__name__)

MOST_FOUND = 50
"""How many patients a look-up gives at most: more than a list on a screen is read for."""


@dataclass(frozen=True, slots=True)
class Find:
    """Look for patients of whom every word of a text is told: name, record number, date of birth."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Read the earlier visits of the patient with this record number."""

    record_number: str = field(repr=False)


Question = Find | ReadHistory


@dataclass(frozen=True, slots=True)
class Found:
    """The patients that a text finds, newest visit first; or `text` says why there are none to show."""

    sought: str = field(repr=False)
    patients: tuple[PatientCard, ...] = field(default=(), repr=False)
    text: str = ""


@dataclass(frozen=True, slots=True)
class HistoryRead:
    """A patient's earlier visits, None for a patient who was never here; or `text` says why they could not be read."""

    record_number: str = field(repr=False)
    history: PatientHistory | None = field(default=None, repr=False)
    text: str = ""


Answer = Found | HistoryRead


class PatientsJob:
    """Answers one question.

    Thread:
        `poll` and `join` belong to whoever started it.
    """

    def __init__(self, record: Path, question: Question) -> None:
        """Start at once."""
        self._record = record
        self._question = question
        self._answer: Answer = _failed(question, "")
        self._thread = threading.Thread(target=self._run, name="patients")
        self._thread.start()

    def poll(self) -> Answer | None:
        """Return how it ended, or None while it runs."""
        return None if self._thread.is_alive() else self._answer

    def join(self) -> None:
        """Wait for the end."""
        self._thread.join()

    def _run(self) -> None:
        try:
            with StoreReader.open(self._record) as reader:
                self._answer = _looked_up(reader, self._question)
        except NurseStationError as error:
            self._answer = _failed(self._question, str(error))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed look must not take the station with it
            _log.error("looking patients up failed: %s", type(error).__name__)
            text = "Earlier visits could not be read because of a fault in Nursestation. Check in by hand, and tell support."
            self._answer = _failed(self._question, text)


class PatientLookups:
    """The look-ups of a window: asks one after the other.

    Thread:
        All of it belongs to the thread that made it.
    """

    def __init__(self, record: Path) -> None:
        self._record = record
        self._job: PatientsJob | None = None
        self._wanted: dict[type[Question], Question] = {}

    def find(self, text: str) -> None:
        """Look for patients; replaces a text that still waits."""
        self._ask(Find(text))

    def history(self, record_number: str) -> None:
        """Read a patient's earlier visits; replaces a patient who still waits."""
        self._ask(ReadHistory(record_number))

    def collect(self) -> Answer | None:
        """Return an answer that is there, each once, and go on with what waits; never blocks."""
        answer = None if self._job is None else self._job.poll()
        if self._job is not None and answer is not None:
            self._job.join()
            self._job = None
        self._go_on()
        return answer

    def wait(self) -> Answer | None:
        """Return the next answer as soon as it is there; None where nothing was asked. For whoever has no window to draw."""
        if self._job is not None:
            self._job.join()
        return self.collect()

    def join(self) -> None:
        """Wait for what runs and let go of what waits."""
        self._wanted.clear()
        if self._job is not None:
            self._job.join()
            self._job = None

    def _ask(self, question: Question) -> None:
        self._wanted[type(question)] = question
        self._go_on()

    def _go_on(self) -> None:
        if self._job is None and self._wanted:
            question = self._wanted.pop(next(iter(self._wanted)))
            self._job = PatientsJob(self._record, question)


def _looked_up(reader: StoreReader, question: Question) -> Answer:
    match question:
        case Find():
            return Found(question.text, reader.find_patients(question.text, MOST_FOUND))
        case ReadHistory():
            return HistoryRead(question.record_number, reader.history(question.record_number))
        case _:
            assert_never(question)


def _failed(question: Question, text: str) -> Answer:
    match question:
        case Find():
            return Found(question.text, text=text)
        case ReadHistory():
            return HistoryRead(question.record_number, text=text)
        case _:
            assert_never(question)
