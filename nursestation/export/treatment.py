"""The report's treatment: what was planned and given, each pause, and the scores over time."""

from datetime import tzinfo

from reportlab.platypus import Flowable, KeepTogether

from nursestation.core.model import Route
from nursestation.core.records import InfusionPaused, ScoreRecorded, happened
from nursestation.core.scorings import label_of
from nursestation.core.steps import as_corrected
from nursestation.core.wording import PHASE_WORDS, long_span
from nursestation.export.layout import SECTION, Cell, grid, headed, text
from nursestation.export.leaving import why
from nursestation.export.localtime import NS_PER_S, clock, clock_s, span
from nursestation.export.story import Story
from nursestation.export.visit import VisitRecord


def treatment_section(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return what was planned and given, and what happened to each pause; nothing before the start."""
    started, stopped, given = story.infusion_started, story.infusion_stopped, story.infusion
    if started is None or given is None:
        return []
    rows: list[tuple[str, str]] = [("Given", f"{started.dose_text}; {visit.name(started.operator)}")]
    if story.opened.protocol.route is Route.IM:
        rows.append(("Injected", clock_s(started.at.utc_ns, zone)))
    else:
        planned_min = story.opened.protocol.planned_min if started.planned_min is None else started.planned_min
        chosen = "" if started.planned_min is None else ", chosen at the start"
        rows.append(("Planned", f"{long_span(planned_min * 60)}{chosen}"))
        rows.append(("Ran", _ran(story, zone)))
        rows += _pauses(visit, story, zone)
    if stopped is not None and stopped.early:
        rows.append(("Stopped early", f"{stopped.reason or 'no reason given'}; {visit.name(stopped.operator)}"))
    bold = [index for index, (title, _) in enumerate(rows) if title == "Stopped early"]
    table = grid(("What", "When, how long, by whom"), rows, [width * 0.19, width * 0.81], bold_rows=bold)
    return [KeepTogether([text("Treatment", SECTION), table])]


def _ran(story: Story, zone: tzinfo | None) -> str:
    started, stopped = story.infusion_started, story.infusion_stopped
    assert started is not None
    until = "now" if stopped is None else clock_s(stopped.at.utc_ns, zone)
    if stopped is None and story.ended is not None:
        until = clock_s(story.ended.at.utc_ns, zone)
    paused = f", pauses of {span(story.paused_ns)} not counted" if story.pauses else ""
    return f"{clock_s(started.at.utc_ns, zone)} to {until}: {span(story.infusion_ns)}{paused}"


def _pauses(visit: VisitRecord, story: Story, zone: tzinfo | None) -> list[tuple[str, str]]:
    records = [record for record in as_corrected(visit.records) if isinstance(record, InfusionPaused)]
    rows = []
    for index, (pause, record) in enumerate(zip(story.pauses, records, strict=False), start=1):
        lasted_ns = (pause.end or story.end) - pause.start
        until = record.at.utc_ns + lasted_ns
        stopped = story.infusion_stopped
        if pause.end is None:
            after = "still paused"
        elif story.infusion is not None and pause.end == story.infusion.end:
            after = f"not resumed, {'stopped' if stopped is not None else 'ended'} {clock_s(until, zone)}"
        else:
            after = f"resumed {clock_s(until, zone)}"
        who = visit.name(record.operator)
        rows.append(
            (
                f"Pause {index}",
                f"{clock_s(record.at.utc_ns, zone)}{why(record.reason)}; {after}, {span(lasted_ns)}; {who}",
            )
        )
    return rows


def score_section(visit: VisitRecord, story: Story, width: float, zone: tzinfo | None) -> list[Flowable]:
    """Return every score by the time it was rated, a column for each kind; nothing where none was recorded."""
    records = [record for record in visit.records if isinstance(record, ScoreRecorded)]
    if not records:
        return []
    kinds = list(dict.fromkeys(label_of(record.kind, record.label) for record in records))
    rows: list[list[Cell]] = []
    for together in _by_minute(visit, records):
        at = happened(together[0])
        values = {label_of(one.kind, one.label): str(one.value) for one in together}
        phase = PHASE_WORDS[story.phase_at(visit.timeline.steady_ns(at))]
        notes = [one.note for one in together if one.note]
        late = any(one.happened_utc_ns is not None for one in together)
        who = ", ".join(dict.fromkeys(visit.name(one.operator) for one in together))
        said = "; ".join([*notes, f"{who}{' (charted later)' if late else ''}"])
        rows.append([clock(at.utc_ns, zone), phase, *(values.get(kind, "") for kind in kinds), said])
    share = 0.5 / len(kinds)
    widths = [width * one for one in (0.08, 0.15, *[share] * len(kinds), 0.27)]
    return headed("Scores", grid(("Time", "Phase", *kinds, "Note, by"), rows, widths), width)


def _by_minute(visit: VisitRecord, records: list[ScoreRecorded]) -> list[list[ScoreRecorded]]:
    """Put what was rated in the same minute together; a second value of the same kind begins a new line."""
    found: list[list[ScoreRecorded]] = []
    for record in sorted(records, key=lambda one: visit.timeline.steady_ns(happened(one))):
        row = found[-1] if found else []
        is_new = not any(label_of(one.kind, one.label) == label_of(record.kind, record.label) for one in row)
        if row and is_new and _minute(row[0]) == _minute(record):
            row.append(record)
        else:
            found.append([record])
    return found


def _minute(record: ScoreRecorded) -> int:
    return happened(record).utc_ns // (60 * NS_PER_S)
