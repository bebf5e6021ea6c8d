"""What was charted, scored and measured by hand, as the screens show it. Reads, decides nothing."""

from collections.abc import Mapping

from nursestation.core import scorings
from nursestation.core.drug_words import drug_words
from nursestation.core.model import Operator
from nursestation.core.snapshot import (
    ChartEntryView,
    DrugView,
    ManualView,
    NotMeasurableView,
    NumericView,
    ScoreView,
    StepToldView,
    TimeCorrectedView,
)
from nursestation.core.state import ChartEntry, Drug, Visit
from nursestation.core.wording import staff_name


def chart(visit: Visit, operators: Mapping[str, Operator]) -> tuple[ChartEntryView, ...]:
    """Return every entry in the order it was charted, with what it said before it was corrected."""
    return tuple(_entry(entry, operators) for entry in visit.entries.values())


def _entry(entry: ChartEntry, operators: Mapping[str, Operator]) -> ChartEntryView:
    by = staff_name(operators, entry.by)
    original = tuple(
        ChartEntryView(
            id=entry.id,
            at=version.at,
            kind=entry.kind,
            text=version.text,
            severity=version.severity,
            by=by,
            resolved=version.resolved,
            noted_at=entry.noted,
            vitals=version.vitals,
            changed_by=staff_name(operators, version.changed_by),
            changed_at=version.changed,
            reason=version.reason,
        )
        for version in entry.earlier
    )
    changed_by, changed_at, reason = "", None, ""
    if entry.struck is not None:
        changed_by, changed_at, reason = entry.struck.by, entry.struck.at, entry.struck.reason
    elif entry.earlier:
        changed_by, changed_at, reason = (
            entry.earlier[-1].changed_by,
            entry.earlier[-1].changed,
            entry.earlier[-1].reason,
        )
    return ChartEntryView(
        id=entry.id,
        at=entry.at,
        kind=entry.kind,
        text=entry.text,
        severity=entry.severity,
        by=by,
        resolved=entry.resolved,
        noted_at=entry.noted,
        vitals=entry.vitals,
        struck=entry.struck is not None,
        because=entry.because,
        original=original,
        changed_by=staff_name(operators, changed_by) if changed_by else "",
        changed_at=changed_at,
        reason=reason,
    )


def drugs(visit: Visit, operators: Mapping[str, Operator]) -> tuple[DrugView, ...]:
    """Return every drug record in the order it was made; what was corrected or struck out is among them."""
    return tuple(_drug(drug, operators) for drug in visit.drugs.values())


def _drug(drug: Drug, operators: Mapping[str, Operator]) -> DrugView:
    struck = drug.struck
    return DrugView(
        id=drug.id,
        use=drug.use,
        at=drug.at,
        by=staff_name(operators, drug.by),
        words=drug_words(drug.use),
        witness=staff_name(operators, drug.witness) if drug.witness else "",
        struck=struck is not None,
        replaced=bool(drug.replaced_by),
        changed_by=staff_name(operators, struck.by) if struck is not None else "",
        changed_at=struck.at if struck is not None else None,
        reason=struck.reason if struck is not None else "",
    )


def scores(visit: Visit, operators: Mapping[str, Operator]) -> tuple[ScoreView, ...]:
    """Return every score by its time."""
    return tuple(
        ScoreView(
            kind=score.kind,
            label=scorings.label_of(score.kind, score.label),
            value=score.value,
            at=score.at,
            by=staff_name(operators, score.by),
            items=score.items,
            note=score.note,
        )
        for score in visit.scores
    )


def manual(visit: Visit, shown: list[NumericView], operators: Mapping[str, Operator]) -> tuple[ManualView, ...]:
    """Return the newest value by hand of each metric that no monitor shows now."""
    if not visit.by_hand:
        return ()
    live = {view.metric for view in shown if view.value is not None}
    return tuple(
        ManualView(metric=metric, value=known.value, at=known.at, by=staff_name(operators, known.by))
        for metric, known in visit.by_hand.items()
        if metric not in live
    )


def not_measurable(
    visit: Visit, shown: list[NumericView], operators: Mapping[str, Operator]
) -> tuple[NotMeasurableView, ...]:
    """Return what could not be measured and is not known since."""
    if not visit.not_measured:
        return ()
    live = {view.metric for view in shown if view.value is not None}
    return tuple(
        NotMeasurableView(metric=metric, reason=known.reason, at=known.at, by=staff_name(operators, known.by))
        for metric, known in visit.not_measured.items()
        if metric not in live
    )


def times_corrected(visit: Visit, operators: Mapping[str, Operator]) -> tuple[TimeCorrectedView, ...]:
    """Return every corrected time of a step, in the order they were corrected."""
    return tuple(
        TimeCorrectedView(
            what=change.what,
            index=change.index,
            before=change.before,
            after=change.after,
            reason=change.reason,
            by=staff_name(operators, change.by),
            at=change.at,
        )
        for change in visit.times_corrected
    )


def steps_told(visit: Visit, operators: Mapping[str, Operator]) -> tuple[StepToldView, ...]:
    """Return who noted each step of the treatment, in the order they were noted."""
    return tuple(
        StepToldView(what=told.what, index=told.index, by=staff_name(operators, told.by), words=told.words)
        for told in visit.steps_told
    )
