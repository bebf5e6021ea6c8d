"""What the chart's records change in a visit: entries and their corrections, drug records, scores, vitals by hand.

A part of the fold (`fold.py`): it decides nothing and refuses nothing.
"""

import bisect

from nursestation.core import records as r
from nursestation.core import steps
from nursestation.core.model import ChartKind, Phase, ScoreKind
from nursestation.core.state import ByHand, ChartEntry, ChartVersion, Drug, NotMeasured, Score, Struck, Visit

ChartRecord = (
    r.Charted | r.ChartResolved | r.ChartCorrected | r.ChartStruck | r.TimeCorrected | r.ScoreRecorded | r.VitalsEntered
    | r.NotMeasurable
)  # fmt: skip
"""What this file folds."""

_LASTING = (ChartKind.SIDE_EFFECT, ChartKind.SYMPTOM)

CRITERION_OF = {ScoreKind.MOAAS: "sedation", ScoreKind.ORIENTATION: "orientation"}
"""The discharge criterion that a recorded score speaks to."""


def fold_chart(visit: Visit, record: ChartRecord) -> None:
    """Change the visit by what a record of the chart tells."""
    match record:
        case r.Charted():
            visit.entries[record.entry_id] = ChartEntry(
                id=record.entry_id,
                at=r.happened(record),
                kind=record.kind,
                text=record.text,
                severity=record.severity,
                by=record.operator or "",
                noted=record.at,
                vitals=record.vitals,
                because=record.reason,
            )
            _drop_waiver(visit, visit.entries[record.entry_id])
        case r.ChartResolved():
            visit.entries[record.entry_id].resolved = r.happened(record)
        case r.ChartCorrected():
            _correct(visit, record)
        case r.ChartStruck():
            visit.entries[record.entry_id].struck = Struck(record.operator or "", record.at, record.reason)
        case r.TimeCorrected():
            steps.retime(visit, record)
            visit.waivers.pop("observation", None)  # it was given for the times of its time
            _forget_before_the_end(visit)
        case r.ScoreRecorded():
            score = Score(
                kind=record.kind,
                value=record.value,
                at=r.happened(record),
                by=record.operator or "",
                items=record.items,
                note=record.note,
                label=record.label,
            )
            bisect.insort_right(visit.scores, score, key=lambda known: known.at.mono_ns)
            visit.waivers.pop(CRITERION_OF.get(record.kind, ""), None)
        case r.VitalsEntered():
            _enter(visit, record)
        case r.NotMeasurable():
            _note_unmeasured(visit, record)


def fold_drug(visit: Visit, record: r.DrugRecorded | r.DrugStruck) -> None:
    """Change the visit by what a drug record tells; an override was given for what stood there before."""
    by = record.operator or ""
    visit.waivers.pop("drug_record", None)
    if isinstance(record, r.DrugStruck):
        visit.drugs[record.drug_id].struck = Struck(by, record.at, record.reason)
        return
    visit.drugs[record.drug_id] = Drug(record.drug_id, record.use, record.at, by, record.witness)
    if record.replaces:
        before = visit.drugs[record.replaces]
        before.struck, before.replaced_by = Struck(by, record.at, record.reason), record.drug_id


def _drop_waiver(visit: Visit, entry: ChartEntry) -> None:
    """Take back the override of open side effects: it was given for what was charted then."""
    if entry.kind in _LASTING:
        visit.waivers.pop("side_effects", None)


def _forget_before_the_end(visit: Visit) -> None:
    """Let go of what was seen for the discharge before the treatment ended, by the times as they stand now."""
    began = visit.began(Phase.OBSERVATION)
    if began is None:
        return
    visit.answers = {which: one for which, one in visit.answers.items() if one.at.mono_ns >= began.mono_ns}
    visit.waivers = {which: one for which, one in visit.waivers.items() if one.at.mono_ns >= began.mono_ns}
    if visit.orthostatic is not None and visit.orthostatic.at.mono_ns < began.mono_ns:
        visit.orthostatic = None
    read = visit.instructions_acknowledged
    if read is not None and read.at.mono_ns < began.mono_ns:
        visit.instructions_acknowledged = None
    if visit.driver_confirmed is not None:
        how, phase = visit.driver_confirmed
        at_ns = visit.said["driver"].at.mono_ns
        visit.driver_confirmed = (how, phase if at_ns >= began.mono_ns else visit.phase_at(at_ns))


def _correct(visit: Visit, record: r.ChartCorrected) -> None:
    entry = visit.entries[record.entry_id]
    version = ChartVersion(
        at=entry.at,
        text=entry.text,
        severity=entry.severity,
        resolved=entry.resolved,
        vitals=entry.vitals,
        changed_by=record.operator or "",
        changed=record.at,
        reason=record.reason,
    )
    entry.earlier = (*entry.earlier, version)
    if record.happened_utc_ns is not None:
        entry.at = r.told(record, record.happened_utc_ns)
    if record.resolved_utc_ns is not None and entry.resolved is not None:
        entry.resolved = r.told(record, record.resolved_utc_ns)
    entry.text = entry.text if record.text is None else record.text
    entry.severity = entry.severity if record.severity is None else record.severity
    entry.vitals = entry.vitals if record.vitals is None else record.vitals
    _drop_waiver(visit, entry)


def _enter(visit: Visit, record: r.VitalsEntered) -> None:
    at = r.happened(record)
    for metric, value in record.values:
        known = visit.by_hand.get(metric)
        if known is None or known.at.mono_ns <= at.mono_ns:
            visit.by_hand[metric] = ByHand(value, at, record.operator or "")
        note_measured(visit, metric, at.mono_ns)


def _note_unmeasured(visit: Visit, record: r.NotMeasurable) -> None:
    at = r.happened(record)
    known = visit.by_hand.get(record.metric)
    earlier = visit.not_measured.get(record.metric)
    if any(one is not None and one.at.mono_ns > at.mono_ns for one in (known, earlier)):
        return
    visit.not_measured[record.metric] = NotMeasured(record.reason, at, record.operator or "")


def note_measured(visit: Visit, metric: str, at_ns: int) -> None:
    """Take back that a vital sign could not be measured: here is a value that is not older, monotonic [ns]."""
    known = visit.not_measured.get(metric)
    if known is not None and known.at.mono_ns <= at_ns:
        del visit.not_measured[metric]
