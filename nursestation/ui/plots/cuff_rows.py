"""The table "at each cuff reading": every vital at the moment of each reading, from the record of the trend. No Qt."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import tzinfo

from devices.clock import NS_PER_S
from nursestation.core.snapshot import FlagView, VisitView
from nursestation.core.wording import FLAG_WORDS, PHASE_WORDS
from nursestation.ui.plots.deviation import percent_from, percent_text
from nursestation.ui.plots.pyramid import Pyramid
from nursestation.ui.plots.readout import minute_text, value_at, value_text
from nursestation.ui.plots.trend_view import TrendView
from nursestation.ui.timetext import clock_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CuffRow:
    """One reading with what was at its moment, as text; "---" where the record has nothing.

    Attributes:
        at: When [min], as the trend counts.
        flagged: It raised a flag, or confirmed one.
        flag: Which one; "" for none.
    """

    at: float
    time: str
    minute: str
    phase: str
    pressure: str
    mean: str
    from_baseline: str
    heart_rate: str
    spo2: str
    resp_rate: str
    flag: str
    flagged: bool


def cuff_rows(
    visit: VisitView, view: TrendView, series: Mapping[str, Pyramid], zone: tzinfo | None
) -> tuple[CuffRow, ...]:
    """Return a row for each cuff reading of `visit`, newest first; `view` and `series` are those of its trend."""
    rate = "heart_rate" if "heart_rate" in series else "pulse_rate"
    rows: list[CuffRow] = []
    for reading, caret in zip(visit.cuffs, view.carets, strict=True):
        second = reading.measured_utc_ns / NS_PER_S
        phase = next((band.phase for band in view.phases if band.start <= caret.at < band.end), None)
        over = "---" if view.baseline is None else percent_text(percent_from(view.baseline, caret)[0])
        rows.append(
            CuffRow(
                at=caret.at,
                time=clock_text(reading.measured_utc_ns, zone),
                minute=minute_text(view, caret.at),
                phase="" if phase is None else PHASE_WORDS[phase],
                pressure=str(reading),
                mean="---" if reading.mean is None else str(reading.mean),
                from_baseline=over,
                heart_rate=value_text(rate, value_at(series, rate, second)),
                spo2=value_text("spo2", value_at(series, "spo2", second)),
                resp_rate=value_text("resp_rate", value_at(series, "resp_rate", second)),
                flag=_flag(visit.flags, reading.measured_mono_ns),
                flagged=caret.flagged,
            )
        )
    return tuple(reversed(rows))


def _flag(flags: tuple[FlagView, ...], measured_ns: int) -> str:
    raised = [FLAG_WORDS[flag.grade] for flag in flags if flag.reading.measured_mono_ns == measured_ns]
    confirmed = any(
        flag.confirmed_by is not None and flag.confirmed_by.measured_mono_ns == measured_ns for flag in flags
    )
    return " · ".join([*dict.fromkeys(raised), *(["second reading"] if confirmed else [])])
