"""The report's first page: who, what, the numbers that matter, and the trend."""

from datetime import date, tzinfo

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from devices.events import Priority
from nursestation.core import series
from nursestation.core.model import Grade, MonitorFacts, Phase, Route
from nursestation.core.peak import rise
from nursestation.core.records import AvailableNamed, ObservationShortened
from nursestation.core.wording import number
from nursestation.export.events import PHASE_WORDS, Event
from nursestation.export.layout import (
    BANNER,
    CELL,
    CELL_BOLD,
    INK,
    NOTE,
    RULE,
    SECTION,
    TILE_LABEL,
    TILE_VALUE,
    TITLE,
    text,
)
from nursestation.export.leaving import left_line
from nursestation.export.localtime import NS_PER_S, clock, day, local, span, zone_name
from nursestation.export.story import Story
from nursestation.export.trend import TrendData, TrendPlot
from nursestation.export.visit import VisitRecord
from nursestation.export.vitals import Series, Statistics, describe, signed

_ROUTES = {Route.IV: "intravenous infusion", Route.IM: "intramuscular injection"}


def front(
    visit: VisitRecord,
    story: Story,
    vitals: tuple[Series, ...],
    lines: tuple[Event, ...],
    width: float,
    zone: tzinfo | None,
) -> list[Flowable]:
    """Return the first page's content."""
    statistics = {one.label: describe(one) for one in vitals}
    found: list[Flowable] = [text("Visit report", TITLE), Spacer(0, 3 * mm)]
    for banner in _banners(visit, story, zone):
        found += [text(banner, BANNER), Spacer(0, 2.5 * mm)]
    found.append(_identity(visit, story, width, zone))
    found.append(Spacer(0, 3 * mm))
    found.append(_tiles(visit, story, statistics, width, zone))
    found += _overrides(visit, story)
    found.append(text("Trend", SECTION))
    if story.cuffs or vitals:
        caption = text(_caption(vitals, lines), NOTE)
        _, below = caption.wrap(width, 100 * mm)
        found.append(TrendPlot(_trend(story, vitals, lines, zone), width, 75 * mm, 155 * mm, below=below + 2))
        found.append(caption)
    else:
        found.append(text("No readings were recorded."))
    return found


def _banners(visit: VisitRecord, story: Story, zone: tzinfo | None) -> list[str]:
    banners = []
    if visit.summary.simulated:
        banners.append("SIMULATED: this visit holds simulated readings. It is not the record of a patient's treatment.")
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
    told = story.opened.patient.allergies
    return told or ("not asked" if story.opened.protocol.gates.ask_allergies else "none told")


def _identity(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None) -> Table:
    patient, protocol = story.opened.patient, story.opened.protocol
    opened_utc = story.opened.at.utc_ns
    end = visit.summary.ended_utc_ns
    started = story.infusion_started
    dose = f"planned {protocol.dose_text}" if started is None else started.dose_text
    when = f"{day(opened_utc, zone)}, {clock(opened_utc, zone)} to {clock(end, zone) if end else 'running'}"
    rows = (
        ("Patient", patient.full_name, "Session", visit.summary.id),
        ("Born", _birth(patient.birth_date, opened_utc, zone), "Date", f"{when} ({zone_name(opened_utc, zone)})"),
        ("Record no.", patient.record_number, "Protocol", f"{protocol.title}, version {protocol.version}"),
        ("Weight", weight_text(story), "Treatment", f"{_ROUTES[protocol.route]}: {dose}"),
        ("Allergies", allergies_text(story), "Chair, staff", f"chair {story.opened.chair}; {_staff(visit)}"),
        (
            "Series",
            _series(story),
            "Available",
            _available(visit),
        ),
        ("Driver", _driver(story), "Monitors", _monitors(visit, story)),
        ("Discharge", _discharge(story, zone), "Consent", _consent(story, zone)),
    )
    cells = [
        [text(left, NOTE), text(value, CELL_BOLD if index == 0 else CELL), text(right, NOTE), text(other)]
        for index, (left, value, right, other) in enumerate(rows)
    ]
    table = Table(cells, colWidths=[width * share for share in (0.11, 0.32, 0.13, 0.44)])
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


