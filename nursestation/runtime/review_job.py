"""Reading the record of visits beside a running station: in a thread and with a reader of its own, the answers to be collected.

Rules of the file:
1. The station is asked before a visit is read (`ViewPast`): it refuses, or notes in its own chain who looked at what.
2. One question is answered at a time. Of what was asked while one ran the newest of each kind is answered next.
3. What is sought and found never reaches a log.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import assert_never

from devices.clock import NS_PER_S
from nursestation.core.alarm_log import LogRow
from nursestation.core.commands import ViewPast
from nursestation.core.history import Told
from nursestation.core.overlay import VisitLine, visit_line
from nursestation.core.past import Sought, VisitCard
from nursestation.core.records import Gap, PastViewed, Record, Sample, Wave
from nursestation.core.replay import Film
from nursestation.core.summary import Summary, summarize
from nursestation.core.timeline import Timeline
from nursestation.errors import NurseStationError
from nursestation.export.alarms import alarm_rows
from nursestation.export.events import Event, events
from nursestation.export.visit import VisitRecord, load_visit
from nursestation.log import trace_of
from nursestation.runtime.asking import allowed
from nursestation.store import retention
from nursestation.store.browse import find_visits
from nursestation.store.reader import StoreReader

_log = logging.getLogger(__name__)

MOST_FOUND = 200
"""Visits that a look gives at most: more than a list on a screen is read for."""
MOST_COMPARED = 12
"""Visits of a patient that are laid over each other at most, the one that is looked at and the newest others: more lines tell
nothing apart."""
_LATE_NS = 2 * NS_PER_S  # a stretch of waveform is stored under its newest sample's time


@dataclass(frozen=True, slots=True)
class FindVisits:
    """Look for visits."""

    sought: Sought


@dataclass(frozen=True, slots=True)
class OpenVisit:
    """Read a visit, once the station has noted who looks at it."""

    session: str


@dataclass(frozen=True, slots=True)
class ReadWaves:
    """Read the waves of a visit from a time up to another, UTC [ns]."""

    session: str
    since_utc_ns: int
    until_utc_ns: int


@dataclass(frozen=True, slots=True)
class CompareVisits:
    """Read a visit's patient's visits as they are compared, once the station has noted who looks at them."""

    session: str
    record_number: str = field(repr=False)


Question = FindVisits | OpenVisit | ReadWaves | CompareVisits


@dataclass(frozen=True, slots=True)
class VisitsFound:
    """The visits that were sought, newest first; or `text` says why there are none to show."""

    sought: Sought
    cards: tuple[VisitCard, ...] = field(default=(), repr=False)
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedVisit:
    """All that is shown of a visit.

    Attributes:
        record: As exports read it.
        film: To look at it at any moment; None where its records cannot be folded.
        summary: Its numbers.
        events, alarms: What happened, oldest first.
        trend: What the window's own `prepare` made of it.
        held_because: The reason of its legal hold, "" where there was none when it was read.
    """

    record: VisitRecord
    film: Film
    summary: Summary
    events: tuple[Event, ...] = field(repr=False)
    alarms: tuple[LogRow, ...] = field(repr=False)
    trend: object = field(repr=False)
    held_because: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class VisitRead:
    """A visit that was opened; or `text` says why it was not.

    `viewer` is the id of whoever the station noted as looking at it; None where no station was asked.
    """

    session: str
    opened: OpenedVisit | None = field(default=None, repr=False)
    text: str = ""
    viewer: str | None = None


@dataclass(frozen=True, slots=True)
class WavesRead:
    """The waves of a stretch of time, and what is missing of them, in the order they came."""

    asked: ReadWaves
    waves: tuple[Wave | Gap, ...] = field(default=(), repr=False)
    text: str = ""


@dataclass(frozen=True, slots=True)
class VisitsCompared:
    """A patient's visits with a treatment, oldest first; or `text` says why they could not be read."""

    session: str
    lines: tuple[VisitLine, ...] = field(default=(), repr=False)
    text: str = ""


Answer = VisitsFound | VisitRead | WavesRead | VisitsCompared
Ask = Callable[[ViewPast], Sequence[Record]]
"""Asks the running station and returns the records that came of it; raises TimeoutError where it does not answer."""


class _NotShown(NurseStationError):
    """A visit cannot be shown; the message says why."""


def _alone(_wish: ViewPast) -> Sequence[Record]:
    return ()


def _nothing(_visit: VisitRecord) -> object:
    return None


