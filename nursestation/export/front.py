"""The report's first page: who, what was given, the numbers that matter, the flags, how it ended, and how it was watched.

Rules of the file:
1. It is read in ten seconds and always ends on its page: what there may be many of (flags, names) is told as the gravest few,
   and where the rest stands.
2. Its numbers are those of `core/summary.py`; nothing is counted anew here.
"""

from datetime import tzinfo

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from devices.events import Priority
from nursestation.core import series
from nursestation.core.model import Grade, MonitorFacts, Phase, Route
from nursestation.core.records import AvailableNamed, ObservationShortened
from nursestation.core.summary import Extreme, Summary
from nursestation.core.wording import PHASE_WORDS, number
from nursestation.core.wording import span as seconds
from nursestation.export.layout import (
    BANNER,
    CELL,
    CELL_BOLD,
    CLINIC,
    INK,
    NOTE,
    RULE,
    SECTION,
    TILE_LABEL,
    TILE_VALUE,
    TITLE,
    grid,
    text,
)
from nursestation.export.leaving import left_line
from nursestation.export.localtime import clock, day, zone_name
from nursestation.export.outcome import outcome_rows
from nursestation.export.people import age
from nursestation.export.story import OUTCOMES, Flag, Story
from nursestation.export.trend_section import monitor_title
from nursestation.export.visit import VisitRecord
from nursestation.export.vitals import signed

_ROUTES = {Route.IV: "IV infusion", Route.IM: "IM injection"}
_MOST_FLAGS = 4
_MOST_NAMES = 4
_MOST_SIGNS = 160
_MOST_OF_LINE = 320
_GRAVEST = (Grade.CRISIS, Grade.SEVERE, Grade.SPIKE, Grade.LOW, Grade.WATCH)


def front(
    visit: VisitRecord, story: Story, summary: Summary, width: float, zone: tzinfo | None, clinic: str
) -> list[Flowable]:
    """Return the first page's content but for the trend, which follows where there is room."""
    found: list[Flowable] = [_title(clinic, width), Spacer(0, 2 * mm)]
    for banner in _banners(visit, story, zone):
        found += [text(_cut(banner, _MOST_OF_LINE), BANNER), Spacer(0, 2.5 * mm)]
    found += [_identity(visit, story, summary, width, zone), Spacer(0, 2 * mm)]
    found += [_tiles(visit, story, summary, width, zone)]
    found += _flags(story, width, zone)
    found += [Spacer(0, 2 * mm), _ruled(outcome_rows(visit, story, summary, zone), width)]
    return found


def _title(clinic: str, width: float) -> Table:
    table = Table([[text("Visit report", TITLE), text(clinic, CLINIC)]], colWidths=[width * 0.45, width * 0.55])
    table.setStyle(
        TableStyle([
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
        ])
    )  # fmt: skip
    return table


def _cut(line: str, most: int = _MOST_SIGNS) -> str:
    """Return a line that was typed as far as the first page has room for it; it stands in full further on."""
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def _banners(visit: VisitRecord, story: Story, zone: tzinfo | None) -> list[str]:
    banners = []
    if visit.summary.simulated:
        banners.append("SIMULATED: this visit holds simulated readings. It is not the record of a patient's treatment.")
    if visit.is_deidentified:
        banners.append(
            "DE-IDENTIFIED: names, numbers, typed texts and serial numbers are left out, dates are moved. No part of a chart."
        )
    if not story.phase.is_over:
        stands = PHASE_WORDS[story.phase].lower()
        banners.append(f"INTERIM: the visit was still running ({stands}); recorded up to {clock(story.end, zone)}.")
    if story.phase is Phase.ENDED_EARLY:
        reason = story.ended.reason if story.ended is not None and story.ended.reason else "no reason given"
        to = story.handed_over.to if story.handed_over is not None else ""
        banners.append(f"ENDED EARLY: {reason}.{f' Handed over to {to}.' if to else ''}")
    left = left_line(story.discharge) if story.discharge is not None else ""
    if left:
        banners.append(f"{left}.")
    return banners


