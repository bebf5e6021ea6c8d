"""What happened in a visit and which alarms it had, as one list by time. No Qt."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from devices.clock import NS_PER_S
from devices.events import Priority
from nursestation.core.alarm_log import LogRow
from nursestation.core.wording import span
from nursestation.export.events import Event
from nursestation.ui.timetext import clock_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One line.

    Attributes:
        minute: When, as the trend counts [min].
        time, words, note: As text; `note` says who, or how long it lasted and who answered.
        priority: Of an alarm condition, None for anything else.
        is_struck: It was corrected or struck out.
    """

    minute: float
    time: str
    words: str
    note: str
    priority: Priority | None = None
    is_struck: bool = False


def happenings(
    events: Sequence[Event], alarms: Sequence[LogRow], zero_utc_s: float, names: dict[str, str], zone: tzinfo | None
) -> tuple[Happening, ...]:
    """Return all of it, oldest first.

    Args:
        events: Of the visit.
        alarms: Its rows of the alarm log.
        zero_utc_s: Time of the trend's minute 0, UTC [s].
        names: Staff by id.
        zone: The clinic's time zone, None for the machine's.
    """

    def minute(utc_ns: int) -> float:
        return (utc_ns / NS_PER_S - zero_utc_s) / 60.0

    found = [
        (
            event.utc,
            Happening(
                minute=minute(event.utc),
                time=clock_text(event.utc, zone),
                words=event.text,
                note=event.by,
                is_struck=event.is_struck,
            ),
        )
        for event in events
    ]
    found += [
        (
            row.onset.utc_ns,
            Happening(
                minute=minute(row.onset.utc_ns),
                time=clock_text(row.onset.utc_ns, zone),
                words=row.text,
                note=_alarm_note(row, names),
                priority=row.gravest,
            ),
        )
        for row in alarms
    ]
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))


def _alarm_note(row: LogRow, names: dict[str, str]) -> str:
    if row.gravest is None:
        return "" if row.by is None else names.get(row.by, row.by)
    lasted = "still present" if row.ended is None else f"lasted {span(row.lasted_s(row.ended))}"
    seen = row.acknowledged
    if seen is None:
        return f"{lasted}, not answered"
    who = names.get(seen.operator or "", seen.operator or "")
    waited_s = max(0, seen.at.utc_ns - row.onset.utc_ns) / NS_PER_S
    return f"{lasted}, answered in {span(waited_s)} by {who}"
