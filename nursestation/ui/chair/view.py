"""The head of the chair page and its flag strip, as text."""

from dataclasses import dataclass
from datetime import tzinfo

from devices.events import Priority
from nursestation.core.commands import AssignNurse
from nursestation.core.model import FlagOutcome, Phase, SeriesPlace, VisitKind
from nursestation.core.snapshot import ChairSnapshot, FlagView, StationSnapshot, VisitView
from nursestation.core.wording import FLAG_WORDS, PHASE_WORDS
from nursestation.ui.allowed import why_not
from nursestation.ui.chairs.view import link_word
from nursestation.ui.durations import duration_text
from nursestation.ui.locked import HIDDEN, HIDDEN_QUESTION
from nursestation.ui.peopletext import HOW_WORDS, driver_line, record_tail
from nursestation.ui.roles import Tone
from nursestation.ui.timetext import age_years, clock_text, local_time
from nursestation.ui.visit_progress import progress


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderView:
    """The line above the waves.

    Attributes:
        chair, who, ident: Whose chair it is, without a full name.
        treatment: Protocol with its place in the series, and the dose; `treatment_short` the same without the dose.
        driver, driver_tone: How the driver stands, `driver_short` for a narrow place; `driver_tip` says who, and who is
            with the patient.
        help: Who comes at once when called, "" while nobody is named.
        nurse: Who looks after the chair, "" for nobody.
        why_not_assign: Why who is signed in may not change that, "" for who may.
        trouble: What keeps the chair from being monitored, "" when nothing does; `trouble_short` for a narrow place.
        timer, beside: The clock of the phase, and what it counts to.
    """

    chair: str
    who: str
    ident: str
    treatment: str
    driver: str
    driver_tone: Tone
    trouble: str
    timer: str
    beside: str
    treatment_short: str = ""
    driver_short: str = ""
    driver_tip: str = ""
    help: str = ""
    trouble_short: str = ""
    nurse: str = ""
    why_not_assign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagStrip:
    """The BP flag that waits for an answer.

    Attributes:
        flag: Which.
        priority: Its alarm priority.
        headline: Grade, reading and baseline in one line; `short` the same for a narrow place.
        prompt: How its second reading stands, then what the protocol advises.
        whole: All that is known of it, with the rule that was crossed.
    """

    flag: str
    priority: Priority
    headline: str
    short: str
    prompt: str
    whole: str


def header_view(chair: ChairSnapshot, snapshot: StationSnapshot, zone: tzinfo | None) -> HeaderView:
    """Return the head of the page of `chair`."""
    visit = chair.visit
    nurse = chair.nurse.name if chair.nurse is not None else ""
    why_not_assign = why_not(snapshot.operator, AssignNurse)
    if visit is None:
        return HeaderView(
            chair=f"Chair {chair.number}",
            who="free",
            ident="",
            treatment="",
            driver="",
            driver_tone=Tone.SOFT,
            trouble=link_word(chair),
            timer="",
            beside="",
            nurse=nurse,
            why_not_assign=why_not_assign,
        )
    where = progress(visit, snapshot.at)
    trouble = link_word(chair)
    driver, tone = _driver(visit)
    beside = f"{visit.signed_by} · {where.beside}".strip(" ·") if visit.phase.is_over else where.beside
    today = local_time(snapshot.at.utc_ns, zone).date()
    patient, is_locked = visit.patient, snapshot.operator is None
    told = f"{record_tail(patient.record_number)} · {age_years(patient.birth_date, today)} y · {_weight(visit)}"
    title = " ".join(part for part in (visit.protocol.title, series_text(visit.series)) if part)
    return HeaderView(
        chair=f"Chair {chair.number}",
        who=patient.initials,
        ident=HIDDEN if is_locked else told,
        # what keeps the chair from being monitored needs the room more; the dose stands in the trend too
        treatment="" if trouble else " · ".join(part for part in (title, visit.dose_text) if part),
        driver=driver,
        driver_tone=tone,
        trouble=trouble,
        trouble_short=trouble.removeprefix("MONITOR ").replace("WAITING FOR MONITOR", "NO MONITOR"),
        timer=where.timer or PHASE_WORDS[visit.phase],
        beside=_with_end(beside, visit, zone),
        treatment_short=title,
        driver_short=_SHORT_DRIVER.get(driver, ""),
        driver_tip="" if is_locked else _driver_tip(visit),
        help="" if visit.phase.is_over or not visit.available else f"{visit.available} at hand",
        nurse=nurse,
        why_not_assign=why_not_assign,
    )


