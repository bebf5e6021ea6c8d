"""What happened in a visit as marks on its line of time: the annotations of EDF+ and the events of `.vital`.

Rules of the file:
1. The marks are the visit's phases, its events as the report numbers them, its cuff readings at the time they were measured,
   its blood-pressure flags and its alarm log. Nothing is judged anew.
2. The first of all says what the file is, and before anything else that it is simulated where it is.
3. A text is one line without control characters, which EDF+ uses as its own punctuation.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, tzinfo

from nursestation.core.model import CuffReading, Provenance
from nursestation.core.records import FlagRaised
from nursestation.core.wording import PHASE_WORDS
from nursestation.export.alarms import is_condition, lasted_ns
from nursestation.export.events import events
from nursestation.export.localtime import zone_name
from nursestation.export.story import Story
from nursestation.export.visit import VisitRecord

SIMULATED = "*** SIMULATED DATA: not of a patient ***"
"""First of all marks; its asterisks sort before every other text of the same moment."""

_MOST = 400  # bytes of a text; readers of EDF+ take 512 (edflib)


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: when it began on the visit's steady line of time [ns], how long it lasted [ns] where it did, and its text."""

    t: int
    text: str
    lasted_ns: int | None = None


def file_zone(visit: VisitRecord, zone: tzinfo | None) -> tzinfo | None:
    """Return the zone that a file's local times are in: UTC once who it was about has been taken out, as it tells the place."""
    return UTC if visit.is_deidentified else zone


def marks(visit: VisitRecord, story: Story) -> tuple[Mark, ...]:
    """Return the marks of a visit in the order of time; `story` is what `tell` makes of it."""
    found = (*_phases(story), *_cuffs(story), *_flags(visit), *_events(visit), *_alarms(visit, story))
    return tuple(sorted(found, key=lambda mark: mark.t))


def head(visit: VisitRecord, start_ns: int, zone: tzinfo | None) -> tuple[Mark, ...]:
    """Return the marks of the file itself.

    Args:
        visit: The session.
        start_ns: Where the file begins, on the steady line [ns].
        zone: Time zone of the file's local times; None for the computer's own.
    """
    about = f"Nursestation {visit.version}; times: {zone_name(start_ns, zone)}"
    if not visit.is_deidentified:
        about = f"{about}; session {visit.summary.id}"
    program = Mark(start_ns, one_line(about))
    return (Mark(start_ns, SIMULATED), program) if visit.summary.simulated else (program,)


def one_line(text: str) -> str:
    """Return a text as one line without control characters, and not longer than readers take."""
    plain = "".join(" " if unicodedata.category(letter) in ("Cc", "Zl", "Zp", "Cs") else letter for letter in text)
    line = " ".join(plain.split())
    encoded = line.encode()
    return line if len(encoded) <= _MOST else encoded[: _MOST - 3].decode(errors="ignore") + "…"


def _phases(story: Story) -> Iterator[Mark]:
    for span in story.spans:
        yield Mark(span.start, f"Phase: {PHASE_WORDS[span.phase]}")


def _events(visit: VisitRecord) -> Iterator[Mark]:
    for event in events(visit):
        text = f"{event.text} ({event.by})" if event.by else event.text
        yield Mark(event.t, one_line(f"Struck out: {text}" if event.is_struck else text))


def _cuffs(story: Story) -> Iterator[Mark]:
    for cuff in story.cuffs:
        yield Mark(cuff.t, one_line(_cuff_words(cuff.reading)))


def _cuff_words(reading: CuffReading) -> str:
    mean = "" if reading.mean is None else f" ({reading.mean})"
    pulse = "" if reading.pulse is None else f", pulse {reading.pulse} /min"
    by_hand = f", by hand: {reading.source}" if reading.provenance is Provenance.MANUAL else ""
    return f"NIBP {reading.sys}/{reading.dia}{mean} mmHg{pulse}{by_hand}"


def _flags(visit: VisitRecord) -> Iterator[Mark]:
    for record in visit.records:
        if isinstance(record, FlagRaised):
            text = f"BP flag {record.grade.value.upper()}: {record.because}"
            yield Mark(visit.timeline.steady_ns(record.at), one_line(text))


def _alarms(visit: VisitRecord, story: Story) -> Iterator[Mark]:
    for row in story.alarms:
        t = visit.timeline.steady_ns(row.onset)
        if not is_condition(row):
            by = visit.name(row.by)
            yield Mark(t, one_line(f"Alarm signals: {row.text}" + (f" ({by})" if by else "")))
            continue
        priority = "" if row.gravest is None else f" {row.gravest.value}"
        lasted = None if row.ended is None else lasted_ns(visit, row, 0)
        yield Mark(t, one_line(f"Alarm{priority}: {row.text}"), lasted)
