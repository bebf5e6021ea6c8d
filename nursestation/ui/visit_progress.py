"""How far a visit is: its phase in words, what is done of it, and how long still."""

from dataclasses import dataclass

from devices.clock import NS_PER_S, Moment
from nursestation.core.model import Phase
from nursestation.core.snapshot import VisitView
from nursestation.core.wording import PHASE_WORDS
from nursestation.ui.durations import duration_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Where a visit stands.

    Attributes:
        done: Part of the phase that is done, 0 to 1; None where the phase has no planned length.
        timer: The big figures ("34:10"), "" where there are none.
        beside: What stands beside them ("of 40:00 · paused").
        short: Both, for a tile ("Infusion 5:50 left").
        left: How long still ("5:50 left", "1:10 over"), "" where the phase has no planned length.
    """

    done: float | None
    timer: str
    beside: str
    short: str
    left: str = ""


def phase_seconds(visit: VisitView, at: Moment) -> float:
    """Return how long the present phase has lasted [s]."""
    start = visit.spans[-1].start if visit.spans else visit.opened
    return max(0.0, (at.mono_ns - start.mono_ns) / NS_PER_S)


def progress(visit: VisitView, at: Moment) -> Progress:
    """Return where `visit` stands at `at`."""
    match visit.phase:
        case Phase.INFUSION:
            return _infusion(visit)
        case Phase.OBSERVATION | Phase.READY:
            return _observation(visit)
        case Phase.DISCHARGED | Phase.ENDED_EARLY:
            return Progress(done=1.0, timer="", beside="", short=PHASE_WORDS[visit.phase])
        case Phase.CHECK_IN | Phase.BASELINE:
            lasted = duration_text(phase_seconds(visit, at))
            word = PHASE_WORDS[visit.phase]
            return Progress(done=None, timer=lasted, beside=f"in {word.lower()}", short=f"{word} {lasted}")


def _infusion(visit: VisitView) -> Progress:
    run, planned = visit.infusion_run_s or 0.0, visit.infusion_planned_s
    left = planned - run
    if left < 0:
        told = f"{duration_text(-left)} over"
        beside, short = f"of {duration_text(planned)} · {told}", told
    else:
        told = short = f"{duration_text(left)} left"
        beside = f"of {duration_text(planned)}"
    if visit.paused:
        beside, short = f"{beside} · paused", f"paused {duration_text(run)}"
    done = min(1.0, run / planned) if planned > 0 else None
    return Progress(done=done, timer=duration_text(run), beside=beside, short=f"Infusion {short}", left=told)


def _observation(visit: VisitView) -> Progress:
    watched, left = visit.observation_s or 0.0, visit.observation_left_s
    word = PHASE_WORDS[visit.phase]
    if left is None:
        return Progress(done=None, timer=duration_text(watched), beside="observed", short=word)
    planned = watched + left
    done = min(1.0, watched / planned) if planned > 0 else 1.0
    beside = f"of {duration_text(planned)} observed"
    if visit.phase is Phase.READY:
        return Progress(done=done, timer=duration_text(watched), beside=beside, short=word)
    told = f"{duration_text(left)} left" if left > 0 else "complete"
    return Progress(done=done, timer=duration_text(watched), beside=beside, short=f"{word} {told}", left=told)
