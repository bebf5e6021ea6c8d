"""Looking patients up beside a running station: in a thread and with a reader of its own, the answers to be collected.

Rules of the file:
1. One look-up runs at a time. What was asked while one ran is looked up next: of several texts sought, and of several
   patients asked for, the newest alone, for nobody waits for the others.
2. The station is told before a history is handed on (`ViewPast` with the visit that it tells most of): it refuses, or notes in
   its own chain who looked. Once for each patient, until somebody else signs in.
3. What is sought and found never reaches a log.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from nursestation.core.commands import ViewPast
from nursestation.core.history import PatientCard, PatientHistory
from nursestation.core.records import Record
from nursestation.errors import NurseStationError
from nursestation.log import trace_of
from nursestation.runtime.asking import allowed
from nursestation.store.reader import StoreReader

_log = logging.getLogger(__name__)

_BUSY = "The program is busy: earlier visits are not shown. Choose the patient again."

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
Ask = Callable[[ViewPast], Sequence[Record]]
"""Asks the running station and returns the records that came of it; raises TimeoutError where it does not answer."""


def _alone(_wish: ViewPast) -> Sequence[Record]:
    return ()


class PatientsJob:
    """Answers one question.

    Args:
        record: The record.
        question: What is asked.
        ask: The running station, callable from any thread but the engine's.

    Thread:
        `poll` and `join` belong to whoever started it.
    """

    def __init__(self, record: Path, question: Question, ask: Ask = _alone) -> None:
        """Start at once."""
        self._record, self._ask = record, ask
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
                answer = _looked_up(reader, self._question)
            if isinstance(answer, HistoryRead) and answer.history is not None and answer.history.visits:
                allowed(self._ask, ViewPast(session=answer.history.visits[0].session), _BUSY)
            self._answer = answer
        except NurseStationError as error:
            self._answer = _failed(self._question, str(error))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed look must not take the station with it
            _log.error("looking patients up failed: %s", trace_of(error))
            text = "Earlier visits could not be read because of a fault in Nursestation. Check in by hand, and tell support."
            self._answer = _failed(self._question, text)


class PatientLookups:
    """The look-ups of a window: asks one after the other.

    Args:
        record: The record.
        ask: The running station, callable from any thread but the engine's.

    Thread:
        All of it belongs to the thread that made it.
    """

    def __init__(self, record: Path, ask: Ask = _alone) -> None:
        self._record, self._ask_station = record, ask
        self._job: PatientsJob | None = None
        self._noted: set[str] = set()
        self._is_past = False  # what runs was asked by somebody who has gone
        self._wanted: dict[type[Question], Question] = {}

    def find(self, text: str) -> None:
        """Look for patients; replaces a text that still waits."""
        self._ask(Find(text))

    def history(self, record_number: str) -> None:
        """Read a patient's earlier visits; replaces a patient who still waits."""
        self._ask(ReadHistory(record_number))

    def forget(self) -> None:
        """Begin anew for somebody else: who looks is noted again, and a history that is being read is not handed on."""
        self._noted.clear()
        self._wanted.pop(ReadHistory, None)
        self._is_past = self._job is not None

    def collect(self) -> Answer | None:
        """Return an answer that is there, each once, and go on with what waits; never blocks."""
        answer = None if self._job is None else self._job.poll()
        if self._job is not None and answer is not None:
            self._job.join()
            self._job = None
            is_past, self._is_past = self._is_past, False
            if isinstance(answer, HistoryRead) and is_past:
                answer = None
            elif isinstance(answer, HistoryRead) and answer.history is not None:
                self._noted.add(answer.record_number.casefold())
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
            is_noted = isinstance(question, ReadHistory) and question.record_number.casefold() in self._noted
            self._job = PatientsJob(self._record, question, _alone if is_noted else self._ask_station)


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
