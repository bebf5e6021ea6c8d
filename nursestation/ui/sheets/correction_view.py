"""What the correction form makes of what is typed; no Qt."""

from dataclasses import dataclass
from datetime import tzinfo

from devices.clock import Moment
from nursestation.core.commands import CorrectChart, CorrectTime, StrikeChart
from nursestation.core.model import Severity
from nursestation.core.snapshot import VisitView
from nursestation.ui.journal import JournalLine
from nursestation.ui.sheets.when import told_time
from nursestation.ui.timetext import clock_text

CORRECTION_REASONS = ("Written down late", "Wrong time", "Wrong button", "Wrong chair", "Not clear enough")
Correction = CorrectChart | CorrectTime
_NO_REASON = "Choose or write why."


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The form's fields as they stand: times of day as typed, the severity by its name."""

    time: str
    words: str = ""
    over: str = ""
    severity: str | None = None
    reason: str = ""


def typed_as(line: JournalLine, zone: tzinfo | None) -> Typed:
    """Return the fields as a line reads now."""
    entry = line.entry
    if entry is None:
        return Typed(time=line.time)
    return Typed(
        time=line.time,
        words=entry.text,
        over="" if entry.resolved is None else clock_text(entry.resolved.utc_ns, zone),
        severity=entry.severity.value if entry.severity is not None else None,
    )


def correction(
    chair: int, line: JournalLine, typed: Typed, visit: VisitView, now: Moment, zone: tzinfo | None
) -> Correction | str:
    """Return the command that corrects a line, or the sentence that says what is missing.

    A time that was not touched stays exact to the second.

    Args:
        chair: Whose chart it is.
        line: As it reads now.
        typed: The form.
        visit: The visit.
        now: The present moment.
        zone: The clinic's time zone, None for the machine's.
    """
    shown = typed_as(line, zone)
    at_utc_ns = over_utc_ns = None
    if typed.time.strip() != shown.time:
        when = told_time(typed.time, now.utc_ns, visit.opened.utc_ns, zone)
        if when.problem:
            return when.problem
        at_utc_ns = when.at_utc_ns
    if line.step is not None:
        if at_utc_ns is None:
            return "Write the time when it really was."
        if not typed.reason:
            return _NO_REASON
        what, index = line.step
        return CorrectTime(chair=chair, what=what, index=index, at_utc_ns=at_utc_ns, reason=typed.reason)
    if line.entry is None:
        return "This line is corrected where it came from."
    if typed.over.strip() != shown.over:
        when = told_time(typed.over, now.utc_ns, visit.opened.utc_ns, zone)
        if when.problem:
            return when.problem
        over_utc_ns = when.at_utc_ns
    text = " ".join(typed.words.split())
    if not text:
        return "Write what it should read, or strike it out."
    new_text = text if text != line.entry.text else None
    severity = Severity(typed.severity) if typed.severity is not None and typed.severity != shown.severity else None
    if at_utc_ns is None and over_utc_ns is None and new_text is None and severity is None:
        return "Change what is wrong, or strike it out with a reason."
    if not typed.reason:
        return _NO_REASON
    return CorrectChart(
        chair=chair,
        entry_id=line.entry.id,
        reason=typed.reason,
        at_utc_ns=at_utc_ns,
        text=new_text,
        severity=severity,
        resolved_at_utc_ns=over_utc_ns,
    )


def strike_out(chair: int, entry_id: str, reason: str) -> StrikeChart:
    """Return the command that strikes an entry out."""
    return StrikeChart(chair=chair, entry_id=entry_id, reason=reason)