def _available(visit: VisitRecord) -> str:
    """Return who was immediately available, those who took over included."""
    names = dict.fromkeys(record.name for record in visit.records if isinstance(record, AvailableNamed))
    return ", then ".join(names) or "nobody named"


def _birth(born: date, utc_ns: int, zone: tzinfo | None) -> str:
    today = local(utc_ns, zone).date()
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return f"{born.isoformat()} ({age} y)"


def _staff(visit: VisitRecord) -> str:
    ids = dict.fromkeys(record.operator for record in visit.records if record.operator is not None)
    return ", ".join(visit.name(one) for one in ids) or "nobody signed in"


def _series(story: Story) -> str:
    if story.opened.series is not None:
        return series.words(story.opened.series)
    return "none" if story.opened.protocol.series is None else "not told"


def _driver(story: Story) -> str:
    if story.driver is None:
        return "nobody named"
    name = f"{story.driver.name} ({story.driver.relation})"
    is_alone = story.discharge is not None and story.discharge.driver is None
    return f"none; named was {name}" if is_alone else name


def _monitors(visit: VisitRecord, story: Story) -> str:
    names = dict.fromkeys((*(one.monitor for one in visit.samples if one.monitor), *story.monitors))
    return ", ".join(_monitor(name, story.monitors.get(name)) for name in names) or "none delivered"


def _monitor(name: str, facts: MonitorFacts | None) -> str:
    if facts is None:
        return name.partition(":")[2] or name
    title = facts.title.partition(" on ")[0] or name
    if facts.model and title.casefold() in facts.model.casefold():
        title = facts.model
    model = facts.model if facts.model and facts.model.casefold() not in title.casefold() else None
    said = " ".join(word for word in (facts.vendor, model) if word)
    words = ", ".join(word for word in (said, f"no. {facts.serial}" if facts.serial else "") if word)
    return f"{title} ({words})" if words else title


def _discharge(story: Story, zone: tzinfo | None) -> str:
    if story.discharge is None:
        return "not signed"
    signature = story.discharge.signature
    return f"signed {clock(signature.signed_utc_ns, zone)} by {signature.name}"


def _consent(story: Story, zone: tzinfo | None) -> str:
    return "not recorded" if story.consent is None else f"on file, stated {clock(story.consent.at.utc_ns, zone)}"


