"""The report's trend: the plot with its caption, on the first page where there is room for it, else on the next."""

from datetime import tzinfo

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable

from nursestation.core.model import Grade, MonitorFacts, Phase
from nursestation.export.events import Event
from nursestation.export.layout import NOTE, SECTION, text
from nursestation.export.localtime import NS_PER_S
from nursestation.export.story import Story
from nursestation.export.trend import TrendData, TrendPlot
from nursestation.export.vitals import Series

_LOWEST, _HIGHEST = 60 * mm, 150 * mm
_HEADING = 11 * mm
_SIGNS_WORDS = (
    "Carets: cuff pressure, dot: mean; heavy with figures: flagged. A line breaks where readings are missing."
)


def trend_section(
    story: Story, vitals: tuple[Series, ...], lines: tuple[Event, ...], width: float, zone: tzinfo | None
) -> list[Flowable]:
    """Return the plot of the whole visit, in the height that its page leaves."""
    if not story.cuffs and not vitals:
        return [text("Trend", SECTION), text("No readings were recorded.")]
    caption = text(_caption(story, vitals, lines), NOTE)
    _, below = caption.wrap(width, 100 * mm)
    return [
        CondPageBreak(_LOWEST + below + _HEADING),
        text("Trend", SECTION),
        TrendPlot(_trend(story, vitals, lines, zone), width, _LOWEST, _HIGHEST, below=below + 2),
        caption,
    ]


def monitor_title(name: str, facts: MonitorFacts | None) -> str:
    """Return what a monitor is called: its title without the port, else the word of its id."""
    title = facts.title.partition(" on ")[0] if facts is not None else ""
    return title or name.partition(":")[2] or name


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


def _caption(story: Story, vitals: tuple[Series, ...], lines: tuple[Event, ...]) -> str:
    sources = "; ".join(f"{one.short} from {_source(story, one.source)}" for one in vitals)
    marks = " Circled: numbers of the event list." if any(line.is_marked for line in lines) else ""
    return f"{_SIGNS_WORDS}{marks} {sources}."


def _source(story: Story, source: str) -> str:
    monitor, _, sensor = source.partition(" ")
    title = monitor_title(monitor, story.monitors.get(monitor))
    return f"{title} ({sensor})" if sensor else title