class ReviewDesk:
    """The questions of a window: answered one after the other.

    Args:
        record: The record.
        ask: The running station, callable from any thread but the engine's.
        prepare: Makes of a visit what the window draws it from; called in the job's thread.

    Thread:
        All of it belongs to the thread that made it.
    """

    def __init__(self, record: Path, ask: Ask = _alone, prepare: Callable[[VisitRecord], object] = _nothing) -> None:
        self._record, self._ask, self._prepare = record, ask, prepare
        self._thread: threading.Thread | None = None
        self._answers: list[Answer] = []
        self._wanted: dict[type[Question], Question] = {}
        self._running: Question | None = None

    def ask(self, question: Question) -> None:
        """Ask; replaces a question of the same kind that still waits. One that is being answered is not asked twice."""
        if question == self._running:
            self._wanted.pop(type(question), None)
            return
        self._wanted[type(question)] = question
        self._go_on()

    def collect(self) -> Answer | None:
        """Return an answer that is there, each once, and go on with what waits; never blocks."""
        if self._thread is not None and not self._thread.is_alive():
            self._thread.join()
            self._thread = self._running = None
        self._go_on()
        return self._answers.pop(0) if self._answers else None

    def wait(self) -> Answer | None:
        """Return the next answer as soon as it is there; None where nothing was asked. For whoever has no window to draw."""
        if self._thread is not None:
            self._thread.join()
        return self.collect()

    def join(self) -> None:
        """Wait for what runs and let go of what waits."""
        self._wanted.clear()
        if self._thread is not None:
            self._thread.join()
            self._thread = self._running = None

    def _go_on(self) -> None:
        if self._thread is None and self._wanted:
            self._running = self._wanted.pop(next(iter(self._wanted)))
            self._thread = threading.Thread(target=self._run, args=(self._running,), name="review")
            self._thread.start()

    def _run(self, question: Question) -> None:
        try:
            answer = self._answered(question)
        except NurseStationError as error:
            answer = _failed(question, str(error))
        except Exception as error:  # noqa: BLE001 - docs/adr/0005: a failed look must not take the station with it
            _log.error("reading a visit failed: %s", trace_of(error))
            answer = _failed(question, "This could not be read because of a fault in Nursestation. Tell support.")
        self._answers.append(answer)

    def _answered(self, question: Question) -> Answer:
        match question:
            case FindVisits():
                return VisitsFound(question.sought, find_visits(self._record, question.sought, MOST_FOUND))
            case OpenVisit():
                made = allowed(self._ask, ViewPast(session=question.session))
                viewer = next((one.operator for one in made if isinstance(one, PastViewed)), None)
                return VisitRead(question.session, self._opened(question.session), viewer=viewer)
            case ReadWaves():
                return WavesRead(question, self._waves(question))
            case CompareVisits():
                return VisitsCompared(question.session, self._compared(question))
            case _:
                assert_never(question)

    def _opened(self, session: str) -> OpenedVisit:
        with StoreReader.open(self._record) as reader:
            visit = load_visit(reader, session, "")
            starts = reader.starts(session)
            held = retention.holds(reader)
        told = Told(records=visit.records, timeline=visit.timeline)
        summary = summarize(told, visit.samples, visit.station, visit.name)
        if summary is None:
            raise _NotShown("This visit cannot be shown: its record has no check-in. Tell support.")
        return OpenedVisit(
            record=visit,
            film=Film(visit.records, visit.samples, visit.timeline, visit.operators, starts),
            summary=summary,
            events=events(visit),
            alarms=alarm_rows(visit),
            trend=self._prepare(visit),
            held_because=held.get(session, ""),
        )

    def _waves(self, question: ReadWaves) -> tuple[Wave | Gap, ...]:
        found: list[Wave | Gap] = []
        with StoreReader.open(self._record) as reader:
            for rows in (reader.waves, reader.gaps):
                for row in rows(question.session, since_utc_ns=question.since_utc_ns):
                    if row.at.utc_ns > question.until_utc_ns + _LATE_NS:
                        break
                    found.append(row)
        return tuple(sorted(found, key=lambda one: one.at.utc_ns))

    def _compared(self, question: CompareVisits) -> tuple[VisitLine, ...]:
        found: list[VisitLine] = []
        with StoreReader.open(self._record) as reader:
            own = reader.sessions_of(question.record_number)
            newest = [one for one in own if one != question.session][1 - MOST_COMPARED :]
            for session in own:
                if session not in (question.session, *newest):
                    continue
                if session != question.session:  # that one was noted when it was opened
                    allowed(self._ask, ViewPast(session=session))
                told = Told(records=tuple(reader.discrete(session)), timeline=Timeline(tuple(reader.runs(session))))
                line = visit_line(told, _rates(reader, session))
                found += [] if line is None else [line]
        return tuple(found)


def _rates(reader: StoreReader, session: str) -> list[Sample]:
    return [*reader.samples(session, "heart_rate"), *reader.samples(session, "pulse_rate")]


def _failed(question: Question, text: str) -> Answer:
    match question:
        case FindVisits():
            return VisitsFound(question.sought, text=text)
        case OpenVisit():
            return VisitRead(question.session, text=text)
        case ReadWaves():
            return WavesRead(question, text=text)
        case CompareVisits():
            return VisitsCompared(question.session, text=text)
        case _:
            assert_never(question)