def _tiles(
    visit: VisitRecord, story: Story, statistics: dict[str, Statistics], width: float, zone: tzinfo | None
) -> Table:
    """Return the summary numbers, two rows of four."""
    tiles = (
        _baseline_tile(story, zone),
        _peak_tile(story, zone),
        _extreme_tile("Lowest SpO₂", statistics.get("SpO₂"), "%", zone),
        _gap_tile(story, statistics, zone),
        _treatment_tile(story, zone),
        _observation_tile(visit, story),
        _extreme_tile("Highest HR", statistics.get("HR"), "/min", zone),
        _flags_tile(story),
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
    note = f"median of {n} readings, {clock(story.baseline_taken.at.utc_ns, zone)}"
    return "Baseline BP [mmHg]", str(story.baseline), note


def _peak_tile(story: Story, zone: tzinfo | None) -> tuple[str, str, str]:
    peak = story.peak
    if peak is None:
        return "Peak BP", "---", "no cuff reading"
    when = clock(peak.reading.measured_utc_ns, zone)
    if story.baseline is None:
        return "Peak BP [mmHg]", str(peak.reading), when
    difference, percent = rise(peak.reading, story.baseline.sys)
    return "Peak BP [mmHg]", str(peak.reading), f"{signed(difference)} mmHg sys ({signed(percent)} %), {when}"


def _extreme_tile(label: str, found: Statistics | None, unit: str, zone: tzinfo | None) -> tuple[str, str, str]:
    if found is None:
        return label, "---", "no valid reading"
    is_low = label.startswith("Lowest")
    value, utc = (found.low, found.low_utc) if is_low else (found.high, found.high_utc)
    return f"{label} [{unit}]", f"{value:g}", f"{clock(utc, zone)}; median {found.median:g}"


def _gap_tile(story: Story, statistics: dict[str, Statistics], zone: tzinfo | None) -> tuple[str, str, str]:
    """Return the longest time without a valid reading of any of the continuous vital signs."""
    if not statistics:
        return "Longest gap", "---", "no valid reading"
    label, found = max(statistics.items(), key=lambda item: item[1].gap_ns)
    lost_s = story.opened.protocol.technical.lost_after_s
    if found.gap_ns <= lost_s * NS_PER_S:
        return "Longest gap", "none", f"none longer than {lost_s:g} s"
    return "Longest gap [min:s]", span(found.gap_ns), f"{label}, from {clock(found.gap_utc, zone)}"


def _treatment_tile(story: Story, zone: tzinfo | None) -> tuple[str, str, str]:
    """Return how long the infusion ran; of an injection, which takes no time, when it was given."""
    started = story.infusion_started
    if started is None:
        return "Treatment", "---", "not given"
    if story.opened.protocol.route is Route.IM:
        return "Injection", clock(started.at.utc_ns, zone), "one injection"
    paused = f"and paused for {span(story.paused_ns)}" if story.pauses else "never paused"
    return "Treatment time", span(story.infusion_ns), paused


def _observation_tile(visit: VisitRecord, story: Story) -> tuple[str, str, str]:
    observed = story.time_in(Phase.OBSERVATION) + story.time_in(Phase.READY)
    if not observed:
        return "Observation", "---", "not begun"
    shortened = [record for record in visit.records if isinstance(record, ObservationShortened)]
    if shortened:
        return "Observation", span(observed), f"minimum shortened to {shortened[-1].minutes:g} min"
    return "Observation", span(observed), "until the discharge was signed" if story.discharge else "so far"


def _flags_tile(story: Story) -> tuple[str, str, str]:
    n = len(story.flags)
    high = [one for one in story.alarms if one.gravest is Priority.HIGH]
    return "BP flags", str(n), f"high-priority alarms: {len(high)}"


def _overrides(visit: VisitRecord, story: Story) -> list[Flowable]:
    n = len(story.overrides)
    if not n:
        return []
    names = {visit.name(one.clinician) for one in story.overrides}
    count = "1 override" if n == 1 else f"{n} overrides"
    return [Spacer(0, 2 * mm), text(f"{count} by {', '.join(sorted(names))}: see Overrides.", CELL_BOLD)]


def _trend(story: Story, vitals: tuple[Series, ...], lines: tuple[Event, ...], zone: tzinfo | None) -> TrendData:
    minute = 60 * NS_PER_S
    protocol = story.opened.protocol
    baseline_spans = [one.start for one in story.spans if one.phase is Phase.BASELINE]
    firsts = [one.t[0] for one in vitals] + [cuff.t for cuff in story.cuffs[:1]]
    start = min((*baseline_spans[:1], *[cuff.t - minute for cuff in story.cuffs[:1]]), default=min(firsts))
    end = max(story.end, start + 10 * minute)
    margin = max(minute, (end - start) // 50)  # so that no reading stands on the frame
    start, end = start - margin, end + margin
    limits = [rule.sys_at_or_above for rule in protocol.bp.flags if rule.grade is Grade.SPIKE]
    return TrendData(
        start=start,
        end=end,
        ran_to=story.end,
        zero=story.infusion.start if story.infusion is not None else None,
        spans=[one for one in story.spans if (one.end or end) > start and not one.phase.is_over],
        pauses=story.pauses,
        cuffs=story.cuffs,
        series=[_from(one, start) for one in vitals],
        marks=[line for line in lines if line.is_marked and line.t >= start],
        baseline=story.baseline,
        band_percent=protocol.discharge.bp_within_percent,
        limit_sys=limits[0] if limits else None,
        lost_ns=round(protocol.technical.lost_after_s * NS_PER_S),
        zone=zone,
    )


def _from(one: Series, start: int) -> Series:
    first = next((index for index, t in enumerate(one.t) if t >= start), len(one.t))
    return Series(one.label, one.metric, one.source, one.t[first:], one.utc[first:], one.values[first:])


def _caption(vitals: tuple[Series, ...], lines: tuple[Event, ...]) -> str:
    sources = "; ".join(f"{one.label} from {one.source}" for one in vitals)
    marks = " Numbers in circles are those of the event list." if any(line.is_marked for line in lines) else ""
    return (
        "Carets: systolic and diastolic cuff pressure, dot: mean; heavy with figures: flagged. A line breaks where readings "
        f"are missing.{marks} {sources}."
    )  # fmt: skip