def weight_text(story: Story) -> str:
    """Return the weight of this visit: as it was recorded, else as it came with the check-in where no gate asked for it."""
    if story.weight is not None:
        return f"{number(story.weight.kg)} kg{'' if story.weight.measured else ', as the patient said'}"
    is_asked = story.opened.protocol.gates.ask_weight
    return "not recorded" if is_asked else f"{story.opened.patient.weight_kg:g} kg"


def allergies_text(story: Story) -> str:
    """Return the allergies as they were asked today, else as they came with the check-in."""
    if story.allergies is not None:
        return story.allergies.text or "none known"
    return story.opened.patient.allergies or "not asked"


def _identity(visit: VisitRecord, story: Story, summary: Summary, width: float, zone: tzinfo | None) -> Table:
    patient, protocol = story.opened.patient, story.opened.protocol
    opened_utc = story.opened.at.utc_ns
    end = visit.summary.ended_utc_ns
    when = (
        f"{day(opened_utc, zone)}, {clock(opened_utc, zone)}{f' to {clock(end, zone)}' if end else ', still running'}"
    )
    born = age(patient, opened_utc, zone)
    if not visit.is_deidentified:
        born = f"{patient.birth_date.isoformat()} ({born})"
    rows = (
        ("Patient", _cut(patient.full_name), "Protocol", f"{protocol.title}, version {protocol.version}"),
        ("Age" if visit.is_deidentified else "Born", born, "Treatment", _treatment(story, summary, zone)),
        ("Record no.", patient.record_number, "Date", f"{when} ({zone_name(opened_utc, zone)})"),
        ("Weight", weight_text(story), "Chair, staff", f"chair {story.opened.chair}; {_staff(visit)}"),
        ("Allergies", _cut(allergies_text(story), _MOST_OF_LINE), "Available", _available(visit)),
        ("Series", _series(story), "Monitors", _monitors(visit, story)),
        ("Consent", _consent(story, zone), "Session", visit.summary.id),
    )
    cells = [
        [text(left, NOTE), text(value, CELL_BOLD if index == 0 else CELL), text(right, NOTE), text(other)]
        for index, (left, value, right, other) in enumerate(rows)
    ]
    return _plain(cells, [width * share for share in (0.12, 0.31, 0.13, 0.44)])


def _treatment(story: Story, summary: Summary, zone: tzinfo | None) -> str:
    """Return how and how much was given, and from when to when."""
    protocol, started = story.opened.protocol, summary.started
    route = _ROUTES[protocol.route]
    if started is None or story.infusion_started is None:
        return _cut(f"{route}: planned {protocol.dose_text}")
    times = clock(started.utc_ns, zone)
    if protocol.route is not Route.IM:
        times += " to now" if summary.ended is None else f" to {clock(summary.ended.utc_ns, zone)}"
    return f"{_cut(f'{route}: {story.infusion_started.dose_text}')}, {times}"


def _plain(cells: list[list[Flowable]], widths: list[float]) -> Table:
    table = Table(cells, colWidths=widths)
    table.setStyle(
        TableStyle([
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ("RIGHTPADDING", (0, 0), (-1, -1), 6),
            ("TOPPADDING", (0, 0), (-1, -1), 1.2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.2),
        ])
    )  # fmt: skip
    return table


def _ruled(rows: tuple[tuple[str, str, bool], ...], width: float) -> Table:
    """Return what stands under the numbers: a title, what it says, and whether that is to be seen first."""
    cells = [
        [text(title, NOTE), text(_cut(said, _MOST_OF_LINE), CELL_BOLD if bold else CELL)] for title, said, bold in rows
    ]
    table = _plain(cells, [width * 0.12, width * 0.88])
    table.setStyle(
        TableStyle([
            ("LINEABOVE", (0, 0), (-1, -1), 0.3, RULE), ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK),
            ("LINEBELOW", (0, -1), (-1, -1), 0.8, INK), ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2.4),
        ])
    )  # fmt: skip
    return table


def _available(visit: VisitRecord) -> str:
    """Return who was immediately available, those who took over included."""
    names = dict.fromkeys(record.name for record in visit.records if isinstance(record, AvailableNamed))
    return _few(list(names), ", then ") or "nobody named"


