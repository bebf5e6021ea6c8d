"""What makes sense now: the action bar of each phase, as data.

Rules of the file:
1. An action is a command of `core.commands`, or the name of a page or sheet that asks for the rest.
2. A command that the station would refuse is shown but not enabled, with what is missing as its tip, or why who is signed in
   may not ask it (`core/access.py`); the station decides all the same.
3. The words on the infusion's buttons say what the nurse did at the pump; the program does not run it.
"""

from dataclasses import dataclass, replace

from nursestation.core.commands import (
    AnswerFlag,
    AskExport,
    BeginBaseline,
    Chart,
    CheckIn,
    Command,
    EndEarly,
    FreeChair,
    MarkReady,
    PauseInfusion,
    RequestCuff,
    ResumeInfusion,
    StartCuff,
    StartInfusion,
    StopCuff,
    StopInfusion,
    TakeBaseline,
)
from nursestation.core.model import GateState, Operator, Phase, Route
from nursestation.core.snapshot import ChairSnapshot, VisitView
from nursestation.ui.allowed import why_not
from nursestation.ui.durations import duration_text
from nursestation.ui.roles import ButtonKind
from nursestation.ui.sheets.view import FLAG_ACTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One button.

    Attributes:
        id: Ends its object name ("action_" + id).
        text: On the button.
        kind: How much it asks for.
        command: What it asks of the station, or None where `opens` names a page or sheet.
        opens: Page or sheet.
        asks: The command that the page or sheet is there to ask; None for one that is there to be looked at.
        enabled: Whether it can be pressed.
        tip: What it does, or why it cannot be pressed.
        shortcut: Key.
        at_end: Stands at the right end of the bar.
    """

    id: str
    text: str
    kind: ButtonKind = ButtonKind.PLAIN
    command: Command | None = None
    opens: str = ""
    asks: type | None = None
    enabled: bool = True
    tip: str = ""
    shortcut: str = ""
    at_end: bool = False


def actions(chair: ChairSnapshot, operator: Operator | None) -> tuple[Action, ...]:
    """Return the actions for `chair` and whoever is signed in; while nobody is that is the sign-in alone."""
    if operator is None:
        return (_SIGN_IN,)
    found = _for_visit(chair.number, chair.visit)
    if any(link.may_start_cuff for link in chair.links):
        found = tuple(_cuff(chair) if action.id == "measure_bp" else action for action in found)
    return tuple(_for(operator, action) for action in found)


def _for(operator: Operator, action: Action) -> Action:
    asked = type(action.command) if action.command is not None else action.asks
    reason = why_not(operator, asked) if asked is not None else ""
    return replace(action, enabled=False, tip=reason) if reason else action


def flag_answers(chair: int, flag: str, operator: Operator | None) -> tuple[Action, ...]:
    """Return the quick answers to a BP flag; none while nobody is signed in."""
    if operator is None:
        return ()
    by_name = {one.name: one for one in FLAG_ACTIONS}
    quick = tuple(
        Action(
            id=f"flag_{name}",
            text=text,
            command=AnswerFlag(chair=chair, flag_id=flag, action=by_name[name].action),
            tip=tip,
        )
        for name, text, tip in _QUICK_ANSWERS
    )
    other = Action(
        id="flag_other",
        text="Other…",
        opens="flag",
        asks=AnswerFlag,
        tip="Infusion slowed, paused or stopped; reading not real.",
    )
    return tuple(_for(operator, action) for action in (*quick, other))


_QUICK_ANSWERS = (
    ("clinician_told", "Clinician told", "Note that you told the clinician."),
    ("repeat", "Repeating", "Note that you take the reading again."),
)
"""Those of the sheet's answers that stand for no other command, in the words of a button."""


def _charting(name: str, text: str, shortcut: str, tip: str) -> Action:
    """Return the way to a sheet on which something is charted."""
    return Action(id=name, text=text, opens=name, asks=Chart, shortcut=shortcut, tip=tip)


_SIGN_IN = Action(id="sign_in", text="Sign in", kind=ButtonKind.PRIMARY, opens="sign_in", tip="Who is at the station?")
_EVENT = _charting("event", "+ Event", "Ctrl+E", "Chart a side effect, a symptom or a note.")
_DOSE = _charting("dose", "Dose / rate…", "Ctrl+D", "Chart a change of dose or rate.")
_NOTIFY = _charting("notify", "Notify clinician", "Ctrl+N", "Chart that the clinician was told.")
_EXPORT = Action(
    id="export",
    text="Export…",
    opens="export",
    asks=AskExport,
    shortcut="Ctrl+Shift+E",
    at_end=True,
    tip="Save this session as a report or as tables.",
)
_END_EARLY = Action(
    id="end_early",
    text="End early…",
    kind=ButtonKind.QUIET,
    opens="end_early",
    asks=EndEarly,
    at_end=True,
    tip="Close the visit before its end, with a reason.",
)
_CHECK_IN = Action(id="check_in", text="Check-in…", opens="check_in", asks=CheckIn, shortcut="Ctrl+I")
_DISCHARGE = Action(
    id="discharge",
    text="Discharge…",
    opens="discharge",
    shortcut="Ctrl+Shift+D",
    at_end=True,
    tip="Who may leave, and why.",
)


