"""One session as exports read it: everything loaded from the store at one moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from devices.clock import NS_PER_S
from nursestation.core.alarm_log import LOGGED
from nursestation.core.model import Operator
from nursestation.core.records import AudioSwitched, Gap, Record, Sample, SignedIn, SignedOut, StationStopped, Wave
from nursestation.core.timeline import Timeline
from nursestation.export.errors import ExportError
from nursestation.export.watched import Progress, portion, silently, watched_by_time
from nursestation.store.raw import RawSession
from nursestation.store.reader import SessionSummary, StoreReader

_DAY_NS = 24 * 3600 * NS_PER_S
_SAMPLES, _WAVES = 0.6, 0.85  # of the loading: how far it is after each
_STATION = (*LOGGED, SignedIn, SignedOut, StationStopped)


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """Everything an export may say of a session.

    Attributes:
        summary: What the list of sessions says of it.
        records: Its discrete records, in order.
        station: What the alarm log takes from the station itself while the session ran, and what was in force before; and who
            signed in and out.
        samples: Its readings, in order.
        operators: Staff by id.
        timeline: See there.
        version: Version of the program that writes the file.
        waves, gaps: Its stretches of waveform, and what is known to be absent of them and of the readings, each in order; ()
            where they were not asked for.
        schema: The steps of the schema that the record was brought up to.
        raw: The session as it is stored; None where it was not asked for, or was taken out.
        is_deidentified: Who it was about has been taken out (`deidentify.py`): nothing is to be added from elsewhere.
    """

    summary: SessionSummary
    records: tuple[Record, ...] = field(repr=False)
    samples: tuple[Sample, ...] = field(repr=False)
    operators: Mapping[str, Operator] = field(repr=False)
    timeline: Timeline
    version: str
    station: tuple[Record, ...] = field(default=(), repr=False)
    waves: tuple[Wave, ...] = field(default=(), repr=False)
    gaps: tuple[Gap, ...] = field(default=(), repr=False)
    schema: tuple[str, ...] = ()
    is_deidentified: bool = False
    raw: RawSession | None = field(default=None, repr=False)

    @property
    def mark(self) -> str:
        """Return the word that every file of a simulated visit carries; "" for any other visit."""
        return "SIMULATED" if self.summary.simulated else ""

    def name(self, operator: str | None) -> str:
        """Return an operator's name; "" for what the program or a monitor did."""
        if operator is None:
            return ""
        known = self.operators.get(operator)
        return operator if known is None else known.name


def load_visit(
    reader: StoreReader,
    session: str,
    version: str,
    *,
    with_waves: bool = False,
    with_raw: bool = False,
    progress: Progress = silently,
) -> VisitRecord:
    """Load a session, finished or running, as it stands at this moment.

    Args:
        reader: The record.
        session: Which.
        version: Of the program.
        with_waves: Waveforms and gaps too.
        with_raw: The rows as they are stored too.
        progress: Told how much is loaded (0 to 1); what it raises ends the work.

    Raises:
        ExportError: there is no such session.
        StoreEnvironmentError: the record cannot be read.
    """
    with reader.consistent():
        summary = reader.session(session)
        if summary is None:
            raise ExportError(f"There is no session {session}. `nursestation sessions` lists those there are.")
        records = tuple(reader.discrete(session))
        newest_utc_ns = max((record.at.utc_ns for record in records), default=0)
        span_ns = summary.opened.utc_ns, summary.ended_utc_ns or newest_utc_ns
        of_samples = portion(progress, 0, _SAMPLES if with_waves else 1)
        of_waves = portion(progress, _SAMPLES, _WAVES if with_raw else 1)
        return VisitRecord(
            summary=summary,
            records=records,
            samples=tuple(watched_by_time(reader.samples(session), span_ns, of_samples)),
            operators=reader.operators(),
            timeline=_timeline(reader, summary),
            version=version,
            station=tuple(_station(reader, summary)),
            waves=tuple(watched_by_time(reader.waves(session), span_ns, of_waves)) if with_waves else (),
            gaps=tuple(reader.gaps(session)) if with_waves else (),
            schema=reader.schema(),
            raw=_raw(reader, summary) if with_raw else None,
        )


def _timeline(reader: StoreReader, summary: SessionSummary) -> Timeline:
    since = summary.opened.utc_ns - _DAY_NS
    return Timeline(tuple(reader.runs(summary.id)), tuple(reader.station_runs(summary.id, since, AudioSwitched)))


def _raw(reader: StoreReader, summary: SessionSummary) -> RawSession | None:
    since = summary.opened.utc_ns - _DAY_NS
    return reader.raw(summary.id, _STATION, since, summary.ended_utc_ns)


def _station(reader: StoreReader, summary: SessionSummary) -> Iterator[Record]:
    """Yield the station's own records for the alarm log, and who was signed in.

    That is from a day before, and the last switch of the sound before that.
    """
    since = summary.opened.utc_ns - _DAY_NS
    yield from list(reader.of_kinds((AudioSwitched,), until_utc_ns=since - 1, of_station=True))[-1:]
    yield from reader.of_kinds(_STATION, since_utc_ns=since, until_utc_ns=summary.ended_utc_ns, of_station=True)