def _few(names: list[str], between: str = ", ") -> str:
    """Return the first few names, and how many others there are."""
    told = between.join(names[:_MOST_NAMES])
    others = len(names) - _MOST_NAMES
    return f"{told} and {others} more" if others > 0 else told


def _staff(visit: VisitRecord) -> str:
    ids = dict.fromkeys(record.operator for record in visit.records if record.operator is not None)
    return _few([visit.name(one) for one in ids]) or "nobody signed in"


def _series(story: Story) -> str:
    if story.opened.series is not None:
        return series.words(story.opened.series)
    return "none" if story.opened.protocol.series is None else "not told"


def _monitors(visit: VisitRecord, story: Story) -> str:
    names = dict.fromkeys((*(one.monitor for one in visit.samples if one.monitor), *story.monitors))
    return _few([_monitor(name, story.monitors.get(name)) for name in names]) or "none delivered"


def _monitor(name: str, facts: MonitorFacts | None) -> str:
    title = monitor_title(name, facts)
    if facts is None:
        return title
    if facts.model and title.casefold() in facts.model.casefold():
        title = facts.model
    model = facts.model if facts.model and facts.model.casefold() not in title.casefold() else None
    said = " ".join(word for word in (facts.vendor, model) if word)
    words = ", ".join(word for word in (said, f"no. {facts.serial}" if facts.serial else "") if word)
    if not words:
        return title
    return f"{title.removesuffix(')')}, {words})" if title.endswith(")") else f"{title} ({words})"


def _consent(story: Story, zone: tzinfo | None) -> str:
    return "not recorded" if story.consent is None else f"on file, stated {clock(story.consent.at.utc_ns, zone)}"


def _tiles(visit: VisitRecord, story: Story, summary: Summary, width: float, zone: tzinfo | None) -> Table:
    """Return the summary numbers, two rows of four."""
    tiles = (
        _baseline_tile(story, zone),
        _peak_tile(story, summary, zone),
        _above_tile(summary),
        _low_tile(summary, zone),
        _treatment_tile(summary, zone),
        _observation_tile(visit, story, summary),
        _heart_tile(summary, zone),
        _flags_tile(summary),
    )
    boxes = [
        [text(label, TILE_LABEL), text(value, TILE_VALUE), text(note or " ", NOTE)] for label, value, note in tiles
    ]
    table = Table([boxes[:4], boxes[4:]], colWidths=[width / 4] * 4)
    table.setStyle(
        TableStyle([
            ("GRID", (0, 0), (-1, -1), 0.5, RULE),
            ("BOX", (0, 0), (-1, -1), 0.8, INK),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("TOPPADDING", (0, 0), (-1, -1), 3),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
        ])
    )  # fmt: skip
    return table


def _baseline_tile(story: Story, zone: tzinfo | None) -> tuple[str, str, str]:
    if story.baseline is None or story.baseline_taken is None:
        return "Baseline BP", "---", "not taken"
    n = len(story.baseline.readings)
    note = f"median of {n} reading{'s' if n != 1 else ''}, {clock(story.baseline_taken.at.utc_ns, zone)}"
    return "Baseline BP [mmHg]", str(story.baseline), note


def _peak_tile(story: Story, summary: Summary, zone: tzinfo | None) -> tuple[str, str, str]:
    peak = story.peak
    if peak is None:
        return "Peak BP", "---", "no cuff reading"
    when = clock(peak.reading.measured_utc_ns, zone)
    if summary.rise is None or summary.rise_percent is None:
        return "Peak BP [mmHg]", str(peak.reading), when
    note = f"{signed(summary.rise)} mmHg sys ({signed(summary.rise_percent)} %), {when}"
    return "Peak BP [mmHg]", str(peak.reading), note


def _above_tile(summary: Summary) -> tuple[str, str, str]:
    """Return how long the pressure was on the protocol's upper rungs."""
    above = summary.bp_above
    if above is None:
        return "Time with BP high", "---", "no cuff reading since the start" if summary.started else "not begun"
    return "Time with BP high", seconds(above.outside_s), f"“spike” or higher, of {seconds(above.known_s)}"


