"""Proof of watching from the stored records: the same sum as the screen's (`core/watching.py`)."""

from nursestation.core import watching
from nursestation.core.records import Record, Sample
from nursestation.core.snapshot import WatchingView
from nursestation.export.story import Story
from nursestation.export.visit import VisitRecord


def watched(visit: VisitRecord, story: Story) -> WatchingView:
    """Return what was watched of a visit, until its record ends."""
    steady_ns = visit.timeline.steady_ns
    watch = watching.begin(story.opened)
    opened_ns = steady_ns(story.opened.at)
    counted = [sample for sample in visit.samples if watching.is_counted(sample)]
    timed: list[tuple[int, Record]] = [(steady_ns(record.at), record) for record in (*visit.records, *counted)]
    is_over_ns = next((span.start for span in story.spans if span.phase.is_over), None)
    timed += [
        (t, record)
        for record in visit.station
        if (t := steady_ns(record.at)) > opened_ns and (is_over_ns is None or t < is_over_ns)
    ]
    for t, record in sorted(timed, key=lambda one: one[0]):
        if isinstance(record, watching.FED):
            watching.feed(watch, record, t)
        elif isinstance(record, Sample):
            watching.feed_sample(watch, record, t)
    spans = [(span.phase, span.start, span.end) for span in story.spans]
    cuffs = sorted(cuff.t for cuff in story.cuffs)
    return watching.look(watch, story.opened.protocol, spans, cuffs, story.end, visit.name)
