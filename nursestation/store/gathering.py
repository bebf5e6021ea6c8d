"""Sorts what one commit is to write: bulk records by session, stretches of waveforms that follow each other joined.

One pass over the records, for it is most of what a commit costs: of sixteen chairs' two hundred records a commit nearly all
are stretches of waveform.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from nursestation.core.records import Gap, Record, Sample, Wave

_HOLE_NS = 250_000_000


@dataclass(slots=True)
class Strip:
    """Stretches of one waveform that are written as one.

    Attributes:
        parts: The stretches, oldest first.
        terms: Where they come from and how their samples are to be read (`wave_terms`).
        n_bytes: How many bytes of samples.
        mono_ns: When the last of them came.
        place: Where the last of them stood among all records.
    """

    parts: list[Wave]
    terms: tuple[object, ...]
    n_bytes: int
    mono_ns: int
    place: int


@dataclass(slots=True)
class Gathered:
    """The bulk records of one session, each kind in the order in which they came; a strip has the place of its last stretch."""

    samples: list[Sample] = field(default_factory=list)
    strips: list[Strip] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)


def gather(records: Iterable[Record]) -> tuple[dict[str, Gathered], list[Record]]:
    """Return the bulk records by session, those without one left out, and all other records.

    Stretches are joined to up to about a second where nothing but time separates them: the same scaling, no `Gap` between, and
    arrival no later than `_HOLE_NS` after the samples themselves account for.

    Raises:
        TypeError: a field is of another type than declared.
    """
    found: dict[str, Gathered] = {}
    others: list[Record] = []
    last: dict[tuple[str, str, str, str], Strip] = {}
    for place, record in enumerate(records):
        if isinstance(record, Wave):
            session = record.session
            if session is None:
                continue
            key = (session, record.metric, record.source, record.monitor)
            rate_hz, n_bytes, mono_ns = record.rate_hz, len(record.samples), record.at.mono_ns
            terms = (record.chair, record.operator, record.mode, rate_hz, record.scale, record.offset, record.unit)
            strip = last.get(key)
            if strip is not None and strip.terms == terms:
                n_joined = strip.n_bytes + n_bytes
                late_ns = mono_ns - strip.mono_ns - n_bytes // 2 / rate_hz * 1e9
                if n_joined // 2 <= rate_hz and -_HOLE_NS <= late_ns <= _HOLE_NS:
                    strip.parts.append(record)
                    strip.n_bytes, strip.mono_ns, strip.place = n_joined, mono_ns, place
                    continue
            strip = last[key] = Strip([record], terms, n_bytes, mono_ns, place)
            _of(found, session).strips.append(strip)
        elif isinstance(record, Sample):
            if record.session is not None:
                _of(found, record.session).samples.append(record)
        elif isinstance(record, Gap):
            if record.session is not None:
                last.pop((record.session, record.metric, record.source, record.monitor), None)
                _of(found, record.session).gaps.append(record)
        else:
            others.append(record)
    for one in found.values():
        one.strips.sort(key=attrgetter("place"))
    return found, others


def _of(found: dict[str, Gathered], session: str) -> Gathered:
    told = found.get(session)
    if told is None:
        told = found[session] = Gathered()
    return told