def _low_tile(summary: Summary, zone: tzinfo | None) -> tuple[str, str, str]:
    found = summary.range_of("SpO₂")
    if found is None:
        return "Lowest SpO₂", "---", "no valid reading"
    note = f"{_at(found.low, zone)}, for {seconds(found.low_s)} in all"
    return "Lowest SpO₂ [%]", number(found.low.value), note


def _heart_tile(summary: Summary, zone: tzinfo | None) -> tuple[str, str, str]:
    found = summary.range_of("HR")
    if found is None:
        return "Highest HR", "---", "no valid reading"
    label = "Highest pulse rate [/min]" if found.metric == "pulse_rate" else "Highest HR [/min]"
    return label, number(found.high.value), f"{_at(found.high, zone)}; median {number(found.median)}"


def _at(found: Extreme, zone: tzinfo | None) -> str:
    return clock(found.at.utc_ns, zone)


def _treatment_tile(summary: Summary, zone: tzinfo | None) -> tuple[str, str, str]:
    """Return how long the infusion ran; of an injection, which takes no time, when it was given."""
    if summary.started is None:
        return "Treatment", "---", "not given"
    if summary.infusion_s is None:
        return "Injection", clock(summary.started.utc_ns, zone), "one injection"
    paused = f"and paused for {seconds(summary.paused_s)}" if summary.n_pauses else "never paused"
    return "Treatment time", seconds(summary.infusion_s), paused


def _observation_tile(visit: VisitRecord, story: Story, summary: Summary) -> tuple[str, str, str]:
    if summary.observation_s is None:
        return "Observation", "---", "not begun"
    shortened = [record for record in visit.records if isinstance(record, ObservationShortened)]
    lasted = seconds(summary.observation_s)
    if shortened:
        return "Observation", lasted, f"minimum shortened to {shortened[-1].minutes:g} min"
    return "Observation", lasted, "until the discharge was signed" if story.discharge else "so far"


def _flags_tile(summary: Summary) -> tuple[str, str, str]:
    high = next((one.n for one in summary.alarms if one.priority is Priority.HIGH), 0)
    return "BP flags", str(summary.n_flags), f"high-priority alarms: {high}"


def _flags(story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return the gravest flags, in their order, each with its confirmation and what was done."""
    flags = list(story.flags.values())
    if not flags:
        return []
    gravest = sorted(flags, key=lambda one: (_GRAVEST.index(one.raised.grade), one.raised.at.mono_ns))[:_MOST_FLAGS]
    told = [one for one in flags if one in gravest]
    rows = [_flag_row(one, zone) for one in told]
    head = ("Flag", "Reading", "Second reading", "What was done", "Ended")
    found: list[Flowable] = [
        text("Blood-pressure flags and what was done", SECTION),
        grid(head, rows, [width * share for share in (0.14, 0.11, 0.2, 0.4, 0.15)]),
    ]
    others = len(flags) - len(told)
    if others:
        found.append(text(f"{others} more, none of them graver: see Blood-pressure flags.", NOTE))
    return found


def _flag_row(flag: Flag, zone: tzinfo | None) -> list[Flowable]:
    raised, decided, ended = flag.raised, flag.decided, flag.ended
    second = "none asked for" if raised.repeat_by_utc_ns is None else "awaited"
    if decided is not None:
        outcome = OUTCOMES[decided.outcome].removeprefix("repeat: ")
        second = f"{decided.reading}, {outcome}" if decided.reading is not None else outcome
    done = "; ".join(f"{clock(one.at.utc_ns, zone)} {one.action}" for one in flag.answers)
    return [
        text(f"{clock(raised.at.utc_ns, zone)} {raised.grade.value.upper()}", CELL_BOLD),
        text(str(raised.reading)),
        text(second),
        text(_cut(done) if done else "nothing recorded", CELL if done else CELL_BOLD),
        text("still present" if ended is None else f"{clock(ended.at.utc_ns, zone)}, at {ended.reading}"),
    ]