def _weight(visit: VisitView) -> str:
    """Return the weight of this visit; a gate may still be to ask for it."""
    if visit.weight_kg is not None:
        return f"{visit.weight_kg:g} kg"
    return "not weighed" if visit.protocol.gates.ask_weight else f"{visit.patient.weight_kg:g} kg"


def flag_strip(visit: VisitView | None) -> FlagStrip | None:
    """Return the present flag that nobody has answered yet, the most urgent one, or None."""
    if visit is None:
        return None
    waiting = [flag for flag in visit.flags if flag.is_present and not flag.answered]
    if not waiting:
        return None
    flag = max(waiting, key=lambda candidate: (candidate.priority.rank, candidate.raised))
    reading, rest = _without_rule(flag.because)
    headline = " · ".join(part for part in (f"{FLAG_WORDS[flag.grade]} {reading}", rest) if part)
    prompt = " · ".join(part for part in (_standing(flag), flag.prompt.rstrip(".")) if part)
    return FlagStrip(
        flag=flag.id,
        priority=flag.priority,
        headline=headline,
        short=headline.replace(" above baseline", " over").replace(" below baseline", " under"),
        prompt=prompt,
        whole=f"{FLAG_WORDS[flag.grade]} {flag.because}. {prompt}",
    )


def monitor_question(chair: ChairSnapshot, *, is_locked: bool = False) -> str:
    """Return what a monitor that names another patient asks, "" for nothing; one that waits for an answer comes first.

    While the station is locked it says no more than that there is a question.
    """
    asking = sorted((link for link in chair.links if link.question), key=lambda link: link.is_answered)
    if asking and is_locked:
        return HIDDEN_QUESTION.format(chair.number)
    return asking[0].question if asking else ""


def _without_rule(because: str) -> tuple[str, str]:
    """Return the reading and what it is measured by, without the rule that it crossed."""
    reading, _, rest = because.partition(" (")[0].partition(", ")
    return reading, rest


def _standing(flag: FlagView) -> str:
    match flag.outcome:
        case FlagOutcome.CONFIRMED:
            return f"Confirmed by {flag.confirmed_by}" if flag.confirmed_by else "Confirmed"
        case FlagOutcome.NOT_CONFIRMED:
            return "The second reading did not confirm it"
        case FlagOutcome.NOT_REPEATED:
            return "No second reading came: measure again"
        case FlagOutcome.OPEN:
            if flag.repeat_in_s is None:
                return ""
            if flag.repeat_in_s < 0:
                return "Repeat overdue: press START on the monitor"
            return f"Repeat asked for: {duration_text(flag.repeat_in_s)} left"


def series_text(place: SeriesPlace | None) -> str:
    """Return the place in a series: "3 of 6", "visit 3" where its length is open, "maintenance 2"; "" where none is known."""
    if place is None:
        return ""
    number = f"{place.number} of {place.of}" if place.of is not None else str(place.number)
    if place.kind is not VisitKind.COURSE:
        return f"{place.kind.value} {number}"
    return number if place.of is not None else f"visit {number}"


def _driver_tip(visit: VisitView) -> str:
    parts = []
    if visit.driver is not None:
        how = "" if visit.driver_confirmed is None else f", confirmed: {HOW_WORDS[visit.driver_confirmed].lower()}"
        parts.append(f"{driver_line(visit.driver)}{how}.")
    if visit.companion is not None:
        stays = "stays with the patient" if visit.companion.stays else "does not stay"
        parts.append(f"{visit.companion.name} came along and {stays}." if visit.companion.name else "")
    return " ".join(part for part in parts if part)


_SHORT_DRIVER = {
    "No driver named": "No driver",
    "Driver not confirmed": "Driver?",
    "✓ Driver here": "✓ Driver",
    "✓ Driver + company": "✓ Driver",
}


def _driver(visit: VisitView) -> tuple[str, Tone]:
    if visit.driver is None:
        return "No driver named", Tone.WARN
    if visit.driver_confirmed is None:
        return "Driver not confirmed", Tone.WARN
    if visit.driver_confirmed_at_handover:
        return "✓ Driver here", Tone.GOOD
    return "✓ Driver + company" if visit.companion is not None and visit.companion.stays else "✓ Driver", Tone.GOOD


def _with_end(beside: str, visit: VisitView, zone: tzinfo | None) -> str:
    if visit.phase in (Phase.DISCHARGED, Phase.ENDED_EARLY) and visit.spans:
        since = clock_text(visit.spans[-1].start.utc_ns, zone)
        return f"{since} · {beside}" if beside else since
    return beside