def _for_visit(number: int, visit: VisitView | None) -> tuple[Action, ...]:
    if visit is None:
        return (replace(_CHECK_IN, text="Check in…", kind=ButtonKind.PRIMARY, tip="Take a patient into this chair."),)
    match visit.phase:
        case Phase.CHECK_IN:
            return (_gates(visit, ButtonKind.PRIMARY), _begin_baseline(number), _measure(number), _EVENT, _END_EARLY)
        case Phase.BASELINE:
            return (*_baseline(number, visit), _measure(number), _EVENT, _END_EARLY)
        case Phase.INFUSION:
            not_yet = replace(_DISCHARGE, enabled=False, tip="After the observation.")
            return (*_infusion(number, visit), _measure(number), _EVENT, _DOSE, _NOTIFY, _END_EARLY, _EXPORT, not_yet)
        case Phase.OBSERVATION:
            return (_ready(number, visit), _measure(number), _EVENT, _NOTIFY, _END_EARLY, _EXPORT, _DISCHARGE)
        case Phase.READY:
            discharge = replace(_DISCHARGE, kind=ButtonKind.PRIMARY, at_end=False)
            return (discharge, _measure(number), _EVENT, _NOTIFY, _END_EARLY, _EXPORT)
        case Phase.DISCHARGED | Phase.ENDED_EARLY:
            free = Action(
                id="free_chair",
                text="Free the chair",
                kind=ButtonKind.PRIMARY,
                command=FreeChair(chair=number),
                tip="The record is kept; the chair is ready for the next patient.",
            )
            return (free, _EXPORT)


def _measure(number: int) -> Action:
    return Action(
        id="measure_bp",
        text="Measure BP now",
        command=RequestCuff(chair=number),
        shortcut="Ctrl+M",
        tip="Note that a reading is wanted; then press START on the monitor.",
    )


def _cuff(chair: ChairSnapshot) -> Action:
    """Return the button of a chair whose cuff may be started from here; while it measures it stops the cuff."""
    if chair.cuff.doing.startswith(("measuring", "started from here")):
        return Action(
            id="stop_cuff",
            text="Stop cuff",
            kind=ButtonKind.DANGER,
            command=StopCuff(chair=chair.number),
            tip="End the measurement and let the air out of the cuff.",
        )
    return Action(
        id="measure_bp",
        text="Measure BP now",
        opens="start_cuff",
        asks=StartCuff,
        shortcut="Ctrl+M",
        tip="Asks once more, then starts the cuff from here.",
    )


def _gates(visit: VisitView, kind: ButtonKind) -> Action:
    met = sum(gate.state in (GateState.MET, GateState.OVERRIDDEN) for gate in visit.gates)
    tip = f"{met} of {len(visit.gates)} done." if visit.gates else ""
    return replace(_CHECK_IN, kind=kind, tip=tip)


def _begin_baseline(number: int) -> Action:
    return Action(
        id="begin_baseline",
        text="Begin baseline",
        command=BeginBaseline(chair=number),
        shortcut="Ctrl+B",
        tip="Start taking the resting readings; what is left of check-in can be done meanwhile.",
    )


def _baseline(number: int, visit: VisitView) -> tuple[Action, ...]:
    taken = visit.baseline is not None
    take = Action(
        id="take_baseline",
        text="Take baseline again" if taken else "Take baseline",
        kind=ButtonKind.PLAIN if taken else ButtonKind.PRIMARY,
        command=TakeBaseline(chair=number),
        enabled=not visit.baseline_ready,
        tip=visit.baseline_ready or "Accept the newest cuff readings as this patient's own baseline.",
        shortcut="Ctrl+B",
    )
    unmet = [gate for gate in visit.gates if gate.state in (GateState.UNMET, GateState.UNKNOWN)]
    missing = f"Not yet: {unmet[0].title} – {unmet[0].detail}" if unmet else "Not yet."
    start = Action(
        id="start_infusion",
        text="Injection given" if visit.protocol.route is Route.IM else "▶ Infusion started",
        kind=ButtonKind.PRIMARY if taken else ButtonKind.PLAIN,
        command=StartInfusion(chair=number, dose_text=visit.dose_text or visit.protocol.dose_text),
        enabled=visit.may_start,
        tip="State that it was started." if visit.may_start else missing,
        shortcut="Ctrl+S",
    )
    return (take, start, _gates(visit, ButtonKind.PLAIN))


def _infusion(number: int, visit: VisitView) -> tuple[Action, ...]:
    if visit.paused:
        first = Action(
            id="resume_infusion",
            text="▶ Infusion resumed",
            kind=ButtonKind.PRIMARY,
            command=ResumeInfusion(chair=number),
            tip="State that the pump runs again.",
            shortcut="Ctrl+R",
        )
    else:
        first = Action(
            id="pause_infusion",
            text="‖ Infusion paused",
            kind=ButtonKind.PRIMARY,
            command=PauseInfusion(chair=number),
            tip="State that you paused the pump.",
            shortcut="Ctrl+P",
        )
    is_early = visit.infusion_run_s is None or visit.infusion_run_s < visit.infusion_planned_s
    stop = Action(
        id="stop_infusion",
        text="■ Infusion stopped",
        kind=ButtonKind.DANGER,
        command=None if is_early else StopInfusion(chair=number),
        opens="stop_early" if is_early else "",
        asks=StopInfusion,
        tip="State that the infusion is over; observation begins." + (" Asks for a reason." if is_early else ""),
        shortcut="Ctrl+Shift+S",
    )
    return (first, stop)


def _ready(number: int, visit: VisitView) -> Action:
    minimum_s = visit.protocol.observation_min * 60
    left = minimum_s - (visit.observation_s or 0.0)
    return Action(
        id="mark_ready",
        text="Observation complete",
        kind=ButtonKind.PRIMARY,
        command=MarkReady(chair=number),
        enabled=left <= 0,
        tip="Open the discharge." if left <= 0 else f"In {duration_text(left)} at the soonest.",
        shortcut="Ctrl+O",
    )
