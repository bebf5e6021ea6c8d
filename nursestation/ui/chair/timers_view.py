"""The clocks of a visit in large figures: how long the phase runs, how long still, and when the next cuff reading is due."""

from dataclasses import dataclass

from devices.clock import Moment
from nursestation.core.model import Phase
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.core.wording import PHASE_WORDS
from nursestation.ui.durations import duration_text
from nursestation.ui.roles import Tone
from nursestation.ui.visit_progress import phase_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class BigTimer:
    """A clock.

    Attributes:
        id: "run", "left" or "cuff".
        label: What it counts.
        value: Its figures; words where it has run out.
        tone: What their colour says; the label says it too.
    """

    id: str
    label: str
    value: str
    tone: Tone = Tone.PLAIN


def big_timers(chair: ChairSnapshot, at: Moment) -> tuple[BigTimer, ...]:
    """Return the clocks of the visit at `chair`, none while it is free or the visit over."""
    visit = chair.visit
    if visit is None or visit.phase.is_over:
        return ()
    return (*_phase(visit, at), *_cuff(chair.cuff.due_in_s))


def _phase(visit: VisitView, at: Moment) -> tuple[BigTimer, ...]:
    match visit.phase:
        case Phase.INFUSION:
            run = visit.infusion_run_s or 0.0
            label, tone = ("Infusion paused at", Tone.WARN) if visit.paused else ("Infusion", Tone.PLAIN)
            left = visit.infusion_planned_s - run if visit.infusion_planned_s > 0 else None
            return (BigTimer(id="run", label=label, value=duration_text(run), tone=tone), *_left(left, "Over plan"))
        case Phase.OBSERVATION | Phase.READY:
            run = visit.observation_s or 0.0
            return (
                BigTimer(id="run", label="Observed", value=duration_text(run)),
                *_left(visit.observation_left_s, ""),
            )
        case _:
            word = f"In {PHASE_WORDS[visit.phase].lower()}"
            return (BigTimer(id="run", label=word, value=duration_text(phase_seconds(visit, at))),)


def _left(left_s: float | None, over: str) -> tuple[BigTimer, ...]:
    """Return how long still; where that is over, how long over, or with no word for it that it is complete."""
    if left_s is None:
        return ()
    if left_s > 0:
        return (BigTimer(id="left", label="Left", value=duration_text(left_s)),)
    if over:
        return (BigTimer(id="left", label=over, value=duration_text(-left_s), tone=Tone.WARN),)
    return (BigTimer(id="left", label="Left", value="complete", tone=Tone.GOOD),)


def _cuff(due_in_s: float | None) -> tuple[BigTimer, ...]:
    if due_in_s is None:
        return ()
    if due_in_s < 0:
        return (BigTimer(id="cuff", label="BP overdue by", value=duration_text(-due_in_s), tone=Tone.WARN),)
    return (BigTimer(id="cuff", label="Next BP in", value=duration_text(due_in_s)),)
